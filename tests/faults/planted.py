"""Bugs that a service of this kind is prone to, planted one at a time; each turns a test red.

Of the service's own code the text of a file is changed as it is imported, in a process of its own:

    PLANTED=offset_paging python -m pytest -p tests.faults.planted tests/unit/odoo/test_paging.py
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
VARIABLE = "PLANTED"


@dataclass(frozen=True)
class Bug:
    """One text of a file is another, and the test that notices."""

    name: str
    what: str
    file: str
    right: str
    wrong: str
    caught_by: str

    @property
    def module(self) -> str:
        """The file as it is imported."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def source(self) -> str:
        """The file with the bug in it."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        assert text.count(self.right) == 1, f"{self.file} does not read as it did; see {self.name}"
        return text.replace(self.right, self.wrong)


SERVICE = (
    Bug(
        "retry_without_look_up",
        "after an answer that never came, the batch is sent again without a look",
        "sync/push/push.py",
        "                    if trouble.unclear:\n",
        "                    if False:\n",
        "tests/unit/push/test_push.py",
    ),
    Bug(
        "offset_paging",
        "pages are counted from the start, so that a deleted row makes another one vanish",
        "sync/odoo/paging.py",
        """            model, [*domain, ("id", ">", last)], fields, limit=page_size, order="id asc"
        )
""",
        """            model, [*domain, ("id", ">", 0)], fields, limit=seen + page_size
        )[seen:]
        seen += len(page)
""",
        "tests/unit/odoo/test_paging.py::test_records_that_come_and_go",
    ),
    Bug(
        "float_money",
        "amounts are rounded as binary floats",
        "sync/domain/money.py",
        "        return amount.quantize(self.unit, rounding=ROUND_HALF_UP, context=_EXACT)\n",
        "        return Decimal(str(round(float(amount), self.digits)))\n",
        "tests/unit/domain/test_money.py",
    ),
    Bug(
        "rebilling_after_a_credit_note",
        "what has nothing open any more, credited or paid, is billed again",
        "sync/rules/bill.py",
        "-each.untaxed if each.credit else each.untaxed for each in documents",
        "each.untaxed for each in documents if each.residual",
        "tests/scenarios/test_scenarios.py::test_in_memory[fee_credit_of_earned_months]",
    ),
)

_SEEN = "    last = 0\n", "    last = seen = 0\n"


class _Loader(importlib.abc.Loader):
    def __init__(self, bug: Bug) -> None:
        self.bug = bug

    def exec_module(self, module: ModuleType) -> None:
        source = self.bug.source
        if self.bug.name == "offset_paging":
            source = source.replace(*_SEEN)
        exec(compile(source, str(ROOT / self.bug.file), "exec"), module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, bug: Bug) -> None:
        self.bug = bug

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.bug.module:
            return None
        origin = str(ROOT / self.bug.file)
        return importlib.machinery.ModuleSpec(fullname, _Loader(self.bug), origin=origin)


def plant(name: str) -> None:
    """From now on the module with that bug is what is imported."""
    bug = next(each for each in SERVICE if each.name == name)
    assert bug.module not in sys.modules, f"{bug.module} was imported before"
    sys.meta_path.insert(0, _Finder(bug))


if os.environ.get(VARIABLE):
    plant(os.environ[VARIABLE])


ADDON_FILE = "models/retainer_gateway.py"
TOUCH = (
    """                UPDATE retainer_sync_run
                   SET lease_touches = COALESCE(lease_touches, 0) + 1
                 WHERE""",
    """                SELECT id
                  FROM retainer_sync_run
                 WHERE""",
)
RETURNING = "             RETURNING id\n"
RENEWAL = "        run.lease_until = max(run.lease_until, fields.Datetime.now() + lease)\n"
"""What a call writes on its run makes a second call of that run begin again."""


def search_then_create(addon: Path) -> None:
    """The gateway looks whether a key is there and creates it, and nothing makes two callers wait.

    With ``drop_unique`` nothing else stands in the way of a second document either.
    """
    file = addon / ADDON_FILE
    text = file.read_text(encoding="utf-8")
    assert text.count(TOUCH[0]) == 1, f"{ADDON_FILE} does not read as it did"
    for once in (RETURNING, RENEWAL):
        assert text.count(once) == 1, f"{ADDON_FILE} does not read as it did"
        text = text.replace(once, "")
    file.write_text(text.replace(*TOUCH), encoding="utf-8")


def drop_unique(ask: Callable[[str], str], table: str, key: str) -> None:
    """The database takes a second document under a key."""
    names = ask(
        "SELECT string_agg(indexrelid::regclass::text, ', ') FROM pg_index JOIN pg_attribute a"
        f" ON a.attrelid = indrelid AND a.attnum = ANY (indkey) WHERE indisunique"
        f" AND indrelid = '{table}'::regclass AND a.attname = '{key}'"
    )
    ask(f"DROP INDEX {names}")
