"""What a fresh database holds: currencies, one company with a small chart of accounts, users."""

from sync.odoo.gateway import Row
from sync.odoo.memory.records import create, write
from sync.odoo.memory.tables import Tables

CURRENCIES = (
    ("USD", "$", 2),
    ("EUR", "€", 2),
    ("GBP", "£", 2),
    ("JPY", "¥", 0),
    ("KWD", "KD", 3),
)

ACCOUNTS = (
    ("101401", "Bank", "asset_cash", False),
    ("121000", "Account Receivable", "asset_receivable", True),
    ("211000", "Account Payable", "liability_payable", True),
    ("235000", "Unearned revenue", "liability_current", True),
    ("236000", "Customer advances", "liability_current", True),
    ("275000", "Unearned revenue, non-current", "liability_non_current", True),
    ("276000", "Customer advances, non-current", "liability_non_current", True),
    ("251000", "Tax Received", "liability_current", False),
    ("400000", "Product Sales", "income", False),
    ("435000", "Breakage income", "income_other", False),
    ("441000", "Foreign Exchange Gain", "income_other", False),
    ("641000", "Foreign Exchange Loss", "expense", False),
    ("600000", "Expenses", "expense", False),
)

JOURNALS = (
    ("Sales", "INV", "sale", "400000"),
    ("Purchases", "BILL", "purchase", "600000"),
    ("Miscellaneous Operations", "MISC", "general", ""),
    ("Bank", "BNK1", "bank", "101401"),
    ("Exchange Difference", "EXCH", "general", ""),
    ("Retainer entries", "RETB", "general", ""),
)

GROUPS = (
    ("base", "group_user", "Internal user"),
    ("base", "group_system", "Administrator"),
    ("retainer_billing", "group_sync_service", "Retainer service"),
)


def seed(tables: Tables) -> None:
    """Fill an empty database."""
    with tables.transaction():
        for code, symbol, places in CURRENCIES:
            values = {"name": code, "symbol": symbol, "decimal_places": places}
            _named(tables, "base", code, "res.currency", {**values, "rounding": 10.0**-places})
        _named(tables, "base", "main_company", "res.company", _company())
        _named(tables, "uom", "product_uom_hour", "uom.uom", {"name": "Hours"})
        for module, name, label in GROUPS:
            _named(tables, module, name, "res.groups", {"name": label})
        for login, name, groups in (
            ("__system__", "OdooBot", [1, 2]),
            ("admin", "Administrator", [1, 2]),
            ("drawdown", "Drawdown", [1, 3]),
        ):
            create(tables, "res.users", {"login": login, "name": name, "group_ids": groups})
        tables.user_id = 2
        open_books(tables, 1)


def _company() -> Row:
    return {"name": "My Company", "currency_id": 1}


def _named(tables: Tables, module: str, name: str, model: str, values: Row) -> int:
    """A record that modules refer to by name."""
    record = create(tables, model, values)
    create(
        tables,
        "ir.model.data",
        {"module": module, "name": name, "model": model, "res_id": record},
    )
    return record


def open_books(tables: Tables, company: int) -> None:
    """Accounts, journals, a sales tax and the retainer settings of a company."""
    accounts: dict[str, int] = {}
    for code, name, kind, reconcile in ACCOUNTS:
        accounts[code] = create(
            tables,
            "account.account",
            {
                "code": code,
                "name": name,
                "account_type": kind,
                "reconcile": reconcile,
                "company_ids": [company],
            },
        )
    journals: dict[str, int] = {}
    for name, code, kind, account in JOURNALS:
        journals[code] = create(
            tables,
            "account.journal",
            {
                "name": name,
                "code": code,
                "type": kind,
                "company_id": company,
                "default_account_id": accounts.get(account, False),
                "refund_sequence": kind in ("sale", "purchase"),
            },
        )
    tax = {"name": "15%", "amount": 15.0, "type_tax_use": "sale", "company_id": company}
    write(
        tables,
        "res.company",
        [company],
        {
            "account_sale_tax_id": create(tables, "account.tax", tax),
            "retainer_unearned_account_id": accounts["235000"],
            "retainer_advance_account_id": accounts["236000"],
            "retainer_breakage_account_id": accounts["435000"],
            "retainer_income_account_id": accounts["400000"],
            "retainer_unearned_noncurrent_account_id": accounts["275000"],
            "retainer_advance_noncurrent_account_id": accounts["276000"],
            "currency_exchange_journal_id": journals["EXCH"],
            "income_currency_exchange_account_id": accounts["441000"],
            "expense_currency_exchange_account_id": accounts["641000"],
            "retainer_journal_id": journals["RETB"],
        },
    )
