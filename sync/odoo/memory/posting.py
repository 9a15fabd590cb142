"""Posting, numbering, lock dates, back to draft, cancelling and deleting of moves."""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory import acceptance, tally
from sync.odoo.memory.computed import INVOICES
from sync.odoo.memory.customer_reference import following
from sync.odoo.memory.locks import violated
from sync.odoo.memory.moves import SALES, change_quietly, completed_amounts, lines_of
from sync.odoo.memory.reconcile import reconcile, unreconcile
from sync.odoo.memory.records import AFTER_CHANGE, BEFORE_UNLINK, BEFORE_WRITE, batch, settle
from sync.odoo.memory.retainer.defaults import of_engagement
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

PROTECTED = ("name", "journal_id", "date", "partner_id", "currency_id", "move_type")
PROTECTED_LINE = (
    "account_id",
    "debit",
    "credit",
    "balance",
    "amount_currency",
    "quantity",
    "price_unit",
    "discount",
    "tax_ids",
    "product_id",
    "currency_id",
    "move_id",
)
YEARLY = ("sale", "bank", "cash", "credit")


def post(tables: Tables, records: Sequence[int]) -> None:
    """Post drafts: check them, move dates out of locked periods, number them."""
    with batch(tables):
        moves = [tables.row("account.move", each) for each in records]
        reasons = [reason for move in moves for reason in _reasons_against(tables, move)]
        if reasons:
            raise Rejected("\n".join(dict.fromkeys(reasons)), model="account.move")
        for move in moves:
            _post_one(tables, move["id"])
        settle(tables)
        for move in moves:
            for advance in tables.referring("retainer.advance", "request_move_id", move["id"]):
                link_request(tables, advance)
            _reconcile_with_reversed(tables, move["id"])
            _reconcile_pending(tables, move["id"])


def link_request(tables: Tables, advance: int) -> None:
    """Name an advance on the lines of its request; a person who made it may not have done so."""
    move = tables.row("retainer.advance", advance)["request_move_id"]
    if not move:
        return
    accounts = advance_accounts(tables, tables.row("account.move", move)["company_id"])
    for line in lines_of(tables, move):
        own = line["account_id"] in accounts and line["display_type"] == "product"
        if own and not line["retainer_advance_id"]:
            named = {"retainer_advance_id": advance}
            tables.update("account.move.line", line["id"], named, quietly=True)


def advance_accounts(tables: Tables, company: int) -> set[int]:
    """The accounts on which the advances of clients stand."""
    row = tables.row("res.company", company)
    names = ("retainer_advance_account_id", "retainer_advance_noncurrent_account_id")
    return {row[name] for name in names if row[name]}


def _reconcile_with_reversed(tables: Tables, record: int) -> None:
    """Odoo reconciles a posted credit note with the posted invoice it reverses, by account."""
    origin = tables.row("account.move", record).get("reversed_entry_id")
    if not origin or tables.row("account.move", origin)["state"] != "posted":
        return
    groups: dict[int, list[Row]] = {}
    for line in lines_of(tables, origin) + lines_of(tables, record):
        if line.get("account_id") and not line["reconciled"]:
            groups.setdefault(line["account_id"], []).append(line)
    for account, lines in groups.items():
        if tables.row("account.account", account)["reconcile"]:
            reconcile(tables, [line["id"] for line in lines])
    settle(tables)


def _reconcile_pending(tables: Tables, record: int) -> None:
    """What the service asked to be reconciled once the document is posted."""
    move = tables.row("account.move", record)
    for line in lines_of(tables, record):
        if line["retainer_reconcile_line_id"] and not line["reconciled"]:
            _reconcile_line(tables, move, line)
    steps = []
    for step in move.get("retainer_pending_reconcile") or []:
        own = _open_lines(tables, [record], step["account_id"])
        others = _open_lines(
            tables, _keyed(tables, move, step.get("keys") or []), step["account_id"]
        )
        given = tables.rows("account.move.line")
        others += [
            each
            for each in step.get("line_ids") or []
            if each in _open_lines(tables, [given[each]["move_id"]], step["account_id"])
        ]
        if step.get("optional") and not (own and others):
            continue
        steps.append(step)
        if not own or not others:
            raise Rejected(
                f"{move['name']} cannot be reconciled: there is no open line on that account any"
                " more. Run the service again."
            )
        exactly = move["move_type"] == "entry" and not step.get("partial")
        reconcile(tables, [*own, *others], exactly=exactly)
        settle(tables)
    # One account may be matched with several lots: only all of them together take the whole.
    for step in steps:
        if not step.get("partial") and _open_lines(tables, [record], step["account_id"]):
            raise Rejected(
                f"{move['name']} draws more than is open there. Run the service again, so that it"
                " plans with what is open now."
            )


