"""Invoices as the account manager reads them: for whom, under whose purchase order, and why."""

from collections.abc import Iterable
from datetime import date

from sync.domain.documents import Invoice, Line, Reasons
from sync.domain.issues import Issue
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value
from sync.plan.changes import Change, Plan
from sync.report.blocks import Amount, Row, Table, amounts, days, texts
from sync.report.names import Names

NO_PO = "none"


class ShownInvoice(Value):
    """An invoice or credit note that is planned, held or written. ``net`` is below zero for a
    credit note.
    """

    key: str
    action: str
    """``create``, ``rewrite`` or ``hold``; after a run also ``unchanged``, ``conflict``,
    ``rejected``.
    """
    number: str = ""
    """Odoo's number, once it has one."""
    id: int | None = None
    invoice_date: date
    client: str
    engagement: str
    engagement_id: int
    role: str
    credit: bool
    po: str
    reference: str
    net: Exact
    currency: str
    digits: int
    service_start: date
    service_end: date
    lines: tuple[Line, ...]
    why: str
    reasons: Reasons
    held: Issue | None = None

    @property
    def net_cell(self) -> Amount:
        """``1,050.00 USD``, with a minus for a credit note."""
        return Amount(amount=self.net, currency=self.currency, digits=self.digits)


def shown(invoice: Invoice, action: str, names: Names) -> ShownInvoice:
    """The invoice with its names and its reasons in one line."""
    return ShownInvoice(
        key=invoice.key,
        action=action,
        invoice_date=invoice.invoice_date,
        client=names.client(invoice.engagement_id) or names.client_of(invoice.partner_id),
        engagement=names.engagement(invoice.engagement_id),
        engagement_id=invoice.engagement_id,
        role=invoice.role.value,
        credit=invoice.credit,
        po=invoice.po_number,
        reference=invoice.reference,
        net=-invoice.untaxed if invoice.credit else invoice.untaxed,
        currency=invoice.currency.code,
        digits=invoice.currency.digits,
        service_start=invoice.service_start,
        service_end=invoice.service_end,
        lines=invoice.lines,
        why="; ".join(reason.text for reason in invoice.reasons),
        reasons=invoice.reasons,
        held=invoice.held,
    )


def planned(plan: Plan, names: Names) -> tuple[ShownInvoice, ...]:
    """The invoices that the plan writes, by client, engagement and date."""
    return by_client(_of_change(change, names) for change in plan.changes if change.invoice)


def _of_change(change: Change, names: Names) -> ShownInvoice:
    assert change.invoice is not None
    return shown(change.invoice, change.action.value, names)


def held(plan: Plan, names: Names) -> tuple[ShownInvoice, ...]:
    """The invoices that may not go out yet."""
    return by_client(shown(each, "hold", names) for each in plan.held)


def by_client(invoices: Iterable[ShownInvoice]) -> tuple[ShownInvoice, ...]:
    """Sorted as one looks for them."""
    return tuple(
        sorted(
            invoices,
            key=lambda each: (each.client, each.engagement_id, each.invoice_date, each.key),
        )
    )


def invoice_table(invoices: tuple[ShownInvoice, ...], title: str, *, written: bool) -> Table:
    """The table of the 28th. ``written`` shows Odoo's numbers, else what will be done."""
    return Table(
        tag="invoice",
        title=title,
        columns=(
            *texts("number" if written else "action"),
            *days("date"),
            *texts("client", "engagement", "role", "po"),
            *amounts("net"),
            *texts("key"),
        ),
        detail="why",
        rows=tuple(
            Row(
                cells=(
                    (each.number or "draft") if written else each.action,
                    each.invoice_date,
                    each.client,
                    each.engagement,
                    role_text(each.role, credit=each.credit),
                    each.po or NO_PO,
                    each.net_cell,
                    each.key,
                ),
                detail=f"{'; '.join(line.text for line in each.lines)}: {each.why}",
            )
            for each in invoices
        ),
    )


def held_table(invoices: tuple[ShownInvoice, ...]) -> Table:
    """What waits, and for what."""
    return Table(
        tag="held",
        title="Held: not sent until somebody acts",
        columns=(
            *days("date"),
            *texts("client", "engagement", "role", "po"),
            *amounts("net"),
            *texts("key"),
        ),
        detail="reason",
        rows=tuple(
            Row(
                cells=(
                    each.invoice_date,
                    each.client,
                    each.engagement,
                    role_text(each.role, credit=each.credit),
                    each.po or NO_PO,
                    each.net_cell,
                    each.key,
                ),
                detail=f"{each.held.source}: {each.held.message}" if each.held else "",
            )
            for each in invoices
        ),
    )


def role_text(role: str, *, credit: bool = False) -> str:
    """``out of scope``, ``fee (credit note)``."""
    return role.replace("_", " ") + (" (credit note)" if credit else "")


def totals(invoices: Iterable[ShownInvoice]) -> dict[str, str]:
    """Net amount per currency, as text in its precision."""
    sums: dict[str, tuple[Currency, Exact]] = {}
    for each in invoices:
        currency = Currency(id=1, code=each.currency, digits=each.digits)
        so_far = sums.get(each.currency, (currency, ZERO))[1]
        sums[each.currency] = (currency, so_far + each.net)
    return {code: currency.text(total) for code, (currency, total) in sorted(sums.items())}
