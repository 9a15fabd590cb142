"""A plan that is far too large is a mistake somewhere: it is refused unless forced."""

from decimal import Decimal

from sync.domain.value import Exact, Value
from sync.plan.changes import Plan


class Limits(Value):
    """Most that one plan may do."""

    max_documents: int = 2000
    """Invoices and credit notes in one plan."""
    max_total: Exact = Decimal(5_000_000)
    """Net amount in any one currency, invoices and credit notes added up."""


def exceeded(plan: Plan, limits: Limits) -> tuple[str, ...]:
    """What is unusual about the plan, one line each; empty when it is within its limits."""
    found = []
    count = len(plan.invoices)
    if count > limits.max_documents:
        found.append(f"{count} invoices, more than the {limits.max_documents} allowed in one plan")
    for code, total in sorted(plan.gross_by_currency.items()):
        if total > limits.max_total:
            found.append(f"{total:,} {code} in all, more than the {limits.max_total:,} allowed")
    return tuple(found)
