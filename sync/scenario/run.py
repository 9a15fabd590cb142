"""Plays a story and says what came out otherwise than expected.

People's steps are done in Odoo as people do them; at ``run`` the service does what it does every
night: pull, evaluate, plan, push. What is compared is what stands in Odoo afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.books import BooksReport, check_books
from sync.domain.documents import Invoice
from sync.odoo import Gateway, GatewayError
from sync.pipeline.looked import Looked
from sync.pipeline.looked import look as look_at
from sync.pipeline.waves import in_waves, whole
from sync.plan.changes import Change, Conflict, Plan
from sync.plan.limits import Limits
from sync.pull import Pulled, pull
from sync.push import Lease, PushReport, Result, Run, Status, verify
from sync.scenario.compare import Difference, Seen, compare_list, compare_value
from sync.scenario.load import observe, observe_money
from sync.scenario.load.actions import act
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import Expect, Scenario, Step

__all__ = ["Difference", "Ran", "drawdown", "play"]

_WRITES = (Status.created, Status.replaced, Status.withdrawn)


@dataclass
class Ran:
    """What one run of the service planned, all its waves together, and what Odoo answered."""

    plan: Plan
    report: PushReport = field(default_factory=PushReport)
    books: BooksReport | None = None
    """What verification says afterwards; None where it was not asked."""
    verified: tuple[str, ...] = ()
    """What stood otherwise in Odoo than it was planned."""

    def results(self, part: str) -> list[tuple[Change, Result]]:
        """The answers to one kind of document (``invoice``, ``statement``…)."""
        answers = {result.key: result for result in self.report.results}
        return [
            (change, answers[change.key])
            for change in self.plan.changes
            if getattr(change, part) is not None
        ]

    def ids(self, part: str) -> set[int]:
        """Odoo's ids of the documents of a kind that it created or rewrote."""
        return {
            result.id
            for _, result in self.results(part)
            if result.id is not None and result.status in (Status.created, Status.replaced)
        }

    @property
    def entry_ids(self) -> set[int]:
        """Odoo's ids of whatever it wrote that is none of the other kinds."""
        known = ("invoice", "statement", "quotation", "request", "advance", "alert")
        own = {change.key for part in known for change, _ in self.results(part)}
        return {
            result.id
            for result in self.report.results
            if result.key not in own and result.id is not None and result.status in _WRITES
        }

    @property
    def writes(self) -> int:
        """How many records of ours it created, rewrote or removed."""
        return sum(result.status in _WRITES for result in self.report.results)


def look(gateway: Gateway, company_id: int, as_of: date, before: Sequence[Plan] = ()) -> Looked:
    """What a run as of a day would do. ``before``: what the same run wrote already."""
    return look_at(pull(gateway, company_id, today=as_of), as_of, Limits(), before)


def drawdown(gateway: Gateway, company_id: int, as_of: date) -> Ran:
    """One run of the service, as it happens every night: wave after wave."""
    first = look(gateway, company_id, as_of)
    if first.plan.empty:
        return Ran(first.plan)
    found: list[str] = []

    def check(plan: Plan, pulled: Pulled, report: PushReport) -> None:
        found.extend(map(str, verify(gateway, plan, pulled, report)))

    run = Run(gateway, Lease(owner="scenario"), after_batch=check)
    with run:
        ran = in_waves(run, first, lambda before: look(gateway, company_id, as_of, before))
    report = run.report.model_copy(update={"stopped": ran.stopped or run.stopped})
    return Ran(whole(ran), report, verified=tuple(found))


def play(
    world: World,
    scenario: Scenario,
    service: Gateway | None = None,
    *,
    again_after_each: bool = True,
) -> Iterator[Difference]:
    """Every difference between a loaded story's expectations and what came out, step by step.

    ``service`` is the door of the service's own user; left out, the service uses the world's.
    That a run leaves nothing to do is looked at after each run, or after the last one only, which
    saves a third of the calls. Raises ``GatewayError`` where Odoo fails.
    """
    runs: list[Ran] = []
    last = max((at for at, step in enumerate(scenario.when) if step.run), default=None)
    for number, step in enumerate(scenario.when):
        if step.run is None:
            yield from _act(world, step, f"step {number} ({step.action})")
            continue
        where = f"run {step.run}"
        ran = drawdown(service or world.gateway, world.company_id, step.run)
        runs.append(ran)
        yield from _accidents(where, ran, step.expect)
        if again_after_each or number == last or (step.expect and step.expect.foreign is not None):
            yield from _look_again(where, service or world.gateway, ran, step.expect)
        if step.expect:
            yield from _compare(where, step.expect, _Run(world, ran), writes=ran.writes)
    if scenario.expect:
        yield from _compare("end", scenario.expect, _End(world, runs))


