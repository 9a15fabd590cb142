"""What finance sees in Odoo after the service's run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def _open(page: Page, action: str) -> None:
    base = page.url.split("/odoo")[0]
    page.goto(f"{base}/odoo/action-retainer_billing.{action}")


def test_the_months_invoices_are_listed_each_under_its_own_purchase_order(finance: Page) -> None:
    _open(finance, "retainer_move_action")
    rows = finance.locator(".o_list_view .o_data_row")
    expect(rows).to_have_count(4, timeout=60_000)  # a milestone of February, and March's three
    text = sorted(rows.all_inner_texts())
    for amount, po in (
        ("10,000.00", "PO-4500017"),
        ("20,000.00", "PO-4500018"),
        ("2,100.00", "PO-4500019"),
    ):
        march = [row for row in text if amount in row and "Mar" in row]
        assert len(march) == 1, text
        assert po in march[0], march


def test_an_invoice_says_what_it_bills_and_why(finance: Page) -> None:
    _open(finance, "retainer_move_action")
    row = finance.locator(".o_data_row", has_text="20,000.00").filter(has_text="Mar 14")
    row.locator("td").nth(2).click()
    expect(finance.locator(".o_form_view")).to_contain_text(
        "Website rebuild, Milestone 2: design system sign-off"
    )
    finance.get_by_role("tab", name="Retainer").click()
    form = finance.locator(".o_form_view")
    expect(form).to_contain_text("milestone/m")
    expect(form).to_contain_text("signed off on 2025-03-")


def test_the_statement_shows_where_the_hours_stand(finance: Page) -> None:
    _open(finance, "retainer_period_action")
    expect(finance.locator(".o_list_view")).to_contain_text("retainer")
    group = finance.locator(".o_group_header").first
    group.click()
    expect(finance.locator(".o_data_row").first).to_contain_text("Open")
