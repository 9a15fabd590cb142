"""A plan as text: it comes back as it was, and a text edited by hand is refused."""

import json

import pytest

from sync.domain.engagement import Approval
from sync.domain.terms import OveragePolicy
from sync.plan.diff import make_plan
from sync.plan.file import FORMAT, PlanFileError, from_text, to_text
from tests.unit.rules.world import entry, order, project, retainer, run, terms, world

SNAPSHOT = world(
    retainer(terms("2025-03-01"), id=1, start="2025-03-01"),
    project(id=2),
    change_orders=[order(5, engagement_id=2)],
    entries=[
        entry(1, "2025-03-10", "46.3333"),
        entry(2, "2025-03-10", 4, 20, change_order_id=5),
    ],
)
PLAN = make_plan(SNAPSHOT, run(SNAPSHOT, "2025-04-01"))
TEXT = to_text(PLAN)


def edited(edit) -> str:
    raw = json.loads(TEXT)
    edit(raw)
    return json.dumps(raw)


def change_with(raw, kind):
    return next(each for each in raw["plan"]["changes"] if each[kind])


def test_a_plan_comes_back_as_it_was() -> None:
    again = from_text(TEXT)
    assert again == PLAN
    assert again.checksum == PLAN.checksum
    assert to_text(again) == TEXT


def test_money_travels_as_text_not_as_a_float() -> None:
    raw = json.loads(TEXT, parse_float=lambda text: pytest.fail(f"{text} is a float"))
    assert isinstance(change_with(raw, "invoice")["invoice"]["lines"][0]["amount"], str)


def test_it_says_its_format_and_checksum() -> None:
    raw = json.loads(TEXT)
    assert (raw["format"], raw["checksum"]) == (FORMAT, PLAN.checksum)


def _amount(raw):
    line = change_with(raw, "invoice")["invoice"]["lines"][0]
    line["amount"] = line["unit_price"] = "1.00"
    line["quantity"] = "1"


def _partner(raw):
    change_with(raw, "invoice")["invoice"]["partner_id"] = 666


def _drop(raw):
    raw["plan"]["changes"].pop()


def _swap(raw):
    raw["plan"]["changes"].reverse()


def _action(raw):
    raw["plan"]["changes"][0]["action"] = "rewrite"


def _unit(raw):
    raw["plan"]["changes"][0]["unit"] = "another"


def _statement(raw):
    change_with(raw, "statement")["statement"]["utilization"] = "1.0"


def _day(raw):
    raw["plan"]["as_of"] = "2025-04-02"


def _company(raw):
    raw["plan"]["company_id"] = 2


@pytest.mark.parametrize(
    "edit", [_amount, _partner, _drop, _swap, _action, _unit, _statement, _day, _company]
)
def test_an_edit_of_what_would_be_written_is_refused(edit) -> None:
    with pytest.raises(PlanFileError, match="checksum"):
        from_text(edited(edit))


def test_a_wrong_checksum_is_refused() -> None:
    with pytest.raises(PlanFileError, match="checksum"):
        from_text(edited(lambda raw: raw.update(checksum="0" * 64)))


@pytest.mark.parametrize("other", [0, 2, None, "1"])
def test_another_format_is_refused(other) -> None:
    with pytest.raises(PlanFileError, match="format"):
        from_text(edited(lambda raw: raw.update(format=other)))


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", "null", "1", '{"format": 1}', "{"])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanFileError):
        from_text(text)


def test_a_float_in_the_text_is_refused() -> None:
    def spoil(raw):
        change_with(raw, "invoice")["invoice"]["lines"][0]["amount"] = 5000.1

    with pytest.raises(PlanFileError):
        from_text(edited(spoil))


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(PlanFileError):
        from_text(edited(lambda raw: raw["plan"].update(note="x")))


def a_plan():
    snapshot = world(
        retainer(
            terms("2025-03-01", overage_policy=OveragePolicy.approve), id=1, start="2025-03-01"
        ),
        project(id=2),
        change_orders=[order(5, engagement_id=2, approval=Approval.waiting)],
        entries=[entry(1, "2025-03-10", 46), entry(2, "2025-03-10", 4, 20, change_order_id=5)],
    )
    return make_plan(snapshot, run(snapshot, "2025-04-01"))


def _of(raw, kind):
    return next(each[kind] for each in raw["plan"]["changes"] if each.get(kind))


def _quote(raw):
    line = _of(raw, "quotation")["lines"][0]
    line.update(amount="1.00", unit_price="1.00", quantity="1")


def _request(raw):
    _of(raw, "request").update(hourly_rate="1.00")


def _alert_text(raw):
    _of(raw, "alert").update(message="pay to another account")


def _reason(raw):
    _of(raw, "invoice")["reasons"][0].update(text="because")


def _month_of(raw):
    _of(raw, "invoice").update(month="2024-01-01")


@pytest.mark.parametrize("edit", [_quote, _request, _alert_text, _reason, _month_of])
def test_an_edit_of_anything_that_is_written_is_refused(edit) -> None:
    raw = json.loads(to_text(a_plan()))
    edit(raw)
    with pytest.raises(PlanFileError):
        from_text(json.dumps(raw))


def test_a_change_without_a_document_is_no_plan() -> None:
    raw = json.loads(to_text(a_plan()))
    raw["plan"]["changes"][0].update(invoice=None, statement=None, alert=None, quotation=None)
    with pytest.raises(PlanFileError):
        from_text(json.dumps(raw))
