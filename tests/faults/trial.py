"""One trial: a run is struck, a clean run completes the work, and what is left is judged."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.lab import PROTOCOLS, Lab, Ran
from tests.faults.stand import Point, Stand
from tests.faults.world import World, facts, likeness, make, wake

BATCH = 4
LAST_BATCH = 3
"""Of the first wave at least so many are sent, of four documents each."""
STOCK = 8
"""Worlds that are made at once."""
MOST_RUNS = 3
"""Clean runs until one finds nothing to do."""


@dataclass
class Bench:
    """A lab with worlds in stock, and what a run makes of one when nothing goes wrong."""

    lab: Lab
    stock: int = STOCK
    expected: dict[str, Any] = field(default_factory=dict)
    _worlds: list[World] = field(default_factory=list)

    def world(self) -> World:
        """A world that the next run bills."""
        if not self._worlds:
            self._worlds = make(self.lab, self.stock)
        world = self._worlds.pop(0)
        wake(self.lab, world)
        return world

    def twin(self) -> dict[str, Any]:
        """What a run leaves that no fault struck."""
        if not self.expected:
            world = self.world()
            ran = self.lab.start(self.lab.settings("json2", direct=True)).end()
            assert ran.error is None, ran.error
            assert ran.report is not None
            assert ran.report.books is not None
            assert ran.report.books.ties
            self.expected = likeness(facts(self.lab, world), world)
        return self.expected


@dataclass
class Touched:
    """What a person did to a document of ours, and how they left it."""

    key: str
    how: str
    left: str = ""
    """Its content; empty = it is gone."""
    refused: str = ""
    """Why Odoo did not let them."""


@dataclass
class Trial:
    """What a fault has to work with."""

    bench: Bench
    world: World
    seed: int
    chance: random.Random
    protocol: str
    stands: list[Stand] = field(default_factory=list)
    touched: Touched | None = None
    """By a person; None = nobody came."""

    @property
    def lab(self) -> Lab:
        """The lab of the bench."""
        return self.bench.lab

    def stand(
        self,
        point: Point,
        *,
        number: int = 0,
        within: bool = False,
        touch: Callable[[], None] = lambda: None,
    ) -> Stand:
        """The next run by the line is kept at a point, in that batch or one that chance chooses."""
        number = number or self.chance.randint(1, LAST_BATCH)
        self.stands.append(Stand(self.lab, point, number, within=within, touch=touch))
        return self.stands[-1]

    def run(self, *, direct: bool = False) -> Ran:
        """Begin a run."""
        return self.lab.start(self.lab.settings(self.protocol, batch_size=BATCH, direct=direct))


@dataclass
class Verdict:
    """What is wrong after a trial."""

    duplicates: int = 0
    losses: int = 0
    differences: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    """Which documents are doubled or lost."""
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Nothing is."""
        return not (self.duplicates or self.losses or self.differences)


Fault = Callable[[Trial], None]


def protocol(seed: int) -> str:
    """Both in turn."""
    return PROTOCOLS[seed % len(PROTOCOLS)]


def batch(trial: Trial) -> int:
    """The batch that is struck."""
    return trial.chance.randint(1, LAST_BATCH)


def attempt(bench: Bench, fault: Fault, seed: int) -> Verdict:
    """Make the fault happen in a world of its own, and judge. The seed decides the details."""
    expected = bench.twin()
    started = time.monotonic()
    bench.lab.expire()
    trial = Trial(bench, bench.world(), seed, random.Random(seed), protocol(seed))
    try:
        fault(trial)
    finally:
        for stand in trial.stands:
            stand.let_go()
        bench.lab.gates.open()
        bench.lab.line.clear()
        bench.lab.line.rest()
    verdict = Verdict()
    conflicts = settle(trial, verdict)
    if trial.touched is None:
        judge(trial, expected, verdict)
    else:
        judge_person(trial, trial.touched, expected, conflicts, verdict)
    verdict.seconds = time.monotonic() - started
    return verdict


def settle(trial: Trial, verdict: Verdict) -> set[str]:
    """Clean runs, until one finds nothing to do and changes nothing; the conflicts it reports."""
    lab = trial.lab
    lab.expire()
    for _ in range(MOST_RUNS):
        before = stamps(lab)
        ran = trial.run(direct=True).end()
        if ran.error is not None or ran.report is None:
            verdict.differences.append(f"a clean run failed: {ran.error!r}")
            return set()
        report = ran.report
        if report.stopped or report.unverified or report.not_written:
            verdict.differences.append(
                f"a clean run ended early: {report.stopped or report.unverified}"
                f" {report.not_written}"
            )
        balances = report.books.balances if report.books is not None else ()
        verdict.differences += [
            f"the books do not tie: {each}"
            for each in balances
            if each.client_id == trial.world.client and each.difference
        ]
        verdict.differences += [f"read back otherwise: {each}" for each in report.differences]
        if not report.counts:
            if stamps(lab) != before:
                verdict.differences.append("a run with nothing to do changed a write_date")
            if not balances:
                verdict.differences.append("the books were not compared")
            return {each.key for each in report.conflicts}
    verdict.differences.append(f"there is still something to do after {MOST_RUNS} clean runs")
    return set()


