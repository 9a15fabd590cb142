"""Writing documents: through the service, and by every other way, side by side.

    python -m benchmarks.push [--page docs/benchmarks.md] [--quick]

A real Odoo holds agreements, time, open invoices and paid advances; the service's own rules plan
fee invoices, overage invoices and draws. The same documents are then written by each contender,
each time into a fresh copy of that database, in turns, so that whatever else the machine does
strikes all of them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import odoorpc

from benchmarks import oca
from benchmarks.arena import Arena, Series, arena
from benchmarks.command import Benchmark
from benchmarks.inside.floor import values
from mappings import gateway
from mappings.pulled import Pulled
from sandbox import Database
from sandbox.progress import Progress
from sync.domain.documents import Role
from sync.plan.changes import Change, Plan
from sync.push import Lease, push

START, AS_OF = "2025-03-01", date(2025, 4, 1)
LEASE = Lease(owner="benchmark", seconds=7200)
MOST_OF_FLOOR, LEAST_OF_RPC, LEAST_OF_CONTRACT = 1.15, 8, 2
"""What is promised: at most so many times the floor, at least so many times faster than those."""


@dataclass(frozen=True)
class Size:
    """How many documents, and how often."""

    fees: int = 400
    overages: int = 300
    draws: int = 300
    by_rpc: int = 100
    """Documents that one call each writes: the time is the same for each, so fewer will do."""
    warm: int = 10
    """Of each kind, written before the clock starts."""
    repeats: int = 3

    @property
    def documents(self) -> int:
        """All that is measured."""
        return self.fees + self.overages + self.draws


QUICK = Size(fees=4, overages=3, draws=3, by_rpc=3, warm=1, repeats=1)


@dataclass(frozen=True)
class Work:
    """The documents of a size, as the service plans them and as the gateway takes them."""

    pulled: Pulled
    warm: Plan
    plan: Plan
    folder: Path

    def file(self, name: str, plan: Plan) -> str:
        """The plan's documents in a file, for contenders in another process."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(documents(plan, self.pulled)))
        return str(path)


def documents(plan: Plan, pulled: Pulled) -> list[dict[str, Any]]:
    """What the service sends."""
    company = pulled.snapshot.company
    return [
        gateway.outgoing(change.document, change.unit, company, pulled.books)
        for change in plan.changes
    ]


def prepare(ground: Arena, size: Size, world: str, folder: Path) -> Work:
    """Let the rules plan, and keep as many documents of each kind as are wanted."""
    with ground.clone(world) as database, ground.service(database) as service:
        (company,) = service.companies()
        looked = service.look(company, AS_OF)
    assert not looked.plan.issues, looked.plan.issues[0]
    wanted = {Role.fee: size.fees, Role.overage: size.overages, Role.drawdown: size.draws}
    warm: list[Change] = []
    measured: list[Change] = []
    for role, count in wanted.items():
        found = [change for change in looked.plan.changes if _role(change) is role]
        assert len(found) >= size.warm + count, f"{role}: {len(found)}"
        warm += found[: size.warm]
        measured += found[size.warm : size.warm + count]
    order = {change.key: at for at, change in enumerate(looked.plan.changes)}
    measured.sort(key=lambda change: order[change.key])
    return Work(
        looked.pulled,
        looked.plan.model_copy(update={"changes": tuple(warm)}),
        looked.plan.model_copy(update={"changes": tuple(measured)}),
        folder,
    )


def _role(change: Change) -> Role | None:
    document = change.invoice or change.entry
    return document.role if document else None


def only(plan: Plan, role: Role) -> Plan:
    """The part of a plan that has one role."""
    return plan.model_copy(
        update={"changes": tuple(each for each in plan.changes if _role(each) is role)}
    )


# -- the contenders --------------------------------------------------------------------------


def by_service(ground: Arena, database: Database, work: Work, protocol: str) -> dict[str, float]:
    """The service's own push, through either door."""
    with ground.service(database, protocol) as service:
        _pushed(service.gateway, work.warm, work.pulled)
        with (meter := ground.meter()):
            _pushed(service.gateway, work.plan, work.pulled)
    return {"wall": meter.wall, "cpu": meter.cpu}


def _pushed(door: Any, plan: Plan, pulled: Pulled) -> None:
    report = push(door, plan, pulled, lease=LEASE)
    assert report.ok, [each for each in report.results if each.reason][:1] or report.stopped


