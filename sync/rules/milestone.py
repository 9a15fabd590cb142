"""Rule 8: a milestone is invoiced when it is signed off, dated that day, never batched."""

from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import Milestone
from sync.domain.issues import Issue, Severity, Source
from sync.rules.bill import draft_invoice
from sync.rules.case import Case, Findings


def milestone(case: Case, found: Findings) -> Findings:
    """One invoice per milestone that is signed off and not billed."""
    for each in case.milestones:
        if each.reached_on is None or each.reached_on > case.as_of:
            continue
        if each.amount <= 0:
            found = found.plus(issues=(_no_amount(each),))
        else:
            found = found.plus(invoices=_invoice(case, each))
    return found


def text(each: Milestone) -> str:
    """``Website rebuild, Milestone 2: design system sign-off``."""
    if each.number:
        return f"{each.project_name}, Milestone {each.number}: {each.name}"
    return f"{each.project_name}: {each.name}"


def _invoice(case: Case, each: Milestone) -> tuple[Invoice, ...]:
    assert each.reached_on is not None, "only a signed-off milestone is billed"
    currency = case.engagement.currency
    amount = currency.round(each.amount)
    signed = f" ({each.reference})" if each.reference else ""
    quote = f"; quote {case.engagement.quote_name}" if case.engagement.quote_name else ""
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
            Reason(
                rule="milestone",
                text=f"signed off on {each.reached_on}{signed}: {currency.text(amount)}{quote}",
                records=(_source(each),),
            ),
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
