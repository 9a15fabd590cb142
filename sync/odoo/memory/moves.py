"""Journal entries and invoices: what a new one is completed with, and how its totals come about."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.computed import INVOICES
from sync.odoo.memory.currencies import rate_on
from sync.odoo.memory.reconcile import refresh
from sync.odoo.memory.records import AFTER_CHANGE, BEFORE_CREATE, SETTLE, batch
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.taxes import Taxed, taxed
from sync.odoo.memory.values import get, rounded

ZERO = Decimal(0)
SALES = ("out_invoice", "out_refund")
SIGNS = {"out_invoice": -1, "in_refund": -1, "out_refund": 1, "in_invoice": 1}
"""Sign of the net amount in the books: income is a credit."""


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
    full.setdefault("partner_id", _commercial(tables, move))
    if full["display_type"] != "product":
        return full
    product = full.get("product_id")
    if product:
        row = tables.row("product.product", product)
        full.setdefault("name", get(tables, "product.product", row, "name"))
        full.setdefault("price_unit", get(tables, "product.product", row, "lst_price"))
    if not full.get("account_id"):
        full["account_id"] = _income_account(tables, move, product)
    if "tax_ids" not in full:
        full["tax_ids"] = _default_taxes(tables, move, product, full["account_id"])
    return full


def _commercial(tables: Tables, move: Row) -> Any:
    return get(tables, "account.move", move, "commercial_partner_id")


def _income_account(tables: Tables, move: Row, product: Any) -> Any:
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
    return tables.row("account.journal", move["journal_id"]).get("default_account_id") or False


def _default_taxes(tables: Tables, move: Row, product: Any, account: Any) -> list[int]:
    use = "sale" if move["move_type"] in SALES else "purchase"
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
        if taxes[each]["company_id"] == move["company_id"] and taxes[each]["type_tax_use"] == use
    ]


def settle(tables: Tables, record: int) -> None:
    """Work out tax lines, receivable lines, totals and residuals of a draft."""
    move = tables.row("account.move", record)
    if move["state"] == "draft":
        if move["move_type"] in INVOICES:
            _compose_invoice(tables, move)
        else:
            _check_balanced(tables, move)
    refresh_totals(tables, record)


def _check_balanced(tables: Tables, move: Row) -> None:
    total = sum((line["balance"] for line in lines_of(tables, move["id"])), ZERO)
    if total:
        raise Rejected(f"The entry is not balanced. ({total})", model="account.move")


def _compose_invoice(tables: Tables, move: Row) -> None:
    sign, currency = SIGNS[move["move_type"]], move["currency_id"]
    own = tables.row("res.company", move["company_id"])["currency_id"]
    day = move.get("invoice_date") or move["date"]
    rate = Decimal(str(move.get("invoice_currency_rate") or 0)) or rate_on(
        tables, currency, move["company_id"], day
    )
    by_tax: dict[int, Decimal] = {}
    bases: dict[int, Decimal] = {}
    total, balance = ZERO, ZERO
    for line in lines_of(tables, move["id"]):
        if line["display_type"] != "product":
            continue
        amounts = _taxed_line(tables, line, currency)
        in_books = rounded(tables, sign * amounts.net / rate, own)
        tables.update(
            "account.move.line",
            line["id"],
            {
                "price_subtotal": amounts.net,
                "price_total": amounts.total,
                "currency_id": currency,
                "amount_currency": sign * amounts.net,
                **sides(in_books),
            },
            quietly=True,
        )
        total += sign * amounts.net
        balance += in_books
        for tax, amount in amounts.taxes:
            by_tax[tax] = by_tax.get(tax, ZERO) + sign * amount
            bases[tax] = bases.get(tax, ZERO) + amounts.net
    wanted = []
    for tax, amount in by_tax.items():
        in_books = rounded(tables, amount / rate, own)
        total, balance = total + amount, balance + in_books
        name = tables.row("account.tax", tax)["name"]
        wanted.append(
            {
                "display_type": "tax",
                "tax_line_id": tax,
                "name": name,
                "account_id": _tax_account(tables, move),
                "tax_base_amount": bases[tax],
                "amount_currency": amount,
                **sides(in_books),
            }
        )
    _replace_lines(tables, move, "tax", wanted)
    _replace_lines(tables, move, "payment_term", _due_lines(tables, move, -total, -balance))


def _taxed_line(tables: Tables, line: Row, currency: int) -> Taxed:
    factor = 1 - Decimal(str(line["discount"])) / 100
    price = Decimal(str(line["price_unit"])) * factor
    return taxed(tables, Decimal(str(line["quantity"])), price, line["tax_ids"], currency)


def _replace_lines(tables: Tables, move: Row, kind: str, wanted: list[Row]) -> None:
    """Lines Odoo adds by itself: the ones there are changed, so that their ids stay."""
    have = [line for line in lines_of(tables, move["id"]) if line["display_type"] == kind]
    for line in have[len(wanted) :]:
        tables.delete("account.move.line", line["id"])
    for position, values in enumerate(wanted):
        full = {
            "currency_id": move["currency_id"],
            "partner_id": _commercial(tables, move),
            "date_maturity": False,
            **values,
        }
        if position < len(have):
            tables.update("account.move.line", have[position]["id"], full, quietly=True)
        else:
            place = {"sequence": 10000 if kind == "payment_term" else 9000, "quantity": 1.0}
            line = {"move_id": move["id"], **place, **full}
            tables.insert("account.move.line", line)


def _tax_account(tables: Tables, move: Row) -> Any:
    rows = tables.rows("account.account")
    ours = [row for row in rows.values() if move["company_id"] in row["company_ids"]]
    return next((row["id"] for row in ours if row.get("code") == "251000"), False)


def _due_lines(tables: Tables, move: Row, total: Decimal, balance: Decimal) -> list[Row]:
    """One line per date on which the client owes a part."""
    own = tables.row("res.company", move["company_id"])["currency_id"]
    account = _partner_account(tables, move)
    parts, rest, rest_in_books = [], total, balance
    terms = _terms(tables, move)
    for position, (due, percent) in enumerate(terms):
        last = position == len(terms) - 1
        part = rest if last else rounded(tables, total * percent / 100, move["currency_id"])
        in_books = rest_in_books if last else rounded(tables, balance * percent / 100, own)
        rest, rest_in_books = rest - part, rest_in_books - in_books
        parts.append(
            {
                "display_type": "payment_term",
                "name": False,
                "account_id": account,
                "date_maturity": due,
                "amount_currency": part,
                **sides(in_books),
            }
        )
    return parts


def _terms(tables: Tables, move: Row) -> list[tuple[str, Decimal]]:
    day = date.fromisoformat(move.get("invoice_date") or move["date"])
    term = move.get("invoice_payment_term_id")
    rows = tables.rows("account.payment.term.line")
    lines = tables.referring("account.payment.term.line", "payment_id", term) if term else []
    if not lines:
        return [(move.get("invoice_date_due") or day.isoformat(), Decimal(100))]
    return [
        (
            f"{day + timedelta(days=rows[each]['nb_days'])}",
            Decimal(str(rows[each]["value_amount"])),
        )
        for each in lines
    ]


def _partner_account(tables: Tables, move: Row) -> Any:
    sale = move["move_type"] in SALES
    field = "property_account_receivable_id" if sale else "property_account_payable_id"
    partner = _commercial(tables, move)
    if partner and (found := tables.row("res.partner", partner).get(field)):
        return found
    kind = "asset_receivable" if sale else "liability_payable"
    for row in tables.rows("account.account").values():
        if row["account_type"] == kind and move["company_id"] in row["company_ids"]:
            return row["id"]
    raise Rejected("No account was found to create the invoice, be sure you have installed one.")


def refresh_totals(tables: Tables, record: int) -> None:
    """Totals, residual and payment state of a move, from its lines."""
    move, lines = tables.row("account.move", record), []
    for line in lines_of(tables, record):
        refresh(tables, line["id"])
        lines.append(tables.row("account.move.line", line["id"]))
    totals = _invoice_totals(move, lines) if move["move_type"] in INVOICES else _totals(lines)
    dues = [line["date_maturity"] for line in lines if line["display_type"] == "payment_term"]
    if move["move_type"] in INVOICES and dues:
        totals["invoice_date_due"] = max(dues)
    totals["payment_state"] = _payment_state(tables, move, lines, totals["amount_residual"])
    if any(move.get(name) != value for name, value in totals.items()):
        tables.update("account.move", record, totals, quietly=True)


def _totals(lines: list[Row]) -> Row:
    total = sum((line["amount_currency"] for line in lines if line["balance"] > 0), ZERO)
    in_books = sum((line["debit"] for line in lines), ZERO)
    return {
        "amount_untaxed": ZERO,
        "amount_tax": ZERO,
        "amount_total": abs(total),
        "amount_residual": ZERO,
        "amount_untaxed_signed": ZERO,
        "amount_tax_signed": ZERO,
        "amount_total_signed": in_books,
        "amount_residual_signed": ZERO,
    }


def _invoice_totals(move: Row, lines: list[Row]) -> Row:
    sign = SIGNS[move["move_type"]]
    sums = {"product": [ZERO, ZERO], "tax": [ZERO, ZERO], "payment_term": [ZERO, ZERO]}
    for line in lines:
        if line["display_type"] in ("product", "tax"):
            sums[line["display_type"]][0] += sign * line["amount_currency"]
            sums[line["display_type"]][1] -= line["balance"]
        elif line["display_type"] == "payment_term":
            sums["payment_term"][0] -= sign * line["amount_residual_currency"]
            sums["payment_term"][1] += line["amount_residual"]
    (net, net_books), (tax, tax_books), (rest, rest_books) = sums.values()
    return {
        "amount_untaxed": net,
        "amount_tax": tax,
        "amount_total": net + tax,
        "amount_residual": rest,
        "amount_untaxed_signed": net_books,
        "amount_tax_signed": tax_books,
        "amount_total_signed": net_books + tax_books,
        "amount_residual_signed": rest_books,
    }


def _payment_state(tables: Tables, move: Row, lines: list[Row], residual: Decimal) -> str:
    if move["move_type"] not in INVOICES or move["state"] != "posted":
        return "not_paid"
    matched: list[str] = []
    partials = tables.rows("account.partial.reconcile")
    for line in lines:
        if line["display_type"] != "payment_term":
            continue
        for side, other in (("debit", "credit"), ("credit", "debit")):
            field = f"{side}_move_id"
            for each in tables.referring("account.partial.reconcile", field, line["id"]):
                against = tables.row("account.move.line", partials[each][f"{other}_move_id"])
                matched.append(get(tables, "account.move.line", against, "move_type"))
    if residual:
        return "partial" if matched else "not_paid"
    opposite = {"out_invoice": {"out_refund"}, "in_invoice": {"in_refund"}}
    reverse = opposite.get(move["move_type"], set())
    return "reversed" if matched and reverse and set(matched) <= reverse else "paid"


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
SETTLE.append(settle)
