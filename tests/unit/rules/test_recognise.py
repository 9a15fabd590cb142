"""Rule 16: what of a fee is revenue by the end of a month, and the entry that says so."""

from typing import Any

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import Engagement
from sync.domain.journal import Account
from sync.domain.ledger import Ledger, LotKind, MoneyLot
from sync.domain.money import Currency
from sync.domain.terms import Billing, OveragePolicy, Recognition, Terms
from sync.plan.diff import make_plan
from sync.rules.case import Case
from sync.rules.earned import Usage, parts_of
from sync.rules.engine import evaluate
from sync.rules.fee_lots import FeeDocument
from tests.properties.books import Books
from tests.unit.rules.world import (
    JPY,
    KWD,
    USD,
    block,
    company,
    day,
    days,
    entry,
    issue,
    money,
    retainer,
    terms,
    world,
)

EUR = Currency(id=4, code="EUR")
EARNED, LAPSED = (Role.recognition,), (Role.breakage,)
BOTH = EARNED + LAPSED


def fee_of(start: str, *more: Terms, end: str | None = None, **changes: Any) -> Engagement:
    """A retainer with an analytic account."""
    return retainer(terms(start, **changes), *more, start=start, end=end, analytic_id=77)


def books(engagement: Engagement, *worked: tuple[str, str | int], **facts: Any) -> Books:
    """Books in which entries are posted at once; worked: (day, hours)."""
    facts.setdefault("company", company(post_entries=True))
    entries = [entry(number, on, length) for number, (on, length) in enumerate(worked, 1)]
    return Books(world(engagement, entries=entries, **facts))


def after(kept: Books, *on: str) -> Books:
    kept.run(*days(*on))
    return kept


# As consumed


def test_the_founding_case_by_hours_drawn() -> None:
    # March: 28 of 40 h drawn = 3,500.00; 10 h roll; 2 h lapse = 250.00. April: 56 h, the 10 rolled
    # ones first = 1,250.00 of March's fee, then all 40 of its own = 5,000.00 of April's.
    kept = books(fee_of("2025-03-01"), ("2025-03-10", 28), ("2025-04-10", 56))
    after(kept, "2025-03-03", "2025-04-01", "2025-05-01")
    assert kept.amounts(*EARNED) == {
        "2025-03 of 2025-03": money("3500.00"),
        "2025-04 of 2025-03": money("1250.00"),
        "2025-04 of 2025-04": money("5000.00"),
    }
    assert kept.amounts(*LAPSED) == {"2025-03 of 2025-03": money("250.00")}
    assert kept.unearned == money("5000.00")  # May's fee


def test_the_entry_is_whole() -> None:
    kept = after(books(fee_of("2025-03-01"), ("2025-03-10", 28)), "2025-04-01")
    lot = kept.lot("2025-03")
    written, _ = kept.entries[f"1/1/recognition/2025-03.i{lot.move_id}/0"]
    assert written.day == day("2025-03-31")
    assert (written.service_start, written.service_end) == (day("2025-03-01"), day("2025-03-31"))
    assert (written.engagement_id, written.client_id, written.reference) == (1, 7, lot.move_name)
    unearned, income = written.lines
    assert (unearned.account, unearned.amount) == (Account.unearned, money(3500))
    assert (unearned.partner_id, unearned.match_line_id) == (7, lot.line_id)
    assert (income.account, income.amount) == (Account.income, money(-3500))
    assert (income.partner_id, income.analytic_id, income.match_line_id) == (7, 77, None)
    assert unearned.text == income.text == f"Revenue, March 2025 ({lot.move_name})"
    assert written.reasons[0].text == (
        "March 2025: 70.00 % of 5,000.00 USD earned; with 0.00 USD recognised before, 3,500.00 USD"
        " are due; March 2025: 28:00 of 40:00 h drawn, 2:00 h lapsed"
    )
    breakage, _ = kept.entries[f"1/1/breakage/2025-03.i{lot.move_id}/0"]
    assert [(each.account, each.amount) for each in breakage.lines] == [
        (Account.unearned, money(250)),
        (Account.breakage, money(-250)),
    ]


def test_nothing_before_the_month_is_closed() -> None:
    kept = books(
        fee_of("2025-03-01"),
        ("2025-03-10", 28),
        company=company(post_entries=True, close_after_days=5),
    )
    after(kept, "2025-03-31", "2025-04-01", "2025-04-05")
    assert kept.amounts(*BOTH) == {}
    assert after(kept, "2025-04-06").amounts(*EARNED) == {"2025-03 of 2025-03": money(3500)}


