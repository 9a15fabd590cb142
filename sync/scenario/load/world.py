"""A loaded story: the door to its Odoo, and which record is called what in the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.odoo import AdminGateway
from sync.odoo.gateway import Domain, Row

MOST = 100_000
"""More rows of one model than any story holds."""


class NotThere(Exception):
    """A step speaks of a document or entry that is not in Odoo, or of more than one."""


@dataclass
class World:
    """Names on the left, Odoo's ids on the right."""

    gateway: AdminGateway
    company_id: int
    company_name: str = ""
    currency: str = ""
    holidays: tuple[date, ...] = ()
    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    """By kind (``client``, ``engagement``…) and by name."""
    client_of: dict[str, str] = field(default_factory=dict)
    """Client by engagement."""
    projects_of: dict[str, list[str]] = field(default_factory=dict)
    """Projects by engagement."""
    currency_of: dict[str, str] = field(default_factory=dict)
    """Currency by engagement."""
    project_of_task: dict[str, str] = field(default_factory=dict)
    """Project by change order: where the time on it is entered."""

    @property
    def me(self) -> int:
        """The user who is logged in."""
        if not self.ids.get("me"):
            (row,) = self.rows("res.users", [("login", "=", "admin")], ["login"])
            self.remember("me", ["admin"], [row["id"]])
        return self.id("me", "admin")

    def id(self, kind: str, name: str) -> int:
        """Odoo's id of a record of the story."""
        known = self.ids.get(kind, {})
        assert name in known, f"no {kind} is called {name}"
        return known[name]

    def known(self, kind: str, name: str) -> bool:
        """Whether the story has such a record yet."""
        return name in self.ids.get(kind, {})

    def names(self, kind: str) -> dict[int, str]:
        """What the story calls Odoo's records of a kind."""
        return {record: name for name, record in self.ids.get(kind, {}).items()}

    def remember(self, kind: str, names: Iterable[str], ids: Iterable[int]) -> None:
        """These records are called so."""
        self.ids.setdefault(kind, {}).update(zip(names, ids, strict=True))

    def create(self, kind: str, model: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Create all rows of a kind in one call and remember their names."""
        if rows:
            self.remember(kind, rows, self.gateway.create(model, list(rows.values())))

    def rows(self, model: str, domain: Domain, fields: Sequence[str]) -> list[Row]:
        """All records that the domain finds."""
        return self.gateway.search_read(model, domain, fields, limit=MOST)
