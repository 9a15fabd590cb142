"""What must never be seen in a log or in what a failing command prints to stderr."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from sync import logs

KEY = "Canary0Key1does2not3look4like5hexadecimal"
EMAIL = "canary.person@example.com"
CLIENT = "Canary Heron & Daughters"
TOKEN = "ca4a41e5-70ce-4f4e-9d2b-5ca1ab1e0001"

ALL = (KEY, EMAIL, CLIENT, TOKEN)

DEBUG = (
    "Traceback (most recent call last):\n"
    f"  File x.py, headers = {{'Authorization': 'bearer {KEY}'}}\n"
    f"  partner = res.partner(7) {CLIENT} <{EMAIL}> token={TOKEN}"
)
"""The traceback in an error of Odoo's."""

PAGE = (
    f"<html><body><h1>It went wrong</h1><pre>Authorization: bearer {KEY}\n"
    f"GET /my/invoices/7?access_token={TOKEN} by {EMAIL} of {CLIENT}</pre></body></html>"
)
"""The page of a proxy that means well."""


class Heard:
    """Everything that is logged or printed for people who look at failures."""

    def __init__(self) -> None:
        self.log = io.StringIO()
        self.said: list[str] = []
        """What a command would print to stderr."""

    def leaks(self) -> Iterator[str]:
        """Each canary that was heard, and where."""
        for where, text in (("the log", self.log.getvalue()), ("stderr", "\n".join(self.said))):
            for canary in ALL:
                if canary in text:
                    line = next(each for each in text.splitlines() if canary in each)
                    yield f"{where} shows {canary!r}: {line[:300]}"


@contextmanager
def listening() -> Iterator[Heard]:
    """Every logger at DEBUG, whatever it says kept."""
    heard = Heard()
    handler = logging.StreamHandler(heard.log)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    before = structlog.get_config()
    logs.configure(log_format="json", level="debug")
    for own in root.handlers[:]:
        if own not in handlers:
            handler.setFormatter(own.formatter)
            root.removeHandler(own)
    root.addHandler(handler)
    loud = {name: logging.getLogger(name).level for name in ("odoorpc", "urllib3", "requests")}
    for name in loud:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        for name, old in loud.items():
            logging.getLogger(name).setLevel(old)
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
