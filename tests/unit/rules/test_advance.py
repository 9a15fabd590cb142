"""Rule 12: an advance is requested by a customer invoice on the advances account."""

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import Client
from sync.domain.existing import Tombstone
from sync.domain.taxes import Tax
from tests.unit.rules.funds import (
    EUR,
    VAT_7,
    VAT_19,
    advance,
    books,
    lot,
    paid,
    receivable,
    stands,
    taxed,
    user,
)
from tests.unit.rules.world import ACME, codes, day, issue, money, of_role, run, the

ON = "2025-03-10"
NEW = {"request_id": None, "request_on": day("2025-03-10")}


def test_the_request_goes_out_on_its_day() -> None:
    snapshot = books(advance(**NEW, due_on=day("2025-03-24")))
    assert run(snapshot, "2025-03-09").invoices == ()
    request = the(run(snapshot, ON), Role.advance_request)
    assert request.key == "1/0/advance_request/a1/0"
    assert (request.invoice_date, request.due_on) == (day("2025-03-10"), day("2025-03-24"))
    assert (request.partner_id, request.engagement_id, request.credit) == (7, 0, False)
    assert (request.advance_id, request.untaxed, request.total_due) == (1, 1000, 1000)
    (line,) = request.lines
    assert (line.amount, line.advance_id, line.tax_ids, line.unearned) == (1000, 1, (), False)


def test_one_engagement_in_scope_is_named() -> None:
    own = user(ap_contact_id=12, payment_term_id=3)
    request = the(
        run(books(advance(**NEW, engagement_ids=(1,)), engagements=(own,)), ON),
        Role.advance_request,
    )
    assert request.key == "1/1/advance_request/a1/0"
    assert (request.engagement_id, request.ap_contact_id, request.payment_term_id) == (1, 12, 3)


def test_a_due_date_of_its_own_needs_no_payment_terms() -> None:
    own = user(payment_term_id=3)
    snapshot = books(
        advance(**NEW, engagement_ids=(1,), due_on=day("2025-03-24")), engagements=(own,)
    )
    assert the(run(snapshot, ON), Role.advance_request).payment_term_id is None


def test_a_late_run_dates_it_as_the_missed_one_would_have() -> None:
    request = the(run(books(advance(**NEW)), "2025-03-20"), Role.advance_request)
    assert request.invoice_date == day("2025-03-10")


def test_tax_on_receipt_is_asked_for_with_it() -> None:
    snapshot = books(advance(**NEW, tax_mode="on_receipt"), taxes=(VAT_19,))
    request = the(run(snapshot, ON), Role.advance_request)
    assert request.lines[0].tax_ids == (19,)
    assert (request.untaxed, request.total_due) == (1000, 1190)


def test_where_prices_hold_the_tax_the_request_says_so() -> None:
    inside = VAT_19.model_copy(update={"included": True})
    snapshot = books(advance(**NEW, tax_mode="on_receipt"), taxes=(inside,))
    (line,) = the(run(snapshot, ON), Role.advance_request).lines
    assert (line.amount, line.price_with_tax) == (1000, 1190)


def test_a_request_without_taxes_in_the_settings_comes_to_its_amount() -> None:
    snapshot = books(advance(**NEW, tax_mode="on_receipt"), taxes=())
    assert the(run(snapshot, ON), Role.advance_request).total_due == 1000


def test_where_only_odoo_knows_a_tax_the_request_says_no_total() -> None:
    levy = Tax(id=3, name="Levy", percent=money(2), kind="fixed")
    snapshot = books(advance(**NEW, tax_mode="on_receipt"), taxes=(VAT_19, levy))
    request = the(run(snapshot, ON), Role.advance_request)
    assert (request.untaxed, request.total_due) == (1000, None)
    assert request.lines[0].tax_ids == (19, 3)