def _reconcile_line(tables: Tables, move: Row, line: Row) -> None:
    """What one line is to be reconciled with, in full."""
    other = tables.row("account.move.line", line["retainer_reconcile_line_id"])
    posted = get(tables, "account.move.line", other, "parent_state") == "posted"
    if other["account_id"] != line["account_id"] or other["reconciled"] or not posted:
        raise Rejected(
            f"{move['name']} cannot be reconciled: the counterpart has no open line on that"
            " account. Run the service again."
        )
    reconcile(
        tables,
        [line["id"], other["id"]],
        exactly=move["move_type"] == "entry",
        revenue=_revenue(tables, move, line),
    )
    settle(tables)
    if not tables.row("account.move.line", line["id"])["reconciled"]:
        raise Rejected(
            f"{move['name']} draws more than is open there. Run the service again, so that it"
            " plans with what is open now."
        )


def _revenue(tables: Tables, move: Row, line: Row) -> Row:
    """What takes the difference of rates of a line that deducts a taxed advance: revenue."""
    engagement = move.get("retainer_engagement_id")
    deducts = line["account_id"] in advance_accounts(tables, move["company_id"])
    if not deducts or not engagement or move["retainer_role"] == "advance_return":
        return {}
    own = of_engagement(tables, tables.row("retainer.engagement", engagement))
    values: Row = {
        "account_id": own["income_account_id"],
        "name": f"{move['name']}: at the rate of the advance",
    }
    if own["analytic_account_id"]:
        values["analytic_distribution"] = {str(own["analytic_account_id"]): 100}
    return values


def _keyed(tables: Tables, move: Row, keys: Sequence[str]) -> list[int]:
    rows = tables.rows("account.move").values()
    return [
        row["id"]
        for row in rows
        if row.get("retainer_key") in keys and row["company_id"] == move["company_id"]
    ]


def _open_lines(tables: Tables, moves: Sequence[int], account: int) -> list[int]:
    return [
        line["id"]
        for move in moves
        if tables.row("account.move", move)["state"] == "posted"
        for line in lines_of(tables, move)
        if line["account_id"] == account and not line["reconciled"]
    ]


def _post_one(tables: Tables, record: int) -> None:
    move = tables.row("account.move", record)
    keyed = move.get("retainer_key") and not get(tables, "account.move", move, "retainer_changed")
    if move["move_type"] in SALES and not move.get("invoice_date"):
        today = tables.today.isoformat()
        change_quietly(tables, record, {"invoice_date": today, "date": today})
        move = tables.row("account.move", record)
    day = date.fromisoformat(move["date"])
    if lock := lock_date(tables, move, day):
        day = _open_day(tables, move, lock)
    name = move.get("name") or _next_number(tables, move, day)
    change_quietly(
        tables,
        record,
        {"date": f"{day}", "name": name, "state": "posted", "posted_before": True},
    )
    if keyed:
        remember_content(tables, "account.move", record)


def remember_content(tables: Tables, model: str, record: int) -> None:
    """Keep what a keyed record says now as what the service wrote."""
    row = tables.row(model, record)
    written = {"retainer_content_written": get(tables, model, row, "retainer_content")}
    if model == "account.move":
        written["retainer_amount_written"] = row["amount_untaxed"] - _deducted(tables, row)
    tables.update(model, record, written, quietly=True)


def _deducted(tables: Tables, move: Row) -> Decimal:
    """What lines on the advances accounts add to a document that bills something else."""
    if move["retainer_role"] in ("advance_request", "advance_return", "drawdown"):
        return Decimal(0)
    company = tables.row("res.company", move["company_id"])
    accounts = {
        company["retainer_advance_account_id"],
        company["retainer_advance_noncurrent_account_id"],
    } - {False, None}
    return sum(
        (
            line["price_subtotal"]
            for line in lines_of(tables, move["id"])
            if line["display_type"] == "product" and line.get("account_id") in accounts
        ),
        Decimal(0),
    )


