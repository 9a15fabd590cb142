"""Odoo's answers about documents: read strictly, whatever comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Alert
from sync.odoo.errors import BadAnswer
from sync.plan.changes import Action, Change
from sync.push import Status
from sync.push.answers import of_apply, of_lookup

ALERT = Alert(key="1/1/alert/x/0", kind="usage", severity="warning", engagement_id=1, message="m")
CREATE = Change(action=Action.create, unit="u", alert=ALERT)
WITHDRAW = Change(action=Action.withdraw, unit="u", alert=ALERT)
NOTHING = frozenset()

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {},
    optional={
        "key": st.just(ALERT.key) | json,
        "status": st.sampled_from([*Status, "ok"]) | json,
        "id": st.integers() | json,
        "name": json,
        "replaced": json,
        "code": json,
        "reason": json,
        "kind": st.just("alert") | json,
        "fingerprint": st.just(ALERT.fingerprint) | json,
        "state": st.sampled_from(["open", "draft", "deleted", "cancel"]) | json,
        "changed": json,
    },
)


def answer(**row):
    return {"results": [{"key": ALERT.key, "status": "created", "id": 7, "name": "N", **row}]}


@pytest.mark.parametrize(
    ("row", "change", "sent_before", "status"),
    [
        ({}, CREATE, NOTHING, Status.created),
        ({"replaced": True}, CREATE, NOTHING, Status.replaced),
        ({"status": "unchanged"}, CREATE, NOTHING, Status.unchanged),
        ({"status": "unchanged"}, CREATE, {ALERT.key}, Status.created),
        ({"status": "conflict", "code": "cancelled"}, CREATE, NOTHING, Status.conflict),
        ({"status": "rejected", "code": "refused"}, CREATE, NOTHING, Status.rejected),
        ({}, WITHDRAW, NOTHING, Status.withdrawn),
        ({"status": "unchanged"}, WITHDRAW, NOTHING, Status.withdrawn),
    ],
)
def test_each_answer(row, change, sent_before, status):
    (result,) = of_apply(answer(**row), [change], frozenset(sent_before))
    assert (result.status, result.id, result.name) == (status, 7, "N")
    assert result.code == row.get("code", "")


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        {"results": None},
        {"results": []},
        {"results": [{}, {}]},
        {"results": [None]},
        answer(key="another"),
        answer(status="fine"),
        answer(status=None),
        answer(status=True),
    ],
)
def test_an_odd_answer_is_unclear(odd):
    with pytest.raises(BadAnswer) as trouble:
        of_apply(odd, [CREATE], NOTHING)
    assert trouble.value.unclear


@given(st.fixed_dictionaries({"results": st.lists(rows, max_size=2)}) | json)
def test_any_answer_is_read_or_refused(given_answer):
    try:
        (result,) = of_apply(given_answer, [CREATE], NOTHING)
    except BadAnswer:
        return
    assert result.key == ALERT.key
    assert result.id is None or result.id > 0


DOCUMENT = {ALERT.key: {"kind": "alert", "fingerprint": ALERT.fingerprint, "post": True}}
STANDING = {
    "key": ALERT.key,
    "kind": "alert",
    "id": 7,
    "name": "N",
    "fingerprint": ALERT.fingerprint,
    "state": "open",
    "changed": False,
}


def test_what_stands_as_planned_is_found():
    found = of_lookup([STANDING], [CREATE], DOCUMENT)
    assert found[ALERT.key].status is Status.created
    assert found[ALERT.key].id == 7


@pytest.mark.parametrize(
    "row",
    [
        {"fingerprint": "another"},
        {"state": "deleted"},
        {"state": "cancel"},
        {"state": "draft"},
        {"changed": True},
        {"kind": "move"},
        {"key": "another"},
        {"changed": None},
    ],
)
def test_what_stands_otherwise_is_sent_again_for_odoo_to_judge(row):
    assert of_lookup([{**STANDING, **row}], [CREATE], DOCUMENT) == {}


def test_a_withdrawn_document_is_done_when_it_is_gone():
    assert of_lookup([], [WITHDRAW], DOCUMENT)[ALERT.key].status is Status.withdrawn
    assert of_lookup([STANDING], [WITHDRAW], DOCUMENT) == {}


@given(st.lists(rows, max_size=3) | json)
def test_any_look_up_is_read_or_refused(given_answer):
    try:
        found = of_lookup(given_answer, [CREATE], DOCUMENT)
    except BadAnswer:
        return
    for result in found.values():
        assert result.status is Status.created
