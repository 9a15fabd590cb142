"""Every question that the service asks of Odoo, and every function of the mappings that reads."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest

import mappings.reading
from mappings.fields import Row
from mappings.reading import Read
from sync.odoo.gateway import Gateway
from sync.pipeline import inquiries, reporting
from sync.pipeline.companies import CompanyRef
from sync.pipeline.service import Service
from sync.pipeline.status import status
from sync.settings import Settings
from tests.border.worlds import World

COMPANY = CompanyRef(1, "My Company")
Question = Callable[[Service], Any]


def service(gateway: Gateway) -> Service:
    """The service, behind that door."""
    told = {"url": "http://127.0.0.1:8069", "database": "agency", "api_key": "0" * 40}
    return Service(Settings.model_validate(told), gateway)


def questions(world: World) -> dict[str, Question]:
    """What people may ask about that world, one document of each kind among it."""
    day, admin = world.day, world.odoo.gateway()
    engagement = admin.search_read("retainer.engagement", [], ["partner_id"], limit=1)[0]
    first, last = date(2025, 3, 1), date(2025, 4, 30)
    found: dict[str, Question] = {
        "pull": lambda each: each.look(COMPANY, day),
        "status": lambda each: status(each, COMPANY, day, None),
        "status of a month": lambda each: status(each, COMPANY, day, first),
        "verify": lambda each: each.verify(COMPANY, day),
        "monitor": lambda each: reporting.unearned_cash(each, COMPANY, day),
        "rollforward": lambda each: reporting.roll_forward(each, COMPANY, first, last),
        "year-end": lambda each: reporting.year_end(each, COMPANY, last),
        "confirm": lambda each: reporting.confirm(
            each, COMPANY, str(engagement["partner_id"]), last
        ),
        "statement": lambda each: inquiries.statement(
            each, COMPANY, str(engagement["id"]), first, day
        ),
    }
    for kind, key in _documents(admin).items():
        found[f"explain {kind}"] = lambda each, key=key: inquiries.explain(each, COMPANY, key, day)
    return found


def _documents(admin: Gateway) -> dict[str, str]:
    found: dict[str, str] = {}
    for model in ("account.move", "retainer.period", "sale.order", "retainer.change.order"):
        rows = admin.search_read(
            model, [("retainer_key", "!=", False)], ["retainer_key"], limit=1000
        )
        for row in rows:
            found.setdefault(row["retainer_key"].split("/")[2], row["retainer_key"])
    for row in admin.search_read("retainer.alert", [], ["key"], limit=1):
        found["alert"] = row["key"]
    return found


@dataclass(frozen=True)
class Reading:
    """Rows of a model, and what reads one of them."""

    model: str
    rows: tuple[Row, ...]
    value: Callable[[Row], Any]

    @property
    def name(self) -> str:
        """What reads them."""
        bare = self.value.func if isinstance(self.value, partial) else self.value
        return bare.__qualname__


@contextmanager
def noted() -> Iterator[list[Reading]]:
    """Notes each function that reads rows, with the rows it was given."""
    found: list[Reading] = []
    sound = mappings.reading.read_each

    def read_each(model: str, rows: Any, value: Callable[[Row], Any], *more: Any) -> Read[Any]:
        rows = tuple(rows)
        found.append(Reading(model, tuple(dict(row) for row in rows), value))
        return sound(model, rows, value, *more)

    with pytest.MonkeyPatch.context() as patch:
        for where in ("sync.pull.reader", "sync.books.ledger", "sync.push.verify"):
            patch.setattr(importlib.import_module(where), "read_each", read_each)
        yield found