def _reasons_against(tables: Tables, move: Row) -> list[str]:
    reasons = []
    if move["move_type"] in INVOICES:
        if move["amount_total"] < 0:
            reasons.append(
                "You cannot validate an invoice with a negative total amount. You should create a"
                " credit note instead. Use the action menu to transform it into a credit note or"
                " refund."
            )
        if not move.get("partner_id"):
            reasons.append("The 'Customer' field is required to validate the invoice.")
    if move["state"] != "draft":
        reasons.append(f"The entry {move['name']} (id {move['id']}) must be in draft.")
    if not any(
        line["display_type"] not in ("line_section", "line_subsection", "line_note")
        for line in lines_of(tables, move["id"])
    ):
        reasons.append("Even magicians can't post nothing!")
    accounts = tables.rows("account.account")
    used = [
        accounts[line["account_id"]]
        for line in lines_of(tables, move["id"])
        if line.get("account_id")
    ]
    if any(not account["active"] for account in used):
        reasons.append("A line of this move is using a archived account, you cannot post it.")
    strangers = [each["name"] for each in used if move["company_id"] not in each["company_ids"]]
    if strangers:
        named = ", ".join(dict.fromkeys(strangers))
        reasons.append(f"The entry is using accounts ({named}) from a different company.")
    return reasons


def lock_date(tables: Tables, move: Row, day: date) -> date | None:
    """The latest lock date that the day violates, if any."""
    company = tables.row("res.company", move["company_id"])
    kind = tables.row("account.journal", move["journal_id"])["type"]
    names = ["fiscalyear_lock_date", "hard_lock_date"]
    names += [f"{kind}_lock_date"] if kind in ("sale", "purchase") else []
    lines = lines_of(tables, move["id"])
    if any(line["tax_ids"] or line.get("tax_line_id") for line in lines):
        names.append("tax_lock_date")
    return violated(tables, company, names, day)


def _open_day(tables: Tables, move: Row, lock: date) -> date:
    """Where Odoo moves an entry of a locked period: into the first open one, by its sequence."""
    day, today = lock + timedelta(days=1), tables.today
    yearly = tables.row("account.journal", move["journal_id"])["type"] in YEARLY
    numbered = any(
        row.get("name")
        for row in tables.rows("account.move").values()
        if row["journal_id"] == move["journal_id"] and row["id"] != move["id"]
    )
    month_end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if move["move_type"] in SALES:
        return min(today, date(day.year, 12, 31) if yearly and numbered else month_end)
    if yearly and numbered:
        return date(day.year, 12, 31) if today.year > day.year else max(day, today)
    if (today.year, today.month) > (day.year, day.month):
        return month_end
    return max(day, today)


def accounting_date(tables: Tables, company: int, journal: int, day: date) -> date:
    """Where Odoo dates an entry that it makes by itself: the end of a month that is over."""
    names = ["fiscalyear_lock_date", "hard_lock_date"]
    lock = violated(tables, tables.row("res.company", company), names, day)
    day = lock + timedelta(days=1) if lock else day
    today = tables.today
    kind = tables.row("account.journal", journal)["type"]
    assert kind not in YEARLY, "entries of general journals are numbered by month"
    if (today.year, today.month) > (day.year, day.month):
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return max(day, today)


def _next_number(tables: Tables, move: Row, day: date) -> str:
    """``INV/2025/00001``: yearly in sales and bank journals, monthly in the others."""
    journal = tables.row("account.journal", move["journal_id"])
    refund = journal["refund_sequence"] and move["move_type"] in ("out_refund", "in_refund")
    prefix = f"{'R' if refund else ''}{journal['code']}/{day:%Y}/"
    width = 5
    if journal["type"] not in YEARLY:
        prefix, width = f"{prefix}{day:%m}/", 4
    spot = (journal["id"], prefix)
    if spot not in tables.numbers:
        tables.numbers[spot] = _highest(tables, journal["id"], prefix)
    tables.numbers[spot] += 1
    return f"{prefix}{tables.numbers[spot]:0{width}d}"


