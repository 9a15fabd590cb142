"""Another run writes while this one reads: it never works with half of each."""

import threading
from datetime import date

import pytest
from test_waves import DAY, EVERYTHING, Agency

from sync.cli.exits import Exit
from sync.cli.failures import failure_of
from sync.odoo.faults import FaultyGateway, before
from sync.pipeline.errors import PipelineError
from sync.pipeline.service import Service
from sync.pull import pull
from sync.rules.engine import evaluate


def calls_of_a_look() -> int:
    agency = Agency()
    service = agency.service
    service.look(service.companies()[0], DAY)
    return agency.gateway.calls


def test_whenever_another_run_writes_the_plan_is_what_is_left_to_do() -> None:
    for number in range(1, calls_of_a_look() + 1):
        agency = Agency()
        agency.gateway._script = {number: before(lambda agency=agency: rival(agency))}
        report = agency.run()
        assert (report.counts, report.stopped, report.tied) == ({}, "", True), number
        assert agency.roles() == EVERYTHING, number


@pytest.mark.parametrize("wave", [1, 2])
def test_also_by_one_that_holds_its_lease_throughout(wave: int) -> None:
    """Nothing begins and nothing ends while this one reads: only a batch is written."""
    disturbed = 0
    for number in range(1, calls_of_a_look() + 1):
        agency = Agency()
        slow = Slow(agency, wave)
        agency.gateway._script = {number: before(slow.write)}
        service, naps = agency.service, []
        service.sleep = naps.append
        (company,) = service.companies()
        looked = service.look(company, DAY)
        at_once = pull(agency.odoo.gateway("drawdown"), company.id, page_size=1000, today=DAY)
        assert looked.outcome == evaluate(at_once.snapshot, DAY), number
        slow.end()
        assert agency.roles() == EVERYTHING, number
        disturbed += len(naps)
    assert disturbed > 20, "calls between which the reading was torn"


TOPPED_UP = """
scenario: topped_up
title: An advance that is claimed
shows: Nothing is left.
company: {po_policy: ignore}
given:
  engagements:
    Site: {client: Acme, kind: project, start: 2025-02-01, use_advances: true, top_up: amount,
           top_up_amount: 1000, top_up_below: 500}
as_of: 2025-03-28
"""
PURCHASED = """
scenario: purchased
title: A purchase that is passed on
shows: Two days of photography.
company: {po_policy: ignore, out_of_scope_day: 28}
given:
  engagements:
    Camp: {client: Acme, kind: project, start: 2025-02-01, projects: Harvest,
           recharge_purchases: true, recharge_markup: 15}
  purchases:
    photo: {project: Harvest, vendor: Lumen, date: 2025-02-10, text: Day, quantity: 3, cost: 200,
            received: 2}
as_of: 2025-03-28
"""


@pytest.mark.parametrize(
    ("story", "role"), [(TOPPED_UP, "advance_request"), (PURCHASED, "recharge")]
)
def test_a_whole_run_of_another_between_the_look_and_the_lease(story: str, role: str) -> None:
    """What it wrote is seen before anything is written: it ran for another day, so no key tells."""
    agency = Agency(story=story)
    service = agency.service
    (company,) = service.companies()
    looked = service.look(company, date(2025, 3, 27))
    assert looked.plan.changes or role == "recharge"
    ahead(agency, date(2025, 3, 28))
    assert agency.roles() == [role]
    report = service.run(looked)
    assert (report.stopped, report.tied) == ("", True)
    assert agency.roles() == [role]


def test_a_plan_that_was_reviewed_is_refused_then() -> None:
    agency = Agency(story=TOPPED_UP)
    service = agency.service
    (company,) = service.companies()
    looked = service.look(company, date(2025, 3, 27))
    ahead(agency, date(2025, 3, 28))
    with pytest.raises(PipelineError, match="is stale: Odoo has changed since") as caught:
        service.apply(looked)
    assert caught.value.code == "stale"
    assert agency.roles() == ["advance_request"]
    states = [run["state"] for run in agency.runs()]
    assert sorted(states) == ["done", "failed"], "and its lease is free"


