"""OCA's `contract`: agreements that repeat, and their invoices by its own method."""

from __future__ import annotations

from typing import Any

from benchmarks.inside.agency import FEE
from benchmarks.meter import Meter

NAME = "Monthly retainer"


def build(env: Any, *, start: str) -> int:
    """A contract for every retainer: the same client, product, price and month."""
    engagements = env["retainer.engagement"].search([("kind", "=", "retainer")])
    env["contract.contract"].create(
        [
            {
                "name": engagement.name,
                "partner_id": engagement.partner_id.id,
                "contract_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": NAME,
                            "product_id": engagement.product_id.id,
                            "quantity": 1,
                            "price_unit": FEE,
                            "date_start": start,
                            "recurring_next_date": start,
                            "recurring_rule_type": "monthly",
                            "recurring_interval": 1,
                            "recurring_invoicing_type": "pre-paid",
                        },
                    )
                ],
            }
            for engagement in engagements
        ]
    )
    return len(engagements)


def invoice(env: Any, *, day: str, warm: int, count: int, postgres: int) -> dict[str, float]:
    """Create and post what is due on a day, in one batch, and say what it took."""
    day = env["contract.contract"]._fields["date_end"].to_date(day)
    contracts = env["contract.contract"].search([], order="id", limit=warm + count)
    _invoice(contracts[:warm], day)
    env.cr.commit()
    with (meter := Meter((postgres,))):
        moves = _invoice(contracts[warm:], day)
        env.cr.commit()
    assert len(moves) == count, f"{len(moves)} invoices, not {count}"
    assert set(moves.mapped("state")) == {"posted"}
    assert set(moves.mapped("amount_untaxed")) == {FEE}
    return {"wall": meter.wall, "cpu": meter.cpu}


def _invoice(contracts: Any, day: Any) -> Any:
    moves = contracts._recurring_create_invoice(date_ref=day)
    moves.action_post()
    return moves
