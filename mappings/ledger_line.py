"""``account.move.line`` as the ledger sees it: open lines, and the lines they are matched with."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from mappings import fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

MODEL = "account.move.line"
OPEN_FIELDS = (
    "move_id",
    "account_id",
    "partner_id",
    "currency_id",
    "date",
    "date_maturity",
    "display_type",
    "amount_currency",
    "balance",
    "amount_residual",
    "amount_residual_currency",
    "tax_ids",
    "price_subtotal",
    "price_total",
    "retainer_advance_id",
    "retainer_taxes",
)
RECEIVABLE = "asset_receivable"
RECLASSIFICATION = "reclassification"

_MOST = Decimal(10) ** 15

OwnTaxes = tuple[tuple[int, Exact], ...]
"""(tax, amount) that the service noted on a line, with the sign of the document's lines."""


class OpenLine(Value):
    """A posted line with anything open. Debits are positive, credits negative."""

    id: int
    move_id: int
    account_id: int
    partner_id: int | None
    currency: Currency
    day: date
    due_on: date | None
    amount: Exact
    """In ``currency``, as posted."""
    amount_company: Exact
    open: Exact
    open_company: Exact
    tax_line: bool
    """Whether it is a tax that Odoo booked there."""
    tax_ids: tuple[int, ...]
    tax: Exact
    """Tax that Odoo worked out for this line of an invoice, of all its taxes."""
    advance_id: int | None
    own_taxes: OwnTaxes | None
    """None = a line of people: theirs is what Odoo worked out."""


def open_on(company_id: int, account_ids: Collection[int]) -> Terms:
    """Posted lines of those accounts with anything open, but for what year end shows elsewhere."""
    return [
        *_open(company_id),
        ("account_id", "in", sorted(account_ids)),
        ("move_id.retainer_role", "!=", RECLASSIFICATION),
    ]


def of_requests(company_id: int, account_ids: Collection[int], move_ids: Collection[int]) -> Terms:
    """What posted requests put on those accounts, also where nothing of it is open any more."""
    return [
        ("company_id", "=", company_id),
        ("parent_state", "=", "posted"),
        ("account_id", "in", sorted(account_ids)),
        ("move_id", "in", sorted(move_ids)),
    ]


def open_receivables(company_id: int, engagement_ids: Collection[int]) -> Terms:
    """What those engagements' clients owe, what draws of theirs pay that is matched no more, and
    every open credit note that reverses an invoice.
    """
    return [
        *_open(company_id),
        ("account_id.account_type", "=", RECEIVABLE),
        "|",
        "&",
        ("move_id.move_type", "in", ["out_invoice", "out_refund", "entry"]),
        ("move_id.retainer_engagement_id", "in", sorted(engagement_ids)),
        "&",
        ("move_id.move_type", "=", "out_refund"),
        ("move_id.reversed_entry_id", "!=", False),
    ]


def _open(company_id: int) -> Terms:
    return [
        ("company_id", "=", company_id),
        ("parent_state", "=", "posted"),
        ("reconciled", "=", False),
        "|",
        ("amount_residual", "!=", 0),
        ("amount_residual_currency", "!=", 0),
    ]


def value(row: Row, company: Currency, currencies: Mapping[int, Currency]) -> OpenLine:
    """The line; ``company`` is the company's currency."""
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    untaxed, total = (
        fields.exact(row, name, currency.digits) for name in ("price_subtotal", "price_total")
    )
    return OpenLine(
        id=fields.record_id(row),
        move_id=fields.link(row, "move_id"),
        account_id=fields.link(row, "account_id"),
        partner_id=fields.link_or_none(row, "partner_id"),
        currency=currency,
        day=fields.day(row, "date"),
        due_on=fields.day_or_none(row, "date_maturity"),
        amount=fields.money(row, "amount_currency", currency),
        amount_company=fields.money(row, "balance", company),
        open=fields.money(row, "amount_residual_currency", currency),
        open_company=fields.money(row, "amount_residual", company),
        tax_line=fields.text(row, "display_type") == "tax",
        tax_ids=fields.links(row, "tax_ids"),
        tax=total - untaxed,
        advance_id=fields.link_or_none(row, "retainer_advance_id"),
        own_taxes=own_taxes(row),
    )


def own_taxes(row: Row) -> OwnTaxes | None:
    """``[[tax, "63.33"], ...]`` as the service noted it; None where it noted nothing."""
    raw = fields.raw_value(row, "retainer_taxes")
    if raw is False or raw is None:
        return None
    try:
        if not isinstance(raw, list):
            raise TypeError(raw)
        return tuple((_tax(tax), _number(amount)) for tax, amount in raw)
    except (TypeError, ValueError, InvalidOperation):
        raise Unreadable(
            "retainer_taxes", f"{fields.shown(raw)} is no list of taxes", "run the service again"
        ) from None


def _tax(raw: object) -> int:
    if type(raw) is not int or raw <= 0:
        raise ValueError(raw)
    return raw


def _number(raw: object) -> Decimal:
    """An amount as the service writes it: a text."""
    found = Decimal(raw) if isinstance(raw, str) else Decimal("NaN")
    if not found.is_finite() or abs(found) >= _MOST:
        raise ValueError(raw)
    return found


