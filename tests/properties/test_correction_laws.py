"""Laws of corrections (rule 16): what a person's own credit note took from the liability although
it was revenue already is moved there once, whatever people do to the drafts that say so.
"""

from contextlib import suppress
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Role
from sync.domain.journal import Entry
from sync.domain.keys import revision_of, stem_of
from sync.domain.ledger import OpenDebit
from sync.domain.money import ZERO
from sync.domain.terms import Recognition
from sync.rules.engine import evaluate
from tests.properties.books import Books, Refused
from tests.properties.test_recognition_laws import rate
from tests.unit.rules.world import JPY, KWD, USD, company, days, retainer, terms, world

RUNS = days("2025-02-03", "2025-02-20", "2025-03-03", "2025-03-20", "2025-04-02", "2025-04-20")
PARTS = st.sampled_from([Decimal("0.01"), Decimal("0.4"), Decimal(1)])


def agency(data: st.DataObject) -> Books:
    """Two retainers, earned by days, whose entries wait for review."""
    currency = data.draw(st.sampled_from([USD, JPY, KWD]))
    agreed = terms(recognition=Recognition.straight_line)
    return Books(
        world(
            *(retainer(agreed, id=each, currency=currency) for each in (1, 2)),
            company=company(),
        ),
        rate=rate,
    )


def stem(debit: OpenDebit) -> str:
    return f"1/{debit.engagement_id}/correction/i{debit.move_id}"


def of(kept: Books, debit: OpenDebit) -> dict[str, tuple[Entry, str]]:
    return {key: each for key, each in kept.entries.items() if stem_of(key) == stem(debit)}


def live(kept: Books, debit: OpenDebit) -> list[str]:
    """Keys of the drafts of ours that nobody touched."""
    found = of(kept, debit).items()
    return [key for key, (_, state) in found if state == "draft" and key not in kept.people]


def rest(kept: Books, debit: OpenDebit) -> Decimal:
    """What is open and in no draft that a person made their own."""
    own = of(kept, debit).items()
    touched = (each.total for key, (each, state) in own if state == "draft" and key in kept.people)
    return debit.open - sum(touched, ZERO)


def blocked(kept: Books, debit: OpenDebit) -> bool:
    """Whether a person cancelled or deleted one: a conflict, until they say that it is right."""
    gone = any(stem_of(each.key) == stem(debit) for each in kept.snapshot.tombstones)
    return gone or any(state == "cancel" for _, state in of(kept, debit).values())


def act(kept: Books, data: st.DataObject) -> None:
    """One thing that a person does."""
    drafts = [
        key
        for key, (entry, state) in sorted(kept.entries.items())
        if entry.role is Role.correction and state == "draft"
    ]
    open_debits = [each for each in kept.debits.values() if each.open]
    doings = ["credit", *["post", "change", "cancel", "delete"] * bool(drafts)]
    doing = data.draw(st.sampled_from([*doings, *["mend"] * bool(open_debits)]))
    if doing == "credit":
        lot = data.draw(st.sampled_from(sorted(kept.lots.values(), key=lambda each: each.line_id)))
        gone = lot.currency.round(max(ZERO, lot.drawn - lot.credited) * data.draw(PARTS))
        if lot.open + gone:
            kept.credit_by_hand(lot, lot.open + gone)
    elif doing == "mend":
        debit = data.draw(st.sampled_from(open_debits))
        kept.mend(debit, max(debit.currency.unit, debit.currency.round(debit.open / 2)))
    else:
        draft = data.draw(st.sampled_from(drafts))
        entry = kept.entries[draft][0]
        if doing == "post":
            with suppress(Refused):
                kept.post_drafts(draft)
        elif doing == "change":
            part = entry.currency.round(entry.total * data.draw(PARTS))
            kept.change_draft(draft, max(entry.currency.unit, part))
        elif doing == "cancel":
            kept.cancel(draft)
        else:
            kept.delete(draft)


def checked_run(kept: Books, on: date) -> None:
    """A run, whose wishes are looked at before they are carried out."""
    before = {line: (each, live(kept, each)) for line, each in kept.debits.items()}
    wishes = [each for each in evaluate(kept.snapshot, on).entries if each.role is Role.correction]
    for wish in wishes:
        state = kept.entries[wish.key][1] if wish.key in kept.entries else "none"
        assert state != "posted", f"{wish.key} is in the books"
        assert wish.key not in kept.people or state != "draft", f"{wish.key} is a person's"
    needless = {key for each, keys in before.values() if rest(kept, each) <= ZERO for key in keys}
    assert {each.key for each in wishes if each.withdrawn} == needless
    kept.run(on)
    for key in [key for key in kept.entries if is_revenue(kept, key)]:
        kept.post_drafts(key)


def is_revenue(kept: Books, key: str) -> bool:
    entry, state = kept.entries[key]
    return state == "draft" and entry.role in (Role.recognition, Role.breakage)


@given(st.data())
def test_one_correction_stands_for_what_is_open_of_each_debit(data: st.DataObject) -> None:
    kept = agency(data)
    for on in RUNS:
        checked_run(kept, on)
        for _ in range(data.draw(st.integers(0, 2))):
            act(kept, data)
        checked_run(kept, on)
        for debit in kept.debits.values():
            keys, left = live(kept, debit), rest(kept, debit)
            assert all(kept.entries[key][0].total == left for key in keys)
            assert len(keys) == 1 if left > ZERO and not blocked(kept, debit) else len(keys) <= 1
            others = [revision_of(key) for key in of(kept, debit) if key not in keys]
            if not blocked(kept, debit):
                assert [revision_of(key) for key in keys] in ([], [max(others, default=-1) + 1])
            assert debit.open or kept.people or not debit.open_company, "nothing is left of a rate"
        assert kept.run(on) == []
