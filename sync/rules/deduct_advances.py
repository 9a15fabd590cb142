"""Rule 13, tax on receipt: the invoice that is made now deducts what was advanced and taxed.

It deducts net and tax of the lots that had been received by its date, with the tax that was charged
on them, whatever the rate is today. It never comes to less than zero; covered, it comes to 0.00 and
stays an invoice. Where the tax on it cannot be worked out beforehand it goes out whole, and a
credit note on the advance pays it once it stands.

What is to pay an invoice only once it stands (money that came in after its date, untaxed lots) is
not there for the invoices after it: they are not to deduct today what an earlier one draws next.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Reason, Role
from sync.domain.engagement import Engagement
from sync.domain.issues import Issue, Severity, Source
from sync.domain.ledger import MoneyLot
from sync.domain.lots import drain
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, TaxSetting
from sync.rules.advance_lots import AdvanceLots, Offer
from sync.rules.check_advances import source_of
from sync.rules.drain_advances import advance_line

_NOT_BILLED = (Role.advance_request, Role.advance_return, Role.drawdown)


def deduct_advances(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """The invoices, those of engagements with taxed advances less what was advanced."""
    lots = AdvanceLots(snapshot, as_of, found)
    settings = {each.engagement_id: each for each in snapshot.taxes}
    engagements = {each.id: each for each in snapshot.engagements}
    written = {each.key for each in snapshot.invoices if not each.is_draft_of_ours}
    invoices: list[Invoice] = []
    issues: list[Issue] = []
    for invoice in found.invoices:
        engagement = engagements.get(invoice.engagement_id)
        if engagement is None or not _may_deduct(invoice, engagement, written):
            invoices.append(invoice)
            continue
        offers = lots.offers(
            engagement.id,
            engagement.client_id,
            invoice.currency,
            invoice.invoice_date,
            received_by=invoice.invoice_date,
        )
        setting = settings.get(engagement.id)
        problem = _unknown_tax(engagement, setting)
        if not any(offer.lot.taxed for offer in offers):
            if problem is None and setting is not None:
                _keep_back(lots, engagement, invoice, sum(_due(invoice, setting), ZERO))
            invoices.append(invoice)
            continue
        if problem is not None:
            issues.append(problem)
            invoices.append(invoice)
            continue
        assert setting is not None, "without one there is a problem"
        deducted, left = _deducted(lots, invoice, offers, setting)
        _keep_back(lots, engagement, invoice, left)
        invoices.append(deducted)
    return found.model_copy(
        update={"invoices": tuple(invoices), "issues": (*found.issues, *issues)}
    )


def _may_deduct(invoice: Invoice, engagement: Engagement, written: set[str]) -> bool:
    return (
        engagement.use_advances
        and not invoice.credit
        and not invoice.withdrawn
        and invoice.held is None
        and invoice.role not in _NOT_BILLED
        and invoice.key not in written
    )


def _due(invoice: Invoice, setting: TaxSetting) -> tuple[Decimal, Decimal]:
    """Net and tax of an invoice before anything is deducted."""
    taxes = setting.on([line.amount for line in invoice.lines], invoice.currency)
    return invoice.net_total, sum(taxes.values(), ZERO)


def _keep_back(lots: AdvanceLots, engagement: Engagement, invoice: Invoice, left: Decimal) -> None:
    """Take from the lots what will pay the rest of an invoice once it stands."""
    for offer in lots.offers(
        engagement.id, engagement.client_id, invoice.currency, invoice.invoice_date
    ):
        part = offer.part(max(left, ZERO))
        left -= part.total
        lots.draw(offer.lot.line_id, part)


def _deducted(
    lots: AdvanceLots, invoice: Invoice, offers: list[Offer], setting: TaxSetting
) -> tuple[Invoice, Decimal]:
    """The invoice with a line for each taxed lot that it draws, and what nothing has paid yet.

    Untaxed lots whose turn comes first keep their turn: they pay the invoice once it stands.
    """
    due = setting.on([line.amount for line in invoice.lines], invoice.currency)
    total = left = sum(_due(invoice, setting), ZERO)
    by_lot = {str(offer.lot.line_id): offer for offer in offers}
    draws, _ = drain(
        [(name, each.whole.total) for name, each in by_lot.items()], max(total, ZERO), ZERO
    )
    parts: list[tuple[MoneyLot, Part]] = []
    for draw in draws:
        part = by_lot[draw.lot].part(draw.quantity)
        lot = by_lot[draw.lot].lot
        lots.draw(lot.line_id, part)
        left -= part.total
        if lot.taxed:
            parts.append((lot, part))
    if not parts:
        return invoice, left
    for _, part in parts:
        total -= part.total
        for tax, amount in part.taxes:
            due[tax] = due.get(tax, ZERO) - amount
    deducted = invoice.model_copy(
        update={
            "lines": (
                *invoice.lines,
                *(advance_line(_text(lots, lot), lot, part, sign=-1) for lot, part in parts),
            ),
            "taxes_due": tuple(sorted(due.items())),
            "total_due": total,
            "reasons": (*invoice.reasons, *_reasons(lots, parts, total)),
        }
    )
    return deducted, left


def _text(lots: AdvanceLots, lot: MoneyLot) -> str:
    """``Advance ADV/00001 (INV/2025/0007), received on 2025-03-10``."""
    name = f"Advance {lots.advance_of(lot).name} ({lot.move_name})"
    return f"{name}, received on {lot.received_on}" if lot.received_on else name


def _reasons(
    lots: AdvanceLots, parts: list[tuple[MoneyLot, Part]], total: Decimal
) -> Iterator[Reason]:
    for lot, part in parts:
        currency = lot.currency
        taxes = sum((amount for _, amount in part.taxes), ZERO)
        yield Reason(
            rule="deduct_advances",
            text=f"{currency.text(part.net)} and {currency.text(taxes)} tax of {lot.move_name} are"
            f" deducted; {currency.text(total)} is left to pay",
            records=(source_of(lots.advance_of(lot)),),
        )


def _unknown_tax(engagement: Engagement, setting: TaxSetting | None) -> Issue | None:
    """Why the tax on its invoices cannot be worked out beforehand."""
    if setting is None:
        why = "Odoo names no taxes for it; set a product with sales taxes on the engagement"
    else:
        others = [f"{tax.name} ({tax.kind})" for tax in setting.taxes if not tax.known]
        if not others:
            return None
        why = f"of {', '.join(others)} only Odoo can tell the amount; use taxes in percent"
    return Issue(
        code="tax_not_supported",
        severity=Severity.notice,
        source=Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
        field="product_id",
        message=f"its taxed advances are not deducted on the invoice but by a credit note once it"
        f" stands: {why}, if they are to be deducted on it",
        engagement_id=engagement.id,
    )
