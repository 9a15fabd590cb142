"""Documents add up, lots tie, and lines say their hours exactly."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sync.domain.documents import (
    Alert,
    Invoice,
    Line,
    LotLine,
    LotSource,
    Reason,
    Role,
)
from sync.domain.issues import Issue, Severity, Source
from sync.domain.money import Currency

USD = Currency(id=1, code="USD")
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)


def invoice(**changes: Any) -> Invoice:
    return Invoice(
        **{
            "key": "1/1/fee/2025-03/0",
            "role": Role.fee,
            "engagement_id": 1,
            "partner_id": 7,
            "invoice_date": date(2025, 3, 1),
            "raised_on": date(2025, 3, 3),
            "service_start": date(2025, 3, 1),
            "service_end": date(2025, 3, 31),
            "currency": USD,
            "lines": (Line.of_amount("Monthly retainer", Decimal("5000.00"), None),),
            **changes,
        }
    )


def test_exact_hours_are_quantity_times_rate() -> None:
    # 6:15 h = 6.25 × 175.00 = 1093.75
    line = Line.of_hours("Overage", 22_500, Decimal("175.00"), USD, 3)
    assert (line.quantity, line.unit_price, line.amount) == (
        Decimal("6.25"),
        Decimal("175.00"),
        Decimal("1093.75"),
    )
    assert line.text == "Overage"


def test_a_third_of_an_hour_is_one_piece_that_says_its_hours() -> None:
    # 0:20 h × 100.00 = 33.333… = 33.33; 0.33 × 100 would be right by luck, 0.33 × 175 would not:
    # 0:20 h × 175.00 = 58.333… = 58.33, but 0.33 × 175.00 = 57.75
    line = Line.of_hours("Overage", 1_200, Decimal("175.00"), USD, 3)
    assert (line.quantity, line.unit_price, line.amount) == (
        Decimal(1),
        Decimal("58.33"),
        Decimal("58.33"),
    )
    assert line.text == "Overage (0:20 h at 175)"


def test_a_rate_finer_than_the_currency_is_one_piece_too() -> None:
    # 3:00 h × 33.335 = 100.005 = 100.01 half-up; a unit price of 33.34 would make it 100.02
    line = Line.of_hours("Work", 10_800, Decimal("33.335"), USD, None)
    assert (line.quantity, line.amount) == (Decimal(1), Decimal("100.01"))
    assert line.text == "Work (3:00 h at 33.335)"


def test_the_rounding_of_a_line_is_that_of_its_currency() -> None:
    # 0:30 h × 1001 = 500.5 yen = 501; 0:01:12 h = 0.02 h × 0.333 = 0.00666 = 0.007 dinar
    assert Line.of_hours("Work", 1_800, Decimal(1001), JPY, None).amount == Decimal(501)
    assert Line.of_hours("Work", 72, Decimal("0.333"), KWD, None).amount == Decimal("0.007")


def test_a_million_hours_fit_on_a_line() -> None:
    line = Line.of_hours("Work", 3_600_000_000, Decimal("175.00"), USD, None)
    assert line.amount == Decimal("175000000.00")


def test_the_sum_of_the_lines_is_the_document() -> None:
    lines = (
        Line.of_amount("a", Decimal("0.10"), None),
        Line.of_amount("b", Decimal("0.20"), None),
    )
    assert invoice(lines=lines).untaxed == Decimal("0.30")


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("2", "10.00", "20.01"),  # does not multiply
        ("1", "10.005", "10.005"),  # finer than a cent
    ],
)
def test_a_line_that_does_not_multiply_is_refused(quantity: str, price: str, amount: str) -> None:
    line = Line(text="x", quantity=quantity, unit_price=price, amount=amount)
    with pytest.raises(ValidationError):
        invoice(lines=(line,))


def test_an_invoice_without_lines_or_ending_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError):
        invoice(lines=())
    with pytest.raises(ValidationError):
        invoice(service_end=date(2025, 2, 28))


def test_the_reason_the_day_it_is_raised_and_the_hold_are_no_content() -> None:
    issue = Issue(
        code="po_missing",
        severity=Severity.warning,
        source=Source(model="retainer.engagement", id=1),
        message="m",
    )
    same = invoice(reasons=(Reason(rule="fee", text="t"),), raised_on=date(2025, 3, 1), held=issue)
    assert same.fingerprint == invoice().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"invoice_date": date(2025, 3, 2)},
        {"partner_id": 8},
        {"credit": True},
        {"po_number": "PO-1"},
        {"lines": (Line.of_amount("Monthly retainer", Decimal("5000.01"), None),)},
        {"lines": (Line.of_amount("Monthly retainer, March", Decimal("5000.00"), None),)},
        {"entry_ids": (1,)},
    ],
)
def test_what_the_client_sees_is_content(changes: dict[str, Any]) -> None:
    assert invoice(**changes).fingerprint != invoice().fingerprint


def test_trailing_zeros_are_no_content() -> None:
    line = Line.of_amount("Monthly retainer", Decimal("5000"), None)
    assert invoice(lines=(line,)).fingerprint == invoice().fingerprint


def test_a_lot_that_does_not_tie_is_refused() -> None:
    LotLine(
        source=LotSource.allowance,
        granted_on=date(2025, 3, 1),
        granted=40,
        opening=40,
        drawn=28,
        lapsed=2,
        closing=10,
    )
    with pytest.raises(ValidationError):
        LotLine(
            source=LotSource.allowance,
            granted_on=date(2025, 3, 1),
            granted=40,
            opening=40,
            drawn=28,
            lapsed=2,
            closing=9,
        )


def test_an_alert_is_its_key_whatever_the_figure() -> None:
    def alert(message: str) -> Alert:
        return Alert(
            key="1/1/alert/2025-03-usage-90/0",
            kind="near_limit",
            severity="warning",
            engagement_id=1,
            message=message,
        )

    assert alert("45:00 of 50:00").fingerprint == alert("46:00 of 50:00").fingerprint