def ahead(agency: Agency, day: date) -> None:
    """A whole run of another installation for that day."""
    own = Service(agency.settings, agency.odoo.gateway("drawdown"), sleep=lambda _: None)
    (company,) = own.companies()
    assert own.run(own.look(company, day)).stopped == ""


def test_where_others_never_stop_writing_it_says_so() -> None:
    agency = Agency()

    def script(request):
        return before(begun) if request.model == "retainer.period" else None

    def begun() -> None:
        agency.odoo.gateway("drawdown").call(
            "retainer.gateway",
            "record_run",
            repeatable=False,
            company_id=1,
            as_of=str(DAY),
            owner="another",
        )

    agency.gateway._script = script
    naps: list[float] = []
    service = agency.service
    service.sleep = naps.append
    with pytest.raises(PipelineError, match="Another run writes to") as caught:
        service.look(service.companies()[0], DAY)
    failure = failure_of(caught.value)
    assert failure is not None
    assert (caught.value.code, failure.exit) == ("busy", Exit.busy)
    assert naps == [1.0, 2.0]


def test_facts_that_contradict_each_other_are_read_again(monkeypatch) -> None:
    """A person may have changed them in the middle of the reading."""
    agency = Agency()
    failing = [AssertionError("torn"), AssertionError("torn"), None]
    tried = stumbling(monkeypatch, failing)
    service = agency.service
    assert not service.look(service.companies()[0], DAY).plan.empty
    assert len(tried) == 3


def test_a_defect_of_the_rules_stays_one(monkeypatch) -> None:
    tried = stumbling(monkeypatch, [AssertionError("a defect")] * 9)
    service = Agency().service
    with pytest.raises(AssertionError, match="a defect"):
        service.look(service.companies()[0], DAY)
    assert len(tried) == 3


def rival(agency: Agency) -> None:
    """A whole run of another installation, at its own door."""
    own = agency.service
    own.gateway = agency.odoo.gateway("drawdown")
    assert whole_run(own) == ""


def whole_run(own: Service) -> str:
    """Why it stopped; nothing where it did not."""
    (company,) = own.companies()
    return own.run(own.look(company, DAY)).stopped


class Slow:
    """A run of another installation that has its lease and stands still before a wave, until it is
    told to write; then it stands still again, until it may end.
    """

    def __init__(self, agency: Agency, wave: int) -> None:
        self.wave, self.applied = wave, 0
        gateway = FaultyGateway(agency.odoo.gateway("drawdown"), self._script)
        own = Service(agency.settings, gateway, sleep=lambda _: None)
        self.turns = {name: threading.Event() for name in ("ready", "write", "written", "end")}
        self.thread = threading.Thread(target=whole_run, args=(own,))
        self.thread.start()
        self._wait("ready")

    def _script(self, request):
        if request.method != "apply":
            return None
        self.applied += 1
        return self._standing if self.applied == self.wave else None

    def _standing(self, _request, send):
        self.turns["ready"].set()
        self._wait("write")
        answer = send()
        self.turns["written"].set()
        self._wait("end")
        return answer

    def write(self) -> None:
        self.turns["write"].set()
        self._wait("written")

    def end(self) -> None:
        self.turns["end"].set()
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()

    def _wait(self, name: str) -> None:
        assert self.turns[name].wait(timeout=30), name


def stumbling(monkeypatch, failures: list) -> list[int]:
    """The rules stumble over what they get, in the order given; how often they were asked."""
    from sync.pipeline import service

    real, tried = service.look, []

    def look(*arguments):
        tried.append(1)
        failure = failures[len(tried) - 1]
        if failure:
            raise failure
        return real(*arguments)

    monkeypatch.setattr(service, "look", look)
    return tried