@pytest.mark.parametrize(
    ("engagements", "whose"),
    [
        ((), "any of its engagements"),
        ((1,), "its engagement"),
        ((1, 2), "its 2 engagements"),
    ],
)
def test_it_says_whose_invoices_may_draw_it(engagements: tuple[int, ...], whose: str) -> None:
    snapshot = books(advance(**NEW, engagement_ids=engagements), engagements=(user(1), user(2)))
    (reason,) = the(run(snapshot, ON), Role.advance_request).reasons
    assert reason.text == (
        f"1,000.00 USD asked for from 2025-03-10 on; invoices of {whose} may draw it once it is"
        " paid"
    )


def test_taxes_that_are_not_known_hold_the_request_back() -> None:
    outcome = run(books(advance(**NEW, tax_mode="on_receipt")), ON)
    assert outcome.invoices == ()
    assert issue(outcome, "advance_taxes_unknown")


def test_engagements_that_are_taxed_differently_need_an_advance_each() -> None:
    both = books(
        advance(**NEW, tax_mode="on_receipt"), taxes=(VAT_19,), engagements=(user(1), user(2))
    )
    other = both.taxes[1].model_copy(update={"taxes": (VAT_7,)})
    outcome = run(both.model_copy(update={"taxes": (both.taxes[0], other)}), ON)
    assert outcome.invoices == ()
    assert "taxed differently" in issue(outcome, "advance_taxes_unknown").message


def test_what_was_requested_or_taken_over_is_not_requested() -> None:
    for own in (
        advance(**{**NEW, "request_id": 100}),
        advance(**NEW, taken_over=True),
    ):
        assert run(books(own), ON).invoices == ()
    opening = lot(move_key="", move_id=555)
    assert run(books(advance(**NEW), lots=(opening,)), ON).invoices == ()


def test_a_draft_request_follows_its_advance() -> None:
    draft = stands(the(run(books(advance(**NEW)), ON), Role.advance_request), 100, state="draft")
    own = {**NEW, "request_id": 100}
    again = the(run(books(advance(**own), invoices=[draft]), ON), Role.advance_request)
    assert again.fingerprint == draft.fingerprint
    raised = the(run(books(advance(1, 1500, **own), invoices=[draft]), ON), Role.advance_request)
    assert (raised.key, raised.untaxed) == (draft.key, 1500)


def test_a_request_that_a_person_deleted_keeps_its_key_for_the_plan_to_report() -> None:
    gone = Tombstone(key="1/0/advance_request/a1/0", model="account.move")
    request = the(run(books(advance(**NEW), tombstones=[gone]), ON), Role.advance_request)
    assert request.key == gone.key


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("advance_client_unknown", {"client_id": 99}),
        ("advance_without_amount", {"amount": money(0)}),
        ("advance_decimals", {"amount": money("100.005")}),
        ("advance_decimals", {"decision_amount": money("0.001")}),
        ("advance_dates", {"maturity": day("2025-03-09")}),
        ("advance_currency", {"currency": EUR, "engagement_ids": (1,)}),
        ("advance_other_client", {"engagement_ids": (2,)}),
    ],
)
def test_bad_data_parks_that_advance_and_no_other(code, changes) -> None:
    other = Client(id=8, name="Other", commercial_id=8)
    snapshot = books(
        advance(1, **{**NEW, **changes}),
        advance(2, 500, **NEW),
        engagements=(user(1), user(2, client_id=8)),
        clients=[ACME, other],
    )
    outcome = run(snapshot, ON)
    assert [each.key for each in of_role(outcome, Role.advance_request)] == [
        "1/0/advance_request/a2/0"
    ]
    found = issue(outcome, code)
    assert (found.source.model, found.source.id) == ("retainer.advance", 1)
    assert outcome.parked == ()


def test_a_parked_advance_is_not_drawn_and_the_others_are() -> None:
    snapshot = books(
        advance(1, currency=EUR, engagement_ids=(1,)),
        advance(2),
        lots=(lot(1, currency=EUR), lot(2)),
        receivables=(receivable(),),
    )
    outcome = run(snapshot, "2025-04-01")
    assert [line.match_line_id for line in outcome.entries[0].lines] == [20, 1001]


