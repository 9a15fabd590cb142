"""What the module answers, and what reports read: spoilt, it ends in one clear error, or well."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.cli.failures import failure_of
from sync.odoo.faults import FaultyGateway, Request
from sync.odoo.gateway import Gateway
from sync.odoo.rows import count_of, groups_of
from sync.pipeline.service import Service
from sync.report.run import RunReport
from tests.border.reading import COMPANY, questions, service
from tests.border.spoiling import Spoiling, places
from tests.border.worlds import worlds
from tests.unit.pull.agency import Agency, founding

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = ("id", "name", "code", "ok", "key", "status", "companies", "contract", "run_id", "token")
KEYS += ("held_by", "until", "results", "fingerprint", "kind", "state", "changed", "reason")
KEYS += ("taxes", "rounding", "engagement_id", "__count", "partner_id", "balance:sum")
BAD = st.sampled_from(
    [None, False, True, 0, -1, 7, 1.5, float("nan"), "", "text", [], {}, [None], [[]], [{}]]
)


def unclear_state(trouble: Exception) -> str:
    """One line for people, or the defect itself."""
    failure = failure_of(trouble)
    if failure is None:
        raise trouble
    assert "\n" not in failure.text
    return failure.text


# Reports


@pytest.mark.parametrize("name", ["before the first run", "in full swing", "with money"])
def test_no_question_ends_in_a_traceback_whatever_field_is_wrong(name: str) -> None:
    world = worlds()[name]
    tried: set[Any] = set()
    for question, ask in questions(world).items():
        gateway = Spoiling(world.service)
        ask(service(gateway))
        for where, field, records in places(gateway.asked, most=1):
            if question == "pull":  # test_border_fields spoils what a pull reads
                tried.add((where, field))
            again = (question.split()[0], where, field)
            if (where, field) in tried or again in tried:
                continue
            tried.add(again)
            for record in records:
                spoilt = Spoiling(world.service, where, field, record, {"wrong": 1})
                try:
                    ask(service(spoilt))
                except Exception as trouble:
                    told = unclear_state(trouble)
                    assert "; " in told or "There is no" in told, (question, where, field, told)


# Answers


def spoil(answer: Any, draw: Callable[..., Any]) -> Any:
    """The answer with something else in it: a value, an element, a key, or nothing of it."""
    match draw(st.sampled_from(["inside", "inside", "inside", "lost", "more", "whole"])):
        case "inside" if isinstance(answer, dict) and answer:
            key = draw(st.sampled_from(sorted(answer)))
            return {**answer, key: spoil(answer[key], draw)}
        case "inside" if isinstance(answer, list) and answer:
            at = draw(st.integers(0, len(answer) - 1))
            return [*answer[:at], spoil(answer[at], draw), *answer[at + 1 :]]
        case "lost" if isinstance(answer, dict) and answer:
            lost = draw(st.sampled_from(sorted(answer)))
            return {key: each for key, each in answer.items() if key != lost}
        case "lost" if isinstance(answer, list) and answer:
            return answer[:-1]
        case "more" if isinstance(answer, dict):
            return {**answer, draw(st.sampled_from(KEYS)): draw(BAD)}
        case "more" if isinstance(answer, list):
            return [*answer, *answer[-1:]] if answer else [draw(BAD)]
    return draw(BAD | JSON)


METHODS = ("hello", "hidden", "begin_run", "renew_lease", "finish_run", "record_run", "apply")
METHODS += ("lookup", "defaults", "read_group", "search_count", "preflight")


class Junk(FaultyGateway):
    """The n-th answer of a method is spoilt."""

    def __init__(self, inner: Gateway, method: str, nth: int, draw: Callable[..., Any]) -> None:
        super().__init__(inner, self._script)
        self._method, self._left, self._draw = method, nth, draw

    def _script(self, request: Request) -> Callable[..., Any] | None:
        if request.method != self._method:
            return None
        self._left -= 1
        return self._spoilt if self._left == 0 else None

    def _spoilt(self, request: Request, send: Callable[[], Any]) -> Any:
        answer = spoil(send(), self._draw)
        match request.method:  # as a door hands it on
            case "read_group":
                return groups_of(answer, request.model)
            case "search_count":
                return count_of(answer, request.model)
        return answer


def run(gateway: Gateway, agency: Agency) -> RunReport | None:
    """A nightly run, or None where one clear error ended it."""
    day = agency.odoo.tables.today
    try:
        served: Service = service(gateway)
        return served.run(served.look(COMPANY, day))
    except Exception as trouble:
        assert unclear_state(trouble)
        return None


def standing(agency: Agency) -> list[tuple[str, str, float]]:
    rows = agency.admin.search_read(
        "account.move",
        [("retainer_key", "!=", False)],
        ["retainer_key", "state", "amount_total"],
        limit=1000,
    )
    return sorted((row["retainer_key"], row["state"], row["amount_total"]) for row in rows)


SOUND: list[list[tuple[str, str, float]]] = []


def expected() -> list[tuple[str, str, float]]:
    """What stands after an undisturbed run."""
    if not SOUND:
        agency = founding()
        assert run(agency.service, agency) is not None
        SOUND.append(standing(agency))
    return SOUND[0]


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.data())
def test_an_odd_answer_of_the_module_ends_a_run_clearly_and_the_next_completes_it(
    data: st.DataObject,
) -> None:
    agency = founding()
    method = data.draw(st.sampled_from(METHODS), "method")
    nth = data.draw(st.integers(1, 2), "call")
    gateway = Junk(agency.service, method, nth, data.draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        run(gateway, agency)
    wrong = [each for each in standing(agency) if each not in expected()]
    assert not wrong, "whatever was answered, nothing was written that nobody asked for"
    with agency.odoo.tables.transaction():  # a lease of the run that ended ends by itself
        for row in agency.admin.search_read("retainer.sync.run", [], [], limit=100):
            agency.odoo.tables.update("retainer.sync.run", row["id"], {"state": "failed"})
    assert run(agency.service, agency) is not None
    assert standing(agency) == expected()
