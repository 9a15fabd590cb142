"""Laws of advances: whatever was requested, paid, invoiced, credited and decided.

The books move as ``tests/unit/rules/funds.py`` posts what the rules ask for.
"""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.advances import Advance, Decision
from sync.domain.documents import Role
from sync.domain.journal import Account
from sync.domain.ledger import LotTax, MoneyLot, OpenDraw, Receipt, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Tax, TaxSetting, part_of
from tests.properties.strategies import JPY, KWD, USD, pick
from tests.unit.rules.funds import RECEIVABLE, advance, after, books, lot, receivable, user
from tests.unit.rules.world import company, deliverable, run

FIRST = date(2025, 1, 1)
AS_OF = date(2025, 9, 1)
ON = AS_OF.isoformat()
EUR = Currency(id=4, code="EUR")
TAXES = (
    Tax(id=19, name="VAT 19 %", percent=Decimal(19)),
    Tax(id=7, name="VAT 7 %", percent=Decimal("7.7")),
)
currencies = st.sampled_from([USD, JPY, KWD])
parts = st.integers(0, 100)


def days(draw: st.DrawFn) -> date:
    return FIRST + timedelta(days=draw(st.integers(0, 260)))


def amount(draw: st.DrawFn, currency: Currency, most: int = 200_000) -> Decimal:
    return currency.unit * draw(st.integers(1, most))


def share(draw: st.DrawFn, whole: Decimal, currency: Currency) -> Decimal:
    return currency.round(whole * draw(parts) / 100)


def an_advance(draw: st.DrawFn, id: int, whole: Decimal, currency: Currency) -> Advance:
    decision = pick(draw, *[Decision.undecided] * 3, *Decision)
    return advance(
        id,
        whole,
        currency=currency,
        engagement_ids=pick(draw, (), (1,), (2,), (1, 2)),
        priority=pick(draw, 0, 1, 2),
        maturity=pick(draw, None, days(draw)),
        refundable=decision is not Decision.recognise,
        decision=decision,
        decided_on=None if decision is Decision.undecided else days(draw),
        decided_by="Dana Cole",
        decision_note="as agreed",
        decision_amount=pick(draw, ZERO, share(draw, whole, currency)),
    )


def a_lot(
    draw: st.DrawFn, id: int, whole: Decimal, currency: Currency, tax: Tax | None
) -> MoneyLot:
    """The line of a request: partly drawn, partly paid, at a rate of its own."""
    left = whole - share(draw, whole, currency)
    unpaid = share(draw, whole, currency)
    paid = sorted((days(draw), days(draw)))
    first = share(draw, whole - unpaid, currency)
    value = EUR.round(left * draw(st.integers(50, 150)) / 100)
    taxes = ()
    if tax is not None:
        taxes = (LotTax(tax=tax, open=currency.round(left * tax.percent / 100)),)
    return lot(
        id,
        whole,
        currency=currency,
        day=FIRST,
        open=left,
        amount_company=value,
        open_company=value,
        unpaid=unpaid,
        receipts=(
            Receipt(day=paid[0], amount=first),
            Receipt(day=paid[1], amount=whole - unpaid - first),
        ),
        taxes=taxes,
    )


def a_receivable(draw: st.DrawFn, id: int, currency: Currency) -> Receivable:
    whole = amount(draw, currency)
    return receivable(
        id,
        whole,
        days(draw).isoformat(),
        currency=currency,
        engagement_id=pick(draw, 1, 2),
        due_on=days(draw),
        open_company=EUR.round(whole * draw(st.integers(50, 150)) / 100),
        untaxed=currency.round(whole / Decimal("1.19")),
    )


