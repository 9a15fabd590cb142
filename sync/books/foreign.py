"""What does not belong on the liability accounts, each thing by its name and with its remedy. Pure.

An entry of the service's is known by its key; a person's credit note of an invoice of ours, and
the opening balance of an advance that finance names, belong there too. Everything else is foreign,
and so is what people undid of ours. Nothing here is changed: the remedy is for a person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sync.domain.advances import Advance
from sync.domain.books import Match, Posting, RequestPaid
from sync.domain.documents import Role
from sync.domain.engagement import Engagement
from sync.domain.existing import Tombstone
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO
from sync.domain.value import Exact, Value


class Strange(StrEnum):
    """What is the matter."""

    manual_entry = "manual_entry"
    payment_on_liability = "payment_on_liability"
    no_partner = "no_partner"
    wrong_client = "wrong_client"
    lot_without_advance = "lot_without_advance"
    unreconciled_draw = "unreconciled_draw"
    reset_to_draft = "reset_to_draft"
    cancelled = "cancelled"
    deleted_draft = "deleted_draft"
    settled_without_money = "settled_without_money"
    not_reconcilable = "not_reconcilable"


REMEDIES = {
    Strange.manual_entry: (
        "reverse it in Odoo and reconcile it with its reversal; where it is the opening balance of"
        " an advance, name the advance on its line"
    ),
    Strange.payment_on_liability: (
        "reset the bank line or payment, choose the receivable account instead, and reconcile it"
        " with the request that it pays"
    ),
    Strange.no_partner: "reset the entry to draft and enter the client on its line",
    Strange.wrong_client: (
        "undo the reconciliation; reverse the entry and post it again with the client of its lot"
    ),
    Strange.lot_without_advance: (
        "name the advance on the line; without it no invoice can draw it"
    ),
    Strange.unreconciled_draw: (
        "reconcile the line with its counterpart, or reset the entry to draft and cancel it; the"
        " next run then draws again"
    ),
    Strange.reset_to_draft: "post it again, or cancel it and tell the client",
    Strange.cancelled: (
        "if that was meant, nothing is to be done here: the service writes it no second time; else"
        " reset it to draft and post it"
    ),
    Strange.deleted_draft: (
        "remove its tombstone under Retainer billing > Configuration, and the next run writes it"
        " again; or leave it, and post what it would have by hand"
    ),
    Strange.settled_without_money: (
        "credit the request instead of setting it off, or reconcile it with the payment"
    ),
    Strange.not_reconcilable: (
        "tick Allow Reconciliation on the account; without it no draw can be matched with its lot"
    ),
}

MOVE = "account.move"
"""What a tombstone calls invoices and entries."""

ON_LIABILITY = frozenset(
    {
        Role.fee,
        Role.advance_request,
        Role.advance_return,
        Role.drawdown,
        Role.recognition,
        Role.breakage,
        Role.reclassification,
    }
)
"""Roles of documents that post to a liability account."""


class Foreign(Value):
    """One thing that does not belong there."""

    kind: Strange
    on: LotKind | None = None
    """On which kind of account."""
    client_id: int | None = None
    document: str
    """Number or key, as people find it in Odoo."""
    document_id: int | None = None
    line_id: int | None = None
    day: date | None = None
    amount: Exact = ZERO
    """In the company's currency; credits positive."""
    what: str
    """What is wrong, in one sentence."""

    @property
    def remedy(self) -> str:
        """What a person does about it."""
        return REMEDIES[self.kind]


def belongs(line: Posting) -> bool:
    """Whether a posted line is the service's, a credit note of ours, or a named opening balance."""
    if line.client_id is None:
        return False
    if line.document.ours or line.document.exchange:
        return True
    taken_over = line.kind is LotKind.advances and line.is_credit and line.advance_id is not None
    return taken_over and not line.document.journal.is_money


def takes_back(debit: Posting, credit: Posting) -> bool:
    """Whether a person reversed the document of ours that the credit is of: neither counts."""
    reversed_key = debit.document.reverses_key
    return bool(reversed_key) and reversed_key == credit.document.key


def settled_among_strangers(
    lines: Sequence[Posting], matches: Iterable[Match], matched: Mapping[int, Posting]
) -> set[int]:
    """Foreign lines that are wholly matched with each other, or with what they reverse of ours:
    somebody has undone them already. ``matched``: all lines of the matches.
    """
    strangers = {each.id: each for each in lines if not belongs(each)}
    left = {each.id: each.amount_company for each in strangers.values()}
    for match in matches:
        debit, credit = strangers.get(match.debit_id), strangers.get(match.credit_id)
        if debit and credit and debit.client_id == credit.client_id:
            left[debit.id] += match.company
            left[credit.id] -= match.company
        elif debit and takes_back(debit, matched[match.credit_id]):
            left[debit.id] += match.company
    return {line for line, amount in left.items() if not amount}


