"""What a statement says of its numbers."""

from decimal import Decimal

import pytest

from sync.domain.documents import Role, Statement
from sync.domain.terms import OveragePolicy, Proration, RoleRate
from tests.unit.rules.world import (
    billed,
    block,
    day,
    entry,
    h,
    money,
    retainer,
    run,
    statement,
    terms,
    world,
)


def march(*more, on: str = "2025-04-01", facts=None, start: str = "2025-03-01", **changes):
    """March of a retainer whose terms begin with it; no rollover unless they say so."""
    own = terms(start, **{"rollover": False, "max_rollover_seconds": 0, **changes})
    end = (facts or {}).pop("end", None)
    engagement = retainer(own, *more, start=start, end=end)
    return statement(run(world(engagement, **(facts or {})), on), "2025-03")


def said(found: Statement, rule: str) -> list[str]:
    return [each.text for each in found.reasons if each.rule == rule]


def test_a_whole_month_is_its_terms() -> None:
    assert said(march(), "grant") == ["allowance: 40:00 h; fee: 5,000.00 USD"]


def test_a_part_says_its_days_and_the_results() -> None:
    found = march(start="2025-03-17")
    assert said(found, "grant") == [
        "allowance: 40:00 h × 15 ÷ 31 (17–31 March 2025) = 19:21:17 h;"
        " fee: 5,000.00 USD × 15 ÷ 31 (17–31 March 2025) = 2,419.35 USD"
    ]


def test_a_change_inside_says_both_parts() -> None:
    more = terms("2025-03-17", id=2, monthly_seconds=h(62), monthly_fee=money(6200))
    (text,) = said(march(more), "grant")
    # (40 × 16 + 62 × 15) ÷ 31 = 50.645… h; (5000 × 16 + 6200 × 15) ÷ 31 = 5580.645…
    assert text == (
        "allowance: 40:00 h × 16 ÷ 31 (1–16 March 2025) + 62:00 h × 15 ÷ 31 (17–31 March 2025)"
        " = 50:38:43 h; fee: 5,000.00 USD × 16 ÷ 31 (1–16 March 2025) + 6,200.00 USD × 15 ÷ 31"
        " (17–31 March 2025) = 5,580.65 USD"
    )


def test_paused_days_say_so() -> None:
    paused = terms("2025-03-11", id=2, paused=True)
    (text,) = said(march(paused), "grant")
    assert "40:00 h × 10 ÷ 31 (1–10 March 2025) + nothing for 11–31 March 2025 (paused)" in text
    whole = march(paused=True)
    assert said(whole, "grant") == [
        "allowance: nothing, the terms are paused; fee: nothing, the terms are paused"
    ]


def test_a_month_that_counts_whole_says_so_where_it_is_none() -> None:
    found = march(start="2025-03-17", proration=Proration.none)
    assert said(found, "grant") == [
        "allowance: 40:00 h, a month in part counts whole;"
        " fee: 5,000.00 USD, a month in part counts whole"
    ]
    assert said(march(proration=Proration.none), "grant") == [
        "allowance: 40:00 h; fee: 5,000.00 USD"
    ]
    ended = march(proration=Proration.none, facts={"end": "2025-03-20"})
    assert "counts whole" in said(ended, "grant")[0]
    changed = march(terms("2025-03-17", id=2), proration=Proration.none)
    assert "counts whole" in said(changed, "grant")[0]


def test_blocks_of_the_month_are_named_and_left_out_of_the_allowance() -> None:
    blocks = [block(7, "2025-03-05", 8, price=1000)]
    found = march(facts={"hour_blocks": blocks}, start="2025-03-17")
    assert said(found, "grant")[0].startswith("allowance: 40:00 h × 15 ÷ 31"), "not in force"
    found = march(facts={"hour_blocks": [block(7, "2025-03-05", 8, price=1000)]})
    assert said(found, "grant") == [
        "allowance: 40:00 h; fee: 5,000.00 USD; block of 8:00 h bought on 2025-03-05"
    ]
    (grant,) = [each for each in found.reasons if each.rule == "grant"]
    assert [(each.model, each.id) for each in grant.records] == [("retainer.hour.block", 7)]
    part = march(facts={"hour_blocks": [block(7, "2025-03-18", 8)]}, start="2025-03-17")
    assert "(17–31 March 2025) = 19:21:17 h; fee" in said(part, "grant")[0]


