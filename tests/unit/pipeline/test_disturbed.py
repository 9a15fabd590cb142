"""Another run writes while this one reads: it never works with half of each."""

import pytest
from test_waves import DAY, EVERYTHING, Agency

from sync.cli.exits import Exit
from sync.cli.failures import failure_of
from sync.odoo.faults import before
from sync.pipeline.errors import PipelineError


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
    (company,) = own.companies()
    assert own.run(own.look(company, DAY)).stopped == ""


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
