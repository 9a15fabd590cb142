"""``res.company``: the company, its policies, its books."""

import re
from calendar import monthrange
from datetime import date

from mappings import fields, res_currency
from mappings.books import Books
from mappings.fields import Row, Terms, Unreadable
from sync.domain.engagement import PoPolicy
from sync.domain.ledger import Locks
from sync.domain.money import Currency
from sync.domain.snapshot import Company

MODEL = "res.company"
FIELDS = (
    "name",
    "root_id",
    "currency_id",
    "retainer_unearned_account_id",
    "retainer_advance_account_id",
    "retainer_breakage_account_id",
    "retainer_income_account_id",
    "retainer_unearned_noncurrent_account_id",
    "retainer_advance_noncurrent_account_id",
    "retainer_split_noncurrent",
    "income_currency_exchange_account_id",
    "expense_currency_exchange_account_id",
    "currency_exchange_journal_id",
    "fiscalyear_last_month",
    "fiscalyear_last_day",
    "user_fiscalyear_lock_date",
    "user_tax_lock_date",
    "user_sale_lock_date",
    "user_hard_lock_date",
    "retainer_journal_id",
    "retainer_invoice_journal_id",
    "retainer_post_policy",
    "retainer_entry_post_policy",
    "retainer_po_policy",
    "retainer_po_warning_days",
    "retainer_stuck_after_days",
    "retainer_out_of_scope_day",
    "retainer_close_after_days",
    "retainer_go_live_date",
)


def domain(company: int | str) -> Terms:
    """That company, by id or by name."""
    return [("id", "=", company)] if isinstance(company, int) else [("name", "=", company)]


def visible() -> Terms:
    """Every company that the service user may see."""
    return []


STUCK_FIELDS = ("retainer_stuck_after_days",)


def stuck_after(row: Row) -> int:
    """Days after which a sent invoice that nobody opened is stuck."""
    return fields.whole(row, "retainer_stuck_after_days", least=0, most=3660)


def value(row: Row, currencies: dict[int, Currency]) -> Company:
    """The company with the policies that finance set for it."""
    return Company(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        root_id=fields.link_or_none(row, "root_id"),
        currency=res_currency.pick(row, "currency_id", currencies),
        po_policy=fields.choice(row, "retainer_po_policy", PoPolicy),
        po_warning_days=fields.whole(row, "retainer_po_warning_days", least=0, most=3660),
        post_invoices=_posts(row, "retainer_post_policy"),
        out_of_scope_day=fields.whole(row, "retainer_out_of_scope_day", least=1, most=31),
        close_after_days=fields.whole(row, "retainer_close_after_days", least=0, most=3660),
        stuck_after_days=stuck_after(row),
        go_live=fields.day_or_none(row, "retainer_go_live_date"),
        locks=Locks(
            all=_lock(row, "user_fiscalyear_lock_date"),
            tax=_lock(row, "user_tax_lock_date"),
            sale=_lock(row, "user_sale_lock_date"),
            hard=_lock(row, "user_hard_lock_date"),
        ),
        fiscal_year_end=_year_end(row),
        post_entries=_posts(row, "retainer_entry_post_policy"),
        split_noncurrent=fields.flag(row, "retainer_split_noncurrent"),
    )


_NEVER = re.compile(r"0*1-01-01")
"""What Odoo says where nothing is locked: the first day there is."""


def _lock(row: Row, field: str) -> date | None:
    """A lock date as it holds for the service, exceptions that were made for it considered."""
    raw = fields.raw_value(row, field)
    if isinstance(raw, str) and _NEVER.fullmatch(raw):
        return None
    return fields.day_or_none(row, field)


def _year_end(row: Row) -> tuple[int, int]:
    """(month, day); the 29th of February ends a common year on the 28th."""
    month = fields.text(row, "fiscalyear_last_month")
    if month not in [str(each) for each in range(1, 13)]:
        raise Unreadable(
            "fiscalyear_last_month", f"{fields.shown(month)} is no month", "choose a month"
        )
    last = 29 if month == "2" else monthrange(2001, int(month))[1]
    return int(month), fields.whole(row, "fiscalyear_last_day", least=1, most=last)


def books(row: Row) -> Books:
    """The accounts and journals that finance chose."""
    return Books(
        company_id=fields.record_id(row),
        unearned_account_id=fields.link_or_none(row, "retainer_unearned_account_id"),
        advance_account_id=fields.link_or_none(row, "retainer_advance_account_id"),
        breakage_account_id=fields.link_or_none(row, "retainer_breakage_account_id"),
        income_account_id=fields.link_or_none(row, "retainer_income_account_id"),
        unearned_noncurrent_account_id=fields.link_or_none(
            row, "retainer_unearned_noncurrent_account_id"
        ),
        advance_noncurrent_account_id=fields.link_or_none(
            row, "retainer_advance_noncurrent_account_id"
        ),
        exchange_gain_account_id=fields.link_or_none(row, "income_currency_exchange_account_id"),
        exchange_journal_id=fields.link_or_none(row, "currency_exchange_journal_id"),
        exchange_loss_account_id=fields.link_or_none(row, "expense_currency_exchange_account_id"),
        journal_id=fields.link_or_none(row, "retainer_journal_id"),
        invoice_journal_id=fields.link_or_none(row, "retainer_invoice_journal_id"),
        post_entries=_posts(row, "retainer_entry_post_policy"),
    )


def _posts(row: Row, field: str) -> bool:
    raw = fields.raw_value(row, field)
    if raw not in ("post", "draft"):
        raise Unreadable(field, f"{fields.shown(raw)} is not known", "choose post or draft")
    return bool(raw == "post")