def test_one_late_run_writes_what_monthly_runs_would_have() -> None:
    worked = [("2025-03-10", 28), ("2025-04-10", 17), ("2025-05-20", 61)]
    often = after(
        books(fee_of("2025-03-01"), *worked), "2025-03-03", "2025-04-01", "2025-05-01", "2025-06-02"
    )
    once = after(books(fee_of("2025-03-01"), *worked), "2025-06-02")
    assert often.amounts(*EARNED) == once.amounts(*EARNED) != {}
    assert often.amounts(*LAPSED) == once.amounts(*LAPSED)
    assert [each.day for each, _ in once.entries.values() if each.role in BOTH] == days(
        "2025-03-31", "2025-03-31", "2025-04-30", "2025-04-30", "2025-04-30", *["2025-05-31"] * 2
    )


def test_a_second_run_asks_for_nothing() -> None:
    kept = after(books(fee_of("2025-03-01"), ("2025-03-10", 28)), "2025-04-01")
    assert kept.run(day("2025-04-01")) == []


def test_rolled_hours_stay_deferred_until_they_lapse_with_age() -> None:
    # January's 40 h roll for one month; February draws 10 of them, the other 30 lapse on its last
    # day, and February's own 40 roll.
    kept = books(
        fee_of("2025-01-01", rollover_months=1, max_rollover_seconds=0), ("2025-02-10", 10)
    )
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {"2025-02 of 2025-01": money(1250)}
    assert kept.amounts(*LAPSED) == {"2025-02 of 2025-01": money(3750)}
    assert kept.lot("2025-02").open == money(5000)


def test_hours_that_a_deficit_absorbed_were_drawn_at_the_grant() -> None:
    # January uses 50 of 40: 10 are carried. February grants 40, 10 of them are gone at once; 6
    # more are drawn: 16 of 40 = 2,000.00.
    kept = books(
        fee_of("2025-01-01", overage_policy=OveragePolicy.carry),
        ("2025-01-10", 50),
        ("2025-02-10", 6),
    )
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(5000),
        "2025-02 of 2025-02": money(2000),
    }
    # 24 are left, 14 of them lapse beyond the 10 that roll
    assert kept.amounts(*LAPSED) == {"2025-02 of 2025-02": money(1750)}


def test_a_deficit_that_absorbs_the_whole_allowance_earns_the_whole_fee() -> None:
    kept = books(fee_of("2025-01-01", overage_policy=OveragePolicy.carry), ("2025-01-10", 80))
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(5000),
        "2025-02 of 2025-02": money(5000),
    }


def test_a_quarter_is_earned_by_the_hours_of_each_of_its_months() -> None:
    # 15,000.00 for three months of 40 h: January 20 h = 2,500.00, and 10 h lapse = 1,250.00;
    # February draws 10 rolled h = 1,250.00 and 40 of its own = 5,000.00; March nothing, 30 h lapse.
    kept = books(fee_of("2025-01-01", billing_months=3), ("2025-01-10", 20), ("2025-02-10", 50))
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(2500),
        "2025-02 of 2025-01": money(6250),
    }
    assert kept.amounts(*LAPSED) == {
        "2025-01 of 2025-01": money(1250),
        "2025-03 of 2025-01": money(3750),
    }
    assert kept.lot("2025-01").open == money(1250)  # the 10 h that March rolls on


def test_a_part_of_a_month_is_earned_by_its_part_of_the_hours() -> None:
    # 10 to 31 March: 22/31 of 5,000.00 = 3,548.39 and of 40 h = 102,194 s (28:23:14). 14 h are
    # 50,400 s of them: 3,548.39 × 50,400 ÷ 102,194 = 1,749.99.
    kept = after(books(fee_of("2025-03-10"), ("2025-03-20", 14)), "2025-04-01")
    assert kept.amounts(*EARNED) == {"2025-03 of 2025-03": money("1749.99")}


# Time alone


def test_straight_line_goes_by_days_and_the_last_takes_the_residual() -> None:
    # 15,000.00 over 90 days: 31/90 = 5,166.67; 59/90 = 9,833.33, so 4,666.66; the rest 5,166.67.
    kept = books(
        fee_of("2025-01-01", billing_months=3, recognition=Recognition.straight_line),
        company=company(post_entries=True, close_after_days=28),
    )
    after(kept, "2025-01-31")
    assert kept.amounts(*EARNED) == {}
    after(kept, "2025-02-01")  # ended; not closed before March
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money("5166.67")}
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money("5166.67"),
        "2025-02 of 2025-01": money("4666.66"),
        "2025-03 of 2025-01": money("5166.67"),
    }
    assert kept.amounts(*LAPSED) == {}