def test_a_deficit_takes_from_the_allowance_not_from_what_is_said_of_it() -> None:
    facts = {"entries": [entry(1, "2025-02-10", 45)]}
    carrying = {"overage_policy": OveragePolicy.carry, "start": "2025-02-01"}
    found = march(facts=facts, **carrying)
    assert "35:00 h granted" in said(found, "statement")[0]
    assert "5:00 h taken by the deficit carried in" in said(found, "statement")[0]
    assert said(found, "grant") == ["allowance: 40:00 h; fee: 5,000.00 USD"]
    snapshot = world(
        retainer(
            terms("2025-02-01", overage_policy=OveragePolicy.carry, rollover=False),
            start="2025-02-01",
        ),
        entries=[entry(1, "2025-02-10", 45)],
    )
    february = statement(run(snapshot, "2025-03-03"), "2025-02")
    assert "5:00 h still owed to later months" in said(february, "statement")[0]
    assert "drawn ahead of the months to come" in said(february, "overage")[0]


def test_how_time_is_counted() -> None:
    plain = said(march(), "drain_hours")[0]
    assert plain.startswith("drawn in this order: soonest-expiring lot first")
    assert "rounded" not in plain
    weighed = march(
        time_increment=15,
        role_rates=(RoleRate(role_id=3, factor=Decimal("1.50")), RoleRate(role_id=4)),
    )
    (text,) = said(weighed, "drain_hours")
    assert text.endswith("; each entry is rounded up to 15 minutes; time of job 3 counts × 1.5")
    later = terms("2025-03-17", id=2, time_increment=30, rollover=False)
    (text,) = said(march(later, time_increment=15), "drain_hours")
    assert "rounded up to 15 minutes (from 2025-03-01 to 2025-03-16)" in text
    assert "rounded up to 30 minutes (from 2025-03-17 to 2025-03-31)" in text


# ------------------------------------------------------------------ why hours lapsed


def lapses(on: str = "2025-04-01", month: str = "2025-03", facts=None, end=None, more=(), **own):
    engagement = retainer(terms("2025-02-01", **own), *more, start="2025-02-01", end=end)
    found = statement(run(world(engagement, **(facts or {})), on), month)
    return said(found, "roll_over")


def test_where_nothing_rolls() -> None:
    assert lapses(rollover=False) == [
        "40:00 h of the allowance of March 2025 lapsed on 2025-03-31: the terms roll no hours over"
    ]


def test_beyond_the_cap_the_oldest_first() -> None:
    # February carries 10 of 40; March opens with 50 and carries 10: the 10 of February lapse, and
    # 30 of March's own.
    cap = "at most 10:00 h are carried in all, the oldest lapse first"
    assert lapses() == [
        f"10:00 h of the allowance of February 2025 lapsed on 2025-03-31: {cap}",
        f"30:00 h of the allowance of March 2025 lapsed on 2025-03-31: {cap}",
    ]


def test_of_age() -> None:
    own = {"rollover_months": 1, "max_rollover_seconds": 0}
    assert lapses(**own) == [
        "40:00 h of the allowance of February 2025 lapsed on 2025-03-31: that was their last day"
    ]


def test_at_the_engagements_end() -> None:
    own = {"max_rollover_seconds": 0}
    texts = lapses(end="2025-03-20", **own)
    assert texts[0] == (
        "40:00 h of the allowance of February 2025 lapsed on 2025-03-20: the engagement ended on"
        " 2025-03-20"
    )
    assert len(texts) == 2
    assert lapses(end="2025-04-01", **own) == []


