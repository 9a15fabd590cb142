"""What was drawn and is not paid any more: screens, reports and rules say the same of it."""

from __future__ import annotations

from typing import Any

import pytest
from books_world import DAY, Hands
from contract_world import World

from sync.books.ledger import LiabilityLedger
from sync.books.standing import lots_of_day
from sync.pull import pull

FIGURES = ("received", "consumed", "returned", "unpaid", "shortfall", "remaining")


@pytest.fixture
def hands(leased: World) -> Hands:
    return Hands(leased)


def figures(hands: Hands) -> list[float]:
    """What the advance's screen shows."""
    row = hands.door.one("retainer.advance", [("id", "=", hands.advance)], *FIGURES)
    return [row[name] for name in FIGURES]


def lots(hands: Hands) -> list[tuple[Any, ...]]:
    """(open, unpaid, held, may be drawn) of its lots, as the rules see them."""
    found = pull(hands.door.service, hands.world.company, today=DAY).snapshot.ledger.lots
    own = [each for each in found if each.advance_id == hands.advance]
    return [(each.open, each.unpaid, each.held, each.available) for each in own]


def reported(hands: Hands) -> list[tuple[Any, ...]]:
    """(open, unpaid, owing) of its lots in the reports."""
    pulled = pull(hands.door.service, hands.world.company, today=DAY)
    ledger = LiabilityLedger.of(hands.door.service, pulled)
    found = lots_of_day(ledger, DAY, client_id=hands.client).lots
    return [(each.open, each.unpaid, each.owing) for each in found]


def test_a_bounced_payment_is_there_in_no_other_lot(hands: Hands) -> None:
    """1,000 received and all drawn; the payment bounces; a credit note gives 600 back.

    Of the 1,000 that were drawn without being paid 600 came back: 400 are drawn too much, 600 of
    the request are still asked for, and nothing may be drawn.
    """
    world = hands.world
    request = hands.request()
    hands.pay(request, 1000.0)
    hands.draw(hands.invoice(), hands.line(request, world.advances), "1000.00")
    hands.loosen(hands.receivable(request)["id"])
    assert figures(hands) == [0, 1000, 0, 0, 1000, 0]
    assert lots(hands) == [(0, 1000, 0, 0)]

    account = world.account("asset_receivable")
    document = world.entry(world.key("drawdown/c1.l1.e1"), account, world.advances, "600.00")
    document["values"]["retainer_role"] = "drawdown"
    document["lines"][1]["retainer_advance_id"] = hands.advance
    assert world.apply_one(document)["status"] == "created"
    assert figures(hands) == [0, 400, 0, 600, 400, 0]
    assert lots(hands) == [(0, 1000, 0, 0), (600, 0, 600, 0)]
    assert reported(hands) == [(600, 600, 0)]
    tie = hands.tie()
    assert (tie.difference, tie.not_received) == (0, 0)

    # 700 come in: 700 - 400 = 300 are there, and 1,000 - 700 = 300 are asked for.
    hands.pay(request, 700.0)
    assert figures(hands) == [700, 400, 0, 300, 0, 300]
    assert lots(hands) == [(0, 300, 0, 0), (600, 0, 300, 300)]
    assert reported(hands) == [(600, 300, 300)]
