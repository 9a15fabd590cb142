"""Writing a plan: what is answered, and that nothing is written twice or lost."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest

from sync.odoo.errors import (
    BadAnswer,
    Forbidden,
    Overloaded,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)
from sync.odoo.faults import (
    FaultyGateway,
    Killed,
    after,
    before,
    fails,
    garbled_answer,
    killed_after,
    killed_before,
    lost_answer,
    lost_request,
    twice,
)
from sync.odoo.memory import MemoryOdoo
from sync.push import Lease, LeaseHeld, Status, push, verify
from tests.unit.pull.agency import Agency, founding

LEASE = Lease(owner="test", seconds=600)
AS_OF = date(2025, 3, 28)


class Clock:
    """A clock that both the server and the service read."""

    def __init__(self):
        self.now = datetime(2025, 3, 28, 20, tzinfo=UTC)
        self.slept = []

    def __call__(self):
        return self.now

    def seconds(self):
        return self.now.timestamp()

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def agency(clock):
    return founding(Agency(MemoryOdoo(clock)))


def send(agency, clock, script=None, **options):
    """Plan and push; the report and every request that was made while pushing."""
    plan, pulled = agency.plan(AS_OF)
    gateway = FaultyGateway(agency.service, script or {})
    report = push(
        gateway,
        plan,
        pulled,
        lease=options.pop("lease", LEASE),
        clock=clock.seconds,
        sleep=clock.sleep,
        **options,
    )
    return report, [request.method for request in gateway.log]


def written(agency):
    """Key and name of every document of ours, and how many there are of each key."""
    rows = agency.admin.search_read(
        "account.move", [("retainer_key", "!=", False)], ["retainer_key", "name"], limit=999
    )
    keys = [row["retainer_key"] for row in rows]
    assert len(keys) == len(set(keys)), "a key stands twice"
    return sorted(keys)


def complete(agency, clock):
    """Run until there is nothing to do: recognition follows what was posted; what stands then."""
    clock.pass_by(3600)
    for _ in range(4):
        plan, pulled = agency.plan(AS_OF)
        if plan.empty:
            break
        push(agency.service, plan, pulled, lease=LEASE)
    plan, pulled = agency.plan(AS_OF)
    assert plan.empty, [change.key for change in plan.changes]
    assert not plan.conflicts
    assert not pulled.snapshot.problems
    return written(agency)


@pytest.fixture(scope="module")
def expected():
    clock = Clock()
    agency = founding(Agency(MemoryOdoo(clock)))
    send(agency, clock)
    return complete(agency, clock)


@pytest.fixture(scope="module")
def planned():
    """What one plan alone writes."""
    clock = Clock()
    agency = founding(Agency(MemoryOdoo(clock)))
    send(agency, clock)
    return written(agency)


def another_begins(agency):
    """Another runner takes the company's lease."""
    answer = agency.service.call(
        "retainer.gateway",
        "begin_run",
        repeatable=False,
        company_id=1,
        as_of="2025-03-28",
        owner="another",
        lease_seconds=60,
    )
    assert "token" in answer, answer


def on_apply(fault, nth=1):
    """The fault at the n-th apply."""
    seen = []

    def script(request):
        if request.method == "apply":
            seen.append(request.number)
            if len(seen) == nth:
                return fault
        return None

    return script


# The plain case


def test_everything_is_written_and_named(agency, clock, expected):
    report, methods = send(agency, clock)
    assert report.ok
    assert methods == ["begin_run", "apply", "finish_run"]
    assert report.counts[Status.created] == len(report.results)
    invoices = [result for result in report.results if "/fee/" in result.key]
    assert all(result.id and result.name.startswith("INV/2025/") for result in invoices)
    (run,) = agency.admin.search_read(
        "retainer.sync.run", [], ["state", "created_count", "checksum", "log"], limit=9
    )
    plan_size = len(report.results)
    assert (run["state"], run["created_count"], run["log"]) == ("done", plan_size, "all written")
    assert len(run["checksum"]) == 64
    assert complete(agency, clock) == expected


def test_a_second_run_writes_nothing_but_its_own_record(agency, clock):
    send(agency, clock)
    complete(agency, clock)
    before_it = agency.admin.search_read("account.move", [], ["write_date"], limit=99)
    clock.pass_by(60)
    report, methods = send(agency, clock)
    assert methods == ["record_run"]
    assert report.ok
    assert report.results == ()
    assert agency.admin.search_read("account.move", [], ["write_date"], limit=99) == before_it


