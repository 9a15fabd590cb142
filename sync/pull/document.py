"""One document of ours with the reasons that were written beside it, for ``drawdown explain``."""

from collections.abc import Callable, Sequence
from functools import partial

from mappings import (
    account_account,
    account_move,
    account_move_line,
    explained,
    journal_entry,
    retainer_alert,
    retainer_change_order,
    retainer_period,
    sale_order,
    sale_order_line,
)
from mappings.account_move_line import InvoiceLine
from mappings.fields import Row, Terms
from mappings.journal_entry import WrittenLine
from sync.domain.documents import Reason
from sync.domain.existing import ExistingInvoice, ExistingPeriod
from sync.domain.ledger import ExistingEntry
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.domain.value import Value
from sync.odoo.gateway import Gateway
from sync.pull.company import read_company
from sync.pull.errors import DocumentNotFound, PullError
from sync.pull.reader import Reader

_FEW = 2


class Standing(Value):
    """A document as it stands in Odoo; what it is is set: ``invoice``, ``entry`` or ``period``."""

    kind: str
    """``move``, ``entry``, ``period``, ``quotation``, ``approval`` or ``alert``."""
    id: int
    key: str
    name: str
    """Its number in Odoo, an alert's message; empty for a draft without a number."""
    currency: Currency | None = None
    invoice: ExistingInvoice | None = None
    po: str = ""
    """Number of the client's purchase order that stands on the invoice."""
    entry: ExistingEntry | None = None
    period: ExistingPeriod | None = None
    lines: tuple[InvoiceLine, ...] = ()
    entry_lines: tuple[tuple[str, WrittenLine], ...] = ()
    """(account, line) of an entry."""
    engagement_id: int | None = None
    """Of a quotation or a request."""
    request: retainer_change_order.Request | None = None
    """A request to approve overage."""
    reasons: tuple[Reason, ...] = ()


def read_document(gateway: Gateway, company: int | str, name_or_key: str) -> Standing:
    """The document of ours with that number or key.

    Raises ``DocumentNotFound``, other ``PullError`` and ``GatewayError``. Eight calls at most.
    """
    reader = Reader(gateway, page_size=1000)
    of, _, currencies = read_company(reader, company)
    kinds: Sequence[tuple[str, Terms, Sequence[str], Callable[[Row], Standing]]] = (
        (
            account_move.MODEL,
            account_move.named(of.id, name_or_key),
            (*account_move.FIELDS, account_move.PO_NUMBER),
            lambda row: (
                _entry(reader, row, of, currencies)
                if account_move.is_entry(row)
                else _invoice(reader, row, of.id, currencies)
            ),
        ),
        (
            retainer_period.MODEL,
            retainer_period.of_keys(of.id, [name_or_key]),
            retainer_period.FIELDS,
            lambda row: _period(reader, row),
        ),
        (
            sale_order.MODEL,
            sale_order.named(of.id, name_or_key),
            sale_order.SHOWN_FIELDS,
            lambda row: _quotation(reader, row, of.id, currencies),
        ),
        (
            retainer_change_order.MODEL,
            retainer_change_order.of_key(of.id, name_or_key),
            retainer_change_order.SHOWN_FIELDS,
            lambda row: _request(row, currencies),
        ),
        (
            retainer_alert.MODEL,
            retainer_alert.of_key(of.id, name_or_key),
            retainer_alert.SHOWN_FIELDS,
            _alert,
        ),
    )
    for model, domain, names, standing in kinds:
        asked = (*names, explained.FIELD)
        for row in gateway.search_read(model, domain, asked, limit=_FEW):
            reader.issues.clear()
            found = reader.read(model, [row], partial(_whole, standing=standing))
            if reader.issues:
                raise PullError(str(reader.issues[0]))
            return found.values[0]
    raise DocumentNotFound(name_or_key)


def _whole(row: Row, standing: Callable[[Row], Standing]) -> Standing:
    return standing(row).model_copy(update={"reasons": explained.reasons(row)})


def _invoice(
    reader: Reader, row: Row, company_id: int, currencies: dict[int, Currency]
) -> Standing:
    invoice = account_move.value(row, company_id, currencies)
    currency = account_move.currency(row, currencies)
    rows = reader.rows(
        account_move_line.MODEL, account_move_line.of_moves([invoice.id]), account_move_line.FIELDS
    )
    return Standing(
        kind=account_move.KIND,
        id=invoice.id,
        key=invoice.key,
        name=invoice.name,
        currency=currency,
        invoice=invoice,
        po=account_move.po_number(row),
        lines=tuple(
            line
            for _, line in reader.read(
                account_move_line.MODEL, rows, lambda each: account_move_line.value(each, currency)
            ).values
        ),
    )


def _entry(reader: Reader, row: Row, company: Company, currencies: dict[int, Currency]) -> Standing:
    entry = journal_entry.value(row, company.id, currencies)
    lines = reader.read(
        journal_entry.LINE_MODEL,
        reader.rows(
            journal_entry.LINE_MODEL, journal_entry.lines_of([entry.id]), journal_entry.LINE_FIELDS
        ),
        lambda row: journal_entry.line(row, company.currency, currencies),
    ).values
    named = reader.read(
        account_account.MODEL,
        reader.rows(
            account_account.MODEL,
            account_account.domain({each.account_id for each in lines}),
            account_account.FIELDS,
        ),
        account_account.value,
    ).values
    accounts = dict(named)
    return Standing(
        kind="entry",
        id=entry.id,
        key=entry.key,
        name=entry.name,
        currency=account_move.currency(row, currencies),
        entry=entry,
        entry_lines=tuple((accounts.get(each.account_id, ""), each) for each in lines),
    )


def _period(reader: Reader, row: Row) -> Standing:
    bare = retainer_period.value(row, {})
    rows = reader.rows(
        retainer_period.LOT_MODEL,
        retainer_period.lots_domain([bare.id]),
        retainer_period.LOT_FIELDS,
    )
    lots = reader.read(retainer_period.LOT_MODEL, rows, retainer_period.lot).values
    by_period = retainer_period.lots_by_period(lots)
    return Standing(
        kind=retainer_period.KIND,
        id=bare.id,
        key=bare.key,
        name=f"{bare.date_start:%Y-%m}",
        period=bare.model_copy(update={"lots": by_period.get(bare.id, ())}),
    )


def _quotation(
    reader: Reader, row: Row, company_id: int, currencies: dict[int, Currency]
) -> Standing:
    quote = sale_order.value(row, company_id)
    currency = account_move.currency(row, currencies)
    rows = reader.rows(
        sale_order_line.MODEL, sale_order_line.of_order(quote.id), sale_order_line.SHOWN_FIELDS
    )
    return Standing(
        kind=sale_order.KIND,
        id=quote.id,
        key=quote.key,
        name=quote.name,
        currency=currency,
        engagement_id=sale_order.engagement(row),
        lines=reader.read(
            sale_order_line.MODEL, rows, lambda each: sale_order_line.shown(each, currency)
        ).values,
    )


def _request(row: Row, currencies: dict[int, Currency]) -> Standing:
    request = retainer_change_order.request(row, currencies)
    return Standing(
        kind="approval",
        id=request.id,
        key=request.key,
        name=request.name,
        currency=request.currency,
        engagement_id=request.engagement_id,
        request=request,
    )


def _alert(row: Row) -> Standing:
    record, key, message = retainer_alert.shown(row)
    return Standing(kind=retainer_alert.KIND, id=record, key=key, name=message)
