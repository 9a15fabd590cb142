"""Bad data, as the engine meets it: an issue names record, field and remedy, and only the
engagement that it belongs to waits; the others of the run are billed.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import Client, Engagement
from sync.domain.existing import ExistingPeriod
from sync.domain.issues import Issue, Severity
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.terms import OveragePolicy, RoleRate
from sync.plan.diff import make_plan
from sync.plan.file import from_text, to_text
from tests.unit.rules.world import (
    client_po,
    company,
    day,
    deliverable,
    entry,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    terms,
    world,
)

HEALTHY = 2


@dataclass(frozen=True)
class Bad:
    """One piece of bad data on engagement 1, and what must be said of it."""

    code: str
    record: tuple[str, int]
    field: str
    remedy: str
    engagement: Engagement
    facts: dict[str, Any] = field(default_factory=dict)
    parks: bool = True

    @property
    def snapshot(self) -> Snapshot:
        """The engagement and a healthy one beside it."""
        facts = {name: list(each) for name, each in self.facts.items()}
        others = facts.pop("engagements", [])
        return world(self.engagement, *others, retainer(id=HEALTHY), **facts)


def with_terms(**changes: Any) -> Engagement:
    return retainer(terms("2025-01-01", **changes))


TERMS, ENGAGEMENT = ("retainer.terms", 1), ("retainer.engagement", 1)
CASES = {
    "a negative allowance": Bad(
        "negative_terms", TERMS, "monthly_hours", "correct it", with_terms(monthly_seconds=-3600)
    ),
    "a negative fee": Bad(
        "negative_terms", TERMS, "monthly_fee", "correct it", with_terms(monthly_fee=money(-1))
    ),
    "a negative hourly rate": Bad(
        "negative_terms", TERMS, "hourly_rate", "correct it", with_terms(hourly_rate=money(-1))
    ),
    "a negative overage rate": Bad(
        "negative_terms", TERMS, "overage_rate", "correct it", with_terms(overage_rate=money(-1))
    ),
    "a negative rate of a role": Bad(
        "negative_terms",
        TERMS,
        "role_rate_ids, overage rate of job 3",
        "correct it",
        with_terms(role_rates=(RoleRate(role_id=3, overage_rate="-1"),)),
    ),
    "no fee for hours": Bad(
        "no_fee",
        TERMS,
        "monthly_fee",
        "enter the fee",
        with_terms(monthly_fee=money(0)),
        parks=False,
    ),
    "no hours for a fee": Bad(
        "no_allowance",
        TERMS,
        "monthly_hours",
        "enter the hours",
        with_terms(monthly_seconds=0),
        parks=False,
    ),
    "overage at no rate": Bad(
        "overage_without_rate",
        TERMS,
        "overage_rate",
        "enter the rate",
        with_terms(overage_rate=money(0)),
        {"entries": [entry(1, "2025-01-10", 41)]},
        parks=False,
    ),
    "months on one invoice that no year divides into": Bad(
        "billing_months",
        TERMS,
        "billing_months",
        "choose 1, 3, 6 or 12",
        with_terms(billing_months=5),
    ),
    "a gap before the first terms": Bad(
        "terms_gap",
        ENGAGEMENT,
        "terms",
        "let the terms start with the engagement",
        retainer(terms("2025-01-15")),
    ),
    "two terms from one day": Bad(
        "terms_overlap", ENGAGEMENT, "terms", "remove one", retainer(terms(), terms(id=2))
    ),
    "no terms at all": Bad(
        "no_terms",
        ENGAGEMENT,
        "terms",
        "add the allowance",
        retainer().model_copy(update={"terms": ()}),
    ),
    "an end before its start": Bad(
        "end_before_start",
        ENGAGEMENT,
        "date_end",
        "correct one of the two",
        retainer(end="2024-12-31"),
    ),
    "a statement that cannot be read": Bad(
        "statement_missing",
        ENGAGEMENT,
        "closed_until",
        "check the access rights",
        retainer(closed_until=day("2025-01-31")),
    ),
    "25 hours of one person on one day": Bad(
        "more_than_a_day",
        ("account.analytic.line", 1),
        "unit_amount",
        "correct the hours",
        retainer(),
        {
            "entries": [
                entry(1, "2025-01-10", 20, employee="Kim"),
                entry(2, "2025-01-10", 5, employee="Kim"),
            ]
        },
        parks=False,
    ),
    "milestones over the quote": Bad(
        "milestones_over_quote",
        ENGAGEMENT,
        "milestones",
        "correct the amounts",
        project(quote_total=money(30_000), quote_name="S00012"),
        {"milestones": [deliverable(1, "2025-01-10"), deliverable(2, amount=10_001)]},
    ),
    "a milestone of no amount": Bad(
        "milestone_without_amount",
        ("project.milestone", 1),
        "retainer_amount",
        "enter the amount",
        project(),
        {"milestones": [deliverable(1, "2025-01-10", amount=0)]},
        parks=False,
    ),
    "extra work at no rate": Bad(
        "change_order_without_rate",
        ("retainer.change.order", 5),
        "hourly_rate",
        "until a rate above zero is entered",
        project(),
        {
            "change_orders": [order(5, hourly_rate=money(0))],
            "entries": [entry(1, "2025-01-10", 2, change_order_id=5)],
        },
        parks=False,
    ),
    "an approval without the client's word": Bad(
        "approval_without_reference",
        ("retainer.change.order", 5),
        "approval_reference",
        "until it is entered",
        project(),
        {
            "change_orders": [order(5, reference="")],
            "entries": [entry(1, "2025-01-10", 2, change_order_id=5)],
        },
        parks=False,
    ),
    "time on a project of nobody": Bad(
        "time_on_no_engagement",
        ("project.project", 99),
        "retainer engagement",
        "add the project to the client's engagement",
        retainer(),
        {"entries": [entry(1, "2025-01-10", 2, project_id=99)]},
        parks=False,
    ),
    "time on a change order that is not there": Bad(
        "time_on_no_engagement",
        ("project.project", 99),
        "retainer engagement",
        "add the project",
        retainer(),
        {"entries": [entry(1, "2025-01-10", 2, project_id=99, change_order_id=77)]},
        parks=False,
    ),
    "a purchase order that is not there": Bad(
        "po_missing",
        ENGAGEMENT,
        "client_po_id",
        "ask the client for one",
        retainer(client_po_id=77, po_policy="warn"),
        parks=False,
    ),
    "a purchase order that ends before its start": Bad(
        "po_not_yet_valid",
        ("retainer.client.po", 1),
        "date_start",
        "ask the client",
        retainer(client_po_id=1, po_policy="warn"),
        {"client_pos": [client_po(1, date_start=day("2025-06-01"), date_end=day("2025-01-01"))]},
        parks=False,
    ),
}


def said(outcome: Outcome, bad: Bad) -> Issue:
    found = [each for each in outcome.issues if each.code == bad.code]
    assert len(found) >= 1, [each.code for each in outcome.issues]
    return found[0]


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES.keys())
def test_it_is_said_with_record_field_and_remedy(bad: Bad) -> None:
    found = said(run(bad.snapshot, "2025-02-03"), bad)
    assert (found.source.model, found.source.id) == bad.record
    assert found.field == bad.field
    assert bad.remedy in found.message
    assert (found.severity is Severity.blocker) == bad.parks


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES.keys())
def test_only_its_own_engagement_waits(bad: Bad) -> None:
    outcome = run(bad.snapshot, "2025-02-03")
    assert outcome.parked == ((1,) if bad.parks else ())
    fees = [each for each in of_role(outcome, Role.fee) if each.engagement_id == HEALTHY]
    assert [each.untaxed for each in fees] == [money(5000), money(5000)]
    for each in (*outcome.invoices, *outcome.statements, *outcome.quotations, *outcome.alerts):
        assert each.engagement_id not in outcome.parked


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES.keys())
def test_the_run_ends_with_a_plan_for_the_others(bad: Bad) -> None:
    plan = make_plan(bad.snapshot, run(bad.snapshot, "2025-02-03"))
    assert from_text(to_text(plan)).checksum == plan.checksum
    assert HEALTHY in {each.engagement_id for each in plan.invoices}


def test_a_project_that_two_retainers_claim_parks_both_and_nobody_else() -> None:
    both = [retainer(id=1, project_ids=(10,)), retainer(id=3, project_ids=(10,))]
    outcome = run(world(*both, retainer(id=HEALTHY)), "2025-02-03")
    assert outcome.parked == (1, 3)
    found = [each for each in outcome.issues if each.code == "project_claimed_twice"]
    assert [each.source.id for each in found] == [1, 3]
    assert {each.field for each in found} == {"project_ids"}
    assert all("leave it on one of the two" in each.message for each in found)
    assert {each.engagement_id for each in outcome.invoices} == {HEALTHY}


def test_hours_of_several_people_on_one_day_are_no_mistake() -> None:
    people = [entry(at, "2025-01-10", 9, employee=name) for at, name in enumerate("abc", 1)]
    outcome = run(world(entries=people), "2025-02-03")
    assert "more_than_a_day" not in {each.code for each in outcome.issues}


def test_24_hours_are_a_day_and_a_minute_more_is_not() -> None:
    for minutes, told in ((0, False), (1, True)):
        worked = entry(1, "2025-01-10", 24, employee="Kim")
        worked = worked._replace(seconds=worked.seconds + 60 * minutes)
        outcome = run(world(entries=[worked]), "2025-02-03")
        assert ("more_than_a_day" in {each.code for each in outcome.issues}) == told


def test_extra_work_and_the_retainers_own_make_one_day() -> None:
    entries = [
        entry(1, "2025-01-10", 13, employee="Kim"),
        entry(2, "2025-01-10", 12, employee="Kim", change_order_id=5),
        entry(3, "2025-01-11", 20, employee="Kim"),
    ]
    outcome = run(world(entries=entries, change_orders=[order(5)]), "2025-02-03")
    (found,) = [each for each in outcome.issues if each.code == "more_than_a_day"]
    assert "25:00 h of one person on one day (entries 1, 2)" in found.message
    assert found.source.name == "Kim, 2025-01-10"


def test_a_million_hours_are_counted_to_the_second_and_stop_nothing() -> None:
    """The mapping refuses such an entry; the engine would bill it exactly, and nothing breaks."""
    entries = [entry(1, "2025-01-10", 1_000_000, employee="Kim")]
    outcome = run(world(retainer(), retainer(id=HEALTHY), entries=entries), "2025-02-03")
    (overage,) = of_role(outcome, Role.overage)
    assert overage.untaxed == money(999_960) * 175
    assert "more_than_a_day" in {each.code for each in outcome.issues}


@pytest.mark.parametrize("corrects", [1, 2, 77])
def test_corrections_that_come_round_or_lead_nowhere_stop_nothing(corrects: int) -> None:
    other = 3 - corrects if corrects < 3 else 1
    entries = [
        entry(1, "2025-01-10", -2, corrects_id=corrects, corrects_key="1/1/overage/2024-12/0"),
        entry(2, "2025-01-11", -2, corrects_id=other, corrects_key="1/1/overage/2024-12/0"),
    ]
    outcome = run(world(retainer(), retainer(id=HEALTHY), entries=entries), "2025-02-03")
    assert outcome.parked == ()
    assert of_role(outcome, Role.overage) == [], "nothing was billed, so nothing is credited"


def test_facts_of_engagements_that_are_not_there_are_left_alone() -> None:
    snapshot = world(
        milestones=[deliverable(1, "2025-01-10", engagement_id=77)],
        change_orders=[order(5, engagement_id=77)],
        entries=[entry(1, "2025-01-10", 2, change_order_id=5)],
        periods=[
            ExistingPeriod(
                id=1,
                key="1/77/statement/2025-01/0",
                fingerprint="",
                engagement_id=77,
                date_start=day("2025-01-01"),
                date_end=day("2025-01-31"),
                closed=True,
            )
        ],
    )
    outcome = run(snapshot, "2025-02-03")
    assert {each.engagement_id for each in outcome.invoices} == {1}
    assert outcome.parked == ()


TEXTS = [
    "Žluťoučký kůň a.s.",
    "日本語の会社 株式会社",
    "شركة الاختبار",
    "חברה לבדיקה",
    "कंपनी प्राइवेट",
    "Café\u0301 \U0001f680",
    "line\nend\ttab",
    "bell\x07 escape\x1b[31m null\x00",
    "\u202eoverride\u202c \ufeff",
    "x" * 5000,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_in_every_script_and_with_control_characters_change_no_number(text: str) -> None:
    def figures(name: str) -> list[tuple[str, Decimal]]:
        snapshot = world(
            retainer(name=name, client_po_id=1, quote_name=name),
            project(id=3, name=name),
            company=company(name=name),
            clients=[Client(id=7, name=name, commercial_id=7)],
            client_pos=[client_po(1, number=name)],
            milestones=[deliverable(1, "2025-01-10", name=name, engagement_id=3, reference=name)],
            change_orders=[order(5, name=name, requester=name, reference=name or "x")],
            entries=[
                entry(1, "2025-01-10", 45, employee=name, text=name),
                entry(2, "2025-01-12", 3, employee=name, change_order_id=5),
            ],
        )
        outcome = run(snapshot, "2025-02-03")
        plan = make_plan(snapshot, outcome)
        assert from_text(to_text(plan)).checksum == plan.checksum
        assert outcome.parked == ()
        return [(each.key, each.untaxed) for each in outcome.invoices]

    assert figures(text) == figures("Plain")


def test_a_policy_that_bills_nothing_needs_no_rate() -> None:
    engagement = with_terms(overage_rate=money(0), overage_policy=OveragePolicy.write_off)
    outcome = run(world(engagement, entries=[entry(1, "2025-01-10", 41)]), "2025-02-03")
    assert "overage_without_rate" not in {each.code for each in outcome.issues}


def test_paused_terms_are_no_terms_for_nothing() -> None:
    engagement = with_terms(monthly_fee=money(0), paused=True)
    assert "no_fee" not in {each.code for each in run(world(engagement), "2025-02-03").issues}


def test_a_bank_of_hours_has_neither_allowance_nor_fee_and_that_is_fine() -> None:
    engagement = with_terms(monthly_fee=money(0), monthly_seconds=0)
    codes = {each.code for each in run(world(engagement), "2025-02-03").issues}
    assert not codes & {"no_fee", "no_allowance"}


def test_time_of_nobody_is_nobodys_long_day() -> None:
    entries = [entry(1, "2025-01-10", 25), entry(2, "2025-01-10", 1, employee="Kim")]
    outcome = run(world(entries=entries), "2025-02-03")
    assert "more_than_a_day" not in {each.code for each in outcome.issues}


def test_what_one_person_took_back_hides_no_long_day_of_another() -> None:
    entries = [
        entry(1, "2025-01-10", 25, employee="Kim"),
        entry(2, "2025-01-10", -2, employee="Lee"),
    ]
    outcome = run(world(entries=entries), "2025-02-03")
    (found,) = [each for each in outcome.issues if each.code == "more_than_a_day"]
    assert (found.source.name, found.source.id) == ("Kim, 2025-01-10", 1)
