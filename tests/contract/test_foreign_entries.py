"""Every kind of foreign entry on the liability accounts, planted by hand, found and named.

Each is planted in books that tie: an advance of 1,000 received, of which 400 paid an invoice.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from books_world import Hands
from contract_world import World

ZERO = Decimal(0)
LATER = ("retainer_unearned_noncurrent_account_id",)


def money(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture
def hands(leased: World) -> Hands:
    return Hands(leased)


@pytest.fixture
def drawn(hands: Hands) -> tuple[int, int, int]:
    """(request, its lot, draw): 1,000 received, 400 of an invoice of 1,050 paid from it."""
    request = hands.request()
    hands.pay(request, 1000.0)
    lot = hands.line(request, hands.world.advances)
    draw = hands.draw(hands.invoice(), lot, "400.00")
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.expected) == (money("600.00"),) * 3
    assert (tie.received, tie.lots_received) == (money("1000.00"),) * 2
    assert tie.ties
    assert hands.kinds() == []
    return request, lot, draw


def test_books_that_tie(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """A request that waits for its money is owed on both sides, and nothing was received for it."""
    hands.request("250.00")
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.expected) == (money("850.00"),) * 3
    assert (tie.received, tie.lots_received) == (money("1000.00"),) * 2
    assert tie.ties


def test_a_manual_credit(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """It is in the ledger and no lot of ours."""
    income = hands.world.account("income")
    hands.entry((income, 75.0), (hands.world.advances, -75.0))
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.difference) == (
        money("675.00"),
        money("600.00"),
        money("75.00"),
    )
    (found,) = hands.check().foreign
    assert (found.kind, found.amount) == ("manual_entry", money("75.00"))
    assert "reverse it" in found.remedy


@pytest.mark.parametrize("matched", [False, True])
def test_a_manual_debit(hands: Hands, drawn: tuple[int, int, int], matched: bool) -> None:
    """Loose, it is in the ledger alone; matched, it took from a lot what the rules still expect."""
    entry = hands.entry((hands.world.advances, 75.0), (hands.world.account("income"), -75.0))
    if matched:
        hands.match(hands.line(entry, hands.world.advances), drawn[1])
    tie = hands.tie()
    assert tie.ledger == money("525.00")
    assert tie.lots == money("525.00" if matched else "600.00")
    assert tie.expected == money("600.00")
    assert not tie.ties
    (found,) = hands.check().foreign
    assert (found.kind, found.amount) == ("manual_entry", money("-75.00"))


def test_a_manual_debit_that_empties_a_lot(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """The lot is gone, and still expected."""
    entry = hands.entry((hands.world.advances, 600.0), (hands.world.account("income"), -600.0))
    hands.match(hands.line(entry, hands.world.advances), drawn[1])
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.expected) == (ZERO, ZERO, money("600.00"))
    assert hands.kinds() == ["manual_entry"]


def test_a_manual_entry_undone_by_its_reversal(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """The remedy: reversed and matched with its reversal, it is foreign no more."""
    income, advances = hands.world.account("income"), hands.world.advances
    wrong = hands.entry((income, 75.0), (advances, -75.0))
    right = hands.entry((advances, 75.0), (income, -75.0))
    assert hands.kinds() == ["manual_entry", "manual_entry"]
    hands.match(hands.line(wrong, advances), hands.line(right, advances))
    assert hands.kinds() == []
    assert hands.tie().ties


def test_an_opening_balance_belongs_there_once_it_names_its_advance(hands: Hands) -> None:
    """What another system received, posted by hand: a lot of the advance that it names."""
    equity, advances = hands.world.account("expense"), hands.world.advances
    hands.request("1.00")
    hands.entry((equity, 300.0), (advances, -300.0), retainer_advance_id=hands.advance)
    assert hands.kinds() == []
    assert hands.tie().ties
    assert hands.tie().lots == money("301.00")


def test_a_payment_on_the_liability_account(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """A bank line that was booked there instead of on the request's receivable."""
    hands.entry(
        (hands.world.account("asset_cash"), 80.0), (hands.world.advances, -80.0), journal="bank"
    )
    assert hands.tie().difference == money("80.00")
    (found,) = hands.check().foreign
    assert found.kind == "payment_on_liability"
    assert "receivable" in found.remedy


