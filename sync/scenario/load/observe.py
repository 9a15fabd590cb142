"""What stands in Odoo after a run, in the words of the story.

Read from Odoo's own records as people see them, not from what the service says that it wrote.
Each record becomes a mapping whose names are those of the ``expect`` part of a story.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.scenario.load.world import World

Seen = dict[str, Any]
"""Field of the story → value, in the same types as what is expected."""

_STATES = {"draft": "draft", "posted": "posted", "cancel": "cancelled"}
_FINE = Decimal("0.000001")
_MONTH = re.compile(r"\d{4}-\d{2}")


def invoices(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Customer invoices and credit notes of the service, all or those of some ids."""
    domain: list[Any] = [
        ("company_id", "=", world.company_id),
        ("move_type", "in", ["out_invoice", "out_refund"]),
        ("retainer_role", "!=", False),
    ]
    if ids is not None:
        domain.append(("id", "in", sorted(ids)))
    moves = world.rows(
        "account.move",
        domain,
        [
            "name",
            "move_type",
            "state",
            "invoice_date",
            "invoice_date_due",
            "partner_id",
            "currency_id",
            "ref",
            "invoice_origin",
            "amount_untaxed",
            "amount_tax",
            "amount_total",
            "amount_residual",
            "payment_state",
            "retainer_engagement_id",
            "retainer_role",
            "retainer_po_number",
            "retainer_ap_contact_id",
            "retainer_service_start",
            "retainer_service_end",
        ],
    )
    ids_found = [move["id"] for move in moves]
    lines, journal = _lines(world, ids_found), _journal(world, ids_found)
    about = _advances_of(world, ids_found)
    engagements, partners = world.names("engagement"), world.names("contact")
    currencies = world.names("currency")
    return [
        {
            "engagement": engagements.get(move["retainer_engagement_id"], "none"),
            "role": move["retainer_role"],
            "advance": about.get(move["id"], "none"),
            "credit": move["move_type"] == "out_refund",
            "month": _month(move["retainer_service_start"]),
            "date": _day(move["invoice_date"]),
            "due": _day(move["invoice_date_due"]),
            "addressed_to": partners.get(move["partner_id"], "?"),
            "ap_contact": partners.get(move["retainer_ap_contact_id"], "none"),
            "po": move["retainer_po_number"] or "none",
            "reference": _quote(move) or "none",
            "service": [
                _day(move["retainer_service_start"]),
                _day(move["retainer_service_end"]),
            ],
            "lines": lines[move["id"]],
            "journal": journal[move["id"]],
            "untaxed": exact(move["amount_untaxed"]),
            "tax": exact(move["amount_tax"]),
            "total": exact(move["amount_total"]),
            "open": exact(move["amount_residual"]),
            "state": _STATES[move["state"]],
            "payment": move["payment_state"],
            "currency": currencies.get(move["currency_id"], "?"),
        }
        for move in moves
    ]


def _lines(world: World, moves: Sequence[int]) -> Mapping[int, list[Seen]]:
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = world.rows(
        "account.move.line",
        [("move_id", "in", list(moves)), ("display_type", "=", "product")],
        ["move_id", "name", "quantity", "price_unit", "price_subtotal", "sequence"],
    )
    for row in sorted(rows, key=lambda each: (each["sequence"], each["id"])):
        found[row["move_id"]].append(
            {
                "text": row["name"],
                "quantity": exact(row["quantity"]),
                "hours": _seconds(row["quantity"]),
                "price": exact(row["price_unit"]),
                "amount": exact(row["price_subtotal"]),
            }
        )
    return found


