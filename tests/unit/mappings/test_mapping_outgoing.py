"""Values as documents of the gateway: exact numbers as text, ids and days as the contract says."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import Books, gateway
from mappings.account_move import NoAccount
from mappings.as_read import AsRead
from mappings.outgoing import number
from sync.domain.documents import (
    Alert,
    ApprovalRequest,
    Invoice,
    Line,
    LotLine,
    LotSource,
    Quotation,
    Reason,
    Role,
    Statement,
    StatementState,
)
from sync.domain.engagement import Approval, ChangeOrder, HourBlock, Milestone, PurchaseLine
from sync.domain.entries import TimeEntry
from sync.domain.issues import Source
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Snapshot
from sync.odoo.memory.retainer.kinds import KINDS

USD = Currency(id=1, code="USD", digits=2)
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)
COMPANY = Company(id=1, name="Agency", currency=USD)
BOOKS = Books(company_id=1, unearned_account_id=11, invoice_journal_id=5)
REASON = Reason(
    rule="fee",
    text="5,000.00 USD",
    records=(Source(model="retainer.terms", id=3, name="Acme"),),
)


def invoice(**changes):
    values = {
        "key": "1/42/fee/2025-03/0",
        "role": Role.fee,
        "engagement_id": 42,
        "partner_id": 7,
        "invoice_date": date(2025, 3, 1),
        "raised_on": date(2025, 3, 3),
        "service_start": date(2025, 3, 1),
        "service_end": date(2025, 3, 31),
        "currency": USD,
        "lines": (
            Line.of_amount("Monthly retainer, March 2025", Decimal("5000.00"), 9, unearned=True),
        ),
        "client_po_id": 8,
        "po_number": "PO-77",
        "payment_term_id": 4,
        "ap_contact_id": 72,
        "reference": "S00012",
        "month": date(2025, 3, 1),
        "reasons": (REASON,),
    }
    return Invoice(**{**values, **changes})


def test_a_fee_invoice():
    document = gateway.outgoing(invoice(), "close/42", COMPANY, BOOKS)
    assert document == {
        "key": "1/42/fee/2025-03/0",
        "kind": "move",
        "unit": "close/42",
        "fingerprint": invoice().fingerprint,
        "values": {
            "move_type": "out_invoice",
            "partner_id": 7,
            "invoice_date": "2025-03-01",
            "currency_id": 1,
            "journal_id": 5,
            "invoice_payment_term_id": 4,
            "ref": "PO-77",
            "invoice_origin": "S00012",
            "retainer_engagement_id": 42,
            "retainer_role": "fee",
            "retainer_client_po_id": 8,
            "retainer_ap_contact_id": 72,
            "retainer_service_start": "2025-03-01",
            "retainer_service_end": "2025-03-31",
        },
        "lines": [
            {
                "name": "Monthly retainer, March 2025",
                "product_id": 9,
                "quantity": "1",
                "price_unit": "5000.00",
                "account_id": 11,
            }
        ],
        "post": True,
        "expect": {"amount_untaxed": "5000.00", "date": "2025-03-01"},
        "bind": {},
        "explanation": [
            {"rule": "fee", "text": "5,000.00 USD", "records": ["retainer.terms,3 (Acme)"]}
        ],
    }


def test_without_an_order_the_quote_is_the_reference():
    values = gateway.outgoing(invoice(client_po_id=None, po_number=""), "close/42", COMPANY, BOOKS)[
        "values"
    ]
    assert values["ref"] == "S00012"
    assert "invoice_origin" not in values


def test_what_is_earned_leaves_account_and_taxes_to_the_product():
    line = Line.of_hours("Overage", 6 * 3600, Decimal(175), USD, 9)
    overage = invoice(role=Role.overage, lines=(line,), entry_ids=(101, 102))
    document = gateway.outgoing(overage, "u", COMPANY, Books(company_id=1))
    assert document["lines"] == [
        {"name": "Overage", "product_id": 9, "quantity": "6", "price_unit": "175.00"}
    ]
    assert document["bind"] == {"entries": [101, 102]}
    assert "journal_id" not in document["values"], "Odoo's default"


def test_a_credit_note_is_a_refund_of_positive_amounts():
    document = gateway.outgoing(invoice(credit=True), "u", COMPANY, BOOKS)
    assert document["values"]["move_type"] == "out_refund"
    assert document["lines"][0]["price_unit"] == "5000.00"
    assert document["expect"]["amount_untaxed"] == "5000.00"


def test_a_milestone_is_named_and_bound():
    document = gateway.outgoing(
        invoice(role=Role.milestone, milestone_ids=(17,)), "u", COMPANY, BOOKS
    )
    assert document["values"]["retainer_milestone_id"] == 17
    assert document["bind"] == {"milestones": [17]}


def test_the_invoice_of_a_block_of_hours_binds_it():
    def bind(**changes):
        return gateway.outgoing(invoice(**changes), "u", COMPANY, BOOKS)["bind"]

    assert bind(block_ids=(4,)) == {"hour_blocks": [4]}
    assert bind() == {}


def test_what_a_cap_cut_and_what_is_recharged_is_bound_with_its_quantity():
    document = gateway.outgoing(
        invoice(
            entry_seconds=((5, 1800),),
            change_order_ids=(6,),
            purchases=((7, Decimal("2.50")),),
        ),
        "u",
        COMPANY,
        BOOKS,
    )
    assert document["bind"] == {
        "entry_seconds": [[5, 1800]],
        "change_orders": [6],
        "purchases": [[7, "2.5"]],
    }


def test_a_draft_that_is_withdrawn_is_only_named():
    gone = invoice(withdrawn=True)
    assert gateway.outgoing(gone, "u", COMPANY, Books(company_id=1)) == {
        "key": gone.key,
        "kind": "move",
        "unit": "u",
        "fingerprint": gone.fingerprint,
        "values": {},
        "withdraw": True,
    }


def test_an_unearned_line_without_an_account_says_where_to_set_it():
    with pytest.raises(NoAccount, match="Settings") as trouble:
        gateway.outgoing(invoice(), "u", COMPANY, Books(company_id=1))
    assert trouble.value.key == invoice().key


def test_drafts_where_the_company_reviews_first():
    careful = COMPANY.model_copy(update={"post_invoices": False})
    assert gateway.outgoing(invoice(), "u", careful, BOOKS)["post"] is False


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [(JPY, "1500", "1500"), (KWD, "1.5", "1.500"), (USD, "0.1", "0.10")],
)
def test_money_has_the_decimals_of_its_currency(currency, amount, text):
    lines = (Line.of_amount("x", Decimal(amount), None),)
    document = gateway.outgoing(invoice(currency=currency, lines=lines), "u", COMPANY, BOOKS)
    assert document["lines"][0]["price_unit"] == text
    assert document["expect"]["amount_untaxed"] == text
    assert "product_id" not in document["lines"][0]


def statement(state):
    return Statement(
        key="1/42/statement/2025-03/0",
        engagement_id=42,
        date_start=date(2025, 3, 1),
        date_end=date(2025, 3, 31),
        state=state,
        currency=USD,
        allocated=144000,
        rolled_in=36000,
        available=180000,
        used=201600,
        remaining=0,
        overage=21600,
        expired=0,
        rolled_out=0,
        late=3600,
        utilization=Decimal("112.0"),
        fee=Decimal("5000.00"),
        overage_amount=Decimal("1050.00"),
        lots=(
            LotLine(
                source=LotSource.allowance,
                granted_on=date(2025, 2, 1),
                granted=144000,
                opening=36000,
                drawn=36000,
                draws=((1, 36000),),
            ),
            LotLine(
                source=LotSource.block,
                granted_on=date(2025, 3, 5),
                expires_on=date(2025, 6, 30),
                block_id=4,
                granted=36000,
                opening=36000,
                closing=36000,
            ),
        ),
        entry_ids=(1, 2),
        reasons=(REASON,),
    )


def test_a_closed_statement_binds_its_time():
    document = gateway.outgoing(statement(StatementState.closed), "close/42", COMPANY, BOOKS)
    assert document["kind"] == "period"
    assert document["bind"] == {"entries": [1, 2]}
    assert document["values"]["state"] == "closed"
    assert document["values"]["used_seconds"] == 201600
    assert document["values"]["utilization"] == "112"
    assert document["values"]["overage_amount"] == "1050.00"
    assert document["values"]["runs_out_on"] is False
    rolled, block = document["lots"]
    assert rolled["draws"] == [[1, 36000]]
    assert (rolled["sequence"], rolled["expires_on"], rolled["block_id"]) == (0, False, False)
    assert (block["sequence"], block["expires_on"], block["block_id"]) == (1, "2025-06-30", 4)


def test_an_open_statement_binds_nothing():
    document = gateway.outgoing(statement(StatementState.open), "u", COMPANY, BOOKS, AS_READ)
    assert document["bind"] == {}
    assert "read" not in document


DAY = date(2025, 3, 5)
AS_READ = AsRead(
    Snapshot(
        company=COMPANY,
        entries=(
            TimeEntry(1, DAY, 28800, 7),
            TimeEntry(2, DAY, -900, 7, role_id=4, corrects_id=1),
            TimeEntry(5, DAY, 7200, 8, change_order_id=6, billed_seconds=60),
        ),
        milestones=(
            Milestone(
                id=17,
                name="M",
                engagement_id=42,
                project_id=7,
                project_name="P",
                percent=Decimal("12.50"),
                reached_on=DAY,
            ),
        ),
        purchase_lines=(
            PurchaseLine(
                id=7,
                order_name="P1",
                engagement_id=42,
                text="Day",
                ordered_on=DAY,
                received=Decimal(3),
                invoiced=Decimal(0),
                unit_cost=Decimal("9.50"),
                currency=USD,
            ),
        ),
        hour_blocks=(
            HourBlock(id=4, engagement_id=42, bought_on=DAY, seconds=36000, price=Decimal(900)),
        ),
        change_orders=(
            ChangeOrder(
                id=6,
                name="More",
                engagement_id=42,
                approval=Approval.approved,
                hourly_rate=Decimal(150),
                overage_seconds=7200,
            ),
        ),
    )
)


def test_what_a_document_was_made_of_goes_with_it():
    made = invoice(
        entry_ids=(1, 2),
        entry_seconds=((5, 1800),),
        milestone_ids=(17,),
        purchases=((7, Decimal("2.50")),),
        block_ids=(4,),
        change_order_ids=(6,),
    )
    time = [[1, "2025-03-05", 28800, 7], [2, "2025-03-05", -900, 7, 0, 4, 1]]
    assert gateway.outgoing(made, "u", COMPANY, BOOKS, AS_READ)["read"] == {
        "entries": [*time, [5, "2025-03-05", 7200, 8, 6, 0, 0, 60]],
        "milestones": [[17, "2025-03-05", "0", "12.5"]],
        "purchases": [[7, "3", "0", "9.5"]],
        "hour_blocks": [[4, "2025-03-05", 36000, "900"]],
        "change_orders": [[6, "approved", 7200, "150"]],
    }
    closed = gateway.outgoing(statement(StatementState.closed), "u", COMPANY, BOOKS, AS_READ)
    assert closed["read"] == {"entries": time}
    assert "read" not in gateway.outgoing(invoice(), "u", COMPANY, BOOKS, AS_READ)


def test_nothing_is_bound_that_was_not_read():
    with pytest.raises(KeyError):
        gateway.outgoing(invoice(entry_ids=(99,)), "u", COMPANY, BOOKS, AS_READ)


def quotation(currency=USD):
    return Quotation(
        key="1/42/quotation/c6/0",
        engagement_id=42,
        change_order_id=6,
        partner_id=7,
        currency=currency,
        lines=(Line.of_hours("Landing page", 3 * 3600, Decimal(160), currency, 9),),
    )


def test_a_quotation_binds_its_change_order():
    document = gateway.outgoing(quotation(), "u", COMPANY, BOOKS)
    assert document["kind"] == "quotation"
    assert document["bind"] == {"change_orders": [6]}
    assert document["lines"][0]["price_unit"] == "160.00"
    assert "currency_id" not in document["values"]


def test_a_quotation_in_another_currency_says_so():
    """Better refused by Odoo than sent to the client in the wrong currency."""
    document = gateway.outgoing(quotation(KWD), "u", COMPANY, BOOKS)
    assert document["values"]["currency_id"] == KWD.id


def test_an_alert():
    alert = Alert(
        key="1/42/alert/2025-03-usage-90/0",
        kind="usage",
        severity="warning",
        engagement_id=42,
        message="90 % reached",
    )
    document = gateway.outgoing(alert, alert.key, COMPANY, BOOKS)
    assert document["values"] == {
        "kind": "usage",
        "severity": "warning",
        "engagement_id": 42,
        "message": "90 % reached",
        "state": "open",
    }
    for severity, odoo in (("notice", "info"), ("blocker", "error")):
        changed = alert.model_copy(update={"severity": severity})
        assert gateway.outgoing(changed, "u", COMPANY, BOOKS)["values"]["severity"] == odoo


def request():
    return ApprovalRequest(
        key="1/42/approval/2025-03/0",
        engagement_id=42,
        name="Overage, March 2025",
        overage_month=date(2025, 3, 1),
        request_date=date(2025, 4, 1),
        hourly_rate=Decimal("175.00"),
        seconds=21601,
        amount=Decimal("1050.05"),
    )


def test_a_request_for_approval():
    document = gateway.outgoing(request(), "u", COMPANY, BOOKS)
    assert document["kind"] == "change_order"
    assert document["values"]["engagement_id"] == 42
    assert document["values"]["hourly_rate"] == "175"
    assert document["values"]["overage_month"] == "2025-03-01"
    assert document["values"]["overage_seconds"] == 21601


def test_only_fields_of_the_contract_are_sent():
    documents = [
        invoice(
            milestone_ids=(17,),
            entry_ids=(1,),
            entry_seconds=((5, 1800),),
            change_order_ids=(6,),
            block_ids=(4,),
            purchases=((7, Decimal(1)),),
        ),
        statement(StatementState.closed),
        quotation(),
        request(),
    ]
    for each in documents:
        document = gateway.outgoing(each, "u", COMPANY, BOOKS)
        kind = KINDS[document["kind"]]
        assert set(document["values"]) <= kind.values, each
        assert all(set(line) <= kind.lines | {"quantity"} for line in document.get("lines", ()))
        assert all(set(lot) <= kind.lots for lot in document.get("lots", ()))
        assert set(document.get("bind", ())) <= set(kind.binds) | set(kind.tallies)
        assert all(document["values"].get(name) for name in kind.required)


amounts = st.decimals(0, 10**9, places=2, allow_nan=False)


@given(st.lists(amounts, min_size=1, max_size=20), st.text())
def test_no_float_and_no_cent_is_lost_on_the_way_out(some, text):
    lines = tuple(Line.of_amount(text, amount, None) for amount in some)
    document = gateway.outgoing(invoice(lines=lines), "u", COMPANY, BOOKS)

    def floats(value):
        match value:
            case dict():
                return any(floats(each) for each in value.values())
            case list():
                return any(floats(each) for each in value)
        return isinstance(value, float | Decimal)

    assert not floats(document)
    sent = sum(
        Decimal(line["quantity"]) * Decimal(line["price_unit"]) for line in document["lines"]
    )
    assert sent == Decimal(document["expect"]["amount_untaxed"]) == sum(some)
    json.dumps(document)


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=6))
def test_a_number_as_text_is_that_number_without_an_exponent(value):
    text = number(value)
    assert Decimal(text) == value
    assert "E" not in text.upper()
