"""Pages by id: every record once, or a refusal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.odoo import Row
from sync.odoo.errors import BadAnswer
from sync.odoo.paging import read_all


class Pages:
    """A gateway that answers with what it was given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def search_read(self, model: str, domain: Any, fields: Any, **more: Any) -> list[Row]:
        """The next page."""
        self.asked.append((list(domain), more))
        rows: list[Row] = self.answer(domain[-1][2], more["limit"])
        return rows


def table(ids: set[int]) -> Pages:
    """A well-behaved server with these ids."""
    return Pages(lambda last, limit: [{"id": i} for i in sorted(ids) if i > last][:limit])


@given(st.sets(st.integers(1, 10_000), max_size=60), st.integers(1, 25))
def test_every_record_once(ids: set[int], page_size: int) -> None:
    """In order, in as few calls as fit."""
    pages: Any = table(ids)
    rows = list(read_all(pages, "m", [("a", "=", 1)], ["a"], page_size))
    assert [row["id"] for row in rows] == sorted(ids)
    assert len(pages.asked) == len(ids) // page_size + 1
    for domain, more in pages.asked:
        assert domain[0] == ("a", "=", 1)
        assert domain[1][:2] == ("id", ">")
        assert more["order"] == "id asc"
        assert "offset" not in more


def test_records_that_come_and_go() -> None:
    """What appears behind the reader is read, what goes is not missed."""
    ids = {1, 2, 3, 4}
    pages: Any = table(ids)
    seen = []
    for row in read_all(pages, "m", [], [], 2):
        seen.append(row["id"])
        ids.discard(1)
        ids.add(9)
    assert seen == [1, 2, 3, 4, 9]


@pytest.mark.parametrize(
    "page",
    [
        [{"id": 2}, {"id": 1}],
        [{"id": 1}, {"id": 1}],
        [{"id": 0}],
        [{"id": "1"}],
        [{}],
        [{"id": 1}, {"id": 2}, {"id": 3}],
    ],
    ids=str,
)
def test_a_server_that_does_not_keep_order(page: list[Row]) -> None:
    """Rather than lose rows or go round for ever."""
    pages: Any = Pages(lambda last, limit: page)
    with pytest.raises(BadAnswer) as caught:
        list(read_all(pages, "m", [], [], 2))
    assert not caught.value.retryable


def test_the_same_page_again() -> None:
    """A server that ignores the condition."""
    pages: Any = Pages(lambda last, limit: [{"id": 1}, {"id": 2}])
    with pytest.raises(BadAnswer):
        list(read_all(pages, "m", [], [], 2))
