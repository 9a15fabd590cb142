"""Laws of rule 16 and 18, over whatever agencies Hypothesis thinks of."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calendar import last_of
from sync.domain.engagement import PoPolicy
from sync.domain.ledger import Locks
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Recognition
from sync.rules.fee_lots import EARNING
from tests.properties.books import Books, Refused
from tests.properties.strategies import LAST, SPAN, agencies, days, pick, schedules

LONG_AFTER = LAST + timedelta(days=800)
"""Every fee invoice has reached its end by then, a yearly one that began last included."""


@st.composite
def earning(draw: st.DrawFn, *, ended: bool = False) -> Snapshot:
    """Agencies whose terms name each way of earning a fee, and breakage that is expected.

    ``ended``: every engagement ends inside the span.
    """
    snapshot = draw(agencies())
    engagements = []
    for each in snapshot.engagements:
        changed = tuple(
            terms.model_copy(
                update={
                    "recognition": pick(draw, *Recognition),
                    "expected_breakage": Decimal(pick(draw, 0, 0, 20, 35, 99)),
                }
            )
            for terms in each.terms
        )
        update: dict[str, object] = {"terms": changed}
        if ended and each.date_end is None:
            update["date_end"] = last_of(LAST)
        engagements.append(each.model_copy(update=update))
    posts = pick(draw, True, False)
    company = snapshot.company.model_copy(
        update={"post_entries": posts, "po_policy": PoPolicy.ignore}
    )
    return snapshot.model_copy(update={"engagements": tuple(engagements), "company": company})


def rate(currency: Currency, day: date) -> Decimal:
    """Another rate each day, and none of them round."""
    base = {"USD": "1", "JPY": "0.006613", "KWD": "3.25417"}[currency.code]
    return Decimal(base) + Decimal(day.toordinal() % 97).scaleb(-6) * (currency.code != "USD")


def earned(kept: Books) -> Decimal:
    """What the posted entries recognise."""
    return sum(
        (
            entry.total
            for entry, state in kept.entries.values()
            if entry.role in EARNING and state == "posted"
        ),
        ZERO,
    )


def whole(kept: Books) -> Decimal:
    """What was billed as unearned, given back taken off."""
    return sum((lot.amount - lot.credited for lot in kept.lots.values()), ZERO)


@given(earning(), schedules())
def test_recognised_and_open_are_what_was_billed(snapshot: Snapshot, on: list[date]) -> None:
    kept = Books(snapshot, rate=rate)
    for day in on:
        kept.run(day)
        kept.post_drafts()
        assert earned(kept) + kept.unearned == whole(kept)
        assert all(lot.open >= ZERO for lot in kept.lots.values())
        assert all(lot.open or not lot.open_company for lot in kept.lots.values())


@given(earning(ended=True), schedules())
def test_all_is_recognised_once_everything_has_lapsed(snapshot: Snapshot, on: list[date]) -> None:
    kept = Books(snapshot, rate=rate)
    kept.run(*on, LONG_AFTER)
    kept.post_drafts()
    kept.run(LONG_AFTER)
    kept.post_drafts()
    left = {lot.move_key: lot.open for lot in kept.lots.values() if lot.open}
    assert left == {}
    assert earned(kept) == whole(kept)
    assert kept.run(LONG_AFTER) == []


@given(earning(), schedules())
def test_one_late_run_recognises_what_many_would_have(snapshot: Snapshot, on: list[date]) -> None:
    often, once = Books(snapshot, rate=rate), Books(snapshot, rate=rate)
    often.run(*on)
    once.run(on[-1])
    assert figures(often) == figures(once)


def figures(kept: Books) -> Mapping[tuple[str, str], tuple[date, date, tuple[Decimal, ...]]]:
    """Days and lines of every entry, by its month and fee."""
    moves = {f"i{lot.move_id}": lot.move_key for lot in kept.lots.values()}
    return {
        (entry.role, key.split("/")[3][:8] + moves[key.split("/")[3][8:]]): (
            entry.day,
            entry.service_start,
            tuple(each for line in entry.lines for each in (line.amount, line.amount_company)),
        )
        for key, (entry, _) in kept.entries.items()
    }


@given(earning(), schedules())
def test_when_drafts_are_posted_makes_no_difference(snapshot: Snapshot, on: list[date]) -> None:
    def with_policy(post: bool) -> Books:
        company = snapshot.company.model_copy(update={"post_entries": post})
        return Books(snapshot.model_copy(update={"company": company}))

    at_once, late = with_policy(True), with_policy(False)
    for day in on:
        at_once.run(day)
        late.run(day)
    late.post_drafts()
    assert figures(late) == figures(at_once)
    assert late.run(on[-1]) == []


@given(earning(), schedules(), st.data())
def test_drafts_are_posted_in_any_order(
    snapshot: Snapshot, on: list[date], data: st.DataObject
) -> None:
    """In the company's own currency nothing has to be written again for it."""
    company = snapshot.company.model_copy(update={"post_entries": False})
    engagements = tuple(
        each.model_copy(update={"currency": company.currency}) for each in snapshot.engagements
    )
    kept = Books(snapshot.model_copy(update={"company": company, "engagements": engagements}))
    kept.run(*on)
    before = figures(kept)
    drafts = data.draw(st.permutations(sorted(kept.entries)))
    for draft in drafts[: len(drafts) // 2]:
        kept.post_drafts(draft)
        assert kept.run(on[-1]) == []
    assert figures(kept) == before


@given(earning(), schedules(), days(0, SPAN), st.sampled_from(["all", "hard"]))
def test_no_entry_is_dated_into_closed_books(
    snapshot: Snapshot, on: list[date], lock: date, which: str
) -> None:
    company = snapshot.company.model_copy(update={"locks": Locks(**{which: lock})})
    kept = Books(snapshot.model_copy(update={"company": company}))
    kept.run(*on)
    assert all(entry.day > lock for entry, _ in kept.entries.values())
    assert all(lot.day > lock for lot in kept.lots.values())
    assert all(invoice.invoice_date > lock for plan in kept.plans for invoice in plan.invoices)


@given(earning(), schedules(), days(0, SPAN))
def test_a_lock_moves_days_and_nothing_else(snapshot: Snapshot, on: list[date], lock: date) -> None:
    """Statements close as they would have, every key is the same, every amount is billed."""
    company = snapshot.company.model_copy(update={"locks": Locks(all=lock)})
    open_books, closed_books = (
        Books(snapshot),
        Books(snapshot.model_copy(update={"company": company})),
    )
    open_books.run(*on)
    closed_books.run(*on)
    assert closed_books.closed == {
        key: each.model_copy(update={"id": closed_books.closed[key].id})
        for key, each in open_books.closed.items()
    }
    billed = [
        {invoice.key: invoice.untaxed for plan in kept.plans for invoice in plan.invoices}
        for kept in (open_books, closed_books)
    ]
    assert billed[0] == billed[1]


@given(earning(), schedules(), st.data())
def test_in_any_order_nothing_is_left_of_a_rate(
    snapshot: Snapshot, on: list[date], data: st.DataObject
) -> None:
    """Drafts in foreign currencies posted in any order, with and without a run in between: a lot
    that is drawn to the end is so in the company's currency, too.
    """
    company = snapshot.company.model_copy(update={"post_entries": False})
    kept = Books(snapshot.model_copy(update={"company": company}), rate=rate)
    kept.run(*on)
    for draft in data.draw(st.permutations(sorted(kept.entries))):
        kept.post_drafts(draft)
        if data.draw(st.booleans()):
            kept.run(on[-1])
    assert all(lot.open or not lot.open_company for lot in kept.lots.values())
    assert kept.run(on[-1]) == []


@given(earning(), schedules())
def test_no_entry_recognises_more_than_its_fee_up_to_any_month(
    snapshot: Snapshot, on: list[date]
) -> None:
    """Entries only add; up to each month they are within the fee, and at most what time or hours
    allow: nothing of a straight-line month before it has ended.
    """
    kept = Books(snapshot)
    kept.run(*on)
    for entry, _ in kept.entries.values():
        assert entry.total > ZERO
        assert entry.day <= on[-1]
        assert entry.service_start <= entry.service_end <= entry.day
        assert entry.day == last_of(entry.day)


@given(earning(), schedules(), st.data())
def test_people_may_do_what_they_like(
    snapshot: Snapshot, on: list[date], data: st.DataObject
) -> None:
    """Drafts changed, deleted, posted; lots credited and drawn by hand, in any order: the waves
    end, no lot falls below zero, a second run has nothing to do, and what is open and recognised
    is what was billed.
    """
    kept = Books(snapshot)
    by_hand = ZERO
    for day in on:
        kept.run(day)
        for _ in range(data.draw(st.integers(0, 2))):
            by_hand += act(kept, data)
        kept.run(day)
        assert kept.run(day) == []
        assert all(lot.open >= ZERO for lot in kept.lots.values())
    lots = sum((lot.open for lot in kept.lots.values()), ZERO)
    assert earned(kept) + by_hand + lots == whole(kept)


def act(kept: Books, data: st.DataObject) -> Decimal:
    """One thing that a person does; answers what they drew by hand."""
    drafts = [key for key, (_, state) in sorted(kept.entries.items()) if state == "draft"]
    lots = [lot for lot in kept.lots.values() if lot.open]
    doings = ["post", "change", "delete"] * bool(drafts) + ["credit", "draw"] * bool(lots)
    if not doings:
        return ZERO
    doing = data.draw(st.sampled_from(doings))
    if doing in ("post", "change", "delete"):
        draft = data.draw(st.sampled_from(drafts))
        if doing == "post":
            with suppress(Refused):
                kept.post_drafts(draft)
        elif doing == "delete":
            kept.delete(draft)
        elif len(kept.entries[draft][0].lines) == 2:
            total = kept.entries[draft][0].total
            unit = kept.entries[draft][0].currency.unit
            kept.change_draft(draft, max(unit, total - data.draw(st.integers(0, 3)) * unit))
        return ZERO
    lot = data.draw(st.sampled_from(lots))
    parts = [lot.open, lot.currency.round(lot.open / 3) or lot.open]
    part = data.draw(st.sampled_from(parts))
    if doing == "credit":
        kept.credit_by_hand(lot, part + data.draw(st.integers(0, 1)) * lot.drawn)
        return ZERO
    kept.draw_by_hand(lot, part)
    return part
