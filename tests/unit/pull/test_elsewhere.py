"""Time that Odoo's own sales invoicing has billed is reported and left out."""

import pytest

from sync.domain.issues import Severity
from tests.unit.pull.agency import Agency, founding


def with_native_invoice(state: str = "draft") -> tuple[Agency, list[int], int]:
    """The founding agency; the first two entries stand on an invoice of Odoo's own."""
    agency = founding()
    entries = [each.id for each in agency.pull().snapshot.entries][:2]
    invoice = agency.make(
        "native", "account.move", move_type="out_invoice", partner_id=agency.made["Acme Corp"]
    )
    agency.admin.write("account.analytic.line", entries, {"timesheet_invoice_id": invoice})
    if state == "cancel":
        agency.admin.call_on("account.move", [invoice], "button_cancel")
    return agency, entries, invoice


def test_it_is_left_out_and_reported_with_its_invoice() -> None:
    agency, entries, invoice = with_native_invoice()
    snapshot = agency.pull().snapshot
    assert not {each.id for each in snapshot.entries} & set(entries)
    (issue,) = snapshot.problems
    assert (issue.code, issue.severity) == ("time_billed_elsewhere", Severity.warning)
    assert (issue.source.model, issue.source.id) == ("account.move", invoice)
    assert issue.engagement_id == snapshot.engagements[0].id
    assert f"ids {entries[0]}, {entries[1]}" in issue.message
    assert "Mark them as not counted" in issue.message


def test_a_cancelled_invoice_bills_nothing() -> None:
    agency, entries, _ = with_native_invoice("cancel")
    snapshot = agency.pull().snapshot
    assert set(entries) <= {each.id for each in snapshot.entries}
    assert snapshot.problems == ()


@pytest.mark.parametrize("values", [{"retainer_non_billable": True}, {"date": "2024-05-03"}])
def test_what_is_not_ours_to_bill_is_not_reported(values) -> None:
    agency, entries, _ = with_native_invoice()
    agency.admin.write("account.analytic.line", entries, values)
    assert agency.pull().snapshot.problems == ()


def test_time_on_extra_work_is_reported_too() -> None:
    agency = founding()
    (entry,) = [each for each in agency.pull().snapshot.entries if each.change_order_id]
    invoice = agency.make(
        "native", "account.move", move_type="out_invoice", partner_id=agency.made["Acme Corp"]
    )
    agency.admin.write("account.analytic.line", [entry.id], {"timesheet_invoice_id": invoice})
    snapshot = agency.pull().snapshot
    assert [each.code for each in snapshot.problems] == ["time_billed_elsewhere"]
