"""Finance accepts a cancelled invoice as rightly not billed, and takes that back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sandbox import Database
from sync.odoo.connect import connect_once
from sync.settings import Settings

pytestmark = pytest.mark.browser

WHY = "Agreed with the client on 2 April: goodwill for the outage"


@pytest.fixture
def cancelled(agency: Database) -> int:
    """The invoice of the extra work, which somebody cancelled."""
    admin = connect_once(
        Settings(url=agency.url, database=agency.name, api_key=agency.admin_api_key)
    )
    domain = [("retainer_role", "=", "out_of_scope"), ("state", "=", "posted")]
    (row,) = admin.search_read("account.move", domain, ["name"], limit=1)
    admin.call_on("account.move", [row["id"]], "button_draft")
    admin.call_on("account.move", [row["id"]], "button_cancel")
    admin.close()
    return int(row["id"])


def test_accepting_asks_for_the_reason_and_can_be_withdrawn(finance: Page, cancelled: int) -> None:
    base = finance.url.split("/odoo")[0]
    finance.goto(f"{base}/odoo/action-retainer_billing.retainer_move_action/{cancelled}")
    finance.get_by_role("tab", name="Retainer").click()
    form = finance.locator(".o_form_view")
    expect(form).to_contain_text("This document is cancelled: nothing of it is billed")
    finance.get_by_role("button", name="Accept as not billed").click()
    dialog = finance.locator(".modal-dialog")
    expect(dialog).to_contain_text("What you accept counts as settled")
    dialog.locator("[name=reason] input").fill(WHY)
    dialog.get_by_role("button", name="Accept", exact=True).click()
    finance.get_by_role("tab", name="Retainer").click()
    expect(form).to_contain_text("Accepted as it stands by")
    expect(form).to_contain_text(WHY)
    finance.get_by_role("button", name="Withdraw").click()
    expect(form).to_contain_text("This document is cancelled: nothing of it is billed")
