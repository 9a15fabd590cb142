"""The six general rules of unearned cash, one test each, in their own words.

1. A retainer is a debt to one of your customers.
2. This debt may consist of one or more retainers.
3. A retainer corresponds to a document requesting an advance of funds.
4. Any invoice resulting from the retainer consumes it and reduces the remaining open amount.
5. An invoice that drains money from a retainer is considered to have been paid immediately, since
   the funds have already been received.
6. A retainer can only be closed when all the funds have been consumed, either because invoices have
   drained all the advance received, or because a credit note has been issued to discharge the debt.

In that text a retainer is what the rest of this project calls an advance.
"""

from sync.domain.advances import Decision
from sync.domain.documents import Role
from sync.domain.journal import Account
from tests.unit.rules.funds import (
    advance,
    after,
    books,
    decided,
    draws,
    lot,
    receivable,
    stands,
)
from tests.unit.rules.world import codes, day, run, the

ON = "2025-04-01"
NEW = {"request_id": None, "request_on": day("2025-01-01")}


def test_1_a_retainer_is_a_debt_to_one_of_your_customers() -> None:
    """What is requested stands on the advances account, a liability to that client; no revenue."""
    request = the(run(books(advance(**NEW)), ON), Role.advance_request)
    assert [line.advance_id for line in request.lines] == [1]
    assert not any(line.unearned or line.product_id for line in request.lines)
    drawn = books(advance(), lots=(lot(),), receivables=(receivable(),))
    (entry,) = run(drawn, ON).entries
    assert {line.partner_id for line in entry.lines} == {7}
    other = books(advance(), lots=(lot(),), receivables=(receivable(client_id=8),))
    assert run(other, ON).entries == ()  # nobody else's invoices touch it


def test_2_this_debt_may_consist_of_one_or_more_retainers() -> None:
    snapshot = books(
        advance(1), advance(2), lots=(lot(1), lot(2)), receivables=(receivable(1, 1500),)
    )
    outcome = run(snapshot, ON)
    assert draws(outcome) == [(10, 1000), (20, 500)]
    assert sum(each.open for each in after(snapshot, outcome).ledger.lots) == 500


def test_3_a_retainer_corresponds_to_a_document_requesting_an_advance_of_funds() -> None:
    outcome = run(books(advance(**NEW)), ON)
    request = the(outcome, Role.advance_request)
    assert (request.advance_id, request.untaxed, request.credit) == (1, 1000, False)
    sent = books(advance(), invoices=[stands(request, 100)], lots=(lot(),))
    assert run(sent, ON).invoices == ()  # one document, and no second


def test_4_any_invoice_resulting_from_the_retainer_consumes_it() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(1, 300), receivable(2, 200)))
    (rest,) = after(snapshot, run(snapshot, ON)).ledger.lots
    assert rest.open == 500  # 1,000.00 − 300.00 − 200.00


def test_5_an_invoice_that_drains_money_is_paid_immediately() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(1, 300, "2025-03-31"),))
    outcome = run(snapshot, ON)
    (entry,) = outcome.entries
    assert entry.day == day("2025-03-31")  # the invoice's own day
    assert entry.at_once  # whatever waits for review
    assert [line.match_line_id for line in entry.lines if line.account is Account.receivable] == [
        1001
    ]
    assert after(snapshot, outcome).ledger.receivables == ()


def test_6_a_retainer_can_only_be_closed_when_all_the_funds_have_been_consumed() -> None:
    """By invoices, or by a credit note; whatever else is decided leaves it open."""
    drained = books(advance(), lots=(lot(),), receivables=(receivable(1, 1000),))
    assert after(drained, run(drained, ON)).ledger.lots == ()

    returned = books(advance(**decided(Decision.give_back, "2025-03-31")), lots=(lot(),))
    outcome = run(returned, ON)
    assert the(outcome, Role.advance_return).total_due == 1000
    assert after(returned, outcome).ledger.lots == ()

    kept = books(
        advance(maturity=day("2025-03-31"), **decided(Decision.keep, "2025-03-31")), lots=(lot(),)
    )
    outcome = run(kept, ON)
    assert (outcome.invoices, outcome.entries) == ((), ())
    assert after(kept, outcome).ledger.lots == kept.ledger.lots

    forgotten = books(advance(maturity=day("2025-03-31")), lots=(lot(),))
    outcome = run(forgotten, ON)
    assert (outcome.invoices, outcome.entries) == ((), ())
    assert "advance_undecided" in codes(outcome.issues)
