"""Whose an unreadable row of the ledger may be: documents of those engagements must wait."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from mappings import ledger_line
from mappings.fields import Row
from sync.domain.engagement import Client, Engagement


class Owners:
    """The engagements behind the partners that rows of the ledger name."""

    def __init__(self, engagements: Collection[Engagement], clients: Iterable[Client]) -> None:
        """``clients``: every partner of the engagements."""
        self._all = tuple(each.id for each in engagements)
        of_client: dict[int, list[int]] = defaultdict(list)
        for each in engagements:
            of_client[each.client_id].append(each.id)
        self._of_partner: Mapping[int, Collection[int]] = {
            each.id: of_client.get(each.commercial_id, ()) for each in clients
        }

    def of_anybody(self, _row: Row) -> Collection[int]:
        """Every engagement: the row leads to no partner."""
        return self._all

    def of_row(self, row: Row) -> Collection[int]:
        """Those of the client that a line names; every one where that cannot be read.

        None for a line of somebody who has no engagement, or of nobody.
        """
        partner = ledger_line.partner(row)
        return self._all if partner is None else self._of_partner.get(partner, ())

    def by_document(self, lines: Iterable[Row]) -> Callable[[int], Collection[int]]:
        """Of a document, those of the clients that its lines name."""
        found: dict[int, set[int]] = defaultdict(set)
        for row in lines:
            found[ledger_line.document(row)].update(self.of_row(row))
        return lambda each: found.get(each, ())
