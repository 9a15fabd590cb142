"""``retainer.engagement``: what was agreed with a client."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from mappings import fields, res_currency, shown
from mappings.fields import Row, Terms, Unreadable
from mappings.sale_order import Quote
from sync.domain.calendar import ONE_DAY, first_of
from sync.domain.engagement import (
    Client,
    Engagement,
    Kind,
    PoPolicy,
    State,
    TopUp,
    TopUpPolicy,
)
from sync.domain.money import Currency

MODEL = "retainer.engagement"
FIELDS = (
    "name",
    "company_id",
    "partner_id",
    "commercial_partner_id",
    "currency_id",
    "kind",
    "state",
    "project_ids",
    "client_po_id",
    "po_policy",
    "sale_order_id",
    "invoice_partner_id",
    "ap_contact_id",
    "payment_term_id",
    "product_id",
    "use_advances",
    "top_up_policy",
    "top_up_amount",
    "top_up_below",
    "recharge_purchases",
    "recharge_markup",
    "lines_per_entry",
    "date_start",
    "date_end",
    "closed_until",
)


def domain(company_id: int) -> Terms:
    """Everything but drafts; which of the ended ones are done with is decided after reading."""
    return [("company_id", "=", company_id), ("state", "in", ["running", "paused", "ended"])]


SHOWN_FIELDS = ("name", "partner_id")


def called(company_id: int, wanted: str) -> Terms:
    """The engagement with that id or name, in any letter case; archived ones too."""
    terms: Terms = [("company_id", "=", company_id), ("active", "in", [True, False])]
    if wanted.isascii() and wanted.isdigit():
        return [*terms, "|", ("id", "=", int(wanted)), ("name", "=", wanted)]
    return [*terms, ("name", "=ilike", fields.literal(wanted))]


def of_ids(ids: Collection[int]) -> Terms:
    """Those engagements, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def client_of(row: Row) -> int:
    """The partner it was agreed with, 0 where that cannot be read."""
    return shown.link(row, "partner_id") or 0


def engagement_of(row: Row) -> object:
    """Itself."""
    return row.get("id")


def value(
    row: Row,
    company_id: int,
    currencies: dict[int, Currency],
    known: Mapping[int, Client],
    invoice_addresses: Mapping[int, int],
    quotes: Mapping[int, Quote | None],
    unclear: Collection[int] = (),
) -> Engagement:
    """The engagement, without its terms, which are rows of their own.

    Where it names no billing entity, the client's invoice address is it, or else the very partner
    the agreement was made with when that is an address of the client. ``quotes``: None of those
    that could not be read; ``unclear``: partners of whom an invoice address could not be read.
    """
    fields.of_company(row, company_id)
    currency = res_currency.pick(row, "currency_id", currencies)
    partner = fields.link(row, "partner_id")
    client = fields.link(row, "commercial_partner_id")
    if client not in known:
        raise Unreadable(
            "partner_id",
            "its client could not be read",
            "let the service user see the client, or correct the client",
        )
    billed = fields.link_or_none(row, "invoice_partner_id")
    if billed is not None and billed not in known:
        raise Unreadable(
            "invoice_partner_id",
            "the billing entity could not be read",
            "let the service user see it, or choose another",
        )
    start = fields.day(row, "date_start")
    end = fields.day_or_none(row, "date_end")
    if end is not None and end < start:
        raise Unreadable(
            "date_end", f"it ends on {end}, before it starts on {start}", "correct the dates"
        )
    own_policy = fields.raw_value(row, "po_policy") != "company"
    if billed is None and {partner, client} & set(unclear):
        raise Unreadable(
            "invoice_partner_id",
            "an address of its client could not be read, so nobody knows where its invoices go",
            "see the issue of the address, or choose the billing entity",
        )
    accepted = fields.link_or_none(row, "sale_order_id")
    quote = quotes.get(accepted or 0)
    if quote is None and accepted in quotes:
        raise Unreadable(
            "sale_order_id", "its quote could not be read", "see the issue of the quote"
        )
    return Engagement(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        kind=fields.choice(row, "kind", Kind),
        state=fields.choice(row, "state", State),
        client_id=client,
        currency=currency,
        date_start=start,
        date_end=end,
        closed_until=fields.day_or_none(row, "closed_until"),
        project_ids=fields.links(row, "project_ids"),
        client_po_id=fields.link_or_none(row, "client_po_id"),
        po_policy=fields.choice(row, "po_policy", PoPolicy) if own_policy else None,
        quote_name="" if quote is None else quote.name,
        quote_total=None if quote is None else currency.round(quote.untaxed),
        recharge_purchases=fields.flag(row, "recharge_purchases"),
        recharge_markup=fields.rate(row, "recharge_markup"),
        lines_per_entry=fields.flag(row, "lines_per_entry"),
        invoice_partner_id=(
            billed
            or invoice_addresses.get(partner)
            or (partner if partner != client else invoice_addresses.get(client))
        ),
        ap_contact_id=fields.link_or_none(row, "ap_contact_id"),
        payment_term_id=fields.link_or_none(row, "payment_term_id"),
        product_id=fields.link_or_none(row, "product_id"),
        use_advances=fields.flag(row, "use_advances"),
        top_up=_top_up(row, currency),
    )


def _top_up(row: Row, currency: Currency) -> TopUp | None:
    amount, below = (fields.money(row, f"top_up_{each}", currency) for each in ("amount", "below"))
    if fields.raw_value(row, "top_up_policy") == "none":
        return None
    policy = fields.choice(row, "top_up_policy", TopUpPolicy)
    return TopUp(policy=policy, amount=amount, below=below)


def partners(rows: Sequence[Row]) -> set[int]:
    """Every partner that the rows name."""
    names = ("partner_id", "commercial_partner_id", "invoice_partner_id", "ap_contact_id")
    return fields.ids_in(rows, *names)


def clients(rows: Sequence[Row]) -> set[int]:
    """Their clients."""
    return fields.ids_in(rows, "commercial_partner_id")


def projects(rows: Sequence[Row]) -> set[int]:
    """The projects that they claim."""
    return fields.ids_in(rows, "project_ids")


def quote_ids(rows: Sequence[Row]) -> set[int]:
    """Their accepted quotes."""
    return fields.ids_in(rows, "sale_order_id")


def open_from(engagement: Engagement, go_live: date | None) -> date:
    """The first of its first month that is not closed."""
    if engagement.closed_until is not None:
        return first_of(engagement.closed_until + ONE_DAY)
    start = engagement.date_start
    return first_of(max(start, go_live) if go_live else start)
