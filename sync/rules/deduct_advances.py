"""Rule 13, tax on receipt: the invoice that is made now deducts what was advanced and taxed.

It deducts net and tax of the lots that had been received by its date, with the tax that was charged
on them, whatever the rate is today. It never comes to less than zero; covered, it comes to 0.00 and
stays an invoice. Where the tax on it cannot be worked out beforehand it goes out whole, and a
credit note on the advance pays it once it stands.

What is to pay an invoice only once it stands (money that came in after its date, untaxed lots) is
not there for the invoices after it: they are not to deduct today what an earlier one draws next.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from sync.domain.documents import Invoice, Reason, Role
from sync.domain.engagement import Engagement
from sync.domain.issues import Issue, Severity, Source
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, TaxSetting
from sync.rules.advance_lots import AdvanceLots, Offer, parts
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
        offers = partial(
            lots.offers,
            engagement.id,
            engagement.client_id,
            invoice.currency,
            invoice.invoice_date,
        )
        setting = settings.get(engagement.id)
        problem = _unknown_tax(engagement, setting)
        by_then = offers(received_by=invoice.invoice_date)
        taxed = any(offer.lot.taxed for offer in by_then)
        if problem is not None or setting is None:
            issues += [problem] if problem and taxed else []
            invoices.append(invoice)
            continue
        due = setting.on([line.amount for line in invoice.lines], invoice.currency)
        left = invoice.net_total + sum(due.values(), ZERO)
        if taxed:
            drawn = _draw(lots, by_then, left)
            invoice = _deducted(lots, invoice, [each for each in drawn if each[0].taxed], due)
            left -= sum((part.total for _, part in drawn), ZERO)
        _draw(lots, offers(), left)
        invoices.append(invoice)
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


def _draw(lots: AdvanceLots, offers: list[Offer], amount: Decimal) -> list[tuple[MoneyLot, Part]]:
    drawn = parts(offers, amount)
    for lot, part in drawn:
        lots.draw(lot.line_id, part)
    return drawn


def _deducted(
    lots: AdvanceLots,
    invoice: Invoice,
    drawn: list[tuple[MoneyLot, Part]],
    due: Mapping[int, Decimal],
) -> Invoice:
    """The invoice with a line for each taxed lot that it draws; ``due``: its taxes without them.

    Untaxed lots whose turn comes first keep their turn: they pay the invoice once it stands.
    """
    if not drawn:
        return invoice
    taxes = dict(due)
    total = invoice.net_total + sum(due.values(), ZERO)
    for _, part in drawn:
        total -= part.total
        for tax, amount in part.taxes:
            taxes[tax] = taxes.get(tax, ZERO) - amount
    return invoice.model_copy(
        update={
            "lines": (
                *invoice.lines,
                *(advance_line(_text(lots, lot), lot, part, sign=-1) for lot, part in drawn),
            ),
            "taxes_due": tuple(sorted(taxes.items())),
            "total_due": total,
            "reasons": (*invoice.reasons, *_reasons(lots, drawn, total)),
        }
    )


def _text(lots: AdvanceLots, lot: MoneyLot) -> str:
    """``Advance ADV/00001 (INV/2025/0007), received on 2025-03-10``."""
    name = f"Advance {lots.advance_of(lot).name} ({lot.move_name})"
    return f"{name}, received on {lot.received_on}" if lot.received_on else name


def _reasons(
    lots: AdvanceLots, drawn: list[tuple[MoneyLot, Part]], total: Decimal
) -> Iterator[Reason]:
    for lot, part in drawn:
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
