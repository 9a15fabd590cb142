"""Reading rows page by page, and values out of them, collecting what cannot be read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from mappings import fields as border
from mappings.reading import EngagementOf, Read, Suspects, read_each
from sync.domain.issues import Issue
from sync.odoo.gateway import Domain, Gateway, Row
from sync.odoo.paging import read_all

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
        rows = read_all(self.gateway, model, domain, fields, page_size=self._page_size)
        count = 0
        while page := list(islice(rows, self._page_size)):
            count += len(page)
            if self._progress is not None:
                self._progress(model, count)
            yield page

    def rows(self, model: str, domain: Domain, fields: Sequence[str]) -> list[Row]:
        """All records in the domain, by id."""
        return [row for page in self.pages(model, domain, fields) for row in page]

    def read(
        self,
        model: str,
        rows: Sequence[Row],
        value: Callable[[border.Row], T],
        engagement_of: EngagementOf | None = None,
        suspects: Suspects | None = None,
    ) -> Read[T]:
        """The values of some rows; what cannot be read is noted as an issue.

        ``suspects``: the engagements that wait where a refused row does not say whose it is.
        """
        found = read_each(model, rows, value, engagement_of, suspects)
        self.issues += found.issues
        return found
