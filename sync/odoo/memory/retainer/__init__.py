"""``retainer.gateway`` as docs/gateway.md describes it."""

from collections.abc import Callable
from typing import Any

from sync.odoo.memory.retainer import defaults, runs, service
from sync.odoo.memory.retainer.preflight import hidden, preflight

METHODS: dict[str, Callable[..., Any]] = {
    "hello": service.hello,
    "preflight": preflight,
    "hidden": hidden,
    "begin_run": runs.begin_run,
    "renew_lease": runs.renew_lease,
    "finish_run": runs.finish_run,
    "record_run": runs.record_run,
    "apply": service.apply,
    "lookup": service.lookup,
    "defaults": defaults.defaults,
}
