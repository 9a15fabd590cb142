"""The server in memory: a database, a clock, and doors for its users."""

from datetime import UTC, datetime

from sync.odoo.errors import Unauthorised
from sync.odoo.gateway import ServerVersion
from sync.odoo.memory import advances, bound, changes, exchange, keyed  # noqa: F401 (they register what models do)
from sync.odoo.memory.gateway import MemoryGateway
from sync.odoo.memory.seed import seed
from sync.odoo.memory.tables import Clock, Tables


def _system_clock() -> datetime:
    return datetime.now(UTC)


class MemoryOdoo:
    """One Odoo server with one database.

    ``now`` is the server's clock, in UTC; give one that stands still for repeatable runs. Users to
    begin with: ``admin`` and ``drawdown`` (the service).
    """

    version = ServerVersion(19, 0, "19.0")

    def __init__(self, now: Clock = _system_clock) -> None:
        self.tables = Tables(now)
        seed(self.tables)

    def gateway(self, login: str = "admin") -> MemoryGateway:
        """A door for a user. Raises ``Unauthorised`` for an unknown login."""
        for row in self.tables.rows("res.users").values():
            if row["login"] == login and row["active"]:
                return MemoryGateway(self.tables, row["id"], self.version)
        raise Unauthorised(f"Odoo does not know the user {login!r}.")
