"""``res.company``: the company, its policies, its books."""

from mappings import fields, res_currency
from mappings.books import Books
from mappings.fields import Row, Terms, Unreadable
from sync.domain.engagement import PoPolicy
from sync.domain.money import Currency
from sync.domain.snapshot import Company

MODEL = "res.company"
FIELDS = (
    "name",
    "currency_id",
    "retainer_unearned_account_id",
    "retainer_advance_account_id",
    "retainer_breakage_account_id",
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
        currency=res_currency.pick(row, "currency_id", currencies),
        po_policy=fields.choice(row, "retainer_po_policy", PoPolicy),
        po_warning_days=fields.whole(row, "retainer_po_warning_days", least=0, most=3660),
        post_invoices=_posts(row, "retainer_post_policy"),
        out_of_scope_day=fields.whole(row, "retainer_out_of_scope_day", least=1, most=31),
        close_after_days=fields.whole(row, "retainer_close_after_days", least=0, most=3660),
        stuck_after_days=stuck_after(row),
        go_live=fields.day_or_none(row, "retainer_go_live_date"),
    )


def books(row: Row) -> Books:
    """The accounts and journals that finance chose."""
    return Books(
        company_id=fields.record_id(row),
        unearned_account_id=fields.link_or_none(row, "retainer_unearned_account_id"),
        advance_account_id=fields.link_or_none(row, "retainer_advance_account_id"),
        breakage_account_id=fields.link_or_none(row, "retainer_breakage_account_id"),
        journal_id=fields.link_or_none(row, "retainer_journal_id"),
        invoice_journal_id=fields.link_or_none(row, "retainer_invoice_journal_id"),
        post_entries=_posts(row, "retainer_entry_post_policy"),
    )


def _posts(row: Row, field: str) -> bool:
    raw = fields.raw_value(row, field)
    if raw not in ("post", "draft"):
        raise Unreadable(field, f"{fields.shown(raw)} is not known", "choose post or draft")
    return bool(raw == "post")
