"""The protocol every door to Odoo speaks, whatever carries it.

Values are plain Python as JSON gives them: dates are ``YYYY-MM-DD`` text, an empty field is
``False``, a many2one is its id (an int) or ``False``, an x2many is a list of ids, amounts are
floats as Odoo sends them. Turning floats into Decimal is the business of ``mappings`` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

Row = dict[str, Any]
"""One record, field name → value."""

Domain = Sequence[Any]
"""Odoo's prefix domain: ``[("a", "=", 1), "|", ("b", "=", 2), ("c", "=", 3)]``."""

Values = Mapping[str, Any]
"""Field values for ``create`` and ``write``."""


@dataclass(frozen=True)
class ServerVersion:
    """What the server says it is, for instance ``19``, ``0`` and ``19.0``."""

    major: int
    minor: int
    text: str


@runtime_checkable
class Gateway(Protocol):
    """What the service may do in Odoo. Every method raises ``GatewayError`` and nothing else."""

    @property
    def protocol(self) -> str:
        """``json2``, ``jsonrpc`` or ``memory``."""

    @property
    def calls(self) -> int:
        """Number of requests sent so far, retries included."""

    def version(self) -> ServerVersion:
        """The server's version. Needs no key."""

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """At most ``limit`` records, with ``id`` and the fields asked for.

        Archived records (``active`` is false) stay out unless the domain speaks of ``active``.
        Retried after a failure of the line.
        """

    def search_count(self, model: str, domain: Domain) -> int:
        """How many records the domain finds. Retried after a failure of the line."""

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """One row per group, in no order to rely on; the specifications are the keys.

        ``groupby``: field names, many2one as ids or ``False``; a date as ``date:month`` and the
        like is the first day of it, as text. ``aggregates``: ``amount:sum``, ``__count``…; a sum
        of nothing is ``False``. Without groupby there is always one row.
        Retried after a failure of the line.
        """

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:
        """Call an ``@api.model`` method by named arguments.

        ``repeatable=True`` says that doing it twice is doing it once: the call may then be sent
        again after an unclear answer. With ``False`` it is sent once, whatever comes back.
        """

    def close(self) -> None:
        """Give back the connection. The gateway is of no use afterwards."""


@runtime_checkable
class AdminGateway(Gateway, Protocol):
    """What only the loader of scenarios and the tests may do. Sent once, never repeated."""

    def create(self, model: str, rows: Sequence[Values]) -> list[int]:
        """Create records in one transaction; their ids, in order."""

    def write(self, model: str, ids: Sequence[int], values: Values) -> None:
        """Write the same values on records."""

    def unlink(self, model: str, ids: Sequence[int]) -> None:
        """Delete records."""

    def call_on(self, model: str, ids: Sequence[int], method: str, **arguments: Any) -> Any:
        """Call a method on records, for instance ``action_post`` on moves."""