def test_progress_is_told(agency, clock):
    told = []
    report, _ = send(agency, clock, batch_size=3, progress=lambda *each: told.append(each))
    assert told[-1] == (len(report.results), len(report.results))
    assert len(told) > 2


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_a_unit_is_never_cut(agency, clock, planned, size):
    plan, pulled = agency.plan(AS_OF)
    gateway = FaultyGateway(agency.service, {})
    assert push(gateway, plan, pulled, lease=LEASE, batch_size=size).ok
    batches = [
        {each["unit"] for each in request.arguments["documents"]}
        for request in gateway.log
        if request.method == "apply"
    ]
    units = [unit for batch in batches for unit in batch]
    assert len(units) == len(set(units))
    assert written(agency) == planned


def test_post_or_leave_as_draft_by_company_policy(agency, clock):
    agency.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
    report, _ = send(agency, clock)
    assert report.ok
    states = {
        row["state"] for row in agency.admin.search_read("account.move", [], ["state"], limit=99)
    }
    assert states == {"draft"}
    plan, _ = agency.plan(AS_OF)
    assert plan.empty


# Answers per document


def test_one_bad_document_does_not_stop_the_others(agency, clock):
    plan, pulled = agency.plan(AS_OF)
    agency.admin.unlink("account.analytic.line", [agency.made["pages time"]])
    report = push(agency.service, plan, pulled, lease=LEASE)
    by_key = {result.key: result for result in report.results}
    extra = by_key["1/3/out_of_scope/2025-03/0"]
    assert extra.status is Status.rejected
    assert extra.code == "unknown_record"
    assert extra.reason
    others = [result for result in report.results if result.key != extra.key]
    assert {result.status for result in others} == {Status.created}
    assert not report.ok
    assert not report.stopped


def test_a_unit_is_refused_as_a_whole(agency, clock):
    plan, pulled = agency.plan(AS_OF)
    agency.admin.unlink("account.analytic.line", [agency.made["over"]])
    report = push(agency.service, plan, pulled, lease=LEASE)
    closing = [
        result
        for result, change in zip(report.results, plan.changes, strict=True)
        if change.unit == "close/1"
    ]
    assert {result.status for result in closing} == {Status.rejected}
    assert {result.code for result in closing} == {"unknown_record", "unit"}
    assert agency.admin.search_count("retainer.period", []) == 0


def test_what_a_person_changed_in_between_is_a_conflict(agency, clock):
    agency.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
    send(agency, clock)
    (draft,) = agency.admin.search_read(
        "account.move", [("retainer_key", "=", "1/1/fee/2025-03/0")], ["invoice_line_ids"], limit=1
    )
    terms = agency.admin.search_read("retainer.terms", [], [], limit=1)[0]["id"]
    agency.admin.write("retainer.terms", [terms], {"monthly_fee": 5100.0})
    plan, pulled = agency.plan(AS_OF)
    agency.admin.write("account.move.line", draft["invoice_line_ids"][:1], {"price_unit": 1.0})
    report = push(agency.service, plan, pulled, lease=LEASE)
    fee = next(result for result in report.results if result.key == "1/1/fee/2025-03/0")
    assert (fee.status, fee.code) == (Status.conflict, "changed_by_person")


def test_an_untouched_draft_is_replaced(agency, clock):
    agency.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
    send(agency, clock)
    terms = agency.admin.search_read("retainer.terms", [], [], limit=1)[0]["id"]
    agency.admin.write("retainer.terms", [terms], {"monthly_fee": 5100.0})
    report, _ = send(agency, clock)
    fee = next(result for result in report.results if result.key == "1/1/fee/2025-03/0")
    assert fee.status is Status.replaced
    assert report.ok


def test_a_line_without_its_account_is_refused_before_it_is_sent(agency, clock):
    agency.admin.write("res.company", [1], {"retainer_unearned_account_id": False})
    plan, pulled = agency.plan(AS_OF)
    gateway = FaultyGateway(agency.service, {})
    report = push(gateway, plan, pulled, lease=LEASE)
    by_code = {}
    for result in report.results:
        by_code.setdefault(result.code, []).append(result)
    assert {each.key.split("/")[2] for each in by_code["no_account"]} == {"fee"}
    assert "Retainer Billing" in by_code["no_account"][0].reason
    assert {result.status for result in by_code[""]} == {Status.created}
    sent = next(r for r in gateway.log if r.method == "apply").arguments["documents"]
    assert {document["key"] for document in sent} == {result.key for result in by_code[""]}


# The line


