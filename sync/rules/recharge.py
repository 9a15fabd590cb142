"""Rule 10: recharge purchases at cost plus markup, once.

A line counts once it is received or billed by the vendor, whichever is more; what is on our
invoices already is never charged again, and what the vendor credited, or what was on an order that
was cancelled, is given back. Recharges are
invoiced on the same day of the month as extra work, never on a day before the purchase. While
nobody decided on an invoice of purchases that a person deleted, they are asked for as that invoice:
another month's would bill them behind the person's back.
"""

from datetime import date
from decimal import Decimal

from sync.domain.calendar import billing_month, day_of
from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import PurchaseLine
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import CREDIT, key, month_source, source_of
from sync.domain.money import multiply
from sync.rules.bill import draft_invoice, is_used
from sync.rules.case import Case, Findings

Charge = tuple[PurchaseLine, Decimal, Line]
"""A purchase line, the quantity recharged now (negative: given back), and the invoice's line."""


def recharge(case: Case, found: Findings) -> Findings:
    """The month's invoice of purchases, and a credit note for what vendors credited."""
    if not case.engagement.recharge_purchases:
        return found
    charges: list[Charge] = []
    for each in case.purchase_lines:
        quantity = each.chargeable - each.recharged
        if not quantity:
            continue
        if each.rate is None or each.rate <= 0:
            found = found.plus(issues=(_no_rate(case, each),))
            continue
        charges.append((each, quantity, _line(case, each, quantity)))
    month = billing_month(case.company.out_of_scope_day, case.as_of)
    billing_day = day_of(month, case.company.out_of_scope_day)
    charges = [charge for charge in charges if charge[0].ordered_on <= billing_day]
    due = [charge for charge in charges if charge[1] > 0 and charge[2].amount > 0]
    back = [charge for charge in charges if charge[1] < 0 and charge[2].amount > 0]
    deleted = _undecided(case, credit=False)
    source = source_of(deleted) if deleted else month_source(month)
    if not is_used(case, key(case.company.id, case.engagement.id, Role.recharge, source)):
        found = found.plus(invoices=_invoice(case, source, billing_day, due, credit=False))
    deleted = _undecided(case, credit=True)
    source = source_of(deleted) if deleted else month_source(month) + CREDIT
    credits_ = _invoice(case, source, case.as_of, back, credit=True)
    if deleted:  # that very one, also where a later one stands beside it
        credits_ = tuple(each.model_copy(update={"key": deleted}) for each in credits_)
    return found.plus(invoices=credits_)


def _undecided(case: Case, *, credit: bool) -> str:
    """The key of the first invoice (or credit note) of purchases that a person deleted, and of
    which nobody said whether that is right.
    """
    kind = f"{case.company.id}/{case.engagement.id}/{Role.recharge}/"
    return min(
        (
            each.key
            for each in case.tombstones
            if each.key.startswith(kind) and each.credit == credit and each.accepted is None
        ),
        default="",
    )


def _line(case: Case, each: PurchaseLine, quantity: Decimal) -> Line:
    assert each.rate is not None, "a line without a rate is not charged"
    engagement = case.engagement
    cost = multiply(abs(quantity) * each.unit_cost / each.rate, 1, 1)
    amount = engagement.currency.round(multiply(cost * (100 + engagement.recharge_markup), 1, 100))
    line = Line.of_amount(
        f"{each.text} ({each.order_name}, {_plain(abs(quantity))})",
        amount,
        engagement.product_id,
    )
    return line.model_copy(update={"purchase": (each.id, quantity)})


def _invoice(
    case: Case, source: str, day: date, charges: list[Charge], *, credit: bool
) -> tuple[Invoice, ...]:
    if not charges:
        return ()
    days = [each.ordered_on for each, _, _ in charges]
    return draft_invoice(
        case,
        role=Role.recharge,
        source=source,
        invoice_date=day,
        raised_on=day,
        service=(min(days), max(days)),
        lines=tuple(line for _, _, line in charges),
        credit=credit,
        additional=credit,
        reasons=tuple(_reason(case, *charge) for charge in charges),
    )


def _reason(case: Case, each: PurchaseLine, quantity: Decimal, line: Line) -> Reason:
    engagement = case.engagement
    at_rate = "" if each.currency == engagement.currency else f" ÷ {each.rate}"
    credited = f" after {_plain(each.credited)} credited" if each.credited else ""
    return Reason(
        rule="recharge",
        text=f"{each.order_name}, {each.vendor}: received {_plain(each.received)}, billed by the"
        f" vendor {_plain(each.invoiced)}{credited}: {_plain(each.chargeable)} to recharge, before"
        f" {_plain(each.recharged)}; {_plain(quantity)} ×"
        f" {each.unit_cost} {each.currency.code}{at_rate}"
        f" + {_plain(engagement.recharge_markup)} %"
        f" = {engagement.currency.text(line.amount)}",
        records=(Source(model="purchase.order.line", id=each.id, name=each.order_name),),
    )


def _plain(number: Decimal) -> str:
    """A quantity without zeros behind it."""
    return f"{number.normalize():f}"


def _no_rate(case: Case, each: PurchaseLine) -> Issue:
    return Issue(
        code="no_currency_rate",
        severity=Severity.warning,
        source=Source(model="purchase.order.line", id=each.id, name=each.order_name),
        field="currency_id",
        message=f"is in {each.currency.code} and Odoo has no rate for {each.ordered_on}; enter the"
        " rate under Accounting › Currencies",
        engagement_id=case.engagement.id,
    )
