"""How much of an entry counts: rounded up, weighed, less what was billed before."""

from decimal import Decimal

import pytest

from sync.domain.terms import RoleRate
from sync.rules.count_time import count_time
from tests.unit.rules.world import entry, terms

MINUTE = 60
SENIOR = (RoleRate(role_id=3, factor=Decimal("1.5")),)
MONTHS_LATER = (*SENIOR, RoleRate(role_id=3, factor=Decimal(2)))
"""Entered twice by mistake: the first counts."""


@pytest.mark.parametrize(
    ("increment", "rates", "role", "billed", "counted"),
    [
        (0, (), None, 0, 1810),
        (1, (), None, 0, 31 * MINUTE),
        (15, (), None, 0, 45 * MINUTE),
        (0, SENIOR, 3, 0, 2715),
        (0, SENIOR, 4, 0, 1810),
        (0, SENIOR, None, 0, 1810),
        (0, MONTHS_LATER, 3, 0, 2715),
        (15, SENIOR, 3, 0, 4050),  # rounded, then weighed: 45 min × 1.5
        (0, (), None, 600, 1210),
        (15, (), None, 600, 35 * MINUTE),
        (0, SENIOR, 3, 600, 2115),
        (15, SENIOR, 3, 600, 3450),
    ],
)
def test_what_counts_of_half_an_hour_and_ten_seconds(
    increment: int, rates: tuple[RoleRate, ...], role: int | None, billed: int, counted: int
) -> None:
    agreed = terms(time_increment=increment, role_rates=rates)
    worked = entry(1, "2025-03-10", 0, role_id=role, billed_seconds=billed)._replace(seconds=1810)
    (found,) = count_time(agreed, [worked])
    assert found == worked._replace(seconds=counted)


@pytest.mark.parametrize(("billed", "counted"), [(0, 1810), (600, 1210)])
def test_before_the_first_terms_time_counts_as_it_is(billed: int, counted: int) -> None:
    worked = entry(1, "2025-03-10", 0, role_id=3, billed_seconds=billed)._replace(seconds=1810)
    assert [each.seconds for each in count_time(None, [worked])] == [counted]


def test_what_counts_as_it_is_is_not_touched() -> None:
    entries = [entry(1, "2025-03-10", 1), entry(2, "2025-03-11", 2)]
    assert count_time(terms(), entries) is entries
    rounded = count_time(terms(time_increment=15), entries)
    assert [new is old for new, old in zip(rounded, entries, strict=True)] == [True, True]
