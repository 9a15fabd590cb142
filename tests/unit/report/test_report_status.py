"""Which invoices went out, which were viewed, which are approved, and which are stuck."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from sync.domain.status import StandingInvoice
from sync.report.status import per_client


def invoice(**otherwise: Any) -> StandingInvoice:
    usual: dict[str, Any] = {
        "id": 1,
        "key": "1/42/fee/2025-03/0",
        "number": "INV/2025/00001",
        "client": "Acme Corp",
        "engagement": "Acme retainer",
        "role": "fee",
        "credit": False,
        "invoice_date": date(2025, 3, 1),
        "po": "PO-1",
        "net": D("5000.00"),
        "due": D("5000.00"),
        "currency": "USD",
        "digits": 2,
        "state": "posted",
        "lifecycle": "sent",
        "payment_state": "not_paid",
        "days_out": 5,
        "stuck_after": 5,
    }
    return StandingInvoice(**{**usual, **otherwise})


@pytest.mark.parametrize(
    ("otherwise", "stuck"),
    [
        ({}, True),  # sent five days ago and never opened: the one to chase first
        ({"days_out": 4}, False),
        ({"lifecycle": "viewed"}, False),
        ({"lifecycle": "change_requested", "days_out": 0}, True),
        ({"lifecycle": "change_requested", "payment_state": "paid"}, False),
        ({"payment_state": "paid"}, False),
        ({"payment_state": "partial"}, True),
        ({"lifecycle": "draft"}, False),
        ({"state": "draft", "lifecycle": "draft"}, False),
    ],
)
def test_what_is_stuck(otherwise: dict[str, Any], stuck: bool) -> None:
    assert bool(invoice(**otherwise).stuck) is stuck


def test_the_four_questions_per_client() -> None:
    (acme, other) = per_client(
        [
            invoice(lifecycle="draft", state="draft"),
            invoice(),
            invoice(lifecycle="viewed"),
            invoice(lifecycle="change_requested"),
            invoice(lifecycle="approved"),
            invoice(lifecycle="locked", payment_state="paid"),
            invoice(client="Other", lifecycle="draft"),
        ]
    )
    assert (acme.out, acme.viewed, acme.approved, acme.stuck, acme.waiting) == (5, 4, 2, 2, 1)
    assert (other.client, other.out, other.waiting) == ("Other", 0, 1)