@pytest.mark.parametrize(
    ("fault", "applied"),
    [
        (lost_request(), 2),
        (lost_answer(), 1),
        (garbled_answer(), 1),
        (twice(), 1),
        (fails(Overloaded("busy")), 2),
        (fails(Overloaded("gateway timeout", unclear=True)), 2),
        (fails(BadAnswer("a page of the proxy")), 2),
    ],
    ids=["lost request", "lost answer", "garbled", "twice", "busy", "504", "proxy page"],
)
@pytest.mark.parametrize("size", [3, 100])
def test_trouble_on_the_line_neither_doubles_nor_loses(
    agency, clock, planned, expected, fault, applied, size
):
    report, methods = send(agency, clock, on_apply(fault), batch_size=size)
    assert report.ok, report
    assert report.counts[Status.created] + report.counts[Status.unchanged] == len(report.results)
    assert all(result.id for result in report.results)
    assert written(agency) == planned
    if size == 100:
        assert methods.count("apply") == applied
    plan, _ = agency.plan(AS_OF)
    assert not {change.key for change in plan.changes} & set(planned)
    assert complete(agency, clock) == expected


def test_after_an_unclear_answer_keys_are_looked_up_before_anything_is_sent(agency, clock):
    report, methods = send(agency, clock, on_apply(lost_request()))
    assert methods == ["begin_run", "apply", "lookup", "apply", "finish_run"]
    assert report.counts[Status.created] == len(report.results)
    assert any("looked up" in note for note in report.notes)


def test_a_clear_failure_needs_no_look_up_and_waits_as_the_server_asks(agency, clock):
    report, methods = send(agency, clock, on_apply(fails(Overloaded("busy", wait=7.0))))
    assert methods == ["begin_run", "apply", "apply", "finish_run"]
    assert clock.slept == [7.0]
    assert report.ok


def test_what_was_written_by_a_call_whose_answer_was_lost_counts_as_created(agency, clock):
    report, _ = send(agency, clock, on_apply(twice()))
    assert report.counts[Status.unchanged] == len(report.results), "the second answer came"
    other = founding(Agency(MemoryOdoo(clock)))
    report, _ = send(other, clock, on_apply(lost_answer()))
    assert report.counts[Status.created] == len(report.results)


def test_a_line_that_stays_dead_leaves_the_rest_to_the_next_run(agency, clock, expected):
    def script(request):
        return lost_answer() if request.method == "apply" else None

    def dead_lookup(request):
        if request.method == "lookup":
            return fails(Unreachable("down"))
        return script(request)

    report, _ = send(agency, clock, dead_lookup, batch_size=3)
    assert report.stopped
    assert report.counts[Status.unknown] > 0, "what was sent may stand in Odoo"
    assert report.counts[Status.unknown] + report.counts[Status.not_sent] == len(report.results)
    assert complete(agency, clock) == expected


@pytest.mark.parametrize(
    "error",
    [Unauthorised(), Forbidden("no"), Unreachable("refused", retryable=False)],
    ids=["401", "403", "unreachable"],
)
def test_an_error_that_does_not_pass_stops_the_push(agency, clock, expected, error):
    report, methods = send(agency, clock, on_apply(fails(error), nth=2), batch_size=3)
    assert report.stopped
    assert methods.count("apply") == 2
    assert report.counts[Status.not_sent] > 0
    (run,) = agency.admin.search_read("retainer.sync.run", [], ["state", "log"], limit=9)
    assert run["state"] == "failed"
    assert run["log"].startswith(report.stopped[:40])
    assert complete(agency, clock) == expected


@pytest.mark.parametrize("error", [ServerFault, Rejected])
def test_a_unit_that_odoo_cannot_digest_is_found_and_set_aside(agency, clock, error):
    poison = "1/2/milestone/m1/0"

    def script(request):
        if request.method != "apply":
            return None
        if any(each["key"] == poison for each in request.arguments["documents"]):
            return fails(error("boom", **({"name": "KeyError"} if error is ServerFault else {})))
        return None

    report, _ = send(agency, clock, script)
    bad = [result for result in report.results if result.status is not Status.created]
    assert [result.key for result in bad] == [poison]
    assert bad[0].status is Status.rejected
    assert bad[0].code == ("server_fault" if error is ServerFault else "refused")
    assert not report.stopped


def test_what_was_refused_once_is_written_at_the_end(agency, clock, planned):
    """A notice that is not written with the rest may never be found again."""
    report, methods = send(agency, clock, on_apply(fails(Rejected("not now"))), batch_size=1)
    assert {result.status for result in report.results} == {Status.created}
    assert methods[-1] == "finish_run"
    assert written(agency) == planned


