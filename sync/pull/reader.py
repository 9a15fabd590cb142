"""Reading rows page by page, and values out of them, collecting what cannot be read."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mappings import fields as border
from mappings.reading import EngagementOf, Read, read_each
from sync.domain.issues import Issue
from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Domain, Gateway, Row

T = TypeVar("T")

Progress = Callable[[str, int], None]
"""Told the model that is being read and how many of its rows have come so far."""


class Reader:
    """One company's rows through one gateway, in pages, with all issues in one place."""

    def __init__(self, gateway: Gateway, page_size: int, progress: Progress | None = None) -> None:
        assert page_size > 0, "a page holds at least one row"
        self.gateway = gateway
        self.issues: list[Issue] = []
        self._page_size = page_size
        self._progress = progress

    def pages(self, model: str, domain: Domain, fields: Sequence[str]) -> Iterator[list[Row]]:
        """All records in the domain by id, a page at a time."""
        last = count = 0
        while True:
            page = self.gateway.search_read(
                model, [*domain, ("id", ">", last)], fields, limit=self._page_size
            )
            count += len(page)
            if self._progress is not None:
                self._progress(model, count)
            if page:
                yield page
            if len(page) < self._page_size:
                return
            before, last = last, _greatest_id(page)
            if last <= before:
                raise BadAnswer(
                    f"Odoo sent a page of {model} without a record after id {before}.",
                    retryable=False,
                    unclear=False,
                )

    def rows(self, model: str, domain: Domain, fields: Sequence[str]) -> list[Row]:
        """All records in the domain, by id."""
        return [row for page in self.pages(model, domain, fields) for row in page]

    def read(
        self,
        model: str,
        rows: Sequence[Row],
        value: Callable[[border.Row], T],
        engagement_of: EngagementOf | None = None,
    ) -> Read[T]:
        """The values of some rows; what cannot be read is noted as an issue."""
        found = read_each(model, rows, value, engagement_of)
        self.issues += found.issues
        return found


def _greatest_id(page: Sequence[Row]) -> int:
    ids = (row.get("id") for row in page if isinstance(row, dict))
    return max((each for each in ids if type(each) is int), default=0)
