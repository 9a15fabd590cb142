"""What finance decides about unearned cash, on the screens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sandbox import Database
from sync.odoo.connect import connect_once
from sync.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def taken_over(agency: Database) -> str:
    """An advance of 800.00 that another system received: its number."""
    admin = connect_once(
        Settings(url=agency.url, database=agency.name, api_key=agency.admin_api_key)
    )

    def one(model: str, domain: list[object], *fields: str) -> dict[str, object]:
        return admin.search_read(model, domain, fields, limit=1)[0]

    company = one("res.company", [], "retainer_advance_account_id")
    (client,) = admin.create("res.partner", [{"name": "Northwind", "is_company": True}])
    (advance,) = admin.create(
        "retainer.advance", [{"partner_id": client, "amount": 1000.0, "refundable": False}]
    )
    liability = {
        "account_id": company["retainer_advance_account_id"],
        "partner_id": client,
        "credit": 800.0,
        "retainer_advance_id": advance,
    }
    cash = {
        "account_id": one("account.account", [("account_type", "=", "asset_cash")])["id"],
        "debit": 800.0,
    }
    (entry,) = admin.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "date": "2025-01-31",
                "journal_id": one("account.journal", [("type", "=", "general")])["id"],
                "line_ids": [[0, 0, liability], [0, 0, cash]],
            }
        ],
    )
    admin.call_on("account.move", [entry], "action_post")
    return str(one("retainer.advance", [("id", "=", advance)], "name")["name"])


def _open(page: Page, action: str) -> None:
    base = page.url.split("/odoo")[0]
    page.goto(f"{base}/odoo/action-retainer_billing.{action}")


def test_the_monitor_says_what_is_still_owing(finance: Page, taken_over: str) -> None:
    _open(finance, "retainer_lot_action")
    row = finance.locator(".o_data_row", has_text=taken_over)
    expect(row).to_contain_text("800.00")
    expect(row).to_contain_text("Open")
    row.locator("td").nth(2).click()
    expect(finance.locator(".o_form_view")).to_contain_text("More than 365 days")


def test_a_decision_is_taken_with_its_reason(finance: Page, taken_over: str) -> None:
    _open(finance, "retainer_lot_action_year_end")
    row = finance.locator(".o_data_row", has_text=taken_over)
    row.get_by_role("button", name="Decide").click()
    dialog = finance.locator(".modal")
    dialog.get_by_label("Keep as a debt").check()
    dialog.locator("div[name=note] textarea").fill("The client uses it next year")
    dialog.get_by_role("button", name="Decide").last.click()
    expect(row).to_contain_text("Keep as a debt")
    expect(row).to_contain_text("Fiona Finance")
    row.get_by_role("button", name="History").click()
    expect(finance.locator(".o-mail-Chatter")).to_contain_text("The client uses it next year")


def test_the_roll_forward_ties(finance: Page, taken_over: str) -> None:
    _open(finance, "retainer_rollforward_action")
    dialog = finance.locator(".modal")
    expect(dialog).to_contain_text("How the contract liability came")
    dialog.get_by_role("button", name="Show").click()
    row = finance.locator(".o_data_row", has_text="Northwind")
    expect(row).to_contain_text("800.00")
    expect(finance.locator(".o_list_view tfoot")).to_contain_text("0.00")