def test_another_price_inside_the_span_is_spread_over_its_own_days() -> None:
    # January 5,000.00; then 6,000.00 a month: 12,000.00 over 59 days, 28/59 = 5,694.92.
    kept = books(
        fee_of(
            "2025-01-01",
            terms(
                "2025-02-01", id=2, monthly_fee=money(6000), recognition=Recognition.straight_line
            ),
            billing_months=3,
            recognition=Recognition.straight_line,
        )
    )
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money("5000.00"),
        "2025-02 of 2025-01": money("5694.92"),
        "2025-03 of 2025-01": money("6305.08"),
    }


def test_days_of_a_pause_earn_nothing() -> None:
    # 15,000.00 less February: 10,000.00 over 62 days, 5,000.00 each.
    steady = {"billing_months": 3, "recognition": Recognition.straight_line}
    kept = books(
        fee_of(
            "2025-01-01",
            terms("2025-02-01", id=2, paused=True, **steady),
            terms("2025-03-01", id=1, **steady),
            **steady,
        )
    )
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(5000),
        "2025-03 of 2025-01": money(5000),
    }


def test_without_hours_there_is_nothing_to_draw_and_days_earn_the_fee() -> None:
    kept = after(books(fee_of("2025-03-01", monthly_seconds=0)), "2025-04-01")
    assert kept.amounts(*EARNED) == {"2025-03 of 2025-03": money(5000)}


def test_immediate_goes_straight_to_income() -> None:
    kept = after(books(fee_of("2025-03-01", recognition=Recognition.immediate)), "2025-04-01")
    assert kept.lots == {}
    assert kept.amounts(*BOTH) == {}


def test_what_stands_on_the_liability_when_terms_turn_immediate_is_earned_at_once() -> None:
    kept = after(books(fee_of("2025-03-01", billing_months=3)), "2025-03-03")
    changed = fee_of("2025-03-01", billing_months=3, recognition=Recognition.immediate)
    kept.snapshot = kept.snapshot.model_copy(update={"engagements": (changed,)})
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {"2025-03 of 2025-03": money(15000)}


def test_in_arrears_nothing_is_dated_before_the_invoice() -> None:
    kept = books(
        fee_of(
            "2025-01-01",
            billing_months=3,
            billing=Billing.in_arrears,
            recognition=Recognition.straight_line,
        )
    )
    after(kept, "2025-04-01")
    assert [
        (each.day, each.service_start, each.service_end, each.total)
        for each, _ in kept.entries.values()
    ] == [(day("2025-03-31"), day("2025-01-01"), day("2025-03-31"), money(15000))]


# Blocks of hours


def test_a_block_is_earned_by_its_own_hours_at_its_own_price() -> None:
    # 8 h for 1,200.00, until 30 April. March uses 46 h: the block expires first, so its 8 h go
    # before 38 of the allowance.
    kept = books(
        fee_of("2025-03-01", recognition=Recognition.straight_line),
        ("2025-03-20", 46),
        hour_blocks=[block(4, "2025-03-05", 8, 1200, expiry_date=day("2025-03-31"))],
    )
    after(kept, "2025-04-01")
    assert kept.amounts(*EARNED) == {
        "2025-03 of 2025-03": money(5000),
        "2025-03 of b4": money(1200),
    }


def test_what_a_block_leaves_when_it_expires_is_breakage() -> None:
    kept = books(
        fee_of("2025-03-01", monthly_seconds=0),
        ("2025-03-20", 5),
        ("2025-04-20", 1),
        hour_blocks=[block(4, "2025-03-05", 8, 1000, expiry_date=day("2025-04-30"))],
    )
    after(kept, "2025-05-02")
    assert kept.amounts(*EARNED) == {
        "2025-03 of 2025-03": money(5000),
        "2025-03 of b4": money(625),
        "2025-04 of b4": money(125),
        "2025-04 of 2025-04": money(5000),
    }
    assert kept.amounts(*LAPSED) == {"2025-04 of b4": money(250)}


# Expected breakage


