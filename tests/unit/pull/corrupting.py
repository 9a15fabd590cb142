"""A gateway that sends one wrong value, as a broken module or a hand in the database would."""

from collections.abc import Sequence
from typing import Any

from sync.odoo.gateway import Domain, Gateway, Row


class CorruptingGateway:
    """Over another gateway: in the last row of a model, a field holds something else."""

    protocol = "memory"

    def __init__(self, inner: Gateway, model: str, field: str, value: Any) -> None:
        self.inner = inner
        self.model = model
        self.field = field
        self.value = value
        self.corrupted: set[int] = set()
        """Ids of the rows that were sent with the wrong value."""

    @property
    def calls(self) -> int:
        """As the inner gateway counts."""
        return self.inner.calls

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """See ``Gateway.search_read``."""
        rows = self.inner.search_read(model, domain, fields, limit=limit, order=order)
        if model == self.model and self.field in fields and rows:
            rows[-1][self.field] = self.value
            self.corrupted.add(rows[-1]["id"])
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)
