"""How rules ask for journal entries: which key is next, and how a draft is taken back."""

from collections.abc import Collection, Iterable

from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import revision_of, stem_of
from sync.domain.ledger import ExistingEntry
from sync.domain.money import ZERO, Currency


def next_key(first: str, standing: Iterable[ExistingEntry], deleted: Collection[str]) -> str:
    """The key under which an entry is asked for, given what stands under the same stem.

    That of an untouched draft, which is rewritten; that of an entry which a person cancelled or
    deleted, for the plan to report; else the revision after the last.
    """
    stem = stem_of(first)
    own = sorted(
        (each for each in standing if stem_of(each.key) == stem),
        key=lambda each: revision_of(each.key),
    )
    for each in own:
        if each.is_draft_of_ours or each.state == "cancel":
            return each.key
    for gone in sorted(deleted):
        if stem_of(gone) == stem:
            return gone
    return f"{stem}/{revision_of(own[-1].key) + 1}" if own else first


def withdrawal(draft: ExistingEntry, currency: Currency) -> Entry:
    """An untouched draft of ours that is not wanted any more; only its key counts."""
    assert draft.is_draft_of_ours, f"{draft.key} is no draft of ours"
    text, amount = "Withdrawn", max(currency.round(draft.amount), currency.unit)
    return Entry(
        key=draft.key,
        role=draft.role,
        engagement_id=draft.engagement_id or 0,
        day=draft.day,
        service_start=draft.service_start or draft.day,
        service_end=draft.service_end or draft.day,
        currency=currency,
        company_currency=currency,
        lines=(
            EntryLine(account=Account.unearned, text=text, amount=amount, amount_company=ZERO),
            EntryLine(account=Account.income, text=text, amount=-amount, amount_company=ZERO),
        ),
        withdrawn=True,
    )
