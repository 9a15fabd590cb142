"""Fee documents that stand on unearned revenue, with what is still open of them.

A lot's part that a credit note is about to take (asked for in this run, or a draft), or that an
entry which a person changed holds, is spoken for: neither recognition nor another credit note may
use it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Role
from sync.domain.existing import ExistingInvoice
from sync.domain.keys import revision_of, source_of, stem_of
from sync.domain.ledger import ExistingEntry, LotKind, MoneyLot
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Snapshot

EARNING = (Role.recognition, Role.breakage)
"""The roles that take from a fee lot because it was earned."""


@dataclass(frozen=True, slots=True)
class FeeDocument:
    """The open lots of one posted document of an engagement, and what was earned of it so far."""

    move_id: int
    lots: tuple[MoneyLot, ...]
    """By line id; usually one."""
    entries: tuple[ExistingEntry, ...] = ()
    """Recognition and breakage of it, drafts and cancelled ones too."""

    @property
    def name(self) -> str:
        """As people know it."""
        return self.lots[0].move_name or f"entry {self.move_id}"

    @property
    def currency(self) -> Currency:
        """Of all its lots."""
        return self.lots[0].currency

    @property
    def day(self) -> date:
        """Of the accounts."""
        return self.lots[0].day

    @property
    def block(self) -> str:
        """The lot of hours that it sold (``b4``); empty for months, and for a hand's entry."""
        own = self.lots[0].move_key
        source = source_of(own) if own else ""
        return source if source.startswith("b") else ""

    @property
    def held_by_people(self) -> Decimal:
        """What drafts that a person changed are going to take of it when they are posted."""
        return sum((each.amount for each in self.entries if touched_draft(each)), ZERO)

    @property
    def open(self) -> Decimal:
        """What is left of it in the ledger."""
        return sum((lot.open for lot in self.lots), ZERO)


def touched_draft(entry: ExistingEntry) -> bool:
    """A draft of ours that a person changed: its amount stands."""
    return entry.state == "draft" and entry.changed


def stands(entry: ExistingEntry) -> bool:
    """Whether its amount counts: posted, or in a person's hands."""
    return entry.state == "posted" or touched_draft(entry)


def entry_source(month: date, move_id: int) -> str:
    """Source of the entry that earns a document's part of a month: ``2025-03.i17``."""
    return f"{month:%Y-%m}.i{move_id}"


def move_of(entry_key: str) -> int | None:
    """The document whose lot the entry with this key earns; None for any other key."""
    parts = entry_key.split("/")
    if len(parts) != 5:
        return None
    _, _, move = parts[3].partition(".i")
    return int(move) if move.isdigit() else None


def month_of(entry_key: str) -> date:
    """First of the month that the entry with this key, one of ``move_of``, is about."""
    return date.fromisoformat(f"{entry_key.split('/')[3][:7]}-01")


def fee_documents(snapshot: Snapshot) -> dict[int, list[FeeDocument]]:
    """Documents with anything open on unearned revenue, by engagement, oldest first."""
    lots: dict[tuple[int, int], list[MoneyLot]] = {}
    for lot in sorted(snapshot.ledger.lots, key=lambda each: (each.day, each.move_id)):
        if lot.kind is LotKind.unearned and lot.engagement_id and lot.open > 0:
            lots.setdefault((lot.engagement_id, lot.move_id), []).append(lot)
    earned: dict[int, list[ExistingEntry]] = {}
    for entry in snapshot.ledger.entries:
        move = move_of(entry.key) if entry.role in EARNING else None
        if move is not None:
            earned.setdefault(move, []).append(entry)
    found: dict[int, list[FeeDocument]] = {}
    for (engagement, move), own in lots.items():
        document = FeeDocument(
            move_id=move,
            lots=tuple(sorted(own, key=lambda each: each.line_id)),
            entries=tuple(sorted(earned.get(move, ()), key=lambda each: each.key)),
        )
        found.setdefault(engagement, []).append(document)
    return found


def creditable(documents: Iterable[FeeDocument], stem: str) -> list[tuple[MoneyLot, Decimal]]:
    """Lots of the documents under a fee's key, the latest first, with what a credit note may take:
    what is not earned yet, and in no draft that a person made their own.
    """
    own = [each for each in documents if stem_of(each.lots[0].move_key) == stem]
    own.sort(key=lambda each: revision_of(each.lots[0].move_key), reverse=True)
    found = []
    for document in own:
        kept = document.held_by_people
        for lot in document.lots:
            part = max(ZERO, lot.open - kept)
            kept -= lot.open - part
            found.append((lot, part))
    return found


def to_be_credited(
    asked: Iterable[Invoice], standing: Iterable[ExistingInvoice]
) -> Mapping[int, Decimal]:
    """By lot: what credit notes take of it that are asked for in this run, and drafts that stand
    and that nobody asks for again (their month is closed).

    A draft in a person's hands takes what it says, whatever is asked for; nothing is written under
    the key of a document that is theirs or that stands.
    """
    documents = {each.key: each for each in standing}
    taken: dict[int, Decimal] = {}
    keys = set()
    for invoice in asked:
        document = documents.get(invoice.key)
        if document is not None and not document.is_draft_of_ours:
            continue
        keys.add(invoice.key)
        if invoice.credit and not invoice.withdrawn:
            for line in invoice.lines:
                if line.match_line_id is not None:
                    taken[line.match_line_id] = taken.get(line.match_line_id, ZERO) + line.amount
    for draft in documents.values():
        if draft.credit and draft.key not in keys:
            for lot, amount in draft.deducts:
                taken[lot] = taken.get(lot, ZERO) + amount
    return taken
