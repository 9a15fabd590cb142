"""All rules together: the client with a retainer, a rebuild and two landing pages on 28 March."""

from decimal import Decimal

from sync.domain.documents import Role
from sync.domain.engagement import PoPolicy
from sync.domain.issues import Issue, Severity, Source
from tests.unit.rules.funds import advance, books, lot
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

AGENCY = world(
    retainer(
        terms("2025-03-01", monthly_fee=money(10000)),
        id=1,
        start="2025-03-01",
        client_po_id=1,
    ),
    project(id=2, start="2025-02-01", client_po_id=2, quote_name="S00042"),
    company=company(po_policy=PoPolicy.hold),
    client_pos=[
        client_po(1, 120000, date_start=day("2025-01-01"), date_end=day("2025-12-31")),
        client_po(2, 60000),
        client_po(3, 5000),
    ],
    milestones=[
        deliverable(21, "2025-02-14", engagement_id=2, number="1", name="wireframes"),
        deliverable(22, "2025-03-19", engagement_id=2),
        deliverable(23, None, engagement_id=2, number="3", name="launch"),
    ],
    change_orders=[order(5, engagement_id=1, client_po_id=3, approved_on=day("2025-03-11"))],
    entries=[
        entry(1, "2025-03-05", 20, 10),
        entry(2, "2025-03-13", 8, 10, change_order_id=5),
        entry(3, "2025-03-17", 6, 10, change_order_id=5),
        entry(4, "2025-03-20", 5, 20),
    ],
)


def test_how_many_invoices_go_out_with_what_numbers_and_whose_po() -> None:
    outcome = run(AGENCY, "2025-03-28")
    found = [
        (each.role, str(each.invoice_date), each.untaxed, each.po_number)
        for each in outcome.invoices
    ]
    assert found == [
        (Role.milestone, "2025-02-14", Decimal(20000), "PO-2"),
        (Role.fee, "2025-03-01", Decimal(10000), "PO-1"),
        (Role.milestone, "2025-03-19", Decimal(20000), "PO-2"),
        (Role.out_of_scope, "2025-03-28", Decimal(1680), "PO-3"),  # 14 h × 120
    ]
    assert outcome.issues == ()
    assert all(each.held is None for each in outcome.invoices)


def test_one_engagement_one_role_one_purchase_order_on_each_invoice() -> None:
    for each in run(AGENCY, "2025-03-28").invoices:
        _, engagement, role, _, _ = each.key.split("/")
        assert (int(engagement), role) == (each.engagement_id, each.role.value)
    keys = [each.key for each in run(AGENCY, "2025-03-28").invoices]
    assert len(set(keys)) == len(keys)


def test_the_same_facts_give_the_same_outcome() -> None:
    assert run(AGENCY, "2025-03-28") == run(AGENCY, "2025-03-28")


def test_the_order_of_the_facts_does_not_matter() -> None:
    backward = AGENCY.model_copy(
        update={
            name: tuple(reversed(getattr(AGENCY, name)))
            for name in (
                "engagements",
                "client_pos",
                "milestones",
                "change_orders",
                "entries",
                "clients",
            )
        }
    )
    assert run(backward, "2025-03-28") == run(AGENCY, "2025-03-28")


def test_an_engagement_does_not_see_anothers_facts() -> None:
    alone = AGENCY.model_copy(update={"engagements": AGENCY.engagements[:1]})
    together = run(AGENCY, "2025-03-28")
    mine = [each for each in together.invoices if each.engagement_id == 1]
    assert list(run(alone, "2025-03-28").invoices) == mine


def test_a_catch_up_run_bills_every_month_once() -> None:
    fees = of_role(run(AGENCY, "2025-12-31"), Role.fee)
    assert [each.invoice_date.month for each in fees] == list(range(3, 13))


def test_what_parks_comes_before_what_is_only_told() -> None:
    problems = [
        Issue(
            code=severity.value,
            severity=severity,
            source=Source(model="retainer.engagement", id=owner),
            field="name",
            message="look",
            engagement_id=owner,
        )
        for severity, owner in (
            (Severity.notice, 1),
            (Severity.warning, 2),
            (Severity.blocker, 3),
            (Severity.notice, 4),
        )
    ]
    found = run(world(*(project(each) for each in (1, 2, 3, 4)), problems=problems), "2025-03-31")
    assert [(each.code, each.engagement_id) for each in found.issues] == [
        ("blocker", 3),
        ("warning", 2),
        ("notice", 1),
        ("notice", 4),
    ]


def test_issues_of_the_company_come_before_those_of_its_engagements() -> None:
    """Of the same severity; by model and record within."""
    unknown = lot(2, advance_id=9, engagement_id=1)
    unasked = advance(1, amount=0)
    outcome = run(books(unasked, lots=(unknown,)), "2025-04-01")
    assert [(each.engagement_id, each.source.model) for each in outcome.issues] == [
        (None, "retainer.advance"),
        (1, "account.move.line"),
    ]