@st.composite
def ledgers(draw: st.DrawFn, *, taxed: bool = True) -> Snapshot:
    """A client in one currency with some advances, and invoices of two engagements."""
    currency = draw(currencies)
    advances, lots = [], []
    for id in range(1, draw(st.integers(1, 5)) + 1):
        whole = amount(draw, currency)
        advances.append(an_advance(draw, id, whole, currency))
        tax = pick(draw, None, *TAXES) if taxed else None
        lots.append(a_lot(draw, id, whole, currency, tax))
    receivables = [a_receivable(draw, id, currency) for id in range(1, draw(st.integers(1, 6)) + 1)]
    if len(receivables) > 1 and draw(st.booleans()):  # two instalments of one invoice
        receivables[1] = receivables[1].model_copy(
            update={
                "move_id": receivables[0].move_id,
                "engagement_id": receivables[0].engagement_id,
            }
        )
    return books(
        *advances,
        lots=tuple(each for each in lots if each.open),
        receivables=tuple(receivables),
        engagements=(user(1, currency=currency), user(2, currency=currency)),
        company=company(currency=EUR),
    )


def taken(outcome: Outcome) -> dict[int, Decimal]:
    """By lot line: what the outcome takes of it, net."""
    found: dict[int, Decimal] = {}
    for entry in outcome.entries:
        for line in entry.lines:
            if line.account is Account.advances and line.match_line_id:
                found[line.match_line_id] = found.get(line.match_line_id, ZERO) + line.amount
    for invoice in outcome.invoices:
        for each in invoice.lines:
            if each.match_line_id:
                amount = abs(each.amount)
                found[each.match_line_id] = found.get(each.match_line_id, ZERO) + amount
    return found


def paid(outcome: Outcome) -> dict[int, Decimal]:
    """By receivable line: what the outcome pays of it."""
    found: dict[int, Decimal] = {}
    for entry in outcome.entries:
        for line in entry.lines:
            if line.account is Account.receivable and line.match_line_id:
                found[line.match_line_id] = found.get(line.match_line_id, ZERO) - line.amount
    for invoice in outcome.invoices:
        for _, line_id in invoice.settles:
            assert invoice.total_due is not None
            found[line_id] = found.get(line_id, ZERO) + invoice.total_due
    return found


def by_key(outcome: Outcome) -> dict[str, str]:
    documents = [*outcome.entries, *outcome.invoices]
    assert len({each.key for each in documents}) == len(documents), "each key once"
    return {each.key: each.fingerprint for each in documents}


