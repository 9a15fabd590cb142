"""Totals of a move: tax lines, receivable lines, what is open, whether it is paid."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.computed import INVOICES
from sync.odoo.memory.currencies import rate_on
from sync.odoo.memory.moves import SALES, commercial, lines_of, sides
from sync.odoo.memory.reconcile import refresh, unreconcile
from sync.odoo.memory.records import SETTLE, batch
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.taxes import exact, taxed
from sync.odoo.memory.values import get, rounded

ZERO = Decimal(0)
SHOWN_TAXES = "_shown_taxes"
"""On the row of a draft: amounts that were set by hand, by tax. No field of Odoo's."""
_SHOWN_FOR = "_shown_for"
"""What the lines were when they were set: once a line changes, Odoo works the taxes out again."""
SIGNS = {"out_invoice": -1, "in_refund": -1, "out_refund": 1, "in_invoice": 1}
"""Sign of the net amount in the books: income is a credit."""


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
    company = tables.row("res.company", move["company_id"])
    sign, currency, own = SIGNS[move["move_type"]], move["currency_id"], company["currency_id"]
    day = move["invoice_date"] or move["date"]
    rate = Decimal(str(move["invoice_currency_rate"])) or rate_on(
        tables, currency, move["company_id"], day
    )
    products = [line for line in lines_of(tables, move["id"]) if line["display_type"] == "product"]
    raw = [exact(tables, line) for line in products]
    globally = company["tax_calculation_rounding_method"] == "round_globally"
    amounts = taxed(tables, raw, currency, globally=globally, rate=Decimal(1))
    books = amounts if rate == 1 else taxed(tables, raw, own, globally=globally, rate=rate)
    shown = move.get(SHOWN_TAXES) if move.get(_SHOWN_FOR) == _lines_as_typed(products) else None
    for tax, amount in (shown or {}).items():
        amounts.taxes[tax] = amount
        books.taxes[tax] = rounded(tables, amount / rate, own)
    for at, line in enumerate(products):
        values = {
            "price_subtotal": amounts.shown[at],
            "price_total": amounts.totals[at],
            "currency_id": currency,
            "amount_currency": sign * amounts.booked[at],
            **sides(sign * books.booked[at]),
        }
        tables.update("account.move.line", line["id"], values, quietly=True)
    taxes = [
        {
            "display_type": "tax",
            "tax_line_id": tax,
            "name": tables.row("account.tax", tax)["name"],
            "account_id": _tax_account(tables, move),
            "tax_base_amount": books.bases.get(tax, ZERO),
            "amount_currency": sign * amount,
            **sides(sign * books.taxes[tax]),
        }
        for tax, amount in amounts.taxes.items()
    ]
    total, in_books = (
        sum(each.booked, ZERO) + sum(each.taxes.values(), ZERO) for each in (amounts, books)
    )
    _replace_lines(tables, move, "tax", taxes)
    rounding = _cash_rounding(tables, move, total)
    rounding_in_books = rounded(tables, rounding / rate, own)
    _replace_lines(tables, move, "rounding", _rounding_lines(tables, move, rounding, rate, own))
    total, in_books = total + rounding, in_books + rounding_in_books
    due = _due_lines(tables, move, -sign * total, -sign * in_books)
    _replace_lines(tables, move, "payment_term", due)


def _lines_as_typed(products: Iterable[Row]) -> tuple[tuple[Any, ...], ...]:
    typed = ("id", "quantity", "price_unit", "discount")
    return tuple((*(line[name] for name in typed), *line["tax_ids"]) for line in products)


def _cash_rounding(tables: Tables, move: Row, total: Decimal) -> Decimal:
    """What is added to a total so that it can be paid in cash."""
    if not move["invoice_cash_rounding_id"]:
        return ZERO
    cash = tables.row("account.cash.rounding", move["invoice_cash_rounding_id"])
    step = Decimal(str(cash["rounding"]))
    how = {"UP": ROUND_UP, "DOWN": ROUND_DOWN, "HALF-UP": ROUND_HALF_UP}[cash["rounding_method"]]
    return (total / step).quantize(Decimal(1), rounding=how) * step - total


def _rounding_lines(
    tables: Tables, move: Row, rounding: Decimal, rate: Decimal, own: int
) -> list[Row]:
    """The line on which it stands."""
    if not rounding:
        return []
    cash = tables.row("account.cash.rounding", move["invoice_cash_rounding_id"])
    sign = SIGNS[move["move_type"]]
    gain = sign * rounding < 0
    return [
        {
            "display_type": "rounding",
            "name": cash["name"],
            "account_id": cash["profit_account_id" if gain else "loss_account_id"],
            "amount_currency": sign * rounding,
            **sides(sign * rounded(tables, rounding / rate, own)),
        }
    ]


def show_taxes(tables: Tables, record: int, amounts: Mapping[int, Decimal]) -> None:
    """Have a draft show these amounts of tax, whatever its lines come to.

    Raises ``Refusal``-like ``Rejected`` for an amount finer than the currency.
    """
    move = tables.row("account.move", record)
    if not amounts and not move.get(SHOWN_TAXES):
        return
    for tax, amount in amounts.items():
        if rounded(tables, amount, move["currency_id"]) != amount:
            raise Rejected(f"taxes: {amount} is finer than the currency allows.")
        used = any(tax in line["tax_ids"] for line in lines_of(tables, record))
        if not used and amount:
            raise Rejected("taxes: no line of the document is taxed with it.")
    shown = {
        tax: amount
        for tax, amount in amounts.items()
        if any(tax in line["tax_ids"] for line in lines_of(tables, record))
    }
    products = [line for line in lines_of(tables, record) if line["display_type"] == "product"]
    values = {SHOWN_TAXES: shown, _SHOWN_FOR: _lines_as_typed(products)}
    tables.update("account.move", record, values, quietly=True)
    with batch(tables):
        tables.pending[record] = None


def _replace_lines(tables: Tables, move: Row, kind: str, wanted: list[Row]) -> None:
    """Lines Odoo adds by itself: the ones there are changed, so that their ids stay."""
    have = [line for line in lines_of(tables, move["id"]) if line["display_type"] == kind]
    for line in have[len(wanted) :]:
        tables.delete("account.move.line", line["id"])
    for position, values in enumerate(wanted):
        full = {
            "currency_id": move["currency_id"],
            "partner_id": commercial(tables, move),
            "date_maturity": False,
            **values,
        }
        if position < len(have):
            if have[position]["balance"] != full["balance"]:
                unreconcile(tables, [have[position]["id"]])
            tables.update("account.move.line", have[position]["id"], full, quietly=True)
        else:
            places = {"payment_term": 10000, "rounding": 9500, "tax": 9000}
            place = {"sequence": places[kind], "quantity": 1.0}
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
    partner = commercial(tables, move)
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
        if line["display_type"] in ("product", "rounding", "tax"):
            kind = "tax" if line["display_type"] == "tax" else "product"
            sums[kind][0] += sign * line["amount_currency"]
            sums[kind][1] -= line["balance"]
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


SETTLE.append(settle)
