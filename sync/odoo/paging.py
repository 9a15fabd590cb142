"""Reading everything in pages, by ``id > last``: offsets drift when records come and go."""

from collections.abc import Iterator, Sequence

from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Domain, Gateway, Row

PAGE_SIZE = 2000
"""Rows of a page where nobody set another."""


def read_all(
    gateway: Gateway, model: str, domain: Domain, fields: Sequence[str], page_size: int = PAGE_SIZE
) -> Iterator[Row]:
    """Every record of the domain once, by ascending id.

    Raises ``BadAnswer`` when the server sends ids out of order or again, which would otherwise
    lose rows or go round forever; and what ``search_read`` raises.
    """
    assert page_size > 0, "a page has at least one record"
    last = 0
    while True:
        page = gateway.search_read(
            model, [*domain, ("id", ">", last)], fields, limit=page_size, order="id asc"
        )
        for row in page:
            if type(row.get("id")) is not int or row["id"] <= last:
                raise BadAnswer(
                    f"Odoo sent {model} out of order: {row.get('id')!r} after {last}.",
                    unclear=False,
                    retryable=False,
                )
            last = row["id"]
            yield row
        if len(page) > page_size:
            raise BadAnswer(
                f"Odoo sent {len(page)} records of {model} where {page_size} were asked for.",
                unclear=False,
                retryable=False,
            )
        if len(page) < page_size:
            return