def test_a_line_without_a_partner(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """It is nobody's."""
    income = hands.world.account("income")
    entry = hands.entry((income, 55.0), (hands.world.advances, -55.0), partner=False)
    found = [each for each in hands.check().foreign if each.document_id == entry]
    assert [(each.kind, each.amount) for each in found] == [("no_partner", money("55.00"))]
    hands.press("button_draft", entry)
    hands.press("button_cancel", entry)


def test_a_draw_of_another_client_s_lot(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """Each client is out by what was taken."""
    other = hands.door.new("res.partner", name=f"Stranger {hands.world.number}", is_company=True)
    income = hands.world.account("income")
    entry = hands.entry((hands.world.advances, 70.0), (income, -70.0), partner=other)
    hands.match(hands.line(entry, hands.world.advances), drawn[1])
    tie = hands.tie()
    assert (tie.ledger, tie.lots) == (money("600.00"), money("530.00"))
    hands.client = other
    assert hands.tie().difference == money("-70.00")
    assert hands.kinds() == ["manual_entry", "wrong_client"]


def test_a_lot_of_another_client_than_its_advance(hands: Hands) -> None:
    """The advance's contact moved to another company: the lot stays the old one's."""
    door, number = hands.door, hands.world.number
    contact = door.new("res.partner", name=f"Contact {number}", parent_id=hands.client)
    other = door.new("res.partner", name=f"Other {number}", is_company=True)
    hands.request("40.00", contact=contact)
    assert hands.kinds() == []
    door.admin.write("res.partner", [contact], {"parent_id": other})
    assert hands.kinds() == ["wrong_client"]
    assert hands.tie().difference == money("40.00")


def test_a_lot_without_an_advance(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """An invoice typed by hand on the advances account, and one of ours that lost its advance."""
    invoice = hands.door.new(
        "account.move",
        move_type="out_invoice",
        partner_id=hands.client,
        invoice_date="2025-03-31",
        invoice_line_ids=[
            [
                0,
                0,
                {
                    "name": "Advance",
                    "account_id": hands.world.advances,
                    "price_unit": 90.0,
                    "tax_ids": [[6, 0, []]],
                },
            ]
        ],
    )
    hands.press("action_post", invoice)
    assert hands.tie().difference == money("90.00")
    (found,) = hands.check().foreign
    assert found.kind == "lot_without_advance"
    assert "name the advance" in found.remedy


def test_an_unreconciled_draw(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """Somebody undid the reconciliation with the lot."""
    hands.loosen(hands.line(drawn[2], hands.world.advances))
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.difference) == (
        money("600.00"),
        money("1000.00"),
        money("-400.00"),
    )
    (found,) = hands.check().foreign
    assert (found.kind, found.amount) == ("unreconciled_draw", money("-400.00"))


def test_a_draw_that_pays_no_invoice(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """Somebody undid the reconciliation with the invoice: the client's money is not used."""
    hands.loosen(hands.receivable(drawn[2])["id"])
    tie = hands.tie()
    assert (tie.lots, tie.expected) == (money("600.00"), money("1000.00"))
    (found,) = hands.check().foreign
    assert (found.kind, found.amount) == ("unreconciled_draw", money("400.00"))
    assert "matched with no invoice" in found.what


def test_a_request_reset_to_draft(hands: Hands) -> None:
    """It is out of the ledger; the rules still expect it."""
    request = hands.request("500.00")
    hands.press("button_draft", request)
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.expected) == (ZERO, ZERO, money("500.00"))
    (found,) = hands.check().foreign
    assert (found.kind, found.amount) == ("reset_to_draft", money("500.00"))
    hands.press("action_post", request)
    assert hands.kinds() == []


def test_a_draw_reset_to_draft(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """Odoo keeps what it matched, so the lot stays used, and the ledger does not know why."""
    hands.press("button_draft", drawn[2])
    tie = hands.tie()
    assert (tie.ledger, tie.lots) == (money("1000.00"), money("600.00"))
    assert hands.kinds() == ["reset_to_draft"]


def test_a_cancelled_draw(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """The lot is whole again, and the books tie: it is only told."""
    hands.press("button_draft", drawn[2])
    hands.press("button_cancel", drawn[2])
    tie = hands.tie()
    assert (tie.ledger, tie.lots, tie.expected) == (money("1000.00"),) * 3
    assert hands.kinds() == ["cancelled"]


def test_a_deleted_draft(hands: Hands) -> None:
    """Its tombstone says what it was."""
    world = hands.world
    fee = hands.fee()
    key = world.key(f"recognition/2025-03.i{fee}")
    document = world.entry(key, world.unearned, world.account("income"), "300.00", post=False)
    draft = world.apply_one(document)["id"]
    tie = hands.tie("unearned")
    assert (tie.ledger, tie.lots, tie.awaiting) == (
        money("900.00"),
        money("900.00"),
        money("-300.00"),
    )
    assert tie.ties, "what waits for review is no difference"
    hands.door.admin.unlink("account.move", [draft])
    found = [each for each in hands.check().foreign if each.document == key]
    assert [each.kind for each in found] == ["deleted_draft"]
    assert "tombstone" in found[0].remedy
    assert hands.tie("unearned").awaiting == ZERO


def test_a_request_set_off_instead_of_paid(hands: Hands) -> None:
    """A hand's entry settles the receivable: the lot may be drawn, and no money came in."""
    request = hands.request("500.00")
    due = hands.receivable(request)
    entry = hands.entry((hands.world.account("expense"), 500.0), (due["account_id"], -500.0))
    hands.match(due["id"], hands.receivable(entry)["id"])
    tie = hands.tie()
    assert (tie.received, tie.lots_received) == (ZERO, money("500.00"))
    assert not tie.ties
    assert hands.kinds() == ["settled_without_money"]


def test_a_credit_note_by_hand_belongs_there(hands: Hands) -> None:
    """A person credits a fee in Odoo: the lot is given back, and nothing is foreign."""
    fee = hands.fee()
    note = hands.door.new(
        "account.move",
        move_type="out_refund",
        partner_id=hands.client,
        invoice_date="2025-03-31",
        reversed_entry_id=fee,
        invoice_line_ids=[
            [
                0,
                0,
                {
                    "name": "Given back",
                    "account_id": hands.world.unearned,
                    "price_unit": 200.0,
                    "tax_ids": [[6, 0, []]],
                },
            ]
        ],
    )
    hands.press("action_post", note)
    tie = hands.tie("unearned")
    assert (tie.ledger, tie.lots, tie.expected) == (money("700.00"),) * 3
    assert hands.kinds() == []


def test_an_account_that_is_not_reconcilable(hands: Hands) -> None:
    """Somebody switched it off: no lot can be told apart there."""
    door, world = hands.door, hands.world
    before = door.one("res.company", [("id", "=", world.company)], *LATER)
    account = door.new(
        "account.account",
        code=f"2350{world.number:02d}",
        name="Unearned later",
        account_type="liability_non_current",
        reconcile=True,
    )
    door.admin.write("res.company", [world.company], {LATER[0]: account})
    try:
        assert "not_reconcilable" not in {each.kind for each in hands.check().foreign}
        door.admin.write("account.account", [account], {"reconcile": False})
        found = [each for each in hands.check().foreign if each.kind == "not_reconcilable"]
    finally:
        door.admin.write("res.company", [world.company], {LATER[0]: before[LATER[0]]})
    assert [each.document for each in found] == [f"2350{world.number:02d} Unearned later"]


def test_nothing_is_changed(hands: Hands, drawn: tuple[int, int, int]) -> None:
    """Verification reads, and reads a number of times that history does not raise."""

    def stamps() -> dict[int, str]:
        rows = hands.door.admin.search_read("account.move", [], ("write_date",), limit=10_000)
        return {row["id"]: row["write_date"] for row in rows}

    service = hands.door.service
    before, start = stamps(), service.calls
    hands.check()
    first = service.calls - start
    assert stamps() == before
    for number in range(3):
        hands.draw(hands.invoice(f"overage/y{number}"), drawn[1], "1.00", f".{number}")
    start = service.calls
    hands.check()
    assert service.calls - start == first