def test_where_renewed_terms_start_afresh() -> None:
    afresh = terms("2025-04-01", id=2, carries_over=False)
    texts = lapses(more=(afresh,), max_rollover_seconds=0)
    assert texts[-1] == (
        "40:00 h of the allowance of March 2025 lapsed on 2025-03-31: the terms that follow carry"
        " nothing over"
    )


@pytest.mark.parametrize("until", ["2025-03-14", "2025-03-31"])
def test_a_block_on_its_last_day(until: str) -> None:
    bought = block(7, "2025-03-03", 8, expiry_date=day(until))
    texts = lapses(facts={"hour_blocks": [bought]}, rollover=False)
    assert f"8:00 h of the block of 2025-03-03 lapsed on {until}: that was their last day" in texts


# ------------------------------------------------------------------ corrections


def test_corrections_in_money_and_in_hours() -> None:
    corrected = {"corrects_id": 1, "corrects_day": day("2025-02-20")}
    overage = billed("2025-02", 350, role=Role.overage)
    entries = [
        entry(8, "2025-03-04", -2, corrects_key=overage.key, **corrected),
        entry(9, "2025-03-05", -3, **corrected),
    ]
    found = march(facts={"entries": entries, "invoices": [overage]})
    assert said(found, "correction") == [
        "2:00 h of the correction are given back in money: 350.00 USD of INV/2025/0001; they draw"
        " and restore no hours",
        "3:00 h of corrections exceed the month's own time and are hours given back",
    ]
    (first, _) = [each for each in found.reasons if each.rule == "correction"]
    assert [(each.model, each.id) for each in first.records] == [("account.analytic.line", 8)]


def test_hours_given_back_earlier_are_no_news() -> None:
    facts = {"entries": [entry(9, "2025-02-05", -3)]}
    found = march(facts=facts, start="2025-02-01", rollover=True)
    assert said(found, "correction") == []


def test_hours_given_back_that_lapse_are_named() -> None:
    facts = {"entries": [entry(9, "2025-03-05", -3)]}
    texts = said(march(facts=facts), "roll_over")
    assert "3:00 h of the hours given back of 2025-03-01 lapsed on 2025-03-31" in texts[-1]


# ------------------------------------------------------------------ overage


def test_overage_is_explained_whatever_becomes_of_it() -> None:
    facts = {"entries": [entry(1, "2025-03-10", 46)]}
    begin = "March 2025: 40:00 h granted + 0:00 h rolled in = 40:00 h available; 46:00 h used;"
    for policy, end in (
        (OveragePolicy.bill, "6:00 h × 175 = 1,050.00 USD"),
        (OveragePolicy.approve, "6:00 h × 175 = 1,050.00 USD; billed once the client approves it"),
        (OveragePolicy.block, "6:00 h × 175 = 1,050.00 USD; blocked by the terms, not billed"),
        (OveragePolicy.write_off, "= 1,050.00 USD; written off by the terms, not billed"),
    ):
        (text,) = said(march(facts=dict(facts), overage_policy=policy), "overage")
        assert text.startswith(begin)
        assert text.endswith(end)
    assert said(march(), "overage") == []


def test_two_rates_are_added_up() -> None:
    dearer = terms("2025-03-16", id=2, overage_rate=money(200), rollover=False)
    entries = [entry(1, "2025-03-10", 41), entry(2, "2025-03-20", 2)]
    (text,) = said(march(dearer, facts={"entries": entries}), "overage")
    assert text.endswith("1:00 h × 175 = 175.00 USD + 2:00 h × 200 = 400.00 USD = 575.00 USD")


def test_the_records_of_a_statement_are_its_terms() -> None:
    more = terms("2025-03-17", id=2, rollover=False)
    (summary,) = [each for each in march(more).reasons if each.rule == "statement"]
    assert [str(each) for each in summary.records] == [
        "retainer.terms 1 (2025-03-01 to 2025-03-16)",
        "retainer.terms 2 (2025-03-17 to 2025-03-31)",
    ]
    assert summary.text.endswith("; utilisation = used ÷ (granted + rolled in)")