KEYED = {
    "account_move": "retainer_key",
    "retainer_period": "retainer_key",
    "retainer_alert": "key",
    "retainer_change_order": "retainer_key",
    "sale_order": "retainer_key",
    "retainer_advance": "retainer_key",
}
_STAMPED = (
    *KEYED,
    *("account_move_line", "account_partial_reconcile", "account_analytic_line"),
    *("project_milestone", "retainer_engagement", "retainer_tombstone", "retainer_period_lot"),
)


def stamps(lab: Lab) -> str:
    """A digest of every business record's id and last change."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}' || id || '@' || write_date AS t FROM {table}" for table in _STAMPED
    )
    return lab.gates.eye.ask(f"SELECT md5(string_agg(t, ',' ORDER BY t)) FROM ({parts}) s")


def unique_on(table: str, key: str) -> str:
    """How many indexes of a table keep its key unique."""
    return (
        "SELECT count(*) FROM pg_index JOIN pg_attribute a ON a.attrelid = indrelid"
        f" AND a.attnum = ANY (indkey) WHERE indrelid = '{table}'::regclass AND indisunique"
        f" AND a.attname = '{key}'"
    )


def twice(lab: Lab) -> int:
    """Documents that stand more often than once under their key."""
    parts = " UNION ALL ".join(
        f"SELECT count(*) - count(DISTINCT (company_id, {key})) AS n FROM {table}"
        f" WHERE {key} IS NOT NULL"
        for table, key in KEYED.items()
    )
    return int(lab.gates.eye.ask(f"SELECT sum(n) FROM ({parts}) s"))


def judge(trial: Trial, expected: dict[str, Any], verdict: Verdict) -> None:
    """Compare what stands in Odoo with a world that no fault struck."""
    verdict.duplicates += twice(trial.lab)
    found = likeness(facts(trial.lab, trial.world), trial.world)
    for part, wanted in expected.items():
        compare(part, wanted, found[part], verdict)
    left = trial.lab.gates.eye.ask("SELECT count(*) FROM retainer_sync_run WHERE state = 'running'")
    if left != "0":
        verdict.differences.append(f"{left} runs still hold a lease")


def judge_person(
    trial: Trial,
    touched: Touched,
    expected: dict[str, Any],
    conflicts: set[str],
    verdict: Verdict,
) -> None:
    """What the person left stands as they left it and is reported; the rest is billed once."""
    lab, world = trial.lab, trial.world
    verdict.duplicates += twice(lab)
    now = content(lab, touched.key)
    if now != touched.left:
        verdict.differences.append(f"{touched} reads now: {now or 'gone'}")
    changed = touched.how != "post" and not touched.refused
    if changed and touched.key not in conflicts:
        verdict.differences.append(f"{touched} is reported nowhere; these are: {conflicts}")
    # Another document for the same thing: the corrections of what somebody posted are none.
    found = facts(lab, world)
    again = [
        row["key"]
        for row in found["documents"]
        if changed and row["key"] != touched.key and row["key"].startswith(touched.key[:-1])
    ]
    verdict.duplicates += len(again)
    verdict.details += [f"{each} beside {touched}" for each in again]
    names = ("role", "engagement", "move_type", "invoice_date", "amount_untaxed")
    engagement = world.engagements.index(int(touched.key.split("/")[1]))
    should, does = (
        Counter(
            tuple(row[name] for name in names)
            for row in rows["documents"]
            if row["move_type"] == "out_invoice" and row["engagement"] != engagement
        )
        for rows in (expected, likeness(found, world))
    )
    verdict.duplicates += (does - should).total()
    verdict.losses += (should - does).total()
    verdict.details += [f"other engagement: {should} should stand, {does} stand"] * (should != does)


def content(lab: Lab, key: str) -> str:
    """What a client and the ledger see of a document, as text; empty where it is gone."""
    return lab.gates.eye.ask(
        "SELECT json_build_array(m.state, m.amount_untaxed, m.invoice_date, (SELECT json_agg("
        "json_build_array(l.name, l.quantity, l.price_unit, l.account_id) ORDER BY l.id)"
        " FROM account_move_line l WHERE l.move_id = m.id AND l.display_type = 'product'))"
        f" FROM account_move m WHERE m.retainer_key = '{key}'"
    )


def compare(part: str, wanted: Any, found: Any, verdict: Verdict) -> None:
    """More documents of a kind than there should be are duplicates, fewer are losses."""
    if wanted == found:
        return
    if isinstance(wanted, int):
        verdict.duplicates += max(0, found - wanted)
        verdict.losses += max(0, wanted - found)
        return
    should, does = Counter(map(_identity, wanted)), Counter(map(_identity, found))
    verdict.duplicates += (does - should).total()
    verdict.losses += (should - does).total()
    verdict.details += [f"{part}: one too many of {each}" for each in (does - should).elements()]
    verdict.details += [f"{part}: one is missing of {each}" for each in (should - does).elements()]
    if should == does:
        verdict.differences += [
            f"{part}: {is_} instead of {was}"
            for was, is_ in zip(wanted, found, strict=True)
            if was != is_
        ]


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    """What a document is, whatever its amounts."""
    names = ("engagement", "role", "move_type", "kind", "date", "date_start", "retainer_amount")
    return tuple(row.get(name) for name in names)
