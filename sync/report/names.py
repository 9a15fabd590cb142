"""Names of the records behind ids, for people."""

from collections.abc import Collection

from sync.domain import hours
from sync.domain.engagement import Engagement
from sync.domain.money import Currency
from sync.domain.snapshot import Snapshot

TIME = "account.analytic.line"
"""How Odoo calls time entries."""


class Names:
    """Looks up clients, engagements and what belongs to them in a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._engagements = {each.id: each for each in snapshot.engagements}
        self._clients = {each.id: each for each in snapshot.clients}
        self._entries = snapshot.entries
        ledger = snapshot.ledger
        self._lines = {lot.line_id: lot.move_name for lot in ledger.lots}
        self._lines |= {each.line_id: each.move_name for each in ledger.receivables}

    def engagement(self, engagement_id: int | None) -> str:
        """The engagement's name; its id where the snapshot does not hold it; nothing for 0."""
        if not engagement_id:
            return ""
        found = self._engagements.get(engagement_id)
        return found.name if found else f"engagement {engagement_id}"

    def record(self, engagement_id: int) -> Engagement | None:
        """The engagement itself."""
        return self._engagements.get(engagement_id)

    def currency(self, engagement_id: int) -> Currency | None:
        """The engagement's currency."""
        found = self._engagements.get(engagement_id)
        return found.currency if found else None

    def client(self, engagement_id: int | None) -> str:
        """The name of the engagement's client."""
        found = self._engagements.get(engagement_id or 0)
        return self.partner(found.client_id) if found else ""

    def entries(self, ids: Collection[int]) -> dict[tuple[str, int], str]:
        """What some time entries are: ``2025-03-10, 3:00 h, Robin Reyes, Landing page``."""
        return {
            (TIME, entry.id): ", ".join(
                part
                for part in (
                    entry.day.isoformat(),
                    f"{hours.text(entry.seconds)} h",
                    entry.employee,
                    entry.text,
                )
                if part
            )
            for entry in self._entries
            if entry.id in ids
        }

    def line(self, line_id: int) -> str:
        """The document that an open line of the ledger belongs to."""
        return self._lines.get(line_id) or f"line {line_id}"

    def client_of(self, partner_id: int) -> str:
        """The name of the client that an address belongs to."""
        found = self._clients.get(partner_id)
        return self.partner(found.commercial_id if found else partner_id)

    def partner(self, partner_id: int) -> str:
        """The name of a client or of one of its billing addresses."""
        found = self._clients.get(partner_id)
        return found.name if found else f"partner {partner_id}"
