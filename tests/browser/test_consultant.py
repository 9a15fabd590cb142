"""What somebody without accounting rights sees in Odoo after the service's run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_document_opens_without_accounting_rights(consultant: Page) -> None:
    base = consultant.url.split("/odoo")[0]
    consultant.goto(f"{base}/odoo/action-retainer_billing.retainer_move_action")
    row = consultant.locator(".o_data_row", has_text="10,000.00")
    expect(row).to_have_count(1, timeout=60_000)
    row.locator("td").nth(2).click()
    form = consultant.locator(".o_form_view")
    for text in ("Monthly retainer, March 2025", "PO-4500017", "Accounts Payable"):
        expect(form).to_contain_text(text)
    consultant.get_by_role("tab", name="Explanation").click()
    expect(form).to_contain_text("10,000.00 USD")
    # As links in mails and on other records open it: without naming a form.
    record = consultant.url.rsplit("/", 1)[1]
    consultant.goto(f"{base}/odoo/account.move/{record}")
    expect(consultant.locator(".o_form_view")).to_contain_text("Monthly retainer, March 2025")
    expect(consultant.locator(".o_error_dialog")).to_have_count(0)
