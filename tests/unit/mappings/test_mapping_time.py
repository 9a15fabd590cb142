"""Time entries: the fast way says the same as the careful one, and refuses the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import account_analytic_line
from mappings.account_analytic_line import Reader
from mappings.hr_employee import Employee
from sync.domain.entries import TimeEntry

READER = Reader(
    company_id=1,
    client_of={3: 7},
    engagement_of={3: 42},
    people={5: Employee("Ann", 8)},
)
ROW = {
    "id": 1,
    "date": "2025-03-12",
    "unit_amount": 1.5,
    "project_id": 3,
    "task_id": False,
    "employee_id": 5,
    "name": "Landing page",
    "company_id": 1,
    "retainer_change_order_id": False,
    "retainer_billed_seconds": 0,
    "retainer_corrects_id": False,
}


def reader():
    return replace(READER, refused=[], _days={}, _seconds={})


def careful(row):
    """One row through the careful way: a reader that has seen nothing."""
    fresh = reader()
    return fresh.read([row]), fresh.issues


def fast(row):
    """One row through the fast way: the reader knows its day and hours already."""
    seen = reader()
    seen.read([ROW, {**ROW, "unit_amount": 0.0}, {**ROW, "unit_amount": 1.0}])
    return seen.read([row]), seen.issues


def test_a_row_as_a_value():
    ((entry,), issues) = careful(ROW)
    assert issues == []
    assert entry == TimeEntry(
        id=1,
        day=entry.day,
        seconds=5400,
        project_id=3,
        employee="Ann",
        text="Landing page",
        client_id=7,
        role_id=8,
    )
    assert entry.day.isoformat() == "2025-03-12"
    assert type(entry) is TimeEntry


CHANGES = {
    "id": [7, 0, -1, True, "1", None, 2.0],
    "date": ["2025-03-12", "2025-02-30", "", False, None, 5, [], "2025-03-12 "],
    "unit_amount": [0.0, 1.0, -1.5, 1, 0, True, False, None, "1.5", float("nan"), 1e300, [], 2.5],
    "project_id": [3, 4, [3, "Acme"], False, True, 0, -3, "3", None, 3.0],
    "task_id": [9, [9, "Task"], False, True, 0, "9", None, 9.5],
    "employee_id": [5, 6, [5, "Ann"], False, True, -5, "5", None],
    "name": ["x", "tab\tand\nline", "nul\x00", "日本語", "", "/", False, None, 5, ["x"], "\ud800"],
    "company_id": [1, [1, "Agency"], 2, False, True, None, "1"],
    "retainer_change_order_id": [6, [6, "Pages"], False, True, 0, "6", None, 6.0],
    "retainer_billed_seconds": [0, 1800, False, True, None, "0", 0.0, 2**40],
    "retainer_corrects_id": [4, [4, "Entry"], False, True, -4, "4", None],
}


@pytest.mark.parametrize(
    "row", [{**ROW, name: value} for name, values in CHANGES.items() for value in values]
)
def test_both_ways_agree(row):
    entries, issues = fast(row)
    assert (entries, issues) == careful(row)
    assert len(entries) + len(issues) == 1
    for entry in entries:
        assert len(entry) == len(TimeEntry._fields)
        assert type(entry.id) is type(entry.seconds) is type(entry.project_id) is int
        assert entry.task_id is None or type(entry.task_id) is int


@pytest.mark.parametrize("change", [{"name": " x "}, {"company_id": 1.0}])
def test_both_ways_agree_on_what_looks_nearly_right(change):
    row = {**ROW, **change}
    assert repr(fast(row)) == repr(careful(row))


@given(
    st.fixed_dictionaries(
        {
            name: st.sampled_from([ROW[name], *values])
            | st.none()
            | st.integers()
            | st.floats()
            | st.text(max_size=5)
            for name, values in CHANGES.items()
        }
    )
)
def test_both_ways_agree_on_anything(row):
    assert repr(fast(row)) == repr(careful(row))


@pytest.mark.parametrize("row", [None, 5, "row", [], {}, {"id": 1}, ["id"]])
def test_what_is_no_row_is_an_issue(row):
    entries, (issue,) = careful(row)
    assert entries == []
    assert issue.source.model == "account.analytic.line"


def test_an_issue_names_record_field_remedy_and_engagement():
    _, (issue,) = careful({**ROW, "unit_amount": 1e9})
    assert (issue.source.id, issue.field, issue.engagement_id) == (1, "unit_amount", 42)
    assert "enter less than 10000" in issue.message


@given(st.integers(-(10**7), 10**7))
def test_every_second_of_an_entry_survives(seconds):
    ((entry,), _) = careful({**ROW, "unit_amount": seconds / 3600})
    assert entry.seconds == seconds


def test_the_rest_of_a_page_goes_on():
    rows = [{**ROW, "id": number, "unit_amount": 0.25} for number in range(1, 101)]
    rows[50] = {**rows[50], "date": "soon"}
    seen = reader()
    entries = seen.read(rows)
    assert [entry.id for entry in entries] == [n for n in range(1, 101) if n != 51]
    assert [issue.source.id for issue in seen.issues] == [51]


def test_the_domain_asks_only_for_what_is_open():
    terms = account_analytic_line.domain(
        1, project_ids=[3], engagement_ids=[42], fixed_price={}, go_live=None
    )
    assert ("retainer_period_id", "=", False) in terms
    assert ("retainer_move_id", "=", False) in terms
    assert ("retainer_non_billable", "=", False) in terms
