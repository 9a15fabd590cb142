"""Two hundred seeds of the simulation; ``make simulation`` lives ten thousand."""

import pytest

from tests.simulation.__main__ import every_call, many
from tests.simulation.every_call import KILLS

SEEDS = 200
AT_ONCE = 20


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nothing_is_doubled_or_lost_whatever_fails(first: int) -> None:
    figures = many(range(first, first + AT_ONCE))
    assert not figures.violations
    assert figures.seeds == AT_ONCE
    assert sum(figures.faults.values()) > AT_ONCE, "and things did go wrong"


@pytest.mark.parametrize("seed", [10_001, 10_006])
def test_no_call_of_a_run_is_a_bad_one_to_die_at(seed: int) -> None:
    figures = every_call([seed], KILLS)
    assert not figures.violations
    assert figures.faults["killed before"] > 30
