"""Differences say which record, which field, what was expected and what was got."""

from datetime import date
from decimal import Decimal
from typing import Any

from sync.scenario.compare import compare_list
from sync.scenario.model import Entry, ExpectedInvoice, ExpectedIssue, ExpectedStatement

FEE: dict[str, Any] = {
    "engagement": "Acme retainer",
    "role": "fee",
    "credit": False,
    "month": date(2025, 3, 1),
    "date": date(2025, 3, 1),
    "total": Decimal(5000),
    "po": "PO-1",
    "lines": [{"text": "Monthly retainer, March 2025", "amount": Decimal(5000)}],
}
OVERAGE = {**FEE, "role": "overage", "date": date(2025, 3, 31), "total": Decimal(1050)}


def invoice(**fields: Any) -> ExpectedInvoice:
    return ExpectedInvoice.model_validate({"engagement": "Acme retainer", "role": "fee", **fields})


def differences(
    expected: list[Entry], seen: list[dict[str, Any]], listing: str, at_least: bool = False
) -> list[str]:
    found = compare_list("run", listing, expected, seen, at_least=at_least)
    return [str(each) for each in found]


def test_what_is_left_out_is_not_checked() -> None:
    assert differences([invoice()], [FEE], "invoices") == []


def test_a_field_that_differs() -> None:
    assert differences([invoice(total="4500")], [FEE], "invoices") == [
        "run: invoices[0] (engagement “Acme retainer”, role “fee”, month 2025-03,"
        " date 2025-03-01) total: expected 4500 got 5000"
    ]


def test_amounts_are_compared_by_value() -> None:
    assert differences([invoice(total="5000.00")], [FEE], "invoices") == []


def test_records_are_matched_whatever_their_order() -> None:
    expected: list[Entry] = [invoice(role="overage", total="1050"), invoice(total="5000")]
    assert differences(expected, [FEE, OVERAGE], "invoices") == []


def test_one_that_is_missing() -> None:
    expected: list[Entry] = [invoice(), invoice(role="milestone")]
    assert differences(expected, [FEE], "invoices") == [
        "run: invoices[1], one with: expected engagement “Acme retainer”, role milestone got none"
    ]


def test_one_too_many() -> None:
    (difference,) = differences([invoice()], [FEE, OVERAGE], "invoices")
    assert difference.startswith("run: invoices: expected no more got engagement “Acme retainer”")
    assert "total 1050" in difference
    assert differences([invoice()], [FEE, OVERAGE], "invoices", at_least=True) == []


def test_nothing_where_nothing_is_expected() -> None:
    assert differences([], [], "invoices") == []
    assert len(differences([], [FEE], "invoices")) == 1


def test_a_line_that_differs() -> None:
    wrong = invoice(lines=[["Monthly retainer, April 2025", "5000"]])
    (difference,) = differences([wrong], [FEE], "invoices")
    assert difference.endswith(
        "lines[0] text: expected “Monthly retainer, April 2025” got “Monthly retainer, March 2025”"
    )


def test_hours_read_as_hours() -> None:
    expected = ExpectedStatement.model_validate(
        {"engagement": "Acme retainer", "month": "2025-03", "used": "28"}
    )
    seen = {"engagement": "Acme retainer", "month": date(2025, 3, 1), "used": 28 * 3600 + 900}
    assert differences([expected], [seen], "statements") == [
        "run: statements[0] (engagement “Acme retainer”, month 2025-03) used:"
        " expected 28:00 got 28:15"
    ]


def test_a_message_holds_the_words() -> None:
    expected = ExpectedIssue(code="po_missing", message="no purchase order")
    seen = {"code": "po_missing", "message": "no purchase order: fee held", "engagement": "A"}
    assert differences([expected], [seen], "issues") == []
