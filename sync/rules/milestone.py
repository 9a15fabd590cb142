"""Rule 8: a milestone is invoiced when it is signed off, dated that day, never batched.

Its amount is fixed, or a quantity at a price, or a percentage of the accepted quote, of which the
last such milestone takes what rounding left. A sign-off that is taken back takes its invoice back.
"""

from decimal import Decimal

from sync.domain.documents import Alert, Invoice, Line, Reason, Role
from sync.domain.engagement import Milestone
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key, stem_of
from sync.domain.money import ZERO, multiply
from sync.rules.bill import billed, draft_invoice, take_back
from sync.rules.case import Case, Findings


def milestone(case: Case, found: Findings) -> Findings:
    """One invoice per milestone that is signed off; the reverse for a sign-off taken back."""
    amounts = amounts_of(case)
    over = _over_quote(case, amounts)
    if over:
        return found.plus(issues=over)
    for each in case.milestones:
        if each.reached_on is None or each.reached_on > case.as_of:
            found = found.plus(invoices=_taken_back(case, each), alerts=_overdue(case, each))
        elif each.billed:
            continue
        elif amounts[each.id] <= 0:
            found = found.plus(issues=(_no_amount(each),))
        else:
            found = found.plus(invoices=_invoice(case, each, amounts[each.id]))
    return found


def text(each: Milestone) -> str:
    """``Website rebuild, Milestone 2: design system sign-off``."""
    if each.number:
        return f"{each.project_name}, Milestone {each.number}: {each.name}"
    return f"{each.project_name}: {each.name}"


def amounts_of(case: Case) -> dict[int, Decimal]:
    """Net amount of each milestone in the engagement's currency, by milestone id.

    Where the percentages of the quote add up to 100, the last of them takes the residual, so that
    all together come to the quote exactly.
    """
    currency = case.engagement.currency
    quote = case.engagement.quote_total or ZERO
    amounts: dict[int, Decimal] = {}
    shares: list[Milestone] = []
    for each in sorted(case.milestones, key=lambda each: (each.number.zfill(9), each.id)):
        if each.amount:
            amounts[each.id] = currency.round(each.amount)
        elif each.quantity:
            amounts[each.id] = currency.round(each.quantity * each.unit_price)
        else:
            amounts[each.id] = currency.round(multiply(quote * each.percent, 1, 100))
            shares.append(each)
    if shares and sum((each.percent for each in shares), ZERO) == 100:
        rest = sum((amounts[each.id] for each in shares[:-1]), ZERO)
        amounts[shares[-1].id] = currency.round(quote) - rest
    return amounts


def _invoice(case: Case, each: Milestone, amount: Decimal) -> tuple[Invoice, ...]:
    assert each.reached_on is not None, "only a signed-off milestone is billed"
    return draft_invoice(
        case,
        role=Role.milestone,
        source=f"m{each.id}",
        invoice_date=each.reached_on,
        raised_on=each.reached_on,
        service=(each.reached_on, each.reached_on),
        lines=(Line.of_amount(text(each), amount, case.engagement.product_id),),
        milestone_ids=(each.id,),
        reasons=(
            Reason(rule="milestone", text=_why(case, each, amount), records=(_source(each),)),
        ),
    )


def _why(case: Case, each: Milestone, amount: Decimal) -> str:
    currency = case.engagement.currency
    signed = f" ({each.reference})" if each.reference else ""
    if each.amount:
        how = "fixed amount"
    elif each.quantity:
        how = f"{each.quantity.normalize():f} × {each.unit_price.normalize():f}"
    else:
        quote = currency.text(case.engagement.quote_total or ZERO)
        how = f"{each.percent.normalize():f} % of {quote}"
    quoted = f"; quote {case.engagement.quote_name}" if case.engagement.quote_name else ""
    return f"signed off on {each.reached_on}{signed}: {how} = {currency.text(amount)}{quoted}"


def _taken_back(case: Case, each: Milestone) -> tuple[Invoice, ...]:
    """The draft withdrawn or the credit note, where the milestone was billed before."""
    stem = stem_of(key(case.company.id, case.engagement.id, Role.milestone, f"m{each.id}"))
    for standing in billed(case, stem)[:1]:
        return take_back(case, standing, f"{text(each)}: sign-off taken back")
    return ()


def _overdue(case: Case, each: Milestone) -> tuple[Alert, ...]:
    if each.reached_on is not None or each.deadline is None or each.deadline >= case.as_of:
        return ()
    return (
        Alert(
            key=key(case.company.id, case.engagement.id, "alert", f"m{each.id}-overdue"),
            kind="milestone_overdue",
            severity="warning",
            engagement_id=case.engagement.id,
            message=f"{text(each)}: due on {each.deadline} and not signed off; nothing is invoiced"
            " until it is",
        ),
    )


def _source(each: Milestone) -> Source:
    return Source(model="project.milestone", id=each.id, name=each.name)


def _no_amount(each: Milestone) -> Issue:
    return Issue(
        code="milestone_without_amount",
        severity=Severity.warning,
        source=_source(each),
        field="retainer_amount",
        message="signed off, but its amount is not more than zero; enter the amount of the quote",
        engagement_id=each.engagement_id,
    )


def _over_quote(case: Case, amounts: dict[int, Decimal]) -> tuple[Issue, ...]:
    """Milestones that come to more than the accepted quote: none is billed until that is mended."""
    quote = case.engagement.quote_total
    total = sum(amounts.values(), ZERO)
    if quote is None or total <= quote:
        return ()
    currency = case.engagement.currency
    return (
        Issue(
            code="milestones_over_quote",
            severity=Severity.blocker,
            source=case.source,
            field="milestones",
            message=f"its milestones come to {currency.text(total)}, the accepted quote"
            f" {case.engagement.quote_name} to {currency.text(quote)}; correct the amounts, or have"
            " the difference quoted and accepted",
            engagement_id=case.engagement.id,
        ),
    )
