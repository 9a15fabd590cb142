"""What the ledger says, in the words of the story: lots, receivables, advances, taxes."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.scenario.load.observe import Seen, exact
from sync.scenario.load.world import World

_LIABILITIES = {
    "advances": "retainer_advance_account_id",
    "unearned": "retainer_unearned_account_id",
}


def _accounts(world: World) -> dict[int, str]:
    """Which liability each account is."""
    domain: list[Any] = [("id", "=", world.company_id)]
    (row,) = world.rows("res.company", domain, list(_LIABILITIES.values()))
    return {row[field]: kind for kind, field in _LIABILITIES.items() if row[field]}


def _open_lines(world: World, domain: list[Any]) -> list[Row]:
    return world.rows(
        "account.move.line",
        [
            ("company_id", "=", world.company_id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            *domain,
        ],
        [
            "move_id",
            "account_id",
            "partner_id",
            "currency_id",
            "date",
            "date_maturity",
            "amount_currency",
            "amount_residual",
            "amount_residual_currency",
            "retainer_advance_id",
        ],
    )


def _documents(world: World, ids: Collection[int]) -> dict[int, Row]:
    fields = ["name", "retainer_role", "retainer_engagement_id", "retainer_service_start"]
    rows = world.rows("account.move", [("id", "in", sorted(ids))], fields)
    return {row["id"]: row for row in rows}


def lots(world: World) -> list[Seen]:
    """Open lots: posted credit lines on the liability accounts with anything left."""
    kinds = _accounts(world)
    lines = _open_lines(
        world, [("account_id", "in", sorted(kinds)), ("amount_residual_currency", "<", 0)]
    )
    documents = _documents(world, {line["move_id"] for line in lines})
    advances = world.names("advance")
    return [
        {
            **_of_document(world, line, documents[line["move_id"]]),
            "kind": kinds[line["account_id"]],
            "advance": advances.get(line["retainer_advance_id"], "none"),
            "date": date.fromisoformat(line["date"]),
            "amount": -exact(line["amount_currency"]),
            "open": -exact(line["amount_residual_currency"]),
            "open_company": -exact(line["amount_residual"]),
        }
        for line in lines
    ]


def receivables(world: World) -> list[Seen]:
    """Open receivable lines; what is owed to the client is below zero."""
    lines = _open_lines(world, [("account_id.account_type", "=", "asset_receivable")])
    documents = _documents(world, {line["move_id"] for line in lines})
    return [
        {
            **_of_document(world, line, documents[line["move_id"]]),
            "due": date.fromisoformat(line["date_maturity"]) if line["date_maturity"] else None,
            "open": exact(line["amount_residual_currency"]),
            "open_company": exact(line["amount_residual"]),
        }
        for line in lines
        if line["amount_residual_currency"] or line["amount_residual"]
    ]


def _of_document(world: World, line: Row, move: Row) -> Seen:
    start = move["retainer_service_start"]
    return {
        "client": world.names("contact").get(line["partner_id"], "none"),
        "engagement": world.names("engagement").get(move["retainer_engagement_id"], "none"),
        "document": move["name"],
        "role": move["retainer_role"] or "none",
        "month": date.fromisoformat(start).replace(day=1) if start else None,
        "currency": world.names("currency").get(line["currency_id"], "?"),
    }


def advances(world: World) -> list[Seen]:
    """Every advance as Odoo shows it."""
    amounts = ("amount", "received", "consumed", "returned", "unpaid", "shortfall", "remaining")
    rows = world.rows(
        "retainer.advance",
        [("company_id", "=", world.company_id)],
        ["name", "state", "engagement_ids", *amounts],
    )
    names, engagements = world.names("advance"), world.names("engagement")
    return [
        {
            # One that the service made as a top-up has the name that Odoo gave it.
            "advance": names.get(row["id"], row["name"]),
            "engagement": (
                engagements.get(row["engagement_ids"][0], "?")
                if len(row["engagement_ids"]) == 1
                else "none"
            ),
            "state": row["state"],
            **{name: exact(row[name]) for name in amounts},
        }
        for row in rows
    ]


def taxes(world: World, names: Collection[str]) -> dict[str, Decimal]:
    """What is owed of each tax: credits less debits of its posted lines."""
    known = {world.id("tax", name): name for name in names}
    totals = dict.fromkeys(known.values(), Decimal(0))
    for line in world.rows(
        "account.move.line",
        [
            ("tax_line_id", "in", sorted(known)),
            ("parent_state", "=", "posted"),
            ("company_id", "=", world.company_id),
        ],
        ["tax_line_id", "balance"],
    ):
        totals[known[line["tax_line_id"]]] -= exact(line["balance"])
    return totals
