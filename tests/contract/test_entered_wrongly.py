"""What a real Odoo does not let anybody enter, and says why. What gets past it, by an import around
the checks, is told by the rules: tests/unit/pull/test_bad_input_pull.py and tests/border. The Odoo
in memory lets most of it in, so that this can be tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Rejected

pytestmark = pytest.mark.parametrize(
    "door", [pytest.param("json2", marks=pytest.mark.odoo)], indirect=True, scope="module"
)


def new(model: str, **values: Any) -> Callable[[Door, World], Any]:
    """Making a record; the names of this world's records stand for their ids."""

    def do(door: Door, world: World) -> Any:
        ids = {"@client": world.client, "@engagement": world.engagement, "@project": world.project}
        given = {
            name: ids.get(value, value) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return door.new(model, **given)

    return do


def terms(**values: Any) -> Callable[[Door, World], Any]:
    sound = {"engagement_id": "@engagement", "date_start": "2025-01-01", "overage_rate": 175.0}
    return new("retainer.terms", **{**sound, **values})


def advance(**values: Any) -> Callable[[Door, World], Any]:
    sound = {"name": "Advance", "partner_id": "@client", "amount": 1000.0}
    return new("retainer.advance", **{**sound, **values})


def milestone(**values: Any) -> Callable[[Door, World], Any]:
    sound = {"name": "Launch", "project_id": "@project", "retainer_engagement_id": "@engagement"}
    return new("project.milestone", **{**sound, **values})


def block(**values: Any) -> Callable[[Door, World], Any]:
    sound = {"engagement_id": "@engagement", "date": "2025-03-05", "hours": 10.0, "price": 1500.0}
    return new("retainer.hour.block", **{**sound, **values})


def claimed_twice(door: Door, world: World) -> Any:
    other = door.new(
        "retainer.engagement",
        name="The other",
        partner_id=world.client,
        project_ids=[[6, 0, [world.project]]],
        date_start="2025-01-01",
    )
    for each in (world.engagement, other):
        door.admin.write("retainer.engagement", [each], {"state": "running"})


def corrects_itself(door: Door, world: World) -> Any:
    (entry,) = world.entries(-1.0)
    door.admin.write("account.analytic.line", [entry], {"retainer_corrects_id": entry})


def other_currency(door: Door, world: World) -> Any:
    euro = door.one("res.currency", [("name", "=", "EUR"), ("active", "in", [True, False])])["id"]
    advance(currency_id=euro, engagement_ids=[[6, 0, [world.engagement]]])(door, world)


def decided_without_a_reason(door: Door, world: World) -> Any:
    record = advance()(door, world)
    door.admin.write("retainer.advance", [record], {"decision": "keep"})


CASES: dict[str, Callable[[Door, World], Any]] = {
    "a negative allowance": terms(monthly_hours=-40.0),
    "a negative fee": terms(monthly_fee=-5000.0),
    "a negative rate": terms(overage_rate=-175.0),
    "months that no year divides into": terms(billing_months=5),
    "a breakage over 100 percent": terms(expected_breakage=101.0),
    "a block of no hours": block(hours=0.0),
    "a block at a negative price": block(price=-1.0),
    "a block that ends before it starts": block(expiry_date="2025-03-01"),
    "a negative milestone": milestone(retainer_amount=-1.0),
    "a milestone of 101 percent": milestone(retainer_percent=101.0),
    "an order that ends before its start": new(
        "retainer.client.po",
        name="PO",
        partner_id="@client",
        date_start="2025-12-31",
        date_end="2025-01-01",
    ),
    "a negative order": new("retainer.client.po", name="PO", partner_id="@client", amount=-1.0),
    "an engagement that ends before its start": new(
        "retainer.engagement",
        name="Short",
        partner_id="@client",
        date_start="2025-02-01",
        date_end="2025-01-01",
    ),
    "extra work at a negative rate": new(
        "retainer.change.order", name="Extra", engagement_id="@engagement", hourly_rate=-1.0
    ),
    "an approval without the client's word": new(
        "retainer.change.order",
        name="Extra",
        engagement_id="@engagement",
        approval_state="approved",
    ),
    "an advance of nothing": advance(amount=0.0),
    "a negative advance": advance(amount=-1.0),
    "a negative priority": advance(priority=-1),
    "a maturity before it is due": advance(date_due="2025-03-31", maturity_date="2025-03-01"),
    "an advance in another currency than its engagement": other_currency,
    "a decision without a reason": decided_without_a_reason,
    "a project claimed by two": claimed_twice,
    "an entry that corrects itself": corrects_itself,
}


@pytest.mark.parametrize("enter", CASES.values(), ids=CASES.keys())
def test_it_is_not_entered(door: Door, world: World, enter: Callable[[Door, World], Any]) -> None:
    with pytest.raises(Rejected) as refused:
        enter(door, world)
    assert refused.value.message.strip()
    assert "Traceback" not in str(refused.value)
