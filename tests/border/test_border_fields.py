"""Every field that is read, with every wrong value: an issue that names it, or a value; and what
could not be read never makes a document that nobody asked for.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.reading import read_each
from sync.domain.documents import Alert
from sync.odoo.errors import GatewayError
from sync.plan.changes import Plan
from sync.plan.diff import make_plan
from sync.pull import CompanyUnreadable, Pulled, pull
from sync.push import Lease, push, verify
from sync.rules.engine import evaluate
from tests.border.reading import Reading, noted, questions, service
from tests.border.spoiling import NEVER, ODD, Asked, Spoiling, field_lists, kind, places
from tests.border.worlds import World, at_full_work, worlds

ENOUGH = 200
"""Distinct bad cases, at the least."""


WORLDS = ("before the first run", "in full swing", "with money")


@cache
def asked() -> tuple[tuple[World, dict[Asked, dict[int, dict[str, Any]]]], ...]:
    """What each world's questions ask, with the rows that came."""
    found = []
    for world in worlds().values():
        gateway = Spoiling(world.service)
        for question in questions(world).values():
            question(service(gateway))
        found.append((world, dict(gateway.asked)))
    return tuple(found)


@cache
def readings() -> tuple[Reading, ...]:
    """Each function that reads, once per model and fields, with the rows that it was given."""
    with noted() as found:
        for world in worlds().values():
            for question in questions(world).values():
                question(service(world.service))
        agency = at_full_work()
        plan, pulled = agency.plan()
        report = push(agency.service, plan, pulled, lease=Lease(owner="test"))
        verify(agency.service, plan, pulled, report)
    once = {(each.model, each.name, tuple(each.rows[0])): each for each in found if each.rows}
    return tuple(once.values())


def test_each_list_of_fields_is_read_and_answered_with_a_record() -> None:
    answered = {fields for _, every in asked() for (_, fields), rows in every.items() if rows}
    answered |= {tuple(each.rows[0]) for each in readings()}
    for name, wanted in field_lists().items():
        assert any(set(wanted) <= set(fields) for fields in answered), name


def cases(values: dict[str, list[Any]]) -> Iterator[tuple[Reading, str, Any]]:
    for reading in readings():
        for field in reading.rows[0]:
            if ":" not in field and not field.startswith("__"):
                for value in values[kind(reading.model, field)]:
                    yield reading, field, value


def test_what_no_sound_odoo_sends_is_refused_by_record_and_field(
    record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    count, distinct = 0, set()
    for reading, field, value in cases(NEVER):
        for row in reading.rows[:3]:
            count += 1
            distinct.add((reading.model, field, repr(value)))
            sound = reading.value(dict(row))
            found = read_each(reading.model, [{**row, field: value}], reading.value)
            if found.values == (sound,):
                continue  # what this reads does not depend on that field of this row
            assert not found.values, (reading.model, field, value, found.values)
            (issue,) = found.issues
            assert issue.source.model == reading.model
            assert issue.field == field, (str(issue), field, value)
            assert issue.source.id == (row.get("id", 0) if field != "id" else issue.source.id)
            assert "; " in issue.message and issue.message.isprintable(), issue
    record_property("bad cases", len(distinct))
    with capsys.disabled():
        print(f"\nborder: {len(distinct)} distinct bad cases (model, field, value), {count} rows")
    assert len(distinct) >= ENOUGH


def test_what_may_stand_there_by_mistake_is_a_value_or_refused() -> None:
    for reading, field, value in cases(ODD):
        for row in reading.rows[:2]:
            found = read_each(reading.model, [{**row, field: value}], reading.value)
            assert len(found.values) + len(found.issues) == 1
            for issue in found.issues:
                assert issue.field and "; " in issue.message, (reading.model, field, value, issue)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.data())
def test_any_json_in_any_fields_is_a_value_or_refused(data: st.DataObject) -> None:
    reading = data.draw(st.sampled_from(readings()), "reading")
    row = dict(data.draw(st.sampled_from(reading.rows), "row"))
    for field in data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=3)):
        row[field] = data.draw(JSON, field)
    found = read_each(reading.model, [row], reading.value)
    assert len(found.values) + len(found.issues) == 1
    assert all(issue.field and issue.message for issue in found.issues)


@pytest.mark.parametrize("junk", [None, 7, "text", [], {}, [1], True, 1.5])
def test_what_is_no_row_at_all_is_refused(junk: Any) -> None:
    for reading in readings():
        found = read_each(reading.model, [junk], reading.value)
        assert not found.values, (reading.model, junk)
        assert found.issues[0].field


# What could not be read never becomes a wrong document


def planned(plan: Plan) -> dict[int | None, dict[str, tuple[str, str]]]:
    """(action, fingerprint) by key, for each engagement; notices apart, which are no documents."""
    found: dict[int | None, dict[str, tuple[str, str]]] = {}
    for change in plan.changes:
        if not isinstance(change.document, Alert):
            engagement = getattr(change.document, "engagement_id", None)
            content = (change.action.value, change.document.fingerprint)
            found.setdefault(engagement, {})[change.key] = content
    return found


def look(gateway: Spoiling, world: World) -> tuple[Pulled, Plan, tuple[int, ...]]:
    pulled = pull(gateway, 1, today=world.day)
    outcome = evaluate(pulled.snapshot, world.day)
    return pulled, make_plan(pulled.snapshot, outcome), outcome.parked


@pytest.mark.parametrize("name", WORLDS)
def test_an_unreadable_field_parks_whom_it_concerns_and_makes_no_other_document(name: str) -> None:
    world = worlds()[name]
    gateway = Spoiling(world.service)
    _, sound, parked = look(gateway, world)
    assert not parked
    expected = planned(sound)
    unread = 0
    for where, field, records in places(gateway.asked, most=2):
        for record in records:
            spoilt = Spoiling(world.service, where, field, record, {"wrong": 1})
            try:
                pulled, plan, parked = look(spoilt, world)
            except (CompanyUnreadable, GatewayError) as refusal:
                assert field in str(refusal) or where[0] == "res.currency", str(refusal)
                continue
            problems = [
                each
                for each in pulled.snapshot.problems
                if (each.source.model, each.source.id, each.field) == (where[0], record, field)
            ]
            unread += bool(problems)
            for engagement, documents in planned(plan).items():
                if engagement not in parked:
                    assert documents.items() <= expected[engagement].items(), (
                        f"{where[0]} {record}, {field}: unread, and engagement {engagement} is"
                        f" billed otherwise: {documents.items() - expected[engagement].items()}"
                    )
            if not problems:
                assert planned(plan) == expected, f"{where[0]} {record}, {field}: not told"
    assert unread > ENOUGH