def test_an_odoo_that_digests_nothing_is_not_asked_for_every_document(agency, clock):
    for number in range(30):
        client = agency.client(f"C{number}")
        agency.retainer(f"R{number}", client, agency.project(f"P{number}", client))

    def script(request):
        return fails(ServerFault("boom", name="KeyError")) if request.method == "apply" else None

    report, methods = send(agency, clock, script)
    assert "boom" in report.stopped
    assert methods.count("apply") < 40
    assert report.counts[Status.created] == 0


# The lease


def test_only_one_run_at_a_time(agency, clock):
    plan, pulled = agency.plan(AS_OF)
    agency.service.call(
        "retainer.gateway",
        "begin_run",
        repeatable=False,
        company_id=1,
        as_of="2025-03-28",
        owner="the other one",
        lease_seconds=600,
    )
    with pytest.raises(LeaseHeld, match="the other one"):
        push(agency.service, plan, pulled, lease=LEASE)
    assert written(agency) == []
    clock.pass_by(601)
    assert push(agency.service, plan, pulled, lease=LEASE).ok


def test_the_lease_is_kept_while_batches_take_long(agency, clock, planned):
    slow = before(lambda: clock.pass_by(400))
    script = lambda request: slow if request.method == "apply" else None  # noqa: E731
    report, methods = send(agency, clock, script, batch_size=3)
    assert report.ok
    assert "renew_lease" in methods
    assert written(agency) == planned


def test_a_lost_lease_stops_the_push_and_the_next_run_completes_it(agency, clock, expected):
    def taken_over() -> None:
        clock.pass_by(3600)
        another_begins(agency)
        clock.pass_by(3600)

    report, methods = send(agency, clock, on_apply(after(taken_over)), batch_size=3)
    assert "lease" in report.stopped
    assert methods.count("apply") == 1
    assert report.counts[Status.not_sent] > 0
    assert complete(agency, clock) == expected


def test_a_lease_that_ran_out_and_that_nobody_took_goes_on(agency, clock, expected):
    report, methods = send(
        agency, clock, on_apply(after(lambda: clock.pass_by(3600))), batch_size=3
    )
    assert report.stopped == ""
    assert "renew_lease" in methods
    assert complete(agency, clock) == expected


def test_a_lease_that_runs_out_while_a_batch_waits_stops_the_push(agency, clock, expected):
    report, _ = send(agency, clock, on_apply(before(lambda: clock.pass_by(3600))))
    assert "lease" in report.stopped
    assert written(agency) == []
    assert complete(agency, clock) == expected


def test_a_stop_that_was_asked_for_ends_cleanly(agency, clock, expected):
    asked = iter([False, True])
    report, methods = send(agency, clock, batch_size=3, stop_requested=lambda: next(asked))
    assert methods == ["begin_run", "apply", "finish_run"]
    assert "stop" in report.stopped
    assert complete(agency, clock) == expected


@pytest.mark.parametrize("fault", [lost_answer(), lost_request()])
def test_the_run_s_record_is_closed_even_over_a_bad_line(agency, clock, fault):
    script = lambda request: fault if request.number == 3 else None  # noqa: E731
    report, methods = send(agency, clock, script)
    assert methods.count("finish_run") == 2
    assert report.ok
    assert report.notes == ()
    (run,) = agency.admin.search_read("retainer.sync.run", [], ["state"], limit=9)
    assert run["state"] == "done"


def test_a_record_that_cannot_be_closed_is_noted_and_changes_nothing(agency, clock):
    script = (  # noqa: E731
        lambda request: fails(Forbidden("no")) if request.method == "finish_run" else None
    )
    report, _ = send(agency, clock, script)
    assert report.ok
    assert "ends by itself" in report.notes[-1]


def test_a_lease_whose_answer_was_lost_ends_by_itself(agency, clock, expected):
    with pytest.raises(Unreachable):
        send(agency, clock, {1: lost_answer()})
    with pytest.raises(LeaseHeld):
        send(agency, clock)
    assert complete(agency, clock) == expected


def test_answers_that_never_come_are_looked_up_to_the_end(agency, clock, planned):
    """All was written by the first call, and nobody answers any: the last is looked up as well."""
    script = lambda request: lost_answer() if request.method == "apply" else None  # noqa: E731
    report, _methods = send(agency, clock, script, batch_size=1)
    assert report.ok
    assert report.counts[Status.unknown] == 0
    assert written(agency) == planned


def test_what_was_written_by_the_last_call_is_reported_so(agency, clock, planned):
    calls = []

    def script(request):
        if request.method != "apply":
            return None
        calls.append(request)
        return lost_request() if len(calls) < 4 else lost_answer()

    report, methods = send(agency, clock, script)
    assert methods.count("apply") == methods.count("lookup") == 4
    assert report.ok
    assert written(agency) == planned