def _act(world: World, step: Step, where: str) -> Iterator[Difference]:
    try:
        act(world, step)
    except GatewayError as refusal:
        if step.refused is None:
            raise
        if step.refused not in str(refusal):
            yield Difference(where, "refused", f"“{step.refused}”", f"“{refusal}”")
    except NotThere as missing:
        yield Difference(where, step.action, "that it can be done", str(missing))
    else:
        if step.refused is not None:
            yield Difference(where, "refused", f"“{step.refused}”", "it was done")


def _accidents(where: str, ran: Ran, expect: Expect | None) -> Iterator[Difference]:
    """What no story expects unless it says so: refusals, conflicts, a push that stopped."""
    if ran.report.stopped:
        yield Difference(where, "push", "that it ends", ran.report.stopped)
    for difference in ran.verified:
        yield Difference(where, "verify", "that it stands as planned", difference)
    if expect is None or expect.rejected is None:
        for result in ran.report.results:
            if result.status in (Status.rejected, Status.unknown, Status.not_sent):
                got = f"{result.key}: {result.status} {result.code} {result.reason}"
                yield Difference(where, "rejected", "none", got)
    if expect is None or expect.conflicts is None:
        for conflict in ran.plan.conflicts:
            yield Difference(where, "conflicts", "none", f"{conflict.code}: {conflict.message}")
        for result in ran.report.results:
            if result.status is Status.conflict:
                got = f"{result.key}: {result.code} {result.reason}"
                yield Difference(where, "conflicts", "none", got)


def _look_again(
    where: str, gateway: Gateway, ran: Ran, expect: Expect | None
) -> Iterator[Difference]:
    """Whatever the story: the books tie, and the same run again has nothing to do but what Odoo
    did not take.
    """
    looked = look(gateway, ran.plan.company_id, ran.plan.as_of)
    refused = {each.key for each in ran.report.results if each.status not in _WRITES}
    for change in looked.plan.changes:
        if change.key not in refused:
            yield Difference(f"{where}, again", "changes", "none", f"{change.action} {change.key}")
    ran.books = check_books(gateway, looked.pulled, ran.plan.as_of, looked.outcome.parked)
    wanted = expect is None or expect.ties
    if wanted:
        for each in ran.books.differences:
            yield Difference(where, "books", "that they tie", str(each))
    elif ran.books.ties:
        yield Difference(where, "books", "that they do not tie", "they tie")


class _Run:
    """What is to be seen of one run."""

    def __init__(self, world: World, ran: Ran) -> None:
        self.world = world
        self.ran = ran

    def seen(self, listing: str) -> Sequence[Seen]:
        """The records that a listing of expectations is compared with."""
        world, ran = self.world, self.ran
        match listing:
            case "invoices":
                return observe.invoices(world, ran.ids("invoice"))
            case "statements":
                return observe.statements(world, ran.ids("statement"))
            case "alerts":
                return observe.alerts(world, ran.ids("alert"))
            case "quotations":
                return observe.quotations(world, ran.ids("quotation"))
            case "requests":
                return observe.requests(world, ran.ids("request"))
            case "entries":
                return observe.entries(world, ran.entry_ids)
        return _stands(world, listing) or _said(world, ran, listing)


class _End:
    """What is to be seen when the story has ended: all that stands in Odoo."""

    def __init__(self, world: World, runs: Sequence[Ran]) -> None:
        self.world = world
        self.runs = runs

    def seen(self, listing: str) -> Sequence[Seen]:
        """The records that a listing of expectations is compared with."""
        world = self.world
        match listing:
            case "invoices":
                return observe.invoices(world)
            case "statements":
                return observe.statements(world)
            case "alerts":
                return observe.alerts(world)
            case "quotations":
                return observe.quotations(world)
            case "requests":
                return observe.requests(world)
            case "entries":
                return observe.entries(world)
        found = _stands(world, listing)
        return found or (_said(world, self.runs[-1], listing) if self.runs else [])