def test_expected_breakage_follows_the_hours_drawn() -> None:
    # Of 40 h, 20 % are never drawn: 32 h pay for everything. 16 h: 2,000.00 and 500.00 breakage;
    # 16 more: the same again, and the fee is used up; the last 8 cost nothing more.
    kept = books(
        fee_of("2025-01-01", expected_breakage=money(20), max_rollover_seconds=0),
        ("2025-01-10", 16),
        ("2025-02-10", 16),
        ("2025-03-10", 8),
    )
    after(kept, "2025-04-01")
    of_january = {
        name: each for name, each in kept.amounts(*EARNED).items() if "of 2025-01" in name
    }
    assert of_january == {"2025-01 of 2025-01": money(2000), "2025-02 of 2025-01": money(2000)}
    assert kept.amounts(*LAPSED) == {
        "2025-01 of 2025-01": money(500),
        "2025-02 of 2025-01": money(500),
    }
    assert kept.lot("2025-01").open == money(0)


def test_more_lapsed_than_was_expected_is_breakage_when_it_lapses() -> None:
    # 20 % expected; 16 of 40 h drawn: 500.00 expected; 14 h lapse at once: 1,750.00 in all.
    kept = books(fee_of("2025-01-01", expected_breakage=money(20)), ("2025-01-10", 16))
    after(kept, "2025-02-03")
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money(2000)}
    assert kept.amounts(*LAPSED) == {"2025-01 of 2025-01": money(1750)}


def test_without_a_draw_no_breakage_is_expected_yet() -> None:
    kept = after(
        books(fee_of("2025-01-01", expected_breakage=money(99), max_rollover_seconds=0)),
        "2025-02-03",
    )
    assert kept.amounts(*BOTH) == {}


# The end


def test_what_is_left_at_the_end_is_breakage() -> None:
    # February draws 5 of January's rolled 10 h, nothing of its own: at the end 5 + 40 h lapse.
    kept = books(fee_of("2025-01-01", end="2025-02-28"), ("2025-01-10", 30), ("2025-02-10", 5))
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(3750),
        "2025-02 of 2025-01": money(625),
    }
    assert kept.amounts(*LAPSED) == {
        "2025-02 of 2025-01": money(625),
        "2025-02 of 2025-02": money(5000),
    }
    assert kept.unearned == money(0)


def test_an_end_entered_after_its_month_was_closed_lets_lapse_what_the_month_left() -> None:
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 30)), "2025-02-03")
    assert kept.amounts(*LAPSED) == {}
    (running,) = kept.snapshot.engagements
    ended = running.model_copy(update={"date_end": day("2025-01-31")})
    kept.snapshot = kept.snapshot.model_copy(update={"engagements": (ended,)})
    after(kept, "2025-02-04")
    assert kept.amounts(*LAPSED) == {"2025-01 of 2025-01": money(1250)}
    # February's fee is given back: nothing of it is recognised
    assert kept.unearned == money(0)
    assert kept.billed == money(5000)


def test_a_fee_that_is_kept_for_days_after_the_end_is_breakage() -> None:
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 40)), "2025-02-03")
    (running,) = kept.snapshot.engagements
    ended = running.model_copy(update={"date_end": day("2025-01-31")})
    # the credit note was given up: a person cancelled it
    cancelled = kept.snapshot.invoices[-1].model_copy(
        update={"key": "1/1/fee/2025-02/1", "credit": True, "state": "cancel"}
    )
    kept.snapshot = kept.snapshot.model_copy(
        update={
            "engagements": (ended,),
            "invoices": (
                *(each for each in kept.snapshot.invoices if "/fee/2025-02/" not in each.key),
                cancelled,
            ),
        }
    )
    after(kept, "2025-03-01")
    assert kept.amounts(*LAPSED) == {"2025-02 of 2025-02": money(5000)}


# More billed under the same key


def test_an_upgrade_is_earned_by_the_same_fraction() -> None:
    # January 40 of 40 h drawn: 5,000.00 of the quarter's 15,000.00. From February 6,000.00 a month:
    # 2,000.00 more are billed. 20 of 40 h in February: 3,000.00 of its 6,000.00, whichever of the
    # two documents pays for them.
    kept = books(
        fee_of("2025-01-01", billing_months=3, max_rollover_seconds=0),
        ("2025-01-10", 40),
        ("2025-02-10", 20),
    )
    after(kept, "2025-02-03")
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money(5000)}
    (running,) = kept.snapshot.engagements
    raised = terms(
        "2025-02-01", id=2, monthly_fee=money(6000), billing_months=3, max_rollover_seconds=0
    )
    upgraded = running.model_copy(update={"terms": (*running.terms, raised)})
    kept.snapshot = kept.snapshot.model_copy(update={"engagements": (upgraded,)})
    after(kept, "2025-02-10", "2025-03-03")
    # the first: 15,000 × 8,000/17,000 = 7,058.82, less 5,000.00; the second: 2,000 × 8/17
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money("5000.00"),
        "2025-02 of 2025-01": money("2058.82"),
        "2025-02 of 2025-01/1": money("941.18"),
    }
    assert kept.unearned == money(9000)  # 20 h of February, 40 h of March