def strangers(
    lines: Sequence[Posting],
    matches: Sequence[Match],
    matched: Mapping[int, Posting],
    advances: Mapping[int, Advance],
    engagements: Mapping[int, Engagement],
) -> Iterator[Foreign]:
    """What is wrong with posted lines; ``matches`` are those of the foreign ones among them."""
    done = settled_among_strangers(lines, matches, matched)
    for line in sorted(lines, key=lambda each: (each.day, each.id)):
        if line.id not in done:
            yield from _of_line(line, advances, engagements)


def _of_line(
    line: Posting, advances: Mapping[int, Advance], engagements: Mapping[int, Engagement]
) -> Iterator[Foreign]:
    document = line.document
    if not document.ours and document.journal.is_money:
        yield of(line, Strange.payment_on_liability, "a payment was posted to this account")
    elif line.client_id is None:
        yield of(line, Strange.no_partner, "its line names no client")
    elif not belongs(line):
        if line.kind is LotKind.advances and document.move_type == "out_invoice":
            yield of(line, Strange.lot_without_advance, "it belongs to no advance")
        else:
            yield of(line, Strange.manual_entry, "the service did not write it")
    elif not line.is_credit and line.open_company and _is_draw(line):
        yield of(
            line,
            Strange.unreconciled_draw,
            "it is not matched with a lot",
            amount=line.open_company,
        )
    elif line.is_credit and (whose := _other_client(line, advances, engagements)):
        yield of(line, Strange.wrong_client, f"its {whose} is another client's")
    elif _lacks_advance(line):
        yield of(line, Strange.lot_without_advance, "it belongs to no advance")


def _is_draw(line: Posting) -> bool:
    """A debit that must be matched; what a credit note takes too much of goes on to revenue."""
    role = line.document.role
    if role is Role.reclassification:
        return False
    return not (line.kind is LotKind.unearned and line.document.move_type == "out_refund")


def _lacks_advance(line: Posting) -> bool:
    role = line.document.role
    return (
        line.kind is LotKind.advances
        and line.is_credit
        and line.advance_id is None
        and role is not Role.reclassification
        and not line.document.exchange
    )


def _other_client(
    line: Posting, advances: Mapping[int, Advance], engagements: Mapping[int, Engagement]
) -> str:
    """Whose client is not the line's: ``advance`` or ``engagement``; empty where all agree."""
    advance = advances.get(line.advance_id or 0)
    if advance is not None and advance.client_id != line.client_id:
        return "advance"
    # The service addresses an invoice as the engagement says, also to another billing entity.
    engagement = None if line.document.key else engagements.get(line.document.engagement_id or 0)
    if advance is None and engagement is not None and engagement.client_id != line.client_id:
        return "engagement"
    return ""


def of(line: Posting, kind: Strange, what: str, amount: Decimal | None = None) -> Foreign:
    """A finding about a line."""
    return Foreign(
        kind=kind,
        on=line.kind,
        client_id=line.client_id,
        document=line.document.shown,
        document_id=line.document.id,
        line_id=line.id,
        day=line.day,
        amount=line.amount_company if amount is None else amount,
        what=what,
    )


def mismatched(matches: Iterable[Match], lines: Mapping[int, Posting]) -> Iterator[Foreign]:
    """Draws of one client's money for another: matches whose two lines name different clients."""
    for match in matches:
        debit, credit = lines[match.debit_id], lines[match.credit_id]
        if debit.client_id != credit.client_id:
            yield of(
                debit,
                Strange.wrong_client,
                f"it took from {credit.document.shown}, which is another client's",
                amount=-match.company,
            )


def undone(lines: Iterable[Posting]) -> Iterator[Foreign]:
    """Documents of ours on the accounts that are posted no more."""
    for line in lines:
        document = line.document
        if document.accepted:
            continue
        if document.state == "cancel":
            yield of(line, Strange.cancelled, "a person cancelled it")
        elif document.state == "draft" and document.was_posted:
            yield of(line, Strange.reset_to_draft, "a person reset it to draft")


def deleted(tombstones: Iterable[Tombstone]) -> Iterator[Foreign]:
    """Entries of ours that a person deleted."""
    for each in tombstones:
        parts = each.key.split("/")
        role = parts[2] if len(parts) > 2 else ""
        if each.model == MOVE and role in ON_LIABILITY and each.accepted is None:
            yield Foreign(
                kind=Strange.deleted_draft,
                document=each.key,
                day=each.deleted_on,
                what=f"a person deleted this {role.replace('_', ' ')}",
            )


def unpaid_by_money(
    lots: Iterable[Posting], payments: Mapping[int, RequestPaid]
) -> Iterator[Foreign]:
    """Requests that something else than money settled."""
    for lot in lots:
        paid = payments.get(lot.document.id)
        for settlement in paid.settlements if paid else ():
            if not settlement.money:
                yield of(
                    lot,
                    Strange.settled_without_money,
                    f"{settlement.document} settled it, and no money came in",
                    amount=settlement.amount,
                )
