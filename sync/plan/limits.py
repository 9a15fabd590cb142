"""A plan that is far too large is a mistake somewhere: it is refused unless forced."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sync.domain.money import ZERO
from sync.domain.value import Exact, Value
from sync.plan.changes import Plan


class Limits(Value):
    """Most that one run may do: its plan, and the plans of the waves that follow from it."""

    max_documents: int = 2000
    """Invoices, credit notes and journal entries in one run."""
    max_total: Exact = Decimal(5_000_000)
    """Net amount in any one currency, invoices and credit notes added up; the same for entries."""


def exceeded(plan: Plan, limits: Limits, before: Sequence[Plan] = ()) -> tuple[str, ...]:
    """What is unusual about the plan, one line each; empty when it is within its limits.

    ``before``: what the same run has written already.
    """
    plans = (*before, plan)
    found = []
    invoices = sum(len(each.invoices) for each in plans)
    entries = sum(len(each.entries) for each in plans)
    if invoices + entries > limits.max_documents:
        counted = f"{invoices} invoices" + (f" and {entries} entries" if entries else "")
        found.append(
            f"{counted}, more than the {limits.max_documents} allowed in one run (max_documents)"
        )
    for what, sums in (
        ("in all", [each.gross_by_currency for each in plans]),
        ("in entries", [each.entries_by_currency for each in plans]),
    ):
        for code, total in sorted(_added(sums).items()):
            if total > limits.max_total:
                found.append(
                    f"{total:,} {code} {what}, more than the {limits.max_total:,} allowed"
                    " in one run (max_total)"
                )
    return tuple(found)


def _added(sums: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for each in sums:
        for code, amount in each.items():
            totals[code] = totals.get(code, ZERO) + amount
    return totals
