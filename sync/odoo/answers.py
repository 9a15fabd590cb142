"""Odoo's error objects, the same over both protocols, as our errors.

An error object has ``name``, ``message``, ``arguments``, ``context`` and ``debug``. The last is a
full traceback with values in it: it is never read, kept or shown.
"""

import re
from collections.abc import Mapping
from typing import Any

from sync.odoo.errors import (
    Forbidden,
    GatewayError,
    NotFound,
    Overloaded,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)

_MODEL = re.compile(r"\(([a-z0-9_]+(?:\.[a-z0-9_]+)+)\)")
_VERBS = {"access": "read", "modify": "write", "create": "create", "delete": "unlink"}
_VERB = re.compile(r"not allowed to (access|modify|create|delete)")
_ROLLED_BACK = (
    "psycopg2.errors.SerializationFailure",
    "psycopg2.errors.DeadlockDetected",
    "psycopg2.errors.LockNotAvailable",
    "psycopg2.extensions.TransactionRollbackError",
    "odoo.exceptions.ConcurrencyError",
    "odoo.exceptions.LockError",
)
_DATABASE_LOST = (
    "psycopg2.OperationalError",
    "psycopg2.InterfaceError",
    "psycopg2.errors.AdminShutdown",
    "psycopg2.errors.CrashShutdown",
    "psycopg2.errors.CannotConnectNow",
)
"""Odoo lost PostgreSQL on the way; where that was while it committed, nobody knows what became."""
_REFUSED = (
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
)
_UNKNOWN_FIELD = re.compile(r"Invalid field")
_UNKNOWN_METHOD = re.compile(r"method .* does not exist|has no attribute")
_UNKNOWN_ARGUMENT = re.compile(r"unexpected keyword argument|missing .*required")


def error_of(data: Mapping[str, Any], *, model: str, method: str) -> GatewayError:
    """The error that an error object stands for."""
    name, message = str(data.get("name") or ""), _message(data)
    if name == "odoo.exceptions.AccessDenied":
        return Unauthorised()
    if name == "odoo.exceptions.AccessError":
        return _forbidden(message, model)
    if name == "odoo.exceptions.MissingError":
        return NotFound(message, model=model, method=method)
    if name in _REFUSED and message == f"Object {model} doesn't exist":
        return NotFound(message, model=model, method=method)
    if name in _REFUSED:
        return Rejected(message, model=model, method=method)
    if name in _ROLLED_BACK:
        return Overloaded(f"Odoo gave up on {model}.{method}: others were writing the same rows.")
    if name in _DATABASE_LOST:
        return Unreachable(
            f"Odoo lost its database during {model}.{method}.",
            unclear=True,
            remedy="See that PostgreSQL is running, then try again.",
        )
    if name.endswith(".PoolError"):
        return Overloaded(f"Odoo had no database connection left for {model}.{method}.")
    if name == "builtins.ValueError" and _UNKNOWN_FIELD.search(message):
        return NotFound(message, model=model, method=method)
    if name == "builtins.KeyError" and message.strip("'\"") == model:
        return NotFound(f"the model {model!r} does not exist", model=model, method=method)
    if name == "builtins.AttributeError" and _UNKNOWN_METHOD.search(message):
        return NotFound(message, model=model, method=method)
    if name in ("builtins.TypeError", "werkzeug.exceptions.UnprocessableEntity") and (
        _UNKNOWN_ARGUMENT.search(message)
    ):
        return NotFound(f"{model}.{method}: {message}", model=model, method=method)
    if name == "werkzeug.exceptions.NotFound":
        return NotFound(message, model=model, method=method)
    return ServerFault(message, name=name or "unknown", model=model, method=method)


def _message(data: Mapping[str, Any]) -> str:
    message = data.get("message")
    if not message and isinstance(data.get("arguments"), list) and data["arguments"]:
        message = data["arguments"][0]
    return str(message or "no message")


def _forbidden(message: str, model: str) -> Forbidden:
    named, verb = _MODEL.search(message), _VERB.search(message)
    return Forbidden(
        message.partition("\n\n")[0],
        model=named[1] if named else model,
        operation=_VERBS[verb[1]] if verb else "",
    )
