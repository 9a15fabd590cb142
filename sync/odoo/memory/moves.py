"""Journal entries and invoices: what a new one, and each of its lines, is completed with."""

from decimal import Decimal
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.computed import INVOICES
from sync.odoo.memory.currencies import rate_on
from sync.odoo.memory.records import AFTER_CHANGE, BEFORE_CREATE, batch
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get, rounded

ZERO = Decimal(0)
SALES = ("out_invoice", "out_refund")


def lines_of(tables: Tables, move: int) -> list[Row]:
    """The lines of a move, by id."""
    rows = tables.rows("account.move.line")
    return [rows[each] for each in tables.referring("account.move.line", "move_id", move)]


def complete(tables: Tables, values: Row) -> Row:
    """What Odoo fills in on a new move: journal, company, currency, dates, payment terms."""
    kind = values.get("move_type") or "entry"
    company = values.get("company_id") or tables.company_id
    journal = values.get("journal_id") or _default_journal(tables, kind, company)
    row = tables.row("account.journal", journal)
    company = row["company_id"]
    currency = row.get("currency_id") or tables.row("res.company", company)["currency_id"]
    today = tables.today.isoformat()
    full = {
        "move_type": kind,
        "state": "draft",
        "name": False,
        "currency_id": currency,
        "date": values.get("invoice_date") or today,
        "invoice_user_id": tables.user_id if kind in SALES else False,
        **{name: value for name, value in values.items() if value is not None},
        "journal_id": journal,
        "company_id": company,
    }
    partner = full.get("partner_id")
    if kind in SALES and partner:
        own = tables.row("res.partner", partner)
        full.setdefault("invoice_payment_term_id", own.get("property_payment_term_id") or False)
        full.setdefault("partner_shipping_id", partner)
    po = full.get("retainer_client_po_id")
    if po and not full.get("retainer_po_number"):
        full["retainer_po_number"] = tables.row("retainer.client.po", po)["name"]
    return full


def sales_journal(tables: Tables, company: int) -> int:
    """Where invoices go unless another journal is chosen."""
    return _default_journal(tables, "out_invoice", company)


def _default_journal(tables: Tables, kind: str, company: int) -> int:
    wanted = {"out": "sale", "in": "purchase"}.get(kind.partition("_")[0], "general")
    rows = [
        row
        for row in tables.rows("account.journal").values()
        if row["type"] == wanted and row["company_id"] == company and row["active"]
    ]
    if not rows:
        raise Rejected(f"No journal could be found in company {company} for: {wanted}")
    return int(min(rows, key=lambda row: (row["sequence"], row["id"]))["id"])


def complete_line(tables: Tables, values: Row) -> Row:
    """What Odoo fills in on a new line: product's price, account and taxes; both sides' amounts."""
    move = tables.row("account.move", values["move_id"])
    if move["state"] != "draft":
        raise Rejected("You cannot add a line to a posted or cancelled journal entry.")
    full = dict(values)
    if move["move_type"] in INVOICES:
        return _complete_invoice_line(tables, move, full)
    own = tables.row("res.company", move["company_id"])["currency_id"]
    full.setdefault("currency_id", move["currency_id"])
    balance = _given_balance(full)
    if balance is None and "amount_currency" in full:
        rate = rate_on(tables, full["currency_id"], move["company_id"], move["date"])
        balance = rounded(tables, Decimal(str(full["amount_currency"])) / rate, own)
    balance = balance or ZERO
    if "amount_currency" not in full:
        rate = rate_on(tables, full["currency_id"], move["company_id"], move["date"])
        full["amount_currency"] = rounded(tables, balance * rate, full["currency_id"])
    full.setdefault("partner_id", move.get("partner_id") or False)
    return {**full, **sides(balance)}


def sides(balance: Decimal) -> Row:
    """Balance, debit and credit."""
    return {"balance": balance, "debit": max(balance, ZERO), "credit": max(-balance, ZERO)}


def _given_balance(values: Row) -> Decimal | None:
    if "balance" in values:
        return Decimal(str(values["balance"]))
    if "debit" in values or "credit" in values:
        debit, credit = (Decimal(str(values.get(each) or 0)) for each in ("debit", "credit"))
        return debit - credit
    return None


def completed_amounts(move: Row, values: Row) -> Row:
    """What is written on a line of a journal entry, with balance, debit and credit in step."""
    balance = None if move["move_type"] in INVOICES else _given_balance(values)
    return values if balance is None else {"amount_currency": balance, **values, **sides(balance)}


def _complete_invoice_line(tables: Tables, move: Row, values: Row) -> Row:
    full = {"display_type": "product", **values, "currency_id": move["currency_id"]}
    full.setdefault("partner_id", commercial(tables, move))
    if full["display_type"] != "product":
        return full
    product = full.get("product_id")
    if product:
        row = tables.row("product.product", product)
        full.setdefault("name", get(tables, "product.product", row, "name"))
        full.setdefault("price_unit", get(tables, "product.product", row, "lst_price"))
    if not full.get("account_id"):
        full["account_id"] = income_account(tables, move["journal_id"], product)
    if "tax_ids" not in full:
        use = "sale" if move["move_type"] in SALES else "purchase"
        full["tax_ids"] = default_taxes(
            tables, use, move["company_id"], product, full["account_id"]
        )
    return full


def commercial(tables: Tables, move: Row) -> Any:
    """The company behind the move's partner."""
    return get(tables, "account.move", move, "commercial_partner_id")


def income_account(tables: Tables, journal: int, product: Any) -> Any:
    """The account of a line: of its product, of the product's category, else of the journal."""
    if product:
        row = tables.row("product.product", product)
        own = get(tables, "product.product", row, "property_account_income_id")
        category = get(tables, "product.product", row, "categ_id")
        found = own or (
            category
            and tables.row("product.category", category).get("property_account_income_categ_id")
        )
        if found:
            return found
    return tables.row("account.journal", journal).get("default_account_id") or False


def default_taxes(tables: Tables, use: str, company: int, product: Any, account: Any) -> list[int]:
    """The taxes of a line: of its product, else of its account; ``use`` is sale or purchase."""
    field = "taxes_id" if use == "sale" else "supplier_taxes_id"
    found: list[int] = []
    if product:
        row = tables.row("product.product", product)
        found = get(tables, "product.product", row, field)
    if not found and account:
        found = tables.row("account.account", account)["tax_ids"]
    taxes = tables.rows("account.tax")
    return [
        each
        for each in found
        if taxes[each]["company_id"] == company and taxes[each]["type_tax_use"] == use
    ]


def line_changed(tables: Tables, record: int) -> None:
    """A line changed: its move is to be settled."""
    tables.pending[tables.row("account.move.line", record)["move_id"]] = None


def move_changed(tables: Tables, record: int) -> None:
    """A move changed: it is to be settled."""
    tables.pending[record] = None


def change_quietly(tables: Tables, record: int, values: Row) -> None:
    """Change a move from inside, then settle it."""
    with batch(tables):
        tables.update("account.move", record, values)
        move_changed(tables, record)


BEFORE_CREATE["account.move"] = complete
BEFORE_CREATE["account.move.line"] = complete_line
AFTER_CHANGE["account.move"] = move_changed
AFTER_CHANGE["account.move.line"] = line_changed
