"""What a person changed, cancelled or deleted may be accepted as it stands, and that withdrawn."""

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Rejected

ACCEPTED = ("retainer_accepted_on", "retainer_accepted_by", "retainer_accepted_reason")


def extra_work(world: World, *hours: float) -> list[int]:
    """Time on a change order."""
    entries = world.entries(*hours)
    order = world.door.new("retainer.change.order", name="Pages", engagement_id=world.engagement)
    world.door.admin.write("account.analytic.line", entries, {"retainer_change_order_id": order})
    return entries


def settled(world: World, entries: list[int]) -> list[bool]:
    """Whether each entry was accepted as not billed."""
    rows = world.door.service.search_read(
        "account.analytic.line", [("id", "in", entries)], ["retainer_tombstone_id"], limit=100
    )
    return [bool(row["retainer_tombstone_id"]) for row in rows]


def accept(world: World, model: str, record: int, reason: str = "Goodwill") -> Any:
    """Press the button, with a reason."""
    return world.door.admin.call_on(model, [record], "retainer_accept", reason=reason)


def cancelled(world: World) -> int:
    """An invoice that a person cancelled."""
    first = world.apply_one(world.invoice())
    world.door.admin.call_on("account.move", [first["id"]], "button_draft")
    world.door.admin.call_on("account.move", [first["id"]], "button_cancel")
    return int(first["id"])


def deleted(world: World, **changes: Any) -> int:
    """The tombstone of a draft that a person deleted."""
    draft = world.invoice(post=False, expect={}, **changes)
    first = world.apply_one(world.made_of_now(draft) if changes else draft)
    world.door.admin.unlink("account.move", [first["id"]])
    stone = world.door.one("retainer.tombstone", [("key", "=", world.key())], "key")
    return int(stone["id"])


def test_a_cancelled_invoice_is_accepted(leased: World) -> None:
    """Who, when and why; and what the service had written stays known."""
    move = cancelled(leased)
    accept(leased, "account.move", move, " Goodwill ")
    row = leased.move(move, *ACCEPTED, "retainer_amount_written", "state")
    assert row["retainer_accepted_on"]
    assert row["retainer_accepted_by"]
    assert row["retainer_accepted_reason"] == "Goodwill"
    assert (row["retainer_amount_written"], row["state"]) == (1050.0, "cancel")
    result = leased.apply_one(leased.invoice())
    assert (result["status"], result["code"]) == ("conflict", "cancelled")


def test_an_acceptance_is_withdrawn(leased: World, door: Door) -> None:
    """By its button, or by taking the document up again."""
    move = cancelled(leased)
    for button in ("action_retainer_withdraw_acceptance", "button_draft"):
        accept(leased, "account.move", move)
        door.admin.call_on("account.move", [move], button)
        row = leased.move(move, *ACCEPTED)
        assert not any(row[name] for name in ACCEPTED)


def test_a_changed_invoice_is_accepted_at_what_it_says(leased: World, door: Door) -> None:
    """Posting it changes nothing of that."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    line = door.one(
        "account.move.line", [("move_id", "=", first["id"]), ("display_type", "=", "product")]
    )
    change = {"invoice_line_ids": [[1, line["id"], {"price_unit": 150.0}]]}
    door.admin.write("account.move", [first["id"]], change)
    accept(leased, "account.move", first["id"])
    door.admin.call_on("account.move", [first["id"]], "action_post")
    row = leased.move(first["id"], *ACCEPTED, "retainer_amount_written", "amount_untaxed")
    assert row["retainer_accepted_on"]
    assert (row["retainer_amount_written"], row["amount_untaxed"]) == (1050.0, 900.0)


def test_what_nobody_touched_is_not_accepted(leased: World) -> None:
    """Neither a document that stands, nor without a reason."""
    first = leased.apply_one(leased.invoice())
    with pytest.raises(Rejected, match="is what the billing service wrote"):
        accept(leased, "account.move", first["id"])


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed(leased: World, reason: str) -> None:
    """Whoever audits the month asks why."""
    with pytest.raises(Rejected, match="Give the reason"):
        accept(leased, "account.move", cancelled(leased), reason)


def test_a_deleted_invoice_says_what_it_was(leased: World) -> None:
    """Enough to decide on it, and to count it as settled."""
    stone = deleted(leased)
    names = ("engagement_id", "role", "move_type", "retainer_amount_written", "invoice_date")
    row = leased.door.one("retainer.tombstone", [("id", "=", stone)], *names)
    assert [row[name] for name in names] == [
        leased.engagement,
        "overage",
        "out_invoice",
        1050.0,
        "2025-03-31",
    ]


def test_extra_work_on_it_is_settled_until_that_is_withdrawn(leased: World, door: Door) -> None:
    """Nobody bills it, nobody edits it; time of a retainer counts in its month in any case."""
    extra, own = extra_work(leased, 2.0, 3.0), leased.entries(1.0)
    stone = deleted(leased, bind={"entries": [*extra, *own]})
    accept(leased, "retainer.tombstone", stone)
    assert settled(leased, [*extra, *own]) == [True, True, False]
    with pytest.raises(Rejected, match="correcting entry"):
        door.admin.write("account.analytic.line", extra[:1], {"unit_amount": 1.0})
    result = leased.apply_one(leased.invoice(leased.key("other"), bind={"entries": extra}))
    assert (result["status"], result["code"]) == ("rejected", "already_billed")
    door.admin.call_on("retainer.tombstone", [stone], "action_retainer_withdraw_acceptance")
    assert settled(leased, extra) == [False, False]


def test_accepted_extra_work_uses_up_no_cap(leased: World, door: Door) -> None:
    """It is on no invoice of the change order."""
    (entry,) = extra_work(leased, 2.0)
    name = "retainer_change_order_id"
    order = door.one("account.analytic.line", [("id", "=", entry)], name)[name]
    bind = {"entries": [entry], "entry_seconds": [[entry, 7200]]}
    stone = deleted(leased, bind=bind)
    accept(leased, "retainer.tombstone", stone)
    row = door.one("retainer.change.order", [("id", "=", order)], "billed_seconds")
    assert row["billed_seconds"] == 0
    assert settled(leased, [entry]) == [True]


def test_parts_of_entries_on_it_are_settled_until_it_is_deleted(leased: World, door: Door) -> None:
    """Whoever deletes the tombstone wants the document written again."""
    (entry,) = extra_work(leased, 8.0)
    stone = deleted(leased, bind={"entry_seconds": [[entry, 7200]]})

    def billed() -> Any:
        domain = [("id", "=", entry)]
        return door.one("account.analytic.line", domain, "retainer_billed_seconds")

    assert billed()["retainer_billed_seconds"] == 0
    accept(leased, "retainer.tombstone", stone)
    assert billed()["retainer_billed_seconds"] == 7200
    door.admin.unlink("retainer.tombstone", [stone])
    assert billed()["retainer_billed_seconds"] == 0


def test_an_accepted_invoice_that_is_deleted_stays_accepted(leased: World, door: Door) -> None:
    """And what was on it stays settled."""
    extra = extra_work(leased, 2.0)
    first = leased.apply_one(leased.invoice(post=False, expect={}, bind={"entries": extra}))
    door.admin.call_on("account.move", [first["id"]], "button_cancel")
    accept(leased, "account.move", first["id"], "Ours to bear")
    door.admin.unlink("account.move", [first["id"]])
    row = door.one("retainer.tombstone", [("key", "=", leased.key())], *ACCEPTED)
    assert row["retainer_accepted_reason"] == "Ours to bear"
    assert settled(leased, extra) == [True]