# The accountant's review


def reviewed(*worked: tuple[str, str | int], **changes: Any) -> Books:
    return books(fee_of("2025-01-01", **changes), *worked, company=company())


def test_drafts_wait_for_the_review_and_stay_as_they_are() -> None:
    kept = after(reviewed(("2025-01-10", 28)), "2025-02-03")
    assert kept.unearned == money(10000)
    assert {state for _, state in kept.entries.values()} == {"draft"}
    assert kept.run(*days("2025-02-03", "2025-02-04")) == []
    kept.post_drafts()
    assert kept.unearned == money(6250)
    assert kept.run(day("2025-02-04")) == []


def test_drafts_are_posted_in_any_order() -> None:
    kept = after(
        reviewed(("2025-01-10", 40), ("2025-02-10", 30), max_rollover_seconds=0), "2025-03-03"
    )
    kept.post_drafts(*[each for each in kept.entries if "2025-02" in each])
    assert kept.run(day("2025-03-03")) == []
    kept.post_drafts()
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(5000),
        "2025-02 of 2025-02": money(3750),
    }


def test_months_of_one_document_are_posted_in_any_order() -> None:
    kept = after(reviewed(billing_months=3, recognition=Recognition.straight_line), "2025-04-01")
    last = [each for each in kept.entries if "/2025-03." in each]
    kept.post_drafts(*last)
    assert kept.run(day("2025-04-01")) == []
    kept.post_drafts()
    assert kept.lot("2025-01").open == money(0)


def test_what_a_person_wrote_into_a_draft_counts_and_the_next_month_takes_the_rest() -> None:
    kept = after(reviewed(billing_months=3, recognition=Recognition.straight_line), "2025-02-03")
    (draft,) = kept.entries
    kept.change_draft(draft, money(5000))
    assert kept.run(day("2025-02-03")) == []
    after(kept, "2025-03-03")
    # 59/90 of 15,000.00 less 5,000.00
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(5000),
        "2025-02 of 2025-01": money("4833.33"),
    }
    kept.post_drafts()
    assert kept.run(day("2025-03-03")) == []


def test_what_a_person_left_of_the_last_month_comes_with_the_month_after_it() -> None:
    kept = after(reviewed(recognition=Recognition.straight_line), "2025-02-03")
    (draft,) = kept.entries
    kept.change_draft(draft, money(4000))
    kept.post_drafts()
    assert kept.run(day("2025-02-04")) == []
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money(4000),
        "2025-02 of 2025-01": money(1000),
        "2025-02 of 2025-02": money(5000),
    }


def test_what_a_person_recognised_as_breakage_too_much_holds_revenue_back() -> None:
    # January: 28 of 40 h = 3,500.00, 2 h lapse = 250.00, which the accountant makes 1,000.00. From
    # February on everything rolls; 2 rolled h are drawn: 3,750.00 and 250.00 are earned in all, and
    # 4,500.00 are recognised.
    uncapped = terms("2025-02-01", id=2, max_rollover_seconds=0)
    kept = books(
        fee_of("2025-01-01", uncapped),
        ("2025-01-10", 28),
        ("2025-02-10", 2),
        company=company(),
    )
    after(kept, "2025-02-03")
    (breakage,) = [each for each in kept.entries if "breakage" in each]
    kept.change_draft(breakage, money(1000))
    kept.post_drafts()
    assert kept.lot("2025-01").open == money(500)
    after(kept, "2025-03-03")
    assert not [each for each in kept.entries if "/2025-02." in each]


def test_a_deleted_draft_is_not_written_again_and_no_later_month_takes_it() -> None:
    kept = after(reviewed(billing_months=3, recognition=Recognition.straight_line), "2025-02-03")
    (draft,) = kept.entries
    kept.delete(draft)
    after(kept, "2025-03-03")
    assert kept.amounts(*EARNED) == {"2025-02 of 2025-01": money("4666.66")}
    plan = make_plan(kept.snapshot, evaluate(kept.snapshot, day("2025-03-03")))
    assert [(each.key, each.code) for each in plan.conflicts] == [(draft, "deleted")]