def partner(row: Row) -> int | None:
    """The partner that a line names, 0 for nobody; None where that cannot be read."""
    try:
        return fields.link_or_none(row, "partner_id") or 0
    except Unreadable:
        return None


def document(row: Row) -> int:
    """The document that a line belongs to; 0 where that cannot be read."""
    return min(documents([row]), default=0)


def documents(rows: Iterable[Row]) -> set[int]:
    """The documents that some lines belong to."""
    return fields.ids_in(rows, "move_id")


MATCHED_FIELDS = (
    "move_id",
    "move_type",
    "account_type",
    "account_id",
    "currency_id",
    "amount_currency",
    "tax_ids",
    "price_subtotal",
    "price_total",
    "retainer_advance_id",
    "retainer_taxes",
)


class MatchedLine(Value):
    """The other side of a match."""

    id: int
    move_id: int
    move_type: str
    account_id: int
    receivable: bool
    amount: Exact
    """In the line's currency, without sign."""
    currency: Currency
    tax_ids: tuple[int, ...]
    tax: Exact
    advance_id: int | None
    own_taxes: OwnTaxes | None


def of_ids(ids: Collection[int]) -> Terms:
    """Those lines."""
    return [("id", "in", sorted(ids))]


def matched(row: Row, currencies: Mapping[int, Currency]) -> MatchedLine:
    """The line."""
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    untaxed, total = (
        fields.exact(row, name, currency.digits) for name in ("price_subtotal", "price_total")
    )
    return MatchedLine(
        id=fields.record_id(row),
        move_id=fields.link(row, "move_id"),
        move_type=fields.needed_text(row, "move_type"),
        account_id=fields.link(row, "account_id"),
        receivable=fields.text(row, "account_type") == RECEIVABLE,
        amount=abs(fields.money(row, "amount_currency", currency)),
        currency=currency,
        tax_ids=fields.links(row, "tax_ids"),
        tax=total - untaxed,
        advance_id=fields.link_or_none(row, "retainer_advance_id"),
        own_taxes=own_taxes(row),
    )


TAX_FIELDS = ("move_id", "tax_line_id", "currency_id", "amount_currency")


def taxes_of(move_ids: Collection[int]) -> Terms:
    """The tax lines of those documents."""
    return [("move_id", "in", sorted(move_ids)), ("tax_line_id", "!=", False)]


def tax(row: Row, currencies: Mapping[int, Currency]) -> tuple[int, int, Decimal]:
    """(document, tax, amount in its currency; debits positive)."""
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    amount = fields.money(row, "amount_currency", currency)
    return fields.link(row, "move_id"), fields.link(row, "tax_line_id"), amount


RESTORED_FIELDS = ("move_id", "parent_state", "currency_id", "amount_currency")


def restored(company_id: int, account_id: int, draws: Collection[tuple[int, int]]) -> Terms:
    """Lines of documents of ours that gave back what an entry had drawn of a lot, posted or
    cancelled by a person, and of what people reversed of those.

    ``draws``: (lot line, entry) pairs; such a document's key ends in ``.l<lot>.e<entry>``.
    """
    keys = [
        (f"{document}.retainer_key", "like", f".l{lot}.e{entry}/")
        for lot, entry in sorted(draws)
        for document in ("move_id", "move_id.reversed_entry_id")
    ]
    return [
        ("company_id", "=", company_id),
        ("account_id", "=", account_id),
        ("parent_state", "in", ["posted", "cancel"]),
        *["|"] * (len(keys) - 1),
        *keys,
    ]


def given_back(row: Row, currencies: Mapping[int, Currency]) -> tuple[int, Decimal]:
    """(document, what it gave back; below zero for what a reversal took again)."""
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    return fields.link(row, "move_id"), -fields.money(row, "amount_currency", currency)


def is_cancelled(row: Row) -> bool:
    """Whether its document was cancelled."""
    return fields.text(row, "parent_state") == "cancel"


BILLED_FIELDS = (
    "move_id",
    "move_type",
    "account_id",
    "display_type",
    "amount_currency",
    "price_subtotal",
    "retainer_reconcile_line_id",
)


class Billed(Value):
    """A line of an invoice on a liability account, or what its total was rounded by for cash."""

    move_id: int
    account_id: int
    rounding: bool
    net: Exact
    """As it counts in the document's total; below zero for a deduction."""
    match_line_id: int | None
    """The lot that it draws once the invoice is posted."""


def of_moves_on(move_ids: Collection[int], account_ids: Collection[int]) -> Terms:
    """The lines of those documents on those accounts that people type, and their roundings."""
    return [
        ("move_id", "in", sorted(move_ids)),
        "|",
        ("display_type", "=", "rounding"),
        "&",
        ("account_id", "in", sorted(account_ids)),
        ("display_type", "=", "product"),
    ]


def billed(row: Row) -> Billed:
    """The line; its amount is read as finely as any currency is."""
    rounding = fields.text(row, "display_type") == "rounding"
    net, posted = (fields.exact(row, each, 6) for each in ("price_subtotal", "amount_currency"))
    if rounding:
        net = posted if fields.needed_text(row, "move_type") == "out_refund" else -posted
    return Billed(
        move_id=fields.link(row, "move_id"),
        account_id=fields.link(row, "account_id"),
        rounding=rounding,
        net=net,
        match_line_id=fields.link_or_none(row, "retainer_reconcile_line_id"),
    )