_LEDGER = {
    "lots": observe_money.lots,
    "receivables": observe_money.receivables,
    "advances": observe_money.advances,
}


def _stands(world: World, listing: str) -> Sequence[Seen]:
    """What the ledger says now, whatever the run wrote."""
    return _LEDGER[listing](world) if listing in _LEDGER else []


def _said(world: World, ran: Ran, listing: str) -> Sequence[Seen]:
    """What a run reports and Odoo does not hold: issues, held invoices, conflicts, refusals."""
    engagements = world.names("engagement")
    match listing:
        case "held":
            return [_held(engagements, invoice) for invoice in ran.plan.held]
        case "issues":
            return [
                {
                    "code": issue.code,
                    "severity": issue.severity.value,
                    "record": issue.source.name,
                    "engagement": engagements.get(issue.engagement_id or 0, "none"),
                    "message": issue.message,
                }
                for issue in ran.plan.issues
            ]
        case "withdrawn":
            return [
                _keyed(engagements, change.key)
                for kind in ("invoice", "entry")
                for change, result in ran.results(kind)
                if result.status is Status.withdrawn
            ]
        case "conflicts":
            answered = [
                Conflict(key=each.key, code=each.code, message=each.reason, engagement_id=0)
                for each in ran.report.results
                if each.status is Status.conflict
            ]
            return [
                {**_keyed(engagements, each.key), "code": each.code, "message": each.message}
                for each in (*ran.plan.conflicts, *answered)
            ]
        case "rejected":
            return [
                {**_keyed(engagements, each.key), "code": each.code, "message": each.reason}
                for each in ran.report.results
                if each.status is Status.rejected
            ]
        case "foreign":
            return [] if ran.books is None else _foreign(ran.books)
    assert listing in _LEDGER, f"nothing is known of {listing}"
    return []


def _foreign(books: BooksReport) -> list[Seen]:
    return [
        {
            "kind": each.kind.value,
            "client": books.clients.get(each.client_id or 0, "none"),
            "document": each.document,
            "amount": each.amount,
        }
        for each in books.foreign
    ]


def _held(engagements: Mapping[int, str], invoice: Invoice) -> dict[str, Any]:
    return {
        "engagement": engagements.get(invoice.engagement_id, "?"),
        "role": invoice.role.value,
        "month": invoice.service_start.replace(day=1),
        "date": invoice.invoice_date,
        "code": invoice.held.code if invoice.held else "?",
        "untaxed": invoice.untaxed,
    }


def _keyed(engagements: Mapping[int, str], key: str) -> dict[str, Any]:
    """What a key says: ``company/engagement/role/source/revision``."""
    _, engagement, role, _, _ = key.split("/")
    return {
        "engagement": engagements.get(int(engagement), "?"),
        "role": role,
        "month": observe.key_month(key),
    }


def _compare(
    where: str, expect: Expect, there: "_Run | _End", *, writes: int | None = None
) -> Iterator[Difference]:
    if expect.writes is not None:
        yield from compare_value(where, "writes", expect.writes, writes)
    for listing in (
        "invoices",
        "held",
        "statements",
        "issues",
        "alerts",
        "quotations",
        "requests",
        "withdrawn",
        "entries",
        "conflicts",
        "rejected",
        "foreign",
        "lots",
        "receivables",
        "advances",
    ):
        expected = getattr(expect, listing)
        if expected is not None:
            yield from compare_list(
                where,
                listing,
                expected,
                there.seen(listing),
                at_least=expect.open_ended(listing),
            )
    if expect.taxes is not None:
        owed = observe_money.taxes(there.world, expect.taxes)
        for tax, amount in expect.taxes.items():
            yield from compare_value(where, f"tax {tax}", amount, owed[tax])
    if expect.balances is not None:
        there_now = observe.balances(there.world, expect.balances)
        for account, amount in expect.balances.items():
            got = there_now.get(account, "no such account")
            yield from compare_value(where, f"balance of {account}", amount, got)
    if expect.parked is not None:
        last = there.ran if isinstance(there, _Run) else there.runs[-1]
        parked = sorted(observe.engagement_names(there.world, last.plan.parked))
        yield from compare_value(where, "parked", sorted(expect.parked), parked)