def entries(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Journal entries of the service that are no invoices, all or those of some ids."""
    domain: list[Any] = [
        ("company_id", "=", world.company_id),
        ("move_type", "=", "entry"),
        ("retainer_role", "!=", False),
    ]
    if ids is not None:
        domain.append(("id", "in", sorted(ids)))
    fields = ["state", "date", "ref", "retainer_engagement_id", "retainer_role", "currency_id"]
    moves = world.rows("account.move", domain, [*fields, "retainer_service_start"])
    journal = _journal(world, [move["id"] for move in moves])
    about = _advances_of(world, [move["id"] for move in moves])
    engagements = world.names("engagement")
    return [
        {
            "engagement": engagements.get(move["retainer_engagement_id"], "none"),
            "advance": about.get(move["id"], "none"),
            "role": move["retainer_role"],
            "month": _month(move["retainer_service_start"]),
            "date": _day(move["date"]),
            "currency": world.names("currency").get(move["currency_id"], "?"),
            "reference": move["ref"] or "none",
            "state": _STATES[move["state"]],
            "lines": journal[move["id"]],
        }
        for move in moves
    ]


def _advances_of(world: World, moves: Sequence[int]) -> Mapping[int, str]:
    """The advance of each document whose lines name exactly one that the story knows."""
    rows = world.rows(
        "account.move.line",
        [("move_id", "in", list(moves)), ("retainer_advance_id", "!=", False)],
        ["move_id", "retainer_advance_id"],
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row["move_id"]].add(row["retainer_advance_id"])
    names = world.names("advance")
    return {
        move: names[min(own)]
        for move, own in found.items()
        if len(own) == 1 and own <= names.keys()
    }


def _journal(world: World, moves: Sequence[int]) -> Mapping[int, list[Seen]]:
    """What some moves say in the books."""
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = world.rows(
        "account.move.line",
        [("move_id", "in", list(moves)), ("account_id", "!=", False)],
        [
            "move_id",
            "account_id",
            "partner_id",
            "currency_id",
            "amount_currency",
            "debit",
            "credit",
        ],
    )
    accounts = _accounts(world, {row["account_id"] for row in rows})
    partners, currencies = world.names("contact"), world.names("currency")
    for row in rows:
        if not (row["debit"] or row["credit"] or row["amount_currency"]):
            continue  # a line of nothing says nothing
        found[row["move_id"]].append(
            {
                "account": accounts[row["account_id"]],
                "debit": exact(row["debit"]),
                "credit": exact(row["credit"]),
                "partner": partners.get(row["partner_id"], "none"),
                "currency": currencies.get(row["currency_id"], "?"),
                "amount_currency": exact(row["amount_currency"]),
            }
        )
    return found


def balances(world: World, names: Collection[str]) -> dict[str, Decimal]:
    """Debits less credits of all that is posted, of the accounts that are called so."""
    found = world.rows("account.account", [("name", "in", sorted(names))], ["name"])
    account = {each["id"]: str(each["name"]) for each in found}
    totals = dict.fromkeys(account.values(), Decimal(0))
    for line in world.rows(
        "account.move.line",
        [
            ("account_id", "in", list(account)),
            ("parent_state", "=", "posted"),
            ("company_id", "=", world.company_id),
        ],
        ["account_id", "balance"],
    ):
        totals[account[line["account_id"]]] += exact(line["balance"])
    return totals


def _accounts(world: World, ids: Collection[int]) -> Mapping[int, str]:
    rows = world.rows("account.account", [("id", "in", sorted(ids))], ["name"])
    return {row["id"]: str(row["name"]) for row in rows}


def statements(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Statements, all or those of some ids."""
    domain: list[Any] = [("company_id", "=", world.company_id)]
    if ids is not None:
        domain.append(("id", "in", sorted(ids)))
    hours = (
        "allocated",
        "rolled_in",
        "available",
        "used",
        "remaining",
        "overage",
        "expired",
        "rolled_out",
        "late",
    )
    rows = world.rows(
        "retainer.period",
        domain,
        [
            "engagement_id",
            "date_start",
            "date_end",
            "state",
            "utilization",
            "fee",
            "overage_amount",
            "runs_out_on",
            *(f"{name}_seconds" for name in hours),
        ],
    )
    lots = _lots(world, [row["id"] for row in rows])
    engagements = world.names("engagement")
    return [
        {
            "engagement": engagements.get(row["engagement_id"], "?"),
            "month": _month(row["date_start"]),
            "date_start": _day(row["date_start"]),
            "date_end": _day(row["date_end"]),
            "state": row["state"],
            "utilization": exact(row["utilization"]),
            "fee": exact(row["fee"]),
            "overage_amount": exact(row["overage_amount"]),
            "runs_out_on": _day(row["runs_out_on"]) or "none",
            **{name: row[f"{name}_seconds"] for name in hours},
            "lots": lots[row["id"]],
        }
        for row in rows
    ]


def _lots(world: World, periods: Sequence[int]) -> Mapping[int, list[Seen]]:
    found: dict[int, list[Seen]] = defaultdict(list)
    quantities = ("granted", "opening", "drawn", "lapsed", "closing")
    rows = world.rows(
        "retainer.period.lot",
        [("period_id", "in", list(periods))],
        ["period_id", "source", "granted_on", "expires_on", *quantities],
    )
    for row in rows:
        found[row["period_id"]].append(
            {
                "source": row["source"],
                "granted_on": _day(row["granted_on"]),
                "expires_on": _day(row["expires_on"]),
                **{name: row[name] for name in quantities},
            }
        )
    return found


def alerts(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Notices to account managers, all or those of some ids."""
    domain: list[Any] = [("company_id", "=", world.company_id)]
    if ids is not None:
        domain.append(("id", "in", sorted(ids)))
    rows = world.rows("retainer.alert", domain, ["kind", "severity", "message", "engagement_id"])
    engagements = world.names("engagement")
    return [
        {
            "kind": row["kind"],
            "severity": row["severity"],
            "message": row["message"],
            "engagement": engagements.get(row["engagement_id"], "none"),
        }
        for row in rows
    ]


def quotations(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Draft quotations of the service for extra work, all or those of some ids."""
    rows = world.rows(
        "retainer.change.order",
        [("quote_id", "!=", False)],
        ["quote_id", "engagement_id"],
    )
    if ids is not None:
        rows = [row for row in rows if row["quote_id"] in ids]
    lines: dict[int, list[Seen]] = defaultdict(list)
    for line in world.rows(
        "sale.order.line",
        [("order_id", "in", [row["quote_id"] for row in rows])],
        ["order_id", "name", "product_uom_qty", "price_unit", "price_subtotal"],
    ):
        lines[line["order_id"]].append(
            {
                "text": line["name"],
                "quantity": exact(line["product_uom_qty"]),
                "hours": _seconds(line["product_uom_qty"]),
                "price": exact(line["price_unit"]),
                "amount": exact(line["price_subtotal"]),
            }
        )
    orders, engagements = world.names("change_order"), world.names("engagement")
    return [
        {
            "change_order": orders.get(row["id"], "?"),
            "engagement": engagements.get(row["engagement_id"], "?"),
            "lines": lines[row["quote_id"]],
            "untaxed": sum((line["amount"] for line in lines[row["quote_id"]]), Decimal(0)),
        }
        for row in rows
    ]


def requests(world: World, ids: Collection[int] | None = None) -> list[Seen]:
    """Overage that waits for approval, all or those of some ids."""
    domain: list[Any] = [("retainer_key", "!=", False)]
    if ids is not None:
        domain.append(("id", "in", sorted(ids)))
    rows = world.rows(
        "retainer.change.order",
        domain,
        ["engagement_id", "retainer_key", "hours_cap", "hourly_rate"],
    )
    engagements = world.names("engagement")
    return [
        {
            "engagement": engagements.get(row["engagement_id"], "?"),
            "month": key_month(row["retainer_key"]),
            "hours": _seconds(row["hours_cap"]),
            "rate": exact(row["hourly_rate"]),
        }
        for row in rows
    ]


def key_month(key: str) -> date | None:
    """The month that a document's key names, if it names one."""
    source = key.split("/")[3]
    return date.fromisoformat(f"{source}-01") if _MONTH.fullmatch(source) else None


def engagement_names(world: World, ids: Iterable[int]) -> list[str]:
    """What the story calls these engagements."""
    engagements = world.names("engagement")
    return [engagements.get(each, "?") for each in ids]


def exact(raw: float) -> Decimal:
    """A float as Odoo sends it, to the sixth decimal."""
    return Decimal(repr(float(raw))).quantize(_FINE, rounding=ROUND_HALF_UP).normalize() + 0


def _seconds(hours: float) -> int:
    return round(hours * 3600)


def _day(raw: Any) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _month(raw: Any) -> date | None:
    return date.fromisoformat(raw).replace(day=1) if raw else None


def _quote(move: Row) -> str:
    """What it refers to besides the client's order, which takes the customer reference."""
    ref = move["ref"] if move["ref"] != move["retainer_po_number"] else ""
    return str(move["invoice_origin"] or ref or "")