@pytest.mark.parametrize("answer", [None, [], {}, {"run_id": "1", "token": "x"}, {"run_id": 1}, 7])
def test_an_odd_answer_to_begin_run_is_refused(agency, clock, answer):
    with pytest.raises(BadAnswer):
        send(agency, clock, {1: lambda request, act: answer})


# Killed anywhere


@pytest.mark.parametrize("call", range(1, 9))
@pytest.mark.parametrize("death", [killed_before, killed_after])
def test_a_run_that_dies_anywhere_is_completed_by_the_next(agency, clock, expected, call, death):
    plan, pulled = agency.plan(AS_OF)
    gateway = FaultyGateway(
        agency.service, lambda request: death() if request.number >= call else None
    )
    with suppress(Killed):
        push(gateway, plan, pulled, lease=LEASE, batch_size=3)
    assert complete(agency, clock) == expected


# Reading back


def test_what_was_written_is_as_planned(agency, clock):
    plan, pulled = agency.plan(AS_OF)
    report = push(agency.service, plan, pulled, lease=LEASE)
    start = agency.service.calls
    assert verify(agency.service, plan, pulled, report) == ()
    assert agency.service.calls - start <= 7
    assert verify(agency.service, plan, pulled, report, batch_size=3) == ()


def test_every_difference_is_named(agency, clock):
    plan, pulled = agency.plan(AS_OF)
    report = push(agency.service, plan, pulled, lease=LEASE)
    tables = agency.odoo.tables
    ids = {result.key: result.id for result in report.results}
    with tables.transaction():
        fee = ids["1/1/fee/2025-03/0"]
        moved = {
            "date": "2025-04-01",
            "partner_id": agency.client("Somebody else"),
            "retainer_service_end": "2025-03-30",
        }
        tables.update("account.move", fee, moved)
        over = ids["1/1/overage/2025-02/0"]
        amount = tables.row("account.move", over)["amount_untaxed"] + 1
        tables.update("account.move", over, {"amount_untaxed": amount})
        unbound = agency.made["pages time"]
        tables.update("account.analytic.line", unbound, {"retainer_move_id": False})
        tables.update("retainer.period", ids["1/1/statement/2025-02/0"], {"used_seconds": 5})
        tables.update("project.milestone", agency.made["milestone 2"], {"retainer_move_id": False})
        tables.delete("retainer.alert", ids["1/1/alert/2025-01-usage-50/0"])
    found = {(each.key, each.field) for each in verify(agency.service, plan, pulled, report)}
    assert found == {
        ("1/1/fee/2025-03/0", "date"),
        ("1/1/fee/2025-03/0", "client"),
        ("1/1/fee/2025-03/0", "service"),
        ("1/1/overage/2025-02/0", "net amount"),
        ("1/3/out_of_scope/2025-03/0", "time entries bound"),
        ("1/1/statement/2025-02/0", "seconds used"),
        ("1/2/milestone/m1/0", "milestones bound"),
        ("1/1/alert/2025-01-usage-50/0", "record"),
    }
    date_moved = next(
        each for each in verify(agency.service, plan, pulled, report) if each.field == "date"
    )
    assert str(date_moved) == (
        "INV/2025/00004 (1/1/fee/2025-03/0): date is 2025-04-01, planned was 2025-03-01"
    )


def test_a_document_that_vanished_is_a_difference(agency, clock):
    agency.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
    plan, pulled = agency.plan(AS_OF)
    report = push(agency.service, plan, pulled, lease=LEASE)
    gone = next(result for result in report.results if "/milestone/" in result.key)
    agency.admin.unlink("account.move", [gone.id])
    (found,) = [e for e in verify(agency.service, plan, pulled, report) if e.key == gone.key]
    assert (found.field, found.actual) == ("record", "not there")


def told(agency):
    """Keys of the alerts that were raised."""
    rows = agency.admin.search_read("retainer.alert", [], ["key"], limit=999)
    return sorted(row["key"] for row in rows)


def test_stopped_after_any_batch_no_notice_is_lost(clock):
    """Once a month is closed nothing finds again what there was to tell about it."""

    def complete_after(batches):
        agency = founding(Agency(MemoryOdoo(clock)))
        left = iter([False] * batches)
        send(agency, clock, batch_size=1, stop_requested=lambda: next(left, True))
        complete(agency, clock)
        return told(agency)

    whole = complete_after(999)
    assert [key for key in whole if "usage" in key]
    for batches in range(1, 16):
        assert complete_after(batches) == whole
