"""What stands out of a plan that is over its limits, so that people see where a mistake may be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sync.domain.calendar import add_months, first_of
from sync.domain.money import ZERO
from sync.report.invoices import ShownInvoice

MOST = 3
"""So many of a kind are named."""


def unusual(invoices: Sequence[ShownInvoice], as_of: date) -> tuple[str, ...]:
    """The largest documents, the engagements with most of them, and service long past; a line each.

    A share is of all invoices and credit notes of a currency, added up without their signs.
    """
    return (*_largest(invoices), *_most(invoices), *_late(invoices, as_of))


def _largest(invoices: Iterable[ShownInvoice]) -> Iterable[str]:
    in_all: dict[str, Decimal] = {}
    for each in invoices:
        in_all[each.currency] = in_all.get(each.currency, ZERO) + abs(each.net)
    found = sorted(invoices, key=lambda each: -abs(each.net) / (in_all[each.currency] or 1))
    for each in found[:MOST]:
        share = abs(each.net) * 100 / (in_all[each.currency] or 1)
        yield (
            f"{each.role.replace('_', ' ')} of {each.invoice_date}, {_whose(each)}:"
            f" {each.net_cell.text}, {share:.0f} % of all {each.currency}"
        )


def _most(invoices: Iterable[ShownInvoice]) -> Iterable[str]:
    names = {each.engagement_id: _whose(each) for each in invoices}
    count = Counter(each.engagement_id for each in invoices)
    for engagement, number in count.most_common(MOST):
        if number > 1:
            yield f"{number} of {count.total()} invoices are of {names[engagement]}"


def _late(invoices: Iterable[ShownInvoice], as_of: date) -> Iterable[str]:
    month = add_months(first_of(as_of), -1)
    number = sum(each.service_end < month for each in invoices)
    if number:
        yield f"{number} {'is' if number == 1 else 'are'} for service before {month:%B %Y}"


def _whose(invoice: ShownInvoice) -> str:
    return f"{invoice.engagement or 'no engagement'} ({invoice.client})"