def by_floor(ground: Arena, database: Database, work: Work) -> dict[str, float]:
    """One batch inside Odoo's process, by its own methods."""
    taken: dict[str, float] = ground.inside(
        "floor.write",
        database,
        documents=work.file("documents", work.plan),
        warm=work.file("warm", work.warm),
        postgres=ground.box.cluster.process.pid if ground.box.cluster.process else 0,
    )
    return taken


def by_rpc(ground: Arena, database: Database, work: Work, count: int) -> dict[str, float]:
    """One document at a time, over odoorpc, as a script against Odoo's API does it."""
    address = urlsplit(database.url)
    client = odoorpc.ODOO(address.hostname, port=address.port, timeout=600)
    client.login(database.name, database.admin_login, database.admin_api_key)
    for each in documents(work.warm, work.pulled):
        _one_by_rpc(client, each)
    every = len(work.plan.changes) // count
    todo = documents(work.plan, work.pulled)[::every][:count]
    with (meter := ground.meter()):
        for each in todo:
            _one_by_rpc(client, each)
    return {"wall": meter.wall, "cpu": meter.cpu}


def _one_by_rpc(client: Any, document: dict[str, Any]) -> None:
    (move,) = client.execute_kw("account.move", "create", [[values(document)]], {})
    client.execute_kw("account.move", "action_post", [[move]], {})
    for step in document.get("reconcile", ()):
        domain = [["move_id", "=", move], ["account_id", "=", step["account_id"]]]
        own = client.execute_kw("account.move.line", "search", [domain], {})
        client.execute_kw("account.move.line", "reconcile", [own + step["line_ids"]], {})


# -- the run ---------------------------------------------------------------------------------


def measure(ground: Arena, size: Size, progress: Progress) -> dict[str, Series]:
    """Every contender in turns, each in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return _measure(ground, size, progress, Path(folder))


def _measure(ground: Arena, size: Size, progress: Progress, folder: Path) -> dict[str, Series]:
    with progress.step("Agency with agreements, time, open invoices and advances"):
        world = ground.world("agency", lambda name: _build(ground, size, name))
        work = prepare(ground, size, world, folder)
    with progress.step("The same retainers as contracts of OCA's module"):
        agreed = ground.world("contracts", lambda name: _contracts(ground, size, name))
    fees = replace(work, warm=only(work.warm, Role.fee), plan=only(work.plan, Role.fee))
    postgres = ground.box.cluster.process
    assert postgres is not None
    contenders: dict[str, tuple[str, int, str, Callable[[Database], dict[str, float]]]] = {
        "json2": (
            "the service over JSON-2",
            size.documents,
            world,
            lambda database: by_service(ground, database, work, "json2"),
        ),
        "floor": (
            "one batch inside Odoo",
            size.documents,
            world,
            lambda database: by_floor(ground, database, work),
        ),
        "jsonrpc": (
            "the service over JSON-RPC",
            size.documents,
            world,
            lambda database: by_service(ground, database, work, "jsonrpc"),
        ),
        "rpc": (
            "one call per step and document (odoorpc)",
            size.by_rpc,
            world,
            lambda database: by_rpc(ground, database, work, size.by_rpc),
        ),
        "fees": (
            "the service over JSON-2, fee invoices only",
            size.fees,
            world,
            lambda database: by_service(ground, database, fees, "json2"),
        ),
        "contract": (
            f"OCA contract {oca.VERSION}, the same fee invoices",
            size.fees,
            agreed,
            lambda database: ground.inside(
                "contracts.invoice",
                database,
                day=AS_OF.isoformat(),
                warm=size.warm,
                count=size.fees,
                postgres=postgres.pid,
            ),
        ),
    }
    series = {key: Series(name, count) for key, (name, count, _, _) in contenders.items()}
    stands: dict[str, str] = {}
    for repeat in range(size.repeats):
        for key, (name, _, of, run) in contenders.items():
            with progress.step(f"{repeat + 1} of {size.repeats}: {name}"), ground.clone(of) as copy:
                taken = run(copy)
                series[key].add(taken["wall"], taken["cpu"])
                progress.note(f"{taken['wall']:.1f} s, CPU {taken['cpu']:.1f} s")
                if key in ("json2", "floor", "jsonrpc"):
                    stands[key] = standing(ground, copy)
    assert len(set(stands.values())) == 1, f"the contenders wrote different documents: {stands}"
    return series


def _build(ground: Arena, size: Size, name: str) -> None:
    ground.inside(
        "agency.build",
        name,
        retainers=max(size.fees, size.overages) + size.warm,
        over=size.overages + size.warm,
        funded=size.draws + size.warm,
        entries=4,
        start=START,
    )


def _contracts(ground: Arena, size: Size, name: str) -> None:
    _build(ground, size, name)
    ground.inside("contracts.build", name, install=["contract"], start=AS_OF.isoformat())


def standing(ground: Arena, database: Database) -> str:
    """What stands in the books: the same for everybody who wrote the same documents."""
    return ground.box.cluster.sql(
        """
        SELECT move_type, retainer_role, state, payment_state, count(*), sum(amount_total),
               sum(amount_residual),
               (SELECT count(*) FROM account_partial_reconcile),
               (SELECT sum(amount_residual) FROM account_move_line)
          FROM account_move GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,
        database.name,
    )


