"""Laws of undoing (rule 14): a credit note gives back to the lots what its invoices drew of them,
no more than was drawn, no more than the client is owed, the latest draw first.
"""

import re
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Role
from sync.domain.journal import Account
from sync.domain.ledger import LotTax, OpenDraw, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.undo import undo
from tests.properties.strategies import pick
from tests.properties.test_advance_laws import AS_OF, EUR, FIRST, TAXES, amount, currencies, share
from tests.unit.rules.funds import advance, books, receivable, user
from tests.unit.rules.world import company

SOURCE = re.compile(r"c(\d+)\.l(\d+)\.e(\d+)")
Draw = tuple[int, int]
"""Which document drew which lot: (lot line, entry)."""


def a_draw(draw: st.DrawFn, id: int, currency: Currency) -> OpenDraw:
    """Given back in part already, or not; of a taxed lot, or not."""
    whole = amount(draw, currency)
    tax = pick(draw, None, None, *TAXES)
    taxes = ()
    if tax is not None:
        taxes = (LotTax(tax=tax, open=currency.round(whole * tax.percent / 100)),)
    return OpenDraw(
        lot_line_id=pick(draw, 10, 20),
        advance_id=1,
        invoice_id=pick(draw, 1001, 1002),
        entry_id=id,
        day=FIRST + timedelta(days=draw(st.integers(0, 5))),
        amount=whole,
        amount_company=EUR.round(whole * draw(st.integers(50, 150)) / 100),
        taxes=taxes,
        restored=pick(draw, ZERO, ZERO, share(draw, whole, currency)),
    )


def a_credit(draw: st.DrawFn, id: int, currency: Currency) -> Receivable:
    whole = amount(draw, currency, 400_000)
    return receivable(
        id,
        whole,
        str(AS_OF + timedelta(days=draw(st.integers(-3, 1)))),
        currency=currency,
        credit=pick(draw, True, True, True, False),
        role=pick(draw, None, Role.fee, Role.fee, Role.advance_return),
        reverses_ids=pick(draw, (1001,), (1002,), (1001, 1002), ()),
        open_company=EUR.round(whole * draw(st.integers(50, 150)) / 100),
    )


@st.composite
def credited(draw: st.DrawFn) -> Snapshot:
    """Draws of two invoices, which are paid, and documents that reverse them or do not."""
    currency = draw(currencies)
    return books(
        advance(1, currency.unit, currency=currency),
        draws=tuple(a_draw(draw, id, currency) for id in range(1, draw(st.integers(1, 5)) + 1)),
        receivables=tuple(
            a_credit(draw, id, currency) for id in range(7, 7 + draw(st.integers(1, 3)))
        ),
        engagements=(user(1, currency=currency),),
        company=company(currency=EUR),
    )


def gives_back(credit: Receivable) -> bool:
    billed = credit.role is not Role.advance_return
    return credit.credit and billed and credit.invoice_date <= AS_OF


def undone(snapshot: Snapshot) -> list[tuple[int, Draw, Decimal, Decimal, Decimal | None]]:
    """(credit note, draw, net, with tax, in the company's books) of each document asked for."""
    outcome = undo(snapshot, AS_OF, Outcome(as_of=AS_OF))
    found = []
    for entry in outcome.entries:
        back = next(each for each in entry.lines if each.account is Account.advances)
        assert sum(each.amount_company for each in entry.lines) == ZERO
        assert entry.lines[0].amount == -back.amount
        found.append((*_of(entry.key), -back.amount, -back.amount, -back.amount_company))
    for invoice in outcome.invoices:
        total = invoice.total_due
        assert total is not None
        found.append((*_of(invoice.key), invoice.untaxed, total, None))
    return found


def _of(key: str) -> tuple[int, Draw]:
    found = SOURCE.fullmatch(key.split("/")[3])
    assert found is not None, key
    return int(found[1]), (int(found[2]), int(found[3]))


@given(credited())
def test_a_credit_note_gives_back_what_it_can_and_no_more(snapshot: Snapshot) -> None:
    """Either nothing of it is left, or nothing of what its invoices drew."""
    found = undone(snapshot)
    rest = {(each.lot_line_id, each.entry_id): each.amount - each.restored
            for each in snapshot.ledger.draws}  # fmt: skip
    for _, draw, net, _, _ in found:
        assert net >= ZERO
        rest[draw] -= net
    assert all(each >= ZERO for each in rest.values()), "no draw is given back twice"
    for credit in snapshot.ledger.receivables:
        given_back = sum((each[3] for each in found if each[0] == credit.move_id), ZERO)
        if not gives_back(credit):
            assert given_back == ZERO
            continue
        own = [rest[each.lot_line_id, each.entry_id] for each in snapshot.ledger.draws
               if each.invoice_id in credit.reverses_ids]  # fmt: skip
        assert given_back <= credit.open
        assert given_back == credit.open or not any(own)


@given(credited())
def test_the_latest_draw_of_an_invoice_is_given_back_first(snapshot: Snapshot) -> None:
    back: dict[Draw, Decimal] = {}
    for _, draw, net, _, _ in undone(snapshot):
        back[draw] = back.get(draw, ZERO) + net
    for late in snapshot.ledger.draws:
        left = late.amount - late.restored - back.get((late.lot_line_id, late.entry_id), ZERO)
        for early in snapshot.ledger.draws:
            if early.invoice_id == late.invoice_id and early.day < late.day and left:
                assert (early.lot_line_id, early.entry_id) not in back


@given(credited())
def test_a_draw_comes_back_at_the_value_at_which_it_was_drawn(snapshot: Snapshot) -> None:
    """Whole draws to the cent, in however many parts; a part within a cent of its share."""
    found = undone(snapshot)
    for draw in snapshot.ledger.draws:
        if draw.taxes or draw.restored:
            continue
        own = [each for each in found if each[1] == (draw.lot_line_id, draw.entry_id)]
        net = sum((each[2] for each in own), ZERO)
        value = sum((each[4] or ZERO for each in own), ZERO)
        if net == draw.amount:
            assert value == draw.amount_company
        assert abs(value - draw.amount_company * net / draw.amount) <= EUR.unit
