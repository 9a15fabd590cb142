"""The border: what Odoo's JSON may hold, and what must be refused."""

import math
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import fields
from mappings.fields import Unreadable
from sync.domain.money import Currency

USD = Currency(id=1, code="USD", digits=2)
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text()
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def controls(text):
    return [sign for sign in text if ord(sign) < 32 or 127 <= ord(sign) < 160]


class Colour(StrEnum):
    red = "red"
    green = "green"


READERS = {
    "text": lambda row: fields.text(row, "x"),
    "needed_text": lambda row: fields.needed_text(row, "x"),
    "day": lambda row: fields.day(row, "x"),
    "day_or_none": lambda row: fields.day_or_none(row, "x"),
    "moment": lambda row: fields.moment(row, "x"),
    "exact": lambda row: fields.exact(row, "x", 2),
    "money": lambda row: fields.money(row, "x", USD),
    "rate": lambda row: fields.rate(row, "x", 2),
    "hours": lambda row: fields.hours(row, "x"),
    "whole": lambda row: fields.whole(row, "x"),
    "link": lambda row: fields.link(row, "x"),
    "link_or_none": lambda row: fields.link_or_none(row, "x"),
    "links": lambda row: fields.links(row, "x"),
    "choice": lambda row: fields.choice(row, "x", Colour),
    "flag": lambda row: fields.flag(row, "x"),
}
TYPES = {
    "text": str,
    "needed_text": str,
    "day": date,
    "day_or_none": (date, type(None)),
    "moment": datetime,
    "exact": Decimal,
    "money": Decimal,
    "rate": Decimal,
    "hours": int,
    "whole": int,
    "link": int,
    "link_or_none": (int, type(None)),
    "links": tuple,
    "choice": Colour,
    "flag": bool,
}


@pytest.mark.parametrize("name", READERS)
@given(raw=anything)
def test_anything_is_a_value_of_the_right_type_or_refused(name, raw):
    try:
        found = READERS[name]({"x": raw})
    except Unreadable as trouble:
        assert trouble.field == "x"
        assert trouble.what and trouble.remedy
        assert not controls(trouble.what), "a message holds no control character"
    else:
        assert isinstance(found, TYPES[name])
        assert not (TYPES[name] is int and isinstance(found, bool))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("row", [{}, {"y": 1}, None, 7, "text", ["x"]])
def test_a_field_that_was_not_sent_is_refused(name, row):
    with pytest.raises(Unreadable, match="did not send"):
        READERS[name](row)


# Texts


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (False, ""),
        ("Acme", "Acme"),
        ("  Acme  ", "Acme"),
        ("Acme\x00 Corp\x07", "Acme Corp"),
        ("one\r\ntwo\tthree", "one two three"),
        ("line\u2028separator", "line separator"),
        ("\ufeffBOM", "BOM"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("half \ud83d surrogate", "half \ufffd surrogate"),
        ("日本語 テキスト", "日本語 テキスト"),
        ("עברית and عربى", "עברית and عربى"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ("e\u0301tude", "e\u0301tude"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("\u200fmarks\u200e", "\u200fmarks\u200e"),
        ("\x9b31m escape", "31m escape"),
    ],
)
def test_control_characters_go_and_every_script_stays(raw, clean):
    assert fields.text({"x": raw}, "x") == clean


@given(st.text())
def test_a_clean_text_can_be_stored_and_printed(raw):
    found = fields.clean(raw)
    found.encode("utf-8")
    assert not controls(found)
    assert fields.clean(found) == found, "cleaning twice is cleaning once"


# Dates


@pytest.mark.parametrize(
    "raw",
    [
        "2025-02-30",
        "2025-2-3",
        "20250203",
        "2025-W01-1",
        "2025-03-01 00:00:00",
        "1899-12-31",
        "2200-01-01",
        "0001-01-01",
        "9999-12-31",
        "２０２５-０３-０１",
        "",
        "today",
        20250301,
        True,
        1.5,
        ["2025-03-01"],
    ],
)
def test_what_is_no_day_is_refused(raw):
    with pytest.raises(Unreadable):
        fields.day({"x": raw}, "x")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_survives_the_way_through_json(day):
    assert fields.day({"x": day.isoformat()}, "x") == day


def test_an_empty_day():
    assert fields.day_or_none({"x": False}, "x") is None
    with pytest.raises(Unreadable, match="empty"):
        fields.day({"x": False}, "x")


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001 (UTC, as Odoo)
def test_a_moment_survives_the_way_through_json(moment):
    moment = moment.replace(microsecond=0)
    assert fields.moment({"x": f"{moment:%Y-%m-%d %H:%M:%S}".rjust(19, "0")}, "x") == moment


@pytest.mark.parametrize("raw", ["2025-03-01", "2025-03-01T10:00:00", "2025-03-01 24:00:00", 0])
def test_what_is_no_moment_is_refused(raw):
    with pytest.raises(Unreadable):
        fields.moment({"x": raw}, "x")


# Numbers


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, "5", "5.00", True, None, [5], {}])
def test_what_is_no_number_is_refused(raw):
    for read in (READERS["money"], READERS["hours"], READERS["rate"], READERS["exact"]):
        with pytest.raises(Unreadable):
            read({"x": raw})


@pytest.mark.parametrize("raw", [1e15, -1e15, 1e308, 10**40, 10**400, 2**63])
def test_what_is_too_large_is_refused(raw):
    for name in ("money", "hours", "rate"):
        with pytest.raises(Unreadable, match="more than can be meant"):
            READERS[name]({"x": raw})