def test_a_deleted_draft_that_a_person_booked_themselves_is_no_conflict() -> None:
    kept = after(reviewed(billing_months=3, recognition=Recognition.straight_line), "2025-02-03")
    (draft,) = kept.entries
    kept.delete(draft)
    kept.draw_by_hand(kept.lot("2025-01"), money("5166.67"))
    plan = make_plan(kept.snapshot, evaluate(kept.snapshot, day("2025-02-03")))
    assert (plan.changes, plan.conflicts) == ((), ())


def test_a_cancelled_entry_is_a_conflict() -> None:
    kept = after(reviewed(billing_months=3, recognition=Recognition.straight_line), "2025-02-03")
    (draft,) = kept.entries
    kept.cancel(draft)
    plan = make_plan(kept.snapshot, evaluate(kept.snapshot, day("2025-02-03")))
    assert [(each.key, each.code) for each in plan.conflicts] == [(draft, "cancelled")]


def test_what_a_person_recognised_counts() -> None:
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 28)), "2025-01-02")
    kept.draw_by_hand(kept.lot("2025-01"), money(3000))
    after(kept, "2025-02-03")
    # 28 of 40 h = 3,500.00, of which 3,000.00 are booked
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money(500)}


def test_a_posted_entry_that_lost_its_match_is_told_and_nothing_is_asked() -> None:
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 28)), "2025-02-03")
    lot = kept.lot("2025-01")
    kept.lots[lot.line_id] = lot.model_copy(
        update={"open": lot.open + money(3500), "open_company": lot.open_company + money(3500)}
    )
    assert kept.run(day("2025-03-03"))  # reads the books, and closes February
    outcome = evaluate(kept.snapshot, day("2025-03-03"))
    told = issue(outcome, "recognition_undone")
    assert "3,500.00 USD more open" in told.message
    assert not [each for each in outcome.entries if f"i{lot.move_id}/" in each.key]


def test_what_turns_out_after_a_month_is_posted_comes_with_the_next() -> None:
    # 30 of 40 h = 3,750.00. Then 20 % are expected never to be drawn: 30 of 32 h = 4,687.50, of
    # which 937.50 are breakage. February draws 1 more: 31 of 40 h = 3,875.00.
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 30), ("2025-02-10", 1)), "2025-02-03")
    (running,) = kept.snapshot.engagements
    expecting = running.terms[0].model_copy(update={"expected_breakage": money(20)})
    kept.snapshot = kept.snapshot.model_copy(
        update={"engagements": (running.model_copy(update={"terms": (expecting,)}),)}
    )
    after(kept, "2025-02-04", "2025-03-03")
    assert kept.amounts(*EARNED) == {
        "2025-01 of 2025-01": money("3750.00"),
        "2025-02 of 2025-01": money("125.00"),
    }
    # the 9 h that are left of January's lapse beyond February's cap, with 30 of its own
    assert kept.amounts(*LAPSED) == {
        "2025-01 of 2025-01": money("937.50"),
        "2025-02 of 2025-01": money("187.50"),
        "2025-02 of 2025-02": money("3750.00"),
    }


def test_an_amount_that_rises_after_its_month_is_posted_waits_for_the_next() -> None:
    steady = {"billing_months": 3, "recognition": Recognition.straight_line}
    kept = after(books(fee_of("2025-01-01", **steady)), "2025-02-03")
    (running,) = kept.snapshot.engagements
    cheaper = terms("2025-02-01", id=2, monthly_fee=money(5000), paused=True, **steady)
    kept.snapshot = kept.snapshot.model_copy(
        update={"engagements": (running.model_copy(update={"terms": (*running.terms, cheaper)}),)}
    )
    after(kept, "2025-02-10")
    # 10,000.00 are given back; January's fee is all that stays, 5,166.67 of it are revenue
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money("5166.67")}
    assert kept.unearned == money(0)


@pytest.mark.parametrize("billing_months", [1, 3])
def test_nothing_is_asked_while_the_engagement_is_parked(billing_months: int) -> None:
    kept = books(fee_of("2025-01-01", billing_months=billing_months), ("2025-01-10", 40))
    after(kept, "2025-01-02")
    (running,) = kept.snapshot.engagements
    wrong = running.model_copy(update={"date_end": day("2024-01-01")})
    kept.snapshot = kept.snapshot.model_copy(update={"engagements": (wrong,)})
    assert kept.run(day("2025-02-03")) == []


# What people make