@given(ledgers())
def test_no_lot_gives_more_than_was_received_and_is_open(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    lots = {each.line_id: each for each in snapshot.ledger.lots}
    for line, amount in taken(outcome).items():
        assert amount <= min(lots[line].open, lots[line].available)
    for left in after(snapshot, outcome).ledger.lots:
        assert left.open >= ZERO
        assert left.open_company >= ZERO
        assert all(each.open >= ZERO for each in left.taxes)


@given(ledgers())
def test_no_invoice_is_drained_beyond_what_is_open(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    open_lines = {each.line_id: each.open for each in snapshot.ledger.receivables}
    for line, amount in paid(outcome).items():
        assert ZERO < amount <= open_lines[line]


@given(ledgers())
def test_debits_are_credits_in_both_currencies(snapshot: Snapshot) -> None:
    for entry in run(snapshot, ON).entries:
        assert sum(line.amount for line in entry.lines) == ZERO
        assert sum(line.amount_company for line in entry.lines) == ZERO


@given(ledgers())
def test_what_stays_open_has_nothing_left_to_draw(snapshot: Snapshot) -> None:
    """An invoice that is not paid up: no lot that it may draw has anything left."""
    settled = after(snapshot, run(snapshot, ON))
    for each in settled.ledger.receivables:
        if each.invoice_date > AS_OF:
            continue
        for left in settled.ledger.lots:
            own = next(one for one in snapshot.advances if one.id == left.advance_id)
            if not own.covers(each.engagement_id, each.client_id):
                continue
            if (
                own.maturity
                and each.invoice_date > own.maturity
                and own.decision is not Decision.keep
            ):
                continue
            if own.decision in (Decision.give_back, Decision.recognise):
                continue
            assert left.there_by(AS_OF) == ZERO, (each, left)


@given(ledgers())
def test_a_draw_is_never_dated_before_its_invoice_or_the_money(snapshot: Snapshot) -> None:
    lots = {each.line_id: each for each in snapshot.ledger.lots}
    for entry in run(snapshot, ON).entries:
        if entry.role is Role.drawdown:
            assert entry.day >= entry.service_start
        drawn = [lots[each.match_line_id] for each in entry.lines if each.match_line_id in lots]
        assert all(entry.day >= each.receipts[0].day for each in drawn)
        assert entry.day <= AS_OF or entry.role is Role.breakage


@given(ledgers(taxed=False))
def test_the_order_of_draws_of_each_invoice(snapshot: Snapshot) -> None:
    """Scope, priority, maturity, receipt, id: worked out here once more, from the words."""

    def place(each: MoneyLot) -> tuple[object, ...]:
        own = next(one for one in snapshot.advances if one.id == each.advance_id)
        return (
            0 if own.engagement_ids else 1,
            own.priority or 10**9,
            own.maturity or date.max,
            each.receipts[0].day,
            each.line_id,
        )

    lots = {each.line_id: place(each) for each in snapshot.ledger.lots}
    by_line: dict[int | None, list[tuple[object, ...]]] = {}
    for entry in run(snapshot, ON).entries:
        if entry.role is Role.drawdown:
            debit, credit = entry.lines[:2]
            by_line.setdefault(credit.match_line_id, []).append(lots[debit.match_line_id or 0])
    for places in by_line.values():
        assert places == sorted(places)


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(snapshot: Snapshot, chance) -> None:
    def shuffled(rows):
        return tuple(chance.sample(rows, len(rows)))

    ledger = snapshot.ledger.model_copy(
        update={
            "lots": shuffled(snapshot.ledger.lots),
            "receivables": shuffled(snapshot.ledger.receivables),
        }
    )
    other = snapshot.model_copy(update={"advances": shuffled(snapshot.advances), "ledger": ledger})
    assert by_key(run(snapshot, ON)) == by_key(run(other, ON))


@given(ledgers())
def test_a_second_look_has_nothing_to_do(snapshot: Snapshot) -> None:
    """Once its documents are posted nothing more is drawn, returned or recognised; what was
    recognised and is looked up by its key is told to the rules as the pull would.
    """
    seen: set[str] = set()
    for _ in range(4):
        outcome = run(snapshot, ON)
        fresh = set(by_key(outcome)) - seen
        if not fresh:
            break
        assert not seen & set(by_key(outcome)), "no key is asked for again"
        seen |= fresh
        snapshot = _with_recognised(after(snapshot, outcome), outcome)
    else:
        raise AssertionError("it never settles")


def _with_recognised(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    """The breakage entries as they stand."""
    from sync.domain.ledger import ExistingEntry

    entries = tuple(
        ExistingEntry(
            id=at,
            name=f"MISC/{at}",
            key=each.key,
            fingerprint=each.fingerprint,
            role=each.role,
            engagement_id=each.engagement_id,
            state="posted",
            changed=False,
            day=each.day,
            amount=each.total,
        )
        for at, each in enumerate(outcome.entries, 1)
        if each.role is Role.breakage
    )
    ledger = snapshot.ledger.model_copy(update={"entries": (*snapshot.ledger.entries, *entries)})
    return snapshot.model_copy(update={"ledger": ledger})


@given(ledgers(taxed=False))
def test_undo_after_do_is_nothing(snapshot: Snapshot) -> None:
    """Every invoice is credited in full after its draws: the same money is there, at its rates."""
    snapshot = snapshot.model_copy(
        update={
            "advances": tuple(
                each.model_copy(update={"decision": Decision.undecided, "maturity": None})
                for each in snapshot.advances
            )
        }
    )
    outcome = run(snapshot, ON)
    drawn = after(snapshot, outcome)
    draws, credits = [], []
    for at, entry in enumerate(outcome.entries, 1):
        debit, credit = entry.lines[:2]
        before = next(
            each for each in snapshot.ledger.receivables if each.line_id == credit.match_line_id
        )
        draws.append(
            OpenDraw(
                lot_line_id=debit.match_line_id or 0,
                advance_id=debit.advance_id or 0,
                invoice_id=before.move_id,
                entry_id=at,
                day=entry.day,
                amount=debit.amount,
                amount_company=debit.amount_company,
            )
        )
    for move in sorted({each.invoice_id for each in draws}):
        whole = sum(each.amount for each in draws if each.invoice_id == move)
        first = next(each for each in snapshot.ledger.receivables if each.move_id == move)
        credits.append(
            first.model_copy(
                update={
                    "line_id": 500_000 + move,
                    "move_id": 400_000 + move,
                    "account_id": RECEIVABLE,
                    "credit": True,
                    "reverses_ids": (move,),
                    "invoice_date": AS_OF,
                    "open": whole,
                    "open_company": EUR.round(whole),
                }
            )
        )
    ledger = drawn.ledger.model_copy(update={"receivables": tuple(credits), "draws": tuple(draws)})
    credited = drawn.model_copy(update={"ledger": ledger})
    undone = after(credited, run(credited, ON))
    assert undone.ledger.receivables == ()
    for figure in ("open", "open_company"):
        assert sum(getattr(each, figure) for each in undone.ledger.lots) == sum(
            getattr(each, figure) for each in snapshot.ledger.lots
        )
    assert run(undone, ON).entries == ()


@given(ledgers(), st.lists(st.integers(1, 200_000), min_size=1, max_size=4), parts)
def test_an_invoice_that_deducts_advances_never_comes_to_less_than_zero(
    snapshot: Snapshot, amounts: list[int], rate: int
) -> None:
    """Whatever the rates were and are; covered, it comes to 0 exactly and its parts add up."""
    currency = snapshot.engagements[0].currency
    tax = Tax(id=5, name="VAT", percent=Decimal(rate) / 4)
    snapshot = snapshot.model_copy(
        update={
            "milestones": tuple(
                deliverable(at, "2025-06-10", currency.unit * units)
                for at, units in enumerate(amounts, 1)
            ),
            "taxes": (TaxSetting(engagement_id=1, taxes=(tax,)),),
        }
    )
    outcome = run(snapshot, ON)
    lots = {each.line_id: each for each in snapshot.ledger.lots}
    taxes: dict[int, Decimal] = {}
    for invoice in outcome.invoices:
        if invoice.role is not Role.milestone or invoice.total_due is None:
            continue
        assert invoice.total_due >= ZERO
        assert invoice.net_total + sum(each for _, each in invoice.taxes_due) == invoice.total_due
        for line in invoice.lines[1:]:
            assert line.amount <= ZERO
            assert lots[line.match_line_id or 0].receipts[0].day <= invoice.invoice_date
            for _, part in line.part_taxes:
                taxes[line.match_line_id or 0] = taxes.get(line.match_line_id or 0, ZERO) - part
    for line, total in taxes.items():
        assert total <= lots[line].taxes[0].open


@given(
    currencies,
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 300_000),
    parts,
)
def test_a_part_comes_to_its_limit_or_is_all_there_is(
    currency: Currency, net: int, limit: int, tax: int, cut: int
) -> None:
    whole, bound = currency.unit * net, currency.unit * limit
    charged = {1: currency.unit * tax}
    most = currency.round(whole * cut / 100)
    part = part_of(whole, charged, currency, at_most=most, limit=bound)
    assert ZERO <= part.net <= most
    assert part.total <= bound or part.total == ZERO
    assert all(ZERO <= amount <= charged[which] for which, amount in part.taxes)
    if part.total < bound and part.net < most:
        raise AssertionError(f"{part} of {bound}: something was left that could be taken")
