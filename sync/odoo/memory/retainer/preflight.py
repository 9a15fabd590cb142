"""The checks before work: the settings that every invoice and entry stands on."""

from sync.odoo.gateway import Row
from sync.odoo.memory.retainer.entry import enter
from sync.odoo.memory.tables import Tables

LIABILITIES = ("liability_current", "liability_non_current")
INCOME = ("income", "income_other")


def preflight(tables: Tables, *, company_id: int) -> list[Row]:
    """Findings on accounts and journals; each says what to do where it is not ok."""
    company = tables.row("res.company", enter(tables, company_id))
    findings = [
        _account(tables, company, "unearned", LIABILITIES, reconcile=True),
        _account(tables, company, "advance", LIABILITIES, reconcile=True),
        _account(tables, company, "breakage", INCOME, reconcile=False),
    ]
    entries = company.get("retainer_journal_id")
    sales = company.get("retainer_invoice_journal_id") or next(
        (
            row["id"]
            for row in tables.rows("account.journal").values()
            if row["type"] == "sale" and row["company_id"] == company["id"]
        ),
        False,
    )
    for code, journal in (("entry_journal", entries), ("invoice_journal", sales)):
        record = f"account.journal,{journal or 0}"
        findings.append(_finding(code, bool(journal), record, "Set the journal."))
    return findings


def hidden(tables: Tables, *, company_id: int) -> list[Row]:
    """Nothing: there are no record rules here."""
    enter(tables, company_id)
    return []


def _account(
    tables: Tables, company: Row, name: str, kinds: tuple[str, ...], *, reconcile: bool
) -> Row:
    code, account = f"{name}_account", company.get(f"retainer_{name}_account_id")
    if not account:
        return _finding(code, False, f"res.company,{company['id']}", "Set the account.")
    row = tables.row("account.account", account)
    right = row["account_type"] in kinds and (row["reconcile"] or not reconcile) and row["active"]
    return _finding(code, bool(right), f"account.account,{account}", "Choose another account.")


def _finding(code: str, ok: bool, record: str, remedy: str) -> Row:
    message = f"{code.replace('_', ' ')}: {'in order' if ok else 'not in order'}"
    return {
        "code": code,
        "ok": ok,
        "record": record,
        "message": message,
        "remedy": "" if ok else remedy,
    }
