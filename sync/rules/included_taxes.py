"""Prices that hold their tax: Odoo is told the price with it, so that the net amount comes out.

What was agreed is net of tax everywhere. Where the taxes of an engagement's product are included in
Odoo's prices, each line names the price with tax; where quantity times that price does not come
back to the line's net amount, the line is one piece. Done for engagements that draw advances, whose
taxes are known beforehand. Where several taxes inside one price round apart, nothing helps: the
gateway refuses the invoice together with the month that it closes, and an issue says why.
"""

from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line
from sync.domain.issues import Issue, Severity, Source
from sync.domain.money import ZERO, Currency, multiply
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import HUNDRED, Rounding, TaxSetting, with_included


def included_taxes(snapshot: Snapshot, _: date, found: Outcome) -> Outcome:
    """The invoices with the prices to tell Odoo."""
    users = {each.id for each in snapshot.engagements if each.use_advances}
    settings = {
        each.engagement_id: each
        for each in snapshot.taxes
        if each.engagement_id in users and any(tax.included for tax in each.taxes)
    }
    if not settings:
        return found
    invoices: list[Invoice] = []
    issues: list[Issue] = []
    for invoice in found.invoices:
        setting = settings.get(invoice.engagement_id)
        if setting is None or invoice.withdrawn:
            invoices.append(invoice)
            continue
        priced = invoice.model_copy(
            update={
                "lines": tuple(_line(line, setting, invoice.currency) for line in invoice.lines)
            }
        )
        if not _comes_back(priced, setting):
            issues.append(_cannot_say(invoice, setting))
        invoices.append(priced)
    return found.model_copy(update={"invoices": tuple(invoices)}).plus(issues=tuple(issues))


def _line(line: Line, setting: TaxSetting, currency: Currency) -> Line:
    """A line of the product's taxes with the price to tell; lines on advances have theirs."""
    if line.tax_ids is not None:
        return line
    price = with_included(line.unit_price, setting.taxes, currency)
    if currency.round(_net(line.quantity * price, setting)) == line.amount:
        return line.model_copy(update={"price_with_tax": price})
    quantity = f"{line.quantity.normalize():f}"
    return line.model_copy(
        update={
            "text": f"{line.text} ({quantity} × {line.unit_price.normalize():f})",
            "quantity": Decimal(1),
            "unit_price": line.amount,
            "price_with_tax": with_included(line.amount, setting.taxes, currency),
        }
    )


def _net(gross: Decimal, setting: TaxSetting) -> Decimal:
    percent = sum((tax.percent for tax in setting.taxes if tax.included and tax.known), ZERO)
    return multiply(gross * HUNDRED, 1, 1) / (HUNDRED + percent)


def _comes_back(invoice: Invoice, setting: TaxSetting) -> bool:
    """Whether the lines together come to the net amount: Odoo takes the rounded taxes off the
    prices, per line or once for the document.
    """
    own = [line for line in invoice.lines if line.price_with_tax is not None]
    gross = [line.quantity * (line.price_with_tax or ZERO) for line in own]
    nets = [_net(each, setting) for each in gross]
    groups = [[net] for net in nets]
    if setting.rounding is Rounding.globally:
        groups = [nets]
    taxes = sum(
        (
            invoice.currency.round(
                sum((multiply(net * tax.percent, 1, 100) for net in group), ZERO)
            )
            for group in groups
            for tax in setting.taxes
            if tax.included
        ),
        ZERO,
    )
    whole = invoice.currency.round(sum(gross, ZERO))
    return whole - taxes == sum((line.amount for line in own), ZERO)


def _cannot_say(invoice: Invoice, setting: TaxSetting) -> Issue:
    names = ", ".join(tax.name for tax in setting.taxes if tax.included)
    return Issue(
        code="included_tax_rounds",
        severity=Severity.warning,
        source=Source(model="retainer.engagement", id=invoice.engagement_id),
        field="product_id",
        message=f"{invoice.role.value} of {invoice.invoice_date} will be refused: with {names} in"
        f" its prices it does not come to {invoice.currency.text(invoice.untaxed)} net; give the"
        " product a tax that is not included in the price",
        engagement_id=invoice.engagement_id,
    )