@pytest.mark.parametrize(
    ("raw", "currency", "amount"),
    [
        (5000.0, USD, "5000.00"),
        (5000, USD, "5000.00"),
        (0.1 + 0.2, USD, "0.30"),
        (-1050.0, USD, "-1050.00"),
        (1e-17, USD, "0.00"),
        (1234567890123.45, USD, "1234567890123.45"),
        (1500.0, JPY, "1500"),
        (1.234, KWD, "1.234"),
    ],
)
def test_money_in_the_currency_s_precision(raw, currency, amount):
    found = fields.money({"x": raw}, "x", currency)
    assert found == Decimal(amount)
    assert f"{found:f}" == amount


@pytest.mark.parametrize(
    ("raw", "currency"), [(1.005, USD), (0.001, USD), (1500.5, JPY), (1.2345, KWD), (33.335, USD)]
)
def test_money_with_more_decimals_than_the_currency_is_refused(raw, currency):
    with pytest.raises(Unreadable, match="more decimals"):
        fields.money({"x": raw}, "x", currency)


@given(st.integers(-(10**13), 10**13), st.sampled_from([USD, JPY, KWD]))
def test_any_amount_of_a_currency_survives_a_float(units, currency):
    amount = Decimal(units).scaleb(-currency.digits)
    assert fields.money({"x": float(amount)}, "x", currency) == amount


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=200))
def test_a_sum_of_floats_is_the_sum_of_the_amounts(units):
    total = sum(unit / 100 for unit in units)
    assert fields.money({"x": total}, "x", USD) == Decimal(sum(units)).scaleb(-2)


@pytest.mark.parametrize(
    ("raw", "digits", "rate"),
    [(175.0, 2, "175.00"), (87.125, 2, "87.125"), (20.0, 0, "20"), (12.5, 0, "12.5")],
)
def test_a_rate_shows_the_decimals_it_has(raw, digits, rate):
    assert str(fields.rate({"x": raw}, "x", digits)) == rate


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (0.0, 0),
        (40.0, 144000),
        (40, 144000),
        (6.25, 22500),
        (0.333333, 1200),
        (0.3333, 1200),
        (1.1, 3960),
        (-0.5, -1800),
        (0.0001388888888888889, 1),
        (0.00013, 0),
        (2.675, 9630),
    ],
)
def test_hours_become_seconds_rounded_half_up(raw, seconds):
    assert fields.hours({"x": raw}, "x") == seconds


@given(st.integers(-(10**9), 10**9))
def test_every_second_survives_the_way_through_hours(seconds):
    assert fields.hours({"x": seconds / 3600}, "x") == seconds


@pytest.mark.parametrize("raw", [True, False, 1.0, "1", None, 2**31, -(2**31) - 1])
def test_what_is_no_whole_number_is_refused(raw):
    with pytest.raises(Unreadable):
        fields.whole({"x": raw}, "x")


def test_a_whole_number_within_bounds():
    assert fields.whole({"x": 28}, "x", least=1, most=31) == 28
    with pytest.raises(Unreadable, match="1 to 31"):
        fields.whole({"x": 32}, "x", least=1, most=31)


# Records and choices


@pytest.mark.parametrize("raw", [7, [7, "Acme"], (7, "Acme")])
def test_a_many2one_with_or_without_its_name(raw):
    assert fields.link({"x": raw}, "x") == 7


@pytest.mark.parametrize("raw", [0, -1, True, 7.0, "7", [7], [7, 8], [7, "a", "b"], {"id": 7}, []])
def test_what_is_no_many2one_is_refused(raw):
    with pytest.raises(Unreadable):
        fields.link_or_none({"x": raw}, "x")


def test_links_are_sorted_and_unique():
    assert fields.links({"x": [3, 1, 3]}, "x") == (1, 3)
    assert fields.links({"x": False}, "x") == ()


@pytest.mark.parametrize("raw", [[0], [True], ["1"], [1.0], 5, "ab", {}])
def test_what_is_no_x2many_is_refused(raw):
    with pytest.raises(Unreadable):
        fields.links({"x": raw}, "x")


@pytest.mark.parametrize("raw", ["blue", "RED", "", False, 1, ["red"]])
def test_an_unknown_choice_is_refused_and_says_the_known_ones(raw):
    with pytest.raises(Unreadable) as trouble:
        fields.choice({"x": raw}, "x", Colour)
    assert "red, green" in trouble.value.remedy


@pytest.mark.parametrize("raw", [0, 1, "true", None, []])
def test_a_flag_is_true_or_false(raw):
    with pytest.raises(Unreadable):
        fields.flag({"x": raw}, "x")


def test_a_row_of_another_company_is_refused():
    fields.of_company({"company_id": 1}, 1)
    fields.of_company({"company_id": False}, 1, shared=True)
    for row, shared in (({"company_id": 2}, True), ({"company_id": False}, False)):
        with pytest.raises(Unreadable, match="company"):
            fields.of_company(row, 1, shared=shared)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "x"]), anything), max_size=5))
def test_ids_for_a_search_are_never_anything_but_ids(rows):
    assert all(type(each) is int and each > 0 for each in fields.ids_in(rows, "id", "x"))


@given(anything)
def test_a_value_shown_in_a_message_is_short_and_printable(raw):
    found = fields.shown(raw)
    assert len(found) <= 60
    assert "\n" not in found
