"""A key says which document it is; a fingerprint says what it says."""

from datetime import date
from decimal import Decimal

import pytest

from sync.domain.keys import fingerprint, key, month_source, next_free, revision_of, stem_of
from sync.domain.lots import Draw
from sync.domain.money import Currency


def test_a_key_names_company_engagement_role_source_and_revision() -> None:
    assert key(1, 42, "overage", "2025-03") == "1/42/overage/2025-03/0"
    assert key(1, 42, "overage", "2025-03", 2) == "1/42/overage/2025-03/2"


def test_a_slash_in_a_part_would_make_two_documents_one() -> None:
    with pytest.raises(AssertionError):
        key(1, 42, "fee", "2025/03")
    with pytest.raises(AssertionError):
        key(1, 42, "fee/x", "2025-03")


def test_all_revisions_share_a_stem() -> None:
    assert stem_of("1/42/fee/2025-03/0") == stem_of("1/42/fee/2025-03/11") == "1/42/fee/2025-03"
    assert revision_of("1/42/fee/2025-03/11") == 11


def test_the_source_of_a_month() -> None:
    assert month_source(date(2025, 3, 31)) == "2025-03"


def test_equal_amounts_have_equal_fingerprints() -> None:
    assert fingerprint(Decimal("1.50")) == fingerprint(Decimal("1.5"))
    assert fingerprint(Decimal("100")) == fingerprint(Decimal("1E+2"))
    assert fingerprint(Decimal("0.00")) == fingerprint(Decimal("0")) == fingerprint(Decimal("-0"))


def test_other_amounts_have_other_fingerprints() -> None:
    assert fingerprint(Decimal("1.50")) != fingerprint(Decimal("1.51"))
    assert fingerprint(Decimal("1.50")) != fingerprint(Decimal("-1.50"))
    assert fingerprint(Decimal("123456789.01")) != fingerprint(Decimal("123456789.02"))


def test_the_order_of_names_does_not_count_that_of_a_sequence_does() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint([1, 2]) == fingerprint((1, 2))


def test_nothing_is_not_the_same_as_zero_or_no_text() -> None:
    assert len({fingerprint(each) for each in (None, 0, "", False, [], {})}) == 6


def test_values_dates_and_text_are_told_apart() -> None:
    usd = Currency(id=1, code="USD")
    assert fingerprint(usd) == fingerprint({"id": 1, "code": "USD", "digits": 2})
    assert fingerprint(date(2025, 3, 1)) == fingerprint("2025-03-01")
    assert fingerprint("ü–×") == fingerprint("ü–×")
    assert fingerprint(Draw("a", 1)) == fingerprint(["a", 1])


def test_a_float_never_reaches_a_document() -> None:
    with pytest.raises(AssertionError):
        fingerprint({"amount": 1.5})


def test_the_next_free_key_keeps_its_stem() -> None:
    used = {"1/2/drawdown/i7.l3/0", "1/2/drawdown/i7.l3/1"}
    assert next_free("1/2/drawdown/i7.l3/0", used) == "1/2/drawdown/i7.l3/2"
    assert next_free("1/2/drawdown/i7.l3/5", used) == "1/2/drawdown/i7.l3/5"
