"""What a draft credit note is going to take of a fee, lot by lot."""

from sync.books.draft_credits import Credit, draft_credits
from sync.domain.books import OpenLot, Posting
from sync.domain.documents import Role
from tests.unit.books.book_lines import EUR, UNEARNED, USD, line, money, ours


def lot(number: int, on: str, amount: str, left: str, revision: int = 0, **more) -> OpenLot:
    key = f"1/40/fee/2025-01/{revision}"
    document = ours(number, on, Role.fee, "out_invoice", key=key)
    posting = line(10 * number, amount, document, UNEARNED, **more)
    return OpenLot(posting=posting, open=money(left), open_company=money(left))


def credit(amount: str, state: str = "draft", **more) -> Posting:
    values = {"key": "1/40/fee/2025-01/2", "state": state} | more
    return line(
        900, f"-{amount}", ours(90, "2025-02-03", Role.fee, "out_refund", **values), UNEARNED
    )


def test_the_latest_lot_of_the_fee_first_and_no_more_than_is_open() -> None:
    lots = [lot(1, "2025-01-01", "5000", "4000"), lot(2, "2025-01-15", "300", "200", revision=1)]
    assert draft_credits(lots, [credit("450")], USD) == {
        20: Credit(money("200"), money("200.00")),
        10: Credit(money("250"), money("250.00")),
    }
    assert draft_credits(lots, [credit("9000")], USD)[10].amount == money("4000")


def test_in_the_company_s_currency_at_the_lot_s_own_rate() -> None:
    abroad = lot(1, "2025-01-01", "1000", "900", currency=EUR, amount_company=money("1103.33"))
    assert draft_credits([abroad], [credit("100")], USD) == {
        10: Credit(money("100"), money("110.33"))
    }


def test_neither_what_stands_nor_what_was_taken_back_nor_another_fee_s() -> None:
    lots = [lot(1, "2025-01-01", "5000", "4000")]
    for other in (
        credit("450", state="posted"),
        credit("450", state="cancel"),
        credit("450", was_posted=True),
        credit("450", key="1/40/fee/2025-02/2"),
        credit("450", key=""),
    ):
        assert draft_credits(lots, [other], USD) == {}