def by_hand(kept: Books, **changes: Any) -> MoneyLot:
    """A lot that a person entered for the engagement: an opening balance."""
    lot = MoneyLot(
        **{
            "line_id": 50,
            "kind": LotKind.unearned,
            "move_id": 5050,
            "move_name": "OPEN/2025",
            "engagement_id": 1,
            "client_id": 7,
            "currency": USD,
            "day": day("2024-12-31"),
            "amount": money(3650),
            "amount_company": money(3650),
            "open": money(3650),
            "open_company": money(3650),
            **changes,
        }
    )
    kept.lots[lot.line_id] = lot
    kept.snapshot = kept.snapshot.model_copy(update={"ledger": Ledger(lots=(lot,))})
    return lot


def test_an_opening_balance_with_its_days_is_earned_by_the_fees_of_its_months() -> None:
    kept = books(fee_of("2025-01-01", max_rollover_seconds=0), ("2025-01-10", 20))
    by_hand(kept, service_start=day("2025-01-01"), service_end=day("2025-02-28"))
    after(kept, "2025-02-03")
    opening = [each for each, _ in kept.entries.values() if each.key.endswith(".i5050/0")]
    assert [each.total for each in opening] == [money("912.50")]  # half of January's half


def test_an_opening_balance_of_months_before_the_go_live_is_earned_by_days() -> None:
    # 3,650.00 for all of 2024 went unbilled; the months had no statement and never will
    kept = books(
        fee_of("2024-01-01"), company=company(post_entries=True, go_live=day("2025-01-01"))
    )
    by_hand(kept, service_start=day("2024-12-01"), service_end=day("2024-12-31"))
    after(kept, "2025-01-02")
    assert [(each.day, each.total) for each, _ in kept.entries.values()] == [
        (day("2024-12-31"), money(3650))
    ]


def test_a_lot_that_names_no_days_is_told() -> None:
    kept = books(fee_of("2025-01-01"))
    by_hand(kept)
    told = issue(evaluate(kept.snapshot, day("2025-02-03")), "service_days_missing")
    assert (told.source.name, told.field) == ("OPEN/2025", "retainer_service_start")


def test_an_unread_statement_is_told_and_nothing_is_earned() -> None:
    kept = after(
        books(fee_of("2025-01-01", max_rollover_seconds=0), ("2025-01-10", 20)), "2025-03-03"
    )
    without = [each for each in kept.snapshot.periods if each.date_start != day("2025-01-01")]
    snapshot = kept.snapshot.model_copy(update={"periods": tuple(without)})
    outcome = evaluate(snapshot, day("2025-03-03"))
    assert "statement of January 2025" in issue(outcome, "statement_missing").message
    assert outcome.entries == ()


def test_two_lines_of_one_document_are_drawn_one_after_the_other() -> None:
    kept = books(fee_of("2025-01-01", monthly_fee=0, monthly_seconds=0))
    whole = {"service_start": day("2025-01-01"), "service_end": day("2025-01-31")}
    by_hand(kept, amount=money(100), open=money(100), open_company=money(100), **whole)
    second = by_hand(
        kept, line_id=51, amount=money(40), open=money(40), open_company=money(40), **whole
    )
    kept.snapshot = kept.snapshot.model_copy(
        update={"ledger": Ledger(lots=tuple(kept.lots.values()))}
    )
    after(kept, "2025-02-03")
    (written,) = [each for each, _ in kept.entries.values()]
    assert [(each.match_line_id, each.amount) for each in written.lines] == [
        (50, money(100)),
        (second.line_id, money(40)),
        (None, money(-140)),
    ]


# Currencies


def test_revenue_keeps_the_rate_of_its_invoice_and_the_last_takes_the_rest() -> None:
    # 10,000.00 USD at 0.91237 = 9,123.70 EUR over 90 days. 31/90: 3,444.44 USD = 3,142.60 EUR;
    # 28/90: 3,111.12 USD, 5,981.10 × 3,111.12 ÷ 6,555.56 = 2,838.49 EUR; the rest 3,142.61 EUR.
    euros = company(post_entries=True, currency=EUR)
    kept = Books(
        world(
            fee_of(
                "2025-01-01",
                billing_months=3,
                monthly_fee=money("3333.33"),
                recognition=Recognition.straight_line,
            ),
            company=euros,
        ),
        rate=lambda currency, _: money("0.91237"),
    )
    after(kept, "2025-04-01")
    figures = [
        (line.amount, line.amount_company)
        for written, _ in kept.entries.values()
        for line in written.lines
        if line.match_line_id
    ]
    assert sum(amount for amount, _ in figures) == money("9999.99")
    assert sum(books for _, books in figures) == kept.lot("2025-01").amount_company
    assert figures == [
        (money("3444.44"), money("3142.60")),
        (money("3111.11"), money("2838.48")),
        (money("3444.44"), money("3142.61")),
    ]