def _highest(tables: Tables, journal: int, prefix: str) -> int:
    """The highest number that stands in a journal under a prefix."""
    pattern, rows = re.compile(re.escape(prefix) + r"(\d+)"), tables.rows("account.move")
    moves = tables.referring("account.move", "journal_id", journal)
    found = (pattern.fullmatch(rows[each]["name"] or "") for each in moves)
    return max((int(each[1]) for each in found if each), default=0)


def to_draft(tables: Tables, records: Sequence[int]) -> None:
    """Take posted or cancelled moves back to draft. What they are matched with stays matched."""
    with batch(tables):
        for record in records:
            move = tables.row("account.move", record)
            if move["state"] not in ("posted", "cancel"):
                raise Rejected("Only posted/cancelled journal entries can be reset to draft.")
            if tables.row("account.journal", move["journal_id"])["restrict_mode_hash_table"]:
                raise Rejected("You cannot reset to draft a locked journal entry.")
            _refuse_locked(tables, move)
            change_quietly(tables, record, {"state": "draft"})
            if move["state"] == "cancel":
                acceptance.withdraw_move(tables, [record])


def cancel(tables: Tables, records: Sequence[int]) -> None:
    """Cancel moves, posted ones too; what they were matched with is open again."""
    with batch(tables):
        for record in records:
            if tables.row("account.move", record)["state"] == "posted":
                to_draft(tables, [record])
            if tables.row("account.move", record)["state"] != "draft":
                raise Rejected("Only draft journal entries can be cancelled.")
            unreconcile(tables, [line["id"] for line in lines_of(tables, record)])
            change_quietly(tables, record, {"state": "cancel"})


def _refuse_locked(tables: Tables, move: Row) -> None:
    lock = lock_date(tables, move, date.fromisoformat(move["date"]))
    if lock and move["state"] == "posted":
        raise Rejected(f"You cannot add/modify entries prior to and inclusive of: {lock:%m/%d/%Y}.")


def _guard_move(tables: Tables, move: Row, values: Row) -> Row:
    if move["retainer_engagement_id"]:
        values = following(tables, move, _noting_that_it_went(tables, move, values))
    day = values.get("invoice_date")
    if move["state"] == "draft" and day and day != move.get("invoice_date"):
        values = {"date": day, **values}
    if move["state"] == "posted":
        named = [each for each in PROTECTED if each in values and values[each] != move.get(each)]
        if named and set(named) != {"name"}:
            raise Rejected(
                "You cannot modify the following readonly fields on a posted move:"
                f" {', '.join(named)}"
            )
        if "date" in named:
            _refuse_locked(tables, move)
    return values


def _noting_that_it_went(tables: Tables, move: Row, values: Row) -> Row:
    """Odoo's mark that a document was sent is the client status of ours, with the day."""
    if values.get("is_move_sent") and move["retainer_lifecycle"] in (False, "draft"):
        values = {"retainer_lifecycle": "sent", **values}
    if values.get("retainer_lifecycle") == "sent":
        values = {"retainer_sent_on": tables.today.isoformat(), **values}
    return values


def _guard_line(tables: Tables, line: Row, values: Row) -> Row:
    move = tables.row("account.move", line["move_id"])
    named = [each for each in PROTECTED_LINE if each in values and values[each] != line.get(each)]
    if named and move["state"] == "posted":
        raise Rejected(
            "You cannot do this modification on a posted journal entry, you can just change some"
            " non legal fields. You must reset the journal entry to draft first."
        )
    return completed_amounts(move, values)


def _leave_move(tables: Tables, move: Row) -> None:
    if move["state"] == "posted":
        raise Rejected(
            "You can't delete a posted journal item. Don’t play games with your accounting"
            " records; reset the journal entry to draft before deleting it."
        )
    unreconcile(tables, [line["id"] for line in lines_of(tables, move["id"])])
    tally.take_back(tables, move)
    tables.pending.pop(move["id"], None)


def _leave_line(tables: Tables, line: Row) -> None:
    move = tables.row("account.move", line["move_id"])
    if move["state"] == "posted":
        raise Rejected("You can't delete a posted journal item.")
    unreconcile(tables, [line["id"]])
    tables.pending[line["move_id"]] = None


AFTER_CHANGE["retainer.advance"] = link_request
BEFORE_WRITE["account.move"] = _guard_move
BEFORE_WRITE["account.move.line"] = _guard_line
BEFORE_UNLINK["account.move"] = _leave_move
BEFORE_UNLINK["account.move.line"] = _leave_line