def test_a_request_that_a_person_changed_is_not_drawn() -> None:
    snapshot = books(advance(1, 1000), lots=(lot(1, 900),), receivables=(receivable(),))
    outcome = run(snapshot, "2025-04-01")
    assert outcome.entries == ()
    assert "posted over 900.00 USD" in issue(outcome, "request_differs").message


def test_a_request_that_a_person_cancelled_is_named() -> None:
    sent = the(run(books(advance(**NEW)), ON), Role.advance_request)
    snapshot = books(advance(), invoices=[stands(sent, 100, state="cancel")])
    outcome = run(snapshot, ON)
    assert outcome.invoices == ()
    assert issue(outcome, "request_cancelled")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("lot_without_advance", {"advance_id": None}),
        ("lot_of_unknown_advance", {"advance_id": 5}),
        ("lot_without_client", {"client_id": None}),
        ("lot_of_other_client", {"client_id": 8}),
        ("lot_in_other_currency", {"currency": EUR}),
    ],
)
def test_a_line_on_the_advances_account_that_is_no_lot_of_its_advance(code, changes) -> None:
    stray = lot(1, line_id=77, move_id=770, move_name="MISC/7", move_key="", **changes)
    snapshot = books(advance(), lots=(stray,), receivables=(receivable(),))
    outcome = run(snapshot, "2025-04-01")
    assert outcome.entries == ()
    found = issue(outcome, code)
    assert (found.source.model, found.source.id) == ("account.move.line", 77)
    assert "1,000.00" in found.message


def test_an_opening_balance_is_drawn_like_any_lot() -> None:
    opening = lot(move_id=770, move_name="OPEN/1", move_key="", receipts=(), day=day("2025-01-01"))
    snapshot = books(
        advance(request_id=None, taken_over=True), lots=(opening,), receivables=(receivable(),)
    )
    (entry,) = run(snapshot, "2025-04-01").entries
    assert (entry.total, entry.day) == (600, day("2025-03-31"))


def test_an_opening_balance_without_its_tax_is_not_drawn() -> None:
    opening = lot(move_id=770, move_key="", receipts=())
    own = advance(tax_mode="on_receipt", taken_over=True, request_id=None)
    outcome = run(books(own, lots=(opening,), receivables=(receivable(),)), "2025-04-01")
    assert outcome.entries == ()
    assert "with its taxes" in issue(outcome, "lot_without_tax").message


def test_an_advance_taxed_at_nothing_is_drawn_like_an_untaxed_one() -> None:
    snapshot = books(advance(tax_mode="on_receipt"), lots=(lot(),), receivables=(receivable(),))
    outcome = run(snapshot, "2025-04-01")
    assert (len(outcome.entries), codes(outcome.issues)) == (1, [])


def test_a_bounced_payment_leaves_the_draws_and_names_the_shortfall() -> None:
    # 1,000.00 asked for, 600.00 drawn, then the payment bounced: all of it is owed again
    bounced = lot(open=money(400), unpaid=money(1000), receipts=())
    snapshot = books(advance(engagement_ids=(1,)), lots=(bounced,), receivables=(receivable(),))
    outcome = run(snapshot, "2025-04-01")
    assert outcome.entries == ()
    found = issue(outcome, "advance_shortfall")
    assert "600.00 USD were drawn" in found.message
    assert found.engagement_id == 1


def test_a_part_payment_is_no_shortfall() -> None:
    half = lot(open=money(500), unpaid=money(500), receipts=paid(("2025-02-01", 500)))
    assert codes(run(books(advance(), lots=(half,)), "2025-04-01").issues) == []


def test_the_tax_left_of_a_lot_goes_with_it() -> None:
    assert lot(taxes=taxed(VAT_19, 190)).tax_ids == (19,)
    assert not lot().taxed


def test_a_lot_where_there_is_no_advance_at_all_is_told_too() -> None:
    outcome = run(books(lots=(lot(advance_id=None),)), ON)
    assert "name no advance" in issue(outcome, "lot_without_advance").message
