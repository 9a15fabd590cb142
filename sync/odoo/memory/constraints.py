"""What the database and the addon do not allow, whoever writes it."""

from datetime import date

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

UNIQUE: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "retainer.period": (
        (
            ("engagement_id", "date_start"),
            "There is already a statement of this engagement for this month.",
        ),
    ),
    "retainer.terms": (
        (
            ("engagement_id", "date_start"),
            "Two terms of one engagement start on the same day, so they overlap.",
        ),
    ),
    "retainer.role.rate": (
        (("terms_id", "job_id"), "These terms have a rate for this role already."),
    ),
    "retainer.client.po": (
        (
            ("commercial_partner_id", "name", "company_id"),
            "This client has a purchase order with this number already.",
        ),
    ),
    "retainer.advance": (
        (("request_move_id",), "This invoice is the request of another advance already."),
    ),
    "account.journal": ((("code", "company_id"), "Journal codes must be unique per company."),),
}
ORDERED = {
    "retainer.engagement": ("date_start", "date_end"),
    "retainer.client.po": ("date_start", "date_end"),
    "retainer.period": ("date_start", "date_end"),
    "retainer.hour.block": ("date", "expiry_date"),
}
POSITIVE = {
    "retainer.hour.block": "hours",
    "retainer.advance": "amount",
    "retainer.role.rate": "factor",
}


def check(tables: Tables, model: str, record: int) -> None:
    """Raise ``Rejected`` where a record breaks a constraint."""
    row = tables.row(model, record)
    for names, message in UNIQUE.get(model, ()):
        _check_unique(tables, model, row, names, message)
    if model in ORDERED:
        start, end = (row[name] for name in ORDERED[model])
        if start and end and end < start:
            raise Rejected("It ends before it starts. Set its end to its start or later.")
    if model in POSITIVE and row[POSITIVE[model]] <= 0:
        raise Rejected("Enter more than 0.")
    if model == "retainer.change.order":
        _check_approval(row)
    if model == "retainer.advance":
        _check_decision(row)
    if model == "retainer.engagement" and row["active"]:
        _check_projects(tables, row)
    if model == "account.move" and row["move_type"] != "entry" and row["partner_id"]:
        _check_document(tables, row)
    if model == "account.move.line" and row["retainer_advance_id"]:
        _check_advance(tables, row)


def _check_decision(row: Row) -> None:
    if row["decision"] == "undecided":
        return
    if not row["decision_by"] or not (row["decision_note"] or "").strip():
        raise Rejected(
            f"A decision on {row['name']} needs the person who took it and a note why. Fill in both"
            " fields."
        )


def _check_unique(
    tables: Tables, model: str, row: Row, names: tuple[str, ...], message: str
) -> None:
    own = tuple(get(tables, model, row, name) for name in names)
    if not own[0]:
        return
    rows = tables.rows(model)
    first = names[0]
    same = tables.referring(model, first, own[0]) if first in row and first != "code" else rows
    for each in same:
        if each != row["id"] and own == tuple(
            get(tables, model, rows[each], name) for name in names
        ):
            raise Rejected(message, model=model)


def _check_approval(row: Row) -> None:
    if row["approval_state"] == "approved" and not (
        row["approval_reference"] and row["approved_on"]
    ):
        raise Rejected(
            f"{row['number']} {row['name']} cannot be approved yet: enter the approval reference"
            " (where the client wrote it) and the day of the approval."
        )


def _check_projects(tables: Tables, row: Row) -> None:
    for other in tables.rows("retainer.engagement").values():
        shared = set(row["project_ids"]) & set(other["project_ids"])
        if other["id"] == row["id"] or not other["active"] or not shared:
            continue
        start = max(row["date_start"], other["date_start"])
        last = date.max.isoformat()
        if start <= min(row["date_end"] or last, other["date_end"] or last):
            name = tables.row("project.project", min(shared))["name"]
            raise Rejected(
                f"The project {name} is already on the engagement {other['name']}, which runs at"
                " the same time, so time on it would belong to both."
            )


def _check_document(tables: Tables, move: Row) -> None:
    """An invoice of an engagement is its client's, in its currency, under its purchase order."""
    client = _commercial(tables, move["partner_id"])
    clients = {client}
    if move["retainer_engagement_id"]:
        engagement = tables.row("retainer.engagement", move["retainer_engagement_id"])
        clients = {_commercial(tables, engagement["partner_id"])}
        billed = clients | {_commercial(tables, engagement["invoice_partner_id"])}
        if client not in billed:
            raise Rejected(
                f"The document is for another client than {engagement['name']}. Choose an"
                " engagement of this client."
            )
        if move["currency_id"] != engagement["currency_id"]:
            raise Rejected(
                f"The document is in another currency than {engagement['name']}. Bill the"
                " engagement in its own currency."
            )
    if move["retainer_client_po_id"]:
        _check_po(tables, move, clients)


def _check_po(tables: Tables, move: Row, clients: set[int]) -> None:
    po = tables.row("retainer.client.po", move["retainer_client_po_id"])
    if _commercial(tables, po["partner_id"]) not in clients:
        raise Rejected(f"The purchase order {po['name']} is of another client.")
    engagement = move["retainer_engagement_id"]
    if engagement and po["engagement_ids"] and engagement not in po["engagement_ids"]:
        raise Rejected(f"The purchase order {po['name']} is for other engagements.")
    if po["currency_id"] != move["currency_id"]:
        raise Rejected(f"The purchase order {po['name']} is in another currency.")
    if move["retainer_po_number"] and move["retainer_po_number"] != po["name"]:
        raise Rejected(
            f"The document would carry two purchase orders: {po['name']} from the register and"
            f" the number {move['retainer_po_number']}."
        )


def _check_advance(tables: Tables, line: Row) -> None:
    """A line of an advance is its client's, in its currency, on an account for advances."""
    advance = tables.row("retainer.advance", line["retainer_advance_id"])
    company = tables.row("res.company", advance["company_id"])
    accounts = (
        company["retainer_advance_account_id"],
        company["retainer_advance_noncurrent_account_id"],
    )
    problem = ""
    if get(tables, "account.move.line", line, "company_id") != advance["company_id"]:
        problem = "the advance is of another company. Choose an advance of this one."
    elif line["account_id"] not in accounts:
        problem = "it stands on no customer advances account. Put it there."
    elif not line["partner_id"]:
        problem = "it names no client. Set its partner first."
    elif _commercial(tables, line["partner_id"]) != _commercial(tables, advance["partner_id"]):
        problem = "the advance is of another client. Choose an advance of this one."
    elif line["currency_id"] != advance["currency_id"]:
        problem = "the advance is in another currency. Enter the line in that one."
    if problem:
        raise Rejected(f"The line cannot belong to the advance {advance['name']}: {problem}")


def _commercial(tables: Tables, partner: int) -> int:
    if not partner:
        return 0
    row = tables.row("res.partner", partner)
    return int(get(tables, "res.partner", row, "commercial_partner_id"))