@pytest.mark.parametrize(
    ("currency", "fee", "earned", "lapsed", "left"),
    [
        # 17 of 40 h drawn, 10 roll, 13 lapse
        (JPY, "500001", "212500", "162501", "125000"),
        (KWD, "1234.567", "524.691", "401.234", "308.642"),
    ],
)
def test_amounts_are_as_fine_as_their_currency(
    currency: Currency, fee: str, earned: str, lapsed: str, left: str
) -> None:
    kept = books(
        retainer(terms(monthly_fee=money(fee)), currency=currency),
        ("2025-01-10", 17),
        company=company(post_entries=True, currency=currency),
    )
    after(kept, "2025-02-03")
    assert kept.amounts(*EARNED) == {"2025-01 of 2025-01": money(earned)}
    assert kept.amounts(*LAPSED) == {"2025-01 of 2025-01": money(lapsed)}
    assert kept.lot("2025-01").open == money(left)


# What the terms say by now


def test_a_month_that_had_hours_is_earned_by_them_whatever_the_terms_say_later() -> None:
    # January: 28 of 40 h drawn, 10 roll; then the terms are corrected to no hours at all
    kept = after(books(fee_of("2025-01-01"), ("2025-01-10", 28)), "2025-02-03")
    (running,) = kept.snapshot.engagements
    without = running.terms[0].model_copy(update={"monthly_seconds": 0})
    kept.snapshot = kept.snapshot.model_copy(
        update={"engagements": (running.model_copy(update={"terms": (without,)}),)}
    )
    after(kept, "2025-03-03")
    assert kept.lot("2025-01").open == money(1250), "10 h are still owed"


def test_an_opening_balance_without_a_fee_is_earned_by_the_days_that_it_names() -> None:
    # 11 January to 10 February: 21 of 31 days
    kept = books(fee_of("2025-01-01", monthly_fee=0, monthly_seconds=0))
    whole = {"amount": money(3100), "open": money(3100), "open_company": money(3100)}
    by_hand(kept, service_start=day("2025-01-11"), service_end=day("2025-02-10"), **whole)
    after(kept, "2025-02-03")
    assert [each.total for each, _ in kept.entries.values()] == [money(2100)]
    after(kept, "2025-03-03")
    assert [each.total for each, _ in kept.entries.values()] == [money(2100), money(1000)]


def test_hours_billed_after_the_engagements_end_are_earned_in_the_month_of_the_invoice() -> None:
    # 30 of 40 h in March, the last month; its fee is posted on 2 April
    late = fee_of("2025-03-01", end="2025-03-31", billing=Billing.in_arrears)
    work = entry(1, "2025-03-10", 30)
    kept = Books(world(late, entries=[work], company=company(post_entries=True)), invoices="draft")
    after(kept, "2025-04-01")
    whole = {"amount": money(5000), "open": money(5000), "open_company": money(5000)}
    march = {"service_start": day("2025-03-01"), "service_end": day("2025-03-31")}
    by_hand(kept, move_key="1/1/fee/2025-03/0", day=day("2025-04-02"), **whole, **march)
    after(kept, "2025-04-30")
    assert kept.entries == {}
    after(kept, "2025-05-02")
    assert [(each.role, each.day, each.total) for each, _ in kept.entries.values()] == [
        (Role.recognition, day("2025-04-30"), money(3750)),
        (Role.breakage, day("2025-04-30"), money(1250)),
    ]


def test_a_block_sold_before_the_first_terms_has_no_experience_of_breakage() -> None:
    engagement = fee_of("2025-03-01", expected_breakage=money(20))
    case = Case(as_of=day("2025-03-31"), company=company(), engagement=engagement)
    for on, percent in (("2025-02-28", 0), ("2025-03-01", 20)):
        sold = MoneyLot(
            line_id=50,
            kind=LotKind.unearned,
            move_id=5050,
            move_key="1/1/fee/b4/0",
            engagement_id=1,
            client_id=7,
            currency=USD,
            day=day(on),
            amount=money(900),
            amount_company=money(900),
            open=money(900),
            open_company=money(900),
        )
        (part,) = parts_of(case, FeeDocument(5050, (sold,)), Usage())
        assert (part.hours_of, part.expected_breakage) == ("b4", percent)
