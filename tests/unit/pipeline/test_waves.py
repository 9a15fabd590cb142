"""A run goes in waves: one lease, one record, and what follows is done in the same run."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sync.odoo.errors import Unreachable
from sync.odoo.faults import FaultyGateway, before, killed_before
from sync.odoo.memory import MemoryOdoo
from sync.pipeline.errors import PipelineError
from sync.pipeline.service import Service
from sync.report.output import plain_lines
from sync.report.plan import plan_blocks
from sync.report.run import run_blocks
from sync.scenario.load import load
from sync.scenario.reading import read_text
from sync.settings import Settings

STORY = """
scenario: waves
title: A fee, drawn and recognised
shows: Nothing but waves.
company: {po_policy: ignore}
given:
  engagements:
    Acme retainer:
      client: Acme
      start: 2025-03-01
      use_advances: true
      terms: {monthly_hours: 10, monthly_fee: 1000, overage_rate: 120}
  advances:
    Acme advance: {client: Acme, amount: 5000}
  entries:
    - date: 2025-03-01
      lines:
        - {account: Bank, debit: 5000}
        - {account: Customer advances, credit: 5000, partner: Acme, advance: Acme advance}
  time:
    - {month: 2025-03, project: Acme retainer, hours: 10}
as_of: 2025-04-01
"""
DAY = date(2025, 4, 1)
NIGHT = datetime(2025, 4, 1, 2, tzinfo=UTC)
URL = "https://odoo.example"


class Agency:
    """An Odoo in memory, and the service at its door."""

    def __init__(self, script=None, story: str = STORY, **settings) -> None:
        self.seconds = 0.0
        self.odoo = MemoryOdoo(lambda: NIGHT + timedelta(seconds=self.seconds))
        self.world = load(self.odoo.gateway("admin"), read_text(story))
        self.settings = Settings(url=URL, database="books", api_key="0" * 40, **settings)
        self.gateway = FaultyGateway(self.odoo.gateway("drawdown"), script or {})

    @property
    def service(self) -> Service:
        return Service(
            self.settings, self.gateway, clock=lambda: self.seconds, sleep=lambda _: None
        )

    def run(self, **options):
        """The nightly run."""
        service = self.service
        (company,) = service.companies()
        return service.run(service.look(company, DAY), **options)

    def runs(self):
        """The records of runs that stand in Odoo."""
        fields = ["state", "created_count", "checksum", "log"]
        return self.odoo.gateway("admin").search_read("retainer.sync.run", [], fields, limit=9)

    def roles(self) -> list[str]:
        """What stands of ours, by role."""
        rows = self.odoo.gateway("admin").search_read(
            "account.move", [("retainer_key", "!=", False)], ["retainer_role"], limit=99
        )
        return sorted(row["retainer_role"] for row in rows)

    def methods(self) -> list[str]:
        """Calls to the gateway of the addon, in order."""
        return [each.method for each in self.gateway.log if each.model == "retainer.gateway"]


EVERYTHING = ["drawdown", "drawdown", "fee", "fee", "recognition"]


def test_what_is_posted_is_drawn_and_recognised_in_the_same_run() -> None:
    agency = Agency()
    report = agency.run()
    assert agency.roles() == EVERYTHING
    assert (report.waves, report.stopped, report.tied) == (2, "", True)
    assert sorted(each.role for each in report.entries) == ["drawdown", "drawdown", "recognition"]
    assert {each.role for each in report.written} == {"fee"}
    assert all(each.number for each in (*report.written, *report.entries))
    # One lease, one record, whose figures add up.
    (run,) = agency.runs()
    assert (run["state"], run["log"]) == ("done", "all written")
    assert run["created_count"] == report.counts["created"] == 11
    methods = agency.methods()
    assert methods.count("begin_run") == methods.count("finish_run") == 1
    assert methods.count("apply") == 2
    lines = [line for block in run_blocks(report) for line in plain_lines(block)]
    assert any("2 waves" in line for line in lines)


def test_the_second_run_is_one_look_and_writes_nothing() -> None:
    agency = Agency()
    agency.run()
    admin = agency.odoo.gateway("admin")
    dates = admin.search_read("account.move", [], ["write_date"], limit=99)
    before = agency.gateway.calls
    report = agency.run()
    looked = agency.gateway.calls - before
    assert (report.waves, report.counts) == (1, {})
    assert admin.search_read("account.move", [], ["write_date"], limit=99) == dates
    assert [run["log"] for run in agency.runs()][-1] == "nothing to do"
    assert agency.methods().count("apply") == 2, "those of the first run"
    # What it cost is one look, and the comparison of the books.
    before = agency.gateway.calls
    (company,) = agency.service.companies()
    agency.service.look(company, DAY)
    assert looked <= (agency.gateway.calls - before) + 12


def test_apply_writes_one_plan_and_says_what_follows() -> None:
    agency = Agency()
    service = agency.service
    (company,) = service.companies()
    looked = service.look(company, DAY)
    shown = [line for block in plan_blocks(looked.report) for line in plain_lines(block)]
    assert any(line.startswith("follows\t") for line in shown)
    report = service.apply(looked)
    assert agency.roles() == ["fee", "fee"]
    assert report.waves == 1
    assert "3 journal entries" in report.follows
    assert service.verify(company, DAY).ties, "what follows is not missing yet"
    again = service.apply(service.look(company, DAY))
    assert agency.roles() == EVERYTHING
    assert again.follows == ""
    assert service.verify(company, DAY).ties


@pytest.mark.parametrize(
    "setting", [{"retainer_post_policy": "draft"}, {"retainer_unearned_account_id": False}]
)
def test_a_plan_is_stale_once_it_would_be_posted_otherwise(setting) -> None:
    agency = Agency()
    service = agency.service
    (company,) = service.companies()
    plan = service.look(company, DAY).plan
    assert service.look_again(plan).plan.checksum == plan.checksum
    agency.odoo.gateway("admin").write("res.company", [company.id], setting)
    with pytest.raises(PipelineError, match="is stale"):
        service.look_again(plan)


def test_the_limits_hold_for_all_waves_together() -> None:
    agency = Agency(max_documents=2)
    report = agency.run()
    assert agency.roles() == ["fee", "fee"], "within the limits"
    assert "what follows is over the limits: 2 invoices and 3 entries" in report.stopped
    assert report.attention
    assert (report.unverified, report.tied) == ("", True), (
        "what was written is compared all the same"
    )
    (record,) = agency.runs()
    assert record["state"] == "failed"
    assert "what follows is over the limits" in record["log"]
    forced = Agency(max_documents=2)
    report = forced.run(force=True)
    assert forced.roles() == EVERYTHING
    said = (
        "forced over the limits: 2 invoices and 3 entries, more than the 2 allowed in one run"
        " (max_documents)"
    )
    assert said in report.notes
    (record,) = forced.runs()
    assert record["state"] == "done"
    assert said in record["log"], "who looks at the runs in Odoo sees it as well"
    usual = Agency()
    usual.run(force=True)
    assert "forced" not in usual.runs()[0]["log"], "there was nothing to force"
    with pytest.raises(PipelineError, match="over its limits"):
        Agency(max_documents=1).run()


def test_trouble_between_two_waves_leaves_the_first_and_the_next_run_goes_on() -> None:
    agency = Agency()
    service = agency.service
    (company,) = service.companies()
    looked = service.look(company, DAY)
    look = service.look

    def unreachable(*_: object, **__: object):
        raise Unreachable("no answer")

    service.look = unreachable
    report = service.run(looked)
    assert agency.roles() == ["fee", "fee"]
    assert "what follows could not be looked at" in report.stopped
    (run,) = agency.runs()
    assert run["state"] == "failed", "what it recognises is not written yet"
    assert "what follows could not be looked at" in run["log"]
    (company,) = service.companies()
    service.look = look
    assert service.verify(company, DAY).ties, "as of the last run that did its work"
    assert (report.unverified, report.tied) == ("", True)
    assert agency.run().stopped == ""
    assert agency.roles() == EVERYTHING


def test_a_run_that_a_person_stops_between_two_waves_says_so() -> None:
    agency = Agency()

    def stopped(request):
        return before(stop) if agency.methods().count("apply") else None

    def stop() -> None:
        raise KeyboardInterrupt

    agency.gateway._script = stopped
    with pytest.raises(KeyboardInterrupt):
        agency.run()
    (run,) = agency.runs()
    assert run["state"] == "running", "the line is dead as well: its lease ends by itself"

    agency = Agency()
    service = agency.service
    (company,) = service.companies()
    looked = service.look(company, DAY)
    service.look = lambda *_, **__: stop()
    with pytest.raises(KeyboardInterrupt):
        service.run(looked)
    (run,) = agency.runs()
    assert run["state"] == "failed"
    assert run["log"] == "it ended early (KeyboardInterrupt); the next run completes it"


def test_a_lease_that_ran_out_while_it_looked_is_still_its_own() -> None:
    """Reading a large company may last longer than the lease; nobody took it meanwhile."""
    agency = Agency()

    def slow(request):
        return before(late) if request.model == "account.analytic.line" else None

    def late() -> None:
        agency.seconds += 700

    agency.gateway._script = slow
    report = agency.run()
    assert (report.stopped, report.tied) == ("", True)
    assert agency.roles() == EVERYTHING


@pytest.mark.parametrize("apply", [1, 2])
def test_a_run_that_dies_in_any_wave_is_completed_by_the_next(apply: int) -> None:
    seen: list[int] = []

    def script(request):
        if request.method == "apply":
            seen.append(request.number)
            if len(seen) == apply:
                return killed_before()
        return None

    agency = Agency(script)
    with pytest.raises(BaseException):  # noqa: B017
        agency.run()
    assert len(agency.roles()) < len(EVERYTHING)
    # The machine is gone; another goes on once the lease has run out.
    with agency.odoo.tables.transaction():
        for run in agency.odoo.tables.ids("retainer.sync.run"):
            agency.odoo.tables.update(
                "retainer.sync.run", run, {"lease_until": "2025-03-31 00:00:00"}
            )
    agency.gateway = agency.odoo.gateway("drawdown")
    report = agency.run()
    assert report.stopped == ""
    assert agency.roles() == EVERYTHING


def test_what_odoo_refuses_is_not_sent_again_in_the_same_run() -> None:
    agency = Agency()
    # Finance archived the account of revenue, so that no recognition can be posted.
    admin = agency.odoo.gateway("admin")
    domain = [("name", "=", "Product Sales")]
    (account,) = admin.search_read("account.account", domain, [], limit=1)
    with agency.odoo.tables.transaction():
        agency.odoo.tables.update("account.account", account["id"], {"active": False})
    report = agency.run()
    assert [each.key.split("/")[2] for each in report.not_written] == ["recognition"]
    assert report.attention
    assert agency.roles() == ["drawdown", "drawdown", "fee", "fee"], "the others were written"
    assert agency.methods().count("apply") == 2
