"""One document with its reasons, by number or key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import Unreadable, explained
from sync.pull import DocumentNotFound, PullError, read_document
from tests.unit.pull.agency import in_full_swing
from tests.unit.pull.corrupting import CorruptingGateway


@pytest.fixture(scope="module")
def agency():
    return in_full_swing()


def number_of(agency, key):
    (row,) = agency.admin.search_read(
        "account.move", [("retainer_key", "=", key)], ["name"], limit=1
    )
    return row["name"]


@pytest.mark.parametrize("by", ["number", "key"])
def test_an_invoice_with_its_lines_and_reasons(agency, by):
    key = "1/1/overage/2025-02/0"
    start = agency.service.calls
    shown = read_document(agency.service, 1, key if by == "key" else number_of(agency, key))
    assert agency.service.calls - start <= 8
    assert (shown.kind, shown.key) == ("move", key)
    assert shown.currency is not None
    assert shown.currency.code == "USD"
    assert [str(line.amount) for line in shown.lines] == ["1050.00"]
    assert shown.reasons[0].rule == "overage"
    assert "account.analytic.line" in {source.model for source in shown.reasons[0].records}


def test_a_statement_with_its_lots(agency):
    shown = read_document(agency.service, 1, "1/1/statement/2025-02/0")
    assert (shown.kind, shown.name) == ("period", "2025-02")
    assert shown.period is not None
    assert len(shown.period.lots) == 2
    assert shown.reasons[0].rule == "statement"


def test_a_quotation_and_an_alert(agency):
    quotation = read_document(agency.service, 1, "1/3/quotation/c2/0")
    assert quotation.kind == "quotation"
    assert quotation.name.startswith("S")
    alert = read_document(agency.service, 1, "1/1/alert/2025-02-overage/0")
    assert alert.kind == "alert"
    assert "6:00 h" in alert.name


@pytest.mark.parametrize("wanted", ["", "INV/1999/00001", "1/1/fee/1999-01/0", "%", "日本"])
def test_what_is_not_there_says_how_to_ask(agency, wanted):
    with pytest.raises(DocumentNotFound, match="key"):
        read_document(agency.service, 1, wanted)


def test_a_document_of_somebody_else_is_none_of_ours(agency):
    (order,) = agency.admin.search_read(
        "sale.order", [("retainer_key", "=", False)], ["name"], limit=1
    )
    with pytest.raises(DocumentNotFound):
        read_document(agency.service, 1, order["name"])


def test_a_document_that_cannot_be_read_names_the_field(agency):
    gateway = CorruptingGateway(agency.service, "account.move", "amount_total", float("nan"))
    with pytest.raises(PullError, match="amount_total"):
        read_document(gateway, 1, "1/1/overage/2025-02/0")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["rule", "text", "records", "x"]), inner)
    ),
    max_leaves=12,
)


@given(json)
def test_any_explanation_is_read_or_refused(raw):
    try:
        reasons = explained.reasons({explained.FIELD: raw})
    except Unreadable as trouble:
        assert trouble.field == explained.FIELD
    else:
        assert all(reason.rule is not None for reason in reasons)


@pytest.mark.parametrize(
    "records", [["account.move"], ["account.move,x"], ["account.move,-1"], [5], [",7"], "a,1"]
)
def test_a_reference_that_is_none_is_refused(records):
    with pytest.raises(Unreadable):
        explained.reasons({explained.FIELD: [{"rule": "r", "text": "t", "records": records}]})
