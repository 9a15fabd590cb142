"""What was read of the records that a document binds or adds to: Odoo compares it before it writes.

Rows of ``read`` in ``retainer.gateway.apply``: the record's id, then what decides how it is billed;
nothing at the end of a row is left out, since a statement may bind thousands of entries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from mappings.outgoing import number
from sync.domain.documents import Invoice, Statement
from sync.domain.engagement import ChangeOrder, HourBlock, Milestone, PurchaseLine
from sync.domain.entries import TimeEntry
from sync.domain.snapshot import Snapshot

Read = dict[str, list[list[Any]]]


class _Record(Protocol):
    @property
    def id(self) -> int: ...


Found = TypeVar("Found", bound=_Record)


@dataclass(frozen=True)
class AsRead:
    """The facts of which documents were made, by record."""

    snapshot: Snapshot

    def of_invoice(self, invoice: Invoice) -> Read:
        """What an invoice or a credit note was made of."""
        parts = [entry for entry, _ in invoice.entry_seconds]
        lines = [line for line, _ in invoice.purchases]
        return _filled(
            {
                "entries": self._time([*invoice.entry_ids, *parts]),
                "milestones": [
                    _milestone(each) for each in _each(self._milestones, invoice.milestone_ids)
                ],
                "purchases": [_purchase(each) for each in _each(self._purchases, lines)],
                "hour_blocks": [_block(each) for each in _each(self._blocks, invoice.block_ids)],
                "change_orders": [
                    _order(each) for each in _each(self._orders, invoice.change_order_ids)
                ],
            }
        )

    def of_statement(self, statement: Statement) -> Read:
        """The time that a statement counts for good."""
        return _filled({"entries": self._time(statement.entry_ids)})

    def _time(self, ids: Iterable[int]) -> list[list[Any]]:
        return [_entry(each) for each in _each(self._entries, ids)] if ids else []

    @cached_property
    def _entries(self) -> dict[int, TimeEntry]:
        return {each.id: each for each in self.snapshot.entries}

    @cached_property
    def _milestones(self) -> dict[int, Milestone]:
        return {each.id: each for each in self.snapshot.milestones}

    @cached_property
    def _purchases(self) -> dict[int, PurchaseLine]:
        return {each.id: each for each in self.snapshot.purchase_lines}

    @cached_property
    def _blocks(self) -> dict[int, HourBlock]:
        return {each.id: each for each in self.snapshot.hour_blocks}

    @cached_property
    def _orders(self) -> dict[int, ChangeOrder]:
        return {each.id: each for each in self.snapshot.change_orders}


def _each(known: Mapping[int, Found], ids: Iterable[int]) -> list[Found]:
    """Those records, each once. A document that binds what was not read is a programmer's error."""
    return [known[each] for each in dict.fromkeys(ids)]


def _filled(lists: Read) -> Read:
    return {name: rows for name, rows in lists.items() if rows}


def _row(*values: Any) -> list[Any]:
    """The values up to the last that is anything."""
    row = list(values)
    while row[-1] in (None, 0, "0"):
        row.pop()
    return row


def _entry(each: TimeEntry) -> list[Any]:
    return _row(
        each.id,
        each.day.isoformat(),
        each.seconds,
        each.project_id,
        each.change_order_id or 0,
        each.role_id or 0,
        each.corrects_id or 0,
        each.billed_seconds,
    )


def _milestone(each: Milestone) -> list[Any]:
    return _row(
        each.id,
        each.reached_on.isoformat() if each.reached_on else None,
        number(each.amount),
        number(each.percent),
        number(each.quantity),
        number(each.unit_price),
    )


def _purchase(each: PurchaseLine) -> list[Any]:
    return _row(
        each.id,
        number(each.received),
        number(each.invoiced),
        number(each.unit_cost),
        number(each.recharged),
    )


def _block(each: HourBlock) -> list[Any]:
    return _row(each.id, each.bought_on.isoformat(), each.seconds, number(each.price))


def _order(each: ChangeOrder) -> list[Any]:
    return _row(each.id, each.approval.value, each.overage_seconds, number(each.hourly_rate))
