"""Lock dates: which days of the books are closed to whom."""

from datetime import date

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import compute

SOFT = ("fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date")
NEVER = "0001-01-01"
"""What Odoo says where nothing is locked."""


def lock_of(tables: Tables, company: Row, name: str) -> str:
    """The lock date of the one who asks: the company's, or that of an exception made for them."""
    lock = company.get(name) or NEVER
    if name not in SOFT:
        return str(lock)
    allowed = [
        each["lock_date"] or NEVER
        for each in tables.rows("account.lock_exception").values()
        if each["active"]
        and each["company_id"] == company["id"]
        and each["lock_date_field"] == name
        and each["user_id"] in (False, tables.user_id)
        and not (each["end_datetime"] and each["end_datetime"] < tables.stamp)
        and (each["lock_date"] or NEVER) < lock
    ]
    return min(allowed, default=str(lock))


def violated(tables: Tables, company: Row, names: list[str], day: date) -> date | None:
    """The latest of those lock dates that a day lies on or before."""
    locks = [date.fromisoformat(lock_of(tables, company, name)) for name in names]
    return max((lock for lock in locks if day <= lock), default=None)


def _lock_of(name: str) -> None:
    @compute("res.company", f"user_{name}")
    def lock(tables: Tables, row: Row) -> str:
        return lock_of(tables, row, name)


for _name in (*SOFT, "hard_lock_date"):
    _lock_of(_name)