def table(series: dict[str, Series]) -> str:
    """Medians, and what they are against the service over JSON-2."""
    rows = [
        "| contender | documents | wall time | CPU time | ms a document, wall | ms, CPU |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for each in series.values():
        rows.append(
            f"| {each.name} | {each.documents:,} | {each.each_wall * each.documents / 1000:.1f} s"
            f" | {each.each_cpu * each.documents / 1000:.1f} s | {each.each_wall:.1f}"
            f" | {each.each_cpu:.1f} |"
        )
    rows += ["", "| ratio | promised | wall time | CPU time |", "|:--|--:|--:|--:|"]
    for words, promised, one, other in (
        ("JSON-2 : one batch inside Odoo", f"≤ {MOST_OF_FLOOR}", "json2", "floor"),
        ("JSON-RPC : one batch inside Odoo", f"≤ {MOST_OF_FLOOR}", "jsonrpc", "floor"),
        ("one call per step : JSON-2", f"≥ {LEAST_OF_RPC}", "rpc", "json2"),
        ("OCA contract : JSON-2, fees", f"≥ {LEAST_OF_CONTRACT}", "contract", "fees"),
    ):
        first, second = series[one], series[other]
        rows.append(
            f"| {words} | {promised} | **{first.each_wall / second.each_wall:.2f}**"
            f" | {first.each_cpu / second.each_cpu:.2f} |"
        )
    return "\n".join(rows)


@contextmanager
def ready(progress: Progress) -> Iterator[Arena]:
    """An Odoo that has OCA's module within reach."""
    with arena(progress, extra_addons=[oca.contract()]) as ground:
        yield ground


_ABOUT = f"""\
The service's own rules plan {Size().documents:,} documents on a real Odoo: fee invoices, overage
invoices, and draws of advances, reconciled with lot and invoice. Each contender
writes the same ones into a fresh copy of the same database, on a server or in a process that has
written a few before, in turns, {Size.repeats} times; medians. `make bench-push` measures again.
In the end the books of all who wrote everything are compared: they are the same.

- *The service* goes its usual way: units, batches of 200, lease, keys, fingerprints, explanations,
  checks before and after; the CPU time is that of service, server and PostgreSQL together.
- *One batch inside Odoo* is the floor: a script in Odoo's own process creates all documents with
  one `create`, posts them with one call and reconciles them with one call, without tracking, keys
  or checks, and without any network.
- *One call per step and document* is what a script against Odoo's API does: create, post, find the
  line, reconcile. It writes a tenth of the documents; the time is the same for each.
- *OCA contract* makes its recurring invoices by its own batch method and posts them in one call,
  inside Odoo's process, against the service's fee invoices of the same clients, prices and month.

Where others use the machine, wall time says little and CPU time is what counts; the ratios stand,
since the contenders take turns. No test asserts a time. That the service may be faster than the
floor has a reason: of the writes with which Odoo completes the lines of a new invoice, four in five
change nothing, and the module spares Odoo those
(`addons/retainer_billing/models/gateway/batch.py`)."""

BENCHMARK = Benchmark("Pushing", _ABOUT, measure, table, Size(), QUICK, ground=ready)

if __name__ == "__main__":
    BENCHMARK.main()
