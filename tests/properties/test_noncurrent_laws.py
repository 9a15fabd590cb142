"""Laws of the split at year end (IAS 1.69(d)): exactly what is owed for longer than twelve months,
shown on the last day and taken back on the next.
"""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.advances import Decision
from sync.domain.journal import Account
from sync.domain.ledger import LotKind, MoneyLot
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.reclassify import reclassify
from tests.properties.strategies import JPY, KWD, USD, pick
from tests.properties.test_advance_laws import EUR
from tests.unit.rules.funds import advance, books, lot, paid, user
from tests.unit.rules.test_reclassify import lot as fee_lot
from tests.unit.rules.world import company, retainer

AS_OF = date(2026, 1, 5)
END, LIMIT = date(2025, 12, 31), date(2026, 12, 31)
"""The year's end, and that of the twelve months after it."""
PAIRS = {
    LotKind.advances: (Account.advances, Account.advances_noncurrent),
    LotKind.unearned: (Account.unearned, Account.unearned_noncurrent),
}
Place = tuple[LotKind, str]


def about(day: date, around: int) -> st.SearchStrategy[date]:
    return st.integers(-around, around).map(lambda each: day + timedelta(days=each))


@st.composite
def agencies(draw: st.DrawFn) -> Snapshot:
    """Advances that mature around the limit, paid around the year's end, and fees of several years
    billed to an engagement that is earned by days.
    """
    advances, lots = [], []
    for id in range(1, draw(st.integers(0, 4)) + 1):
        currency = pick(draw, USD, JPY, KWD)
        whole = currency.unit * draw(st.integers(1, 500_000))
        first = currency.round(whole * draw(st.integers(0, 100)) / 100)
        decision = pick(draw, *Decision)
        advances.append(
            advance(
                id,
                whole,
                currency=currency,
                maturity=pick(draw, None, draw(about(LIMIT, 2)), draw(about(LIMIT, 300))),
                decision=decision,
                refundable=decision is not Decision.recognise,
                decided_on=None if decision is Decision.undecided else AS_OF,
                decided_by="Dana Cole",
                decision_note="as agreed",
            )
        )
        left = currency.round(whole * draw(st.integers(20, 100)) / 100)
        lots.append(
            lot(
                id,
                whole,
                currency=currency,
                day=draw(about(END, 3)),
                open=left,
                open_company=EUR.round(left * draw(st.integers(50, 150)) / 100),
                receipts=paid(("2025-06-01", first), (str(draw(about(END, 2))), whole - first)),
            )
        )
    for id in range(1, draw(st.integers(1, 3)) + 1):
        whole = Decimal(draw(st.integers(100, 9_000_000))) / 100
        start = draw(about(END, 500))
        left = USD.round(whole * draw(st.integers(0, 100)) / 100)
        fee = fee_lot(
            line_id=500 + id,
            move_id=5000 + id,
            engagement_id=9,
            day=min(start, draw(about(END, 3))),
            amount=whole,
            amount_company=whole,
            open=left,
            open_company=EUR.round(left / 2),
            credited=USD.round((whole - left) * draw(st.integers(0, 100)) / 100),
            service_start=start,
            service_end=start + timedelta(days=draw(st.integers(0, 900))),
        )
        lots += [fee] * bool(left)
    return books(
        *advances,
        lots=tuple(lots),
        engagements=(user(), retainer(id=9, terms=(), start="2023-01-01")),
        company=company(currency=EUR, split_noncurrent=True, fiscal_year_end=(12, 31)),
    )


def later(snapshot: Snapshot) -> dict[Place, tuple[Decimal, Decimal]]:
    """By account and currency: what is owed beyond the limit, and that in the company's books."""
    found: dict[Place, tuple[Decimal, Decimal]] = {}
    own = {each.id: each for each in snapshot.advances}
    for each in snapshot.ledger.lots:
        if each.day > END:
            continue
        if each.kind is LotKind.advances:
            of = own[each.advance_id or 0]
            keeps = of.decision in (Decision.undecided, Decision.keep)
            by_then = sum((one.amount for one in each.receipts if one.day <= END), ZERO)
            beyond = of.maturity is not None and of.maturity > LIMIT and keeps
            part = min(each.open, by_then) if beyond else ZERO
        else:
            part = min(each.open, beyond_of(each))
        if part:
            amount, value = found.get((each.kind, each.currency.code), (ZERO, ZERO))
            books = each.company_part(part, EUR)
            found[each.kind, each.currency.code] = amount + part, value + books
    return found


def beyond_of(fee: MoneyLot) -> Decimal:
    """By days: those that come after the limit, of what was billed and not given back."""
    assert fee.service_start is not None and fee.service_end is not None
    whole = (fee.service_end - fee.service_start).days + 1
    after = max(0, (fee.service_end - max(fee.service_start - timedelta(days=1), LIMIT)).days)
    cents = Fraction(fee.amount - fee.credited) * 100 * after / whole
    return Decimal(math.floor(cents + Fraction(1, 2))) / 100


@given(agencies())
def test_what_is_owed_for_longer_than_twelve_months_is_shown_and_taken_back(
    snapshot: Snapshot,
) -> None:
    outcome = reclassify(snapshot, AS_OF, Outcome(as_of=AS_OF))
    wanted = later(snapshot)
    shown: dict[Place, tuple[Decimal, Decimal]] = {}
    sums: dict[tuple[str, Account], Decimal] = {}
    for entry in outcome.entries:
        (first, second) = entry.lines
        kind = next(kind for kind, pair in PAIRS.items() if pair == (first.account, second.account))
        for line in entry.lines:
            place = entry.currency.code, line.account
            sums[place] = sums.get(place, ZERO) + line.amount
        assert (first.amount, first.amount_company) == (-second.amount, -second.amount_company)
        assert entry.day == (END if first.amount > ZERO else END + timedelta(days=1))
        if entry.day == END:
            shown[kind, entry.currency.code] = first.amount, first.amount_company
    assert shown == wanted
    assert not any(sums.values()), "on the day after everything is back"


@given(agencies())
def test_nothing_moves_where_the_company_does_not_split(snapshot: Snapshot) -> None:
    together = snapshot.company.model_copy(update={"split_noncurrent": False})
    snapshot = snapshot.model_copy(update={"company": together})
    assert reclassify(snapshot, AS_OF, Outcome(as_of=AS_OF)).entries == ()
