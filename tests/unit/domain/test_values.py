"""Values are frozen, closed, and say where trouble comes from."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sync.domain.documents import Role
from sync.domain.engagement import ClientPo
from sync.domain.entries import TimeEntry
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity, Source
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Snapshot

USD = Currency(id=1, code="USD")


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        USD.code = "EUR"  # type: ignore[misc]


def test_a_typing_error_cannot_pass_as_data() -> None:
    with pytest.raises(ValidationError):
        Currency(id=1, code="USD", digit=3)  # type: ignore[call-arg]


def test_only_a_blocker_parks_its_engagement() -> None:
    source = Source(model="retainer.terms", id=12, name="Acme")
    parks = {
        severity: Issue(code="x", severity=severity, source=source, message="m").parks
        for severity in Severity
    }
    assert parks == {Severity.blocker: True, Severity.warning: False, Severity.notice: False}


def test_an_issue_reads_as_one_line() -> None:
    issue = Issue(
        code="negative_terms",
        severity=Severity.blocker,
        source=Source(model="retainer.terms", id=12, name="Acme"),
        field="monthly_hours",
        message="is -1; correct it",
    )
    assert str(issue) == "blocker: retainer.terms 12 (Acme), monthly_hours: is -1; correct it"
    assert str(Source(model="retainer.terms", id=12)) == "retainer.terms 12"


def test_a_purchase_order_of_zero_is_unlimited() -> None:
    def po(amount: str) -> ClientPo:
        return ClientPo(
            id=1, number="P", client_id=1, currency=USD, amount=amount, invoiced=Decimal(0)
        )

    assert not po("0").limited
    assert not po("0.00").limited
    assert po("0.01").limited


@pytest.mark.parametrize(
    ("state", "changed", "counts", "ours"),
    [
        ("draft", False, True, True),
        ("draft", True, True, False),
        ("posted", False, True, False),
        ("posted", True, True, False),
        ("cancel", False, False, False),
    ],
)
def test_what_a_standing_document_is(state: str, changed: bool, counts: bool, ours: bool) -> None:
    standing = ExistingInvoice(
        id=1,
        name="INV/1",
        key="1/1/fee/2025-03/0",
        fingerprint="f",
        role=Role.fee,
        engagement_id=1,
        state=state,
        credit=False,
        changed=changed,
        invoice_date=date(2025, 3, 1),
        untaxed=Decimal(1),
        total=Decimal(1),
        residual=Decimal(1),
    )
    assert (standing.counts, standing.is_draft_of_ours) == (counts, ours)


def test_a_snapshot_survives_being_sent_by_mail() -> None:
    snapshot = Snapshot(
        company=Company(id=1, name="Agency", currency=USD, holidays=(date(2025, 1, 1),)),
        entries=(TimeEntry(id=1, day=date(2025, 3, 4), seconds=-900, project_id=7),),
    )
    assert Snapshot.model_validate_json(snapshot.model_dump_json()) == snapshot
