"""Rows that cannot be read become issues, and the others go on."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mappings import fields, read_each
from mappings.reading import field_of
from sync.domain.documents import LotLine
from sync.domain.issues import Severity


def _name(row: Any) -> str:
    return fields.needed_text(row, "name")


def test_the_bad_row_is_an_issue_and_the_rest_goes_on():
    rows = [
        {"id": 1, "name": "one", "engagement_id": 42},
        {"id": 2, "name": False, "engagement_id": [42, "Acme"]},
        {"id": 3, "name": "three", "engagement_id": 42},
    ]
    found = read_each("retainer.terms", rows, _name, field_of("engagement_id"))
    assert found.values == ("one", "three")
    assert found.bad == {2}
    (issue,) = found.issues
    assert (issue.code, issue.severity) == ("unreadable", Severity.blocker)
    assert (issue.source.model, issue.source.id) == ("retainer.terms", 2)
    assert issue.field == "name"
    assert issue.engagement_id == 42
    assert "fill it in" in issue.message


def test_what_the_domain_itself_refuses_is_an_issue_too():
    def lot(row):
        return LotLine(
            source="allowance",
            granted_on="2025-03-01",
            granted=10,
            opening=10,
            closing=fields.whole(row, "closing"),
        )

    found = read_each("retainer.period.lot", [{"id": 9, "closing": 5}], lot)
    (issue,) = found.issues
    assert issue.source.id == 9
    assert "does not tie" in issue.message


@given(
    st.lists(
        st.none()
        | st.integers()
        | st.text()
        | st.dictionaries(
            st.sampled_from(["id", "name", "engagement_id"]),
            st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
        ),
        max_size=8,
    )
)
def test_no_row_whatever_it_is_stops_the_reading(rows):
    found = read_each("res.partner", rows, _name, field_of("engagement_id"))
    assert len(found.values) + len(found.issues) == len(rows)
    for issue in found.issues:
        assert issue.engagement_id is None or issue.engagement_id > 0
