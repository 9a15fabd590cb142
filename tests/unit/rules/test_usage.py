"""Rule 20: a threshold fires when it is reached; near the limit and over it are separate facts."""

import pytest

from tests.unit.rules.world import day, entry, h, retainer, run, terms, world


def alerts(seconds: int, **changes):
    """What a month of 40 h without rollover says after so many seconds."""
    snapshot = world(
        retainer(terms("2025-03-01", rollover=False, **changes), start="2025-03-01"),
        entries=[entry(1, "2025-03-10", 1)._replace(seconds=seconds)],
    )
    return run(snapshot, "2025-03-20").alerts


def kinds(seconds: int, **changes):
    return [each.key.split("2025-03-")[1][:-2] for each in alerts(seconds, **changes)]


@pytest.mark.parametrize(
    ("seconds", "fired"),
    [
        (h(20) - 1, []),
        (h(20), ["usage-50"]),
        (h(30) - 1, ["usage-50"]),
        (h(30), ["usage-50", "usage-75"]),
        (h(36), ["usage-50", "usage-75", "usage-90"]),
        (h(40), ["usage-50", "usage-75", "usage-90", "usage-100"]),
        (h(40) + 1, ["usage-50", "usage-75", "usage-90", "usage-100", "overage"]),
    ],
)
def test_a_threshold_fires_when_it_is_reached(seconds: int, fired: list[str]) -> None:
    assert kinds(seconds) == fired


def test_only_the_highest_of_one_run_is_brought_to_the_account_manager() -> None:
    loud = [each.key.split("2025-03-")[1][:-2] for each in alerts(h(41)) if not each.quiet]
    assert loud == ["usage-100", "overage"]
    assert [each.quiet for each in alerts(h(20))] == [False]


def test_the_thresholds_are_those_of_the_terms() -> None:
    assert kinds(h(32), alert_thresholds=(95, 80)) == ["usage-80"]
    assert kinds(h(40), alert_thresholds=()) == []


def test_thresholds_count_the_rolled_hours_too() -> None:
    # 10 h rolled in: 20 of 50 is 40 %, 25 of 50 is 50 %
    snapshot = world(entries=[entry(1, "2025-02-10", 24), entry(2, "2025-02-11", 1)])
    fired = [each for each in run(snapshot, "2025-02-28").alerts if "2025-02" in each.key]
    assert len(fired) == 1
    assert "25:00 of 50:00 h used (50.0 %), 25:00 h left" in fired[0].message


def test_overage_says_since_when_how_much_and_what_it_costs() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        entries=[entry(1, "2025-03-10", 38), entry(2, "2025-03-17", 8)],
    )
    (over,) = [each for each in run(snapshot, "2025-03-20").alerts if each.kind == "overage"]
    assert over.severity == "warning"
    assert "since 2025-03-17: 6:00 h so far (1,050.00 USD)" in over.message


def test_from_ninety_percent_on_it_is_a_warning() -> None:
    assert [each.severity for each in alerts(h(40))] == ["notice", "notice", "warning", "warning"]


def test_without_hours_there_is_no_share_of_them() -> None:
    assert kinds(3600, monthly_seconds=0) == ["overage"]
    assert kinds(0, monthly_seconds=0) == []


def test_the_key_is_the_same_whatever_the_figure_says() -> None:
    assert [each.key for each in alerts(h(21))] == [each.key for each in alerts(h(22))]


def test_each_month_has_alerts_of_its_own() -> None:
    snapshot = world(
        retainer(terms(rollover=False)),
        entries=[entry(1, "2025-01-10", 20), entry(2, "2025-02-10", 20)],
    )
    found = run(snapshot, "2025-02-28").alerts
    assert len({each.key for each in found}) == 2
    assert day("2025-02-28") == run(snapshot, "2025-02-28").as_of
