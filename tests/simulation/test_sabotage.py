"""The simulation can fail: each thing that keeps money exactly once is broken in turn, and it sees.

The seeds are the first that notice; a law that no sabotage breaks would be no law.
"""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from mappings.retainer_sync_run import NO_SIGNS
from sync import logs
from sync.odoo.memory.records import BEFORE_UNLINK
from sync.odoo.memory.retainer import METHODS, checks, runs, writer
from sync.pipeline import service as pipeline
from sync.plan import people
from sync.push.report import Result, Status
from tests.simulation.__main__ import every_call, many
from tests.simulation.canaries import listening
from tests.simulation.mishaps import BESIDE
from tests.simulation.shrink import shrink
from tests.simulation.trial import Night, try_seed

push = importlib.import_module("sync.push.push")  # the package gives its name to a function

Break = Callable[[pytest.MonkeyPatch], None]


def no_unique_key(broken: pytest.MonkeyPatch) -> None:
    """The database takes a second document with the same key."""
    broken.setattr(checks, "existing", lambda *_: {})


def no_tombstone(broken: pytest.MonkeyPatch) -> None:
    """A deletion leaves no trace."""
    broken.setitem(BEFORE_UNLINK, "account.move", lambda *_: None)


def silent_edits(broken: pytest.MonkeyPatch) -> None:
    """What a person changed passes while the rules ask for the same."""
    told = people.touched
    broken.setattr(
        people,
        "touched",
        lambda document, standing, *, posts: told(
            document, standing.model_copy(update={"changes": ""}), posts=posts
        ),
    )
    broken.setattr(people, "unasked", lambda *_: ())


def no_look_up(broken: pytest.MonkeyPatch) -> None:
    """After an unclear answer everything counts as written."""

    def believe(self: Any, batch: Any, _: Any) -> list[Any]:
        changes = push._changes(batch)
        self._take([Result(key=each.key, status=Status.created) for each in changes])
        return []

    broken.setattr(push._Push, "_look_up", believe)


def no_lease(broken: pytest.MonkeyPatch) -> None:
    """Odoo gives the lease to whoever asks."""
    begin = runs.begin_run

    def give(tables: Any, **asked: Any) -> Any:
        for run in list(tables.rows(runs.RUN).values()):
            if run["state"] == "running":
                tables.update(runs.RUN, run["id"], {"lease_until": "2000-01-01 00:00:00"})
        return begin(tables, **asked)

    broken.setitem(METHODS, "begin_run", give)


def no_takeover(broken: pytest.MonkeyPatch) -> None:
    """A lease whose holder died is never free again."""

    def held(tables: Any, **asked: Any) -> Any:
        for run in tables.rows(runs.RUN).values():
            if run["state"] == "running":
                return {"held_by": run["owner"], "until": run["lease_until"]}
        return begin(tables, **asked)

    begin = runs.begin_run
    broken.setitem(METHODS, "begin_run", held)


def one_reading(broken: pytest.MonkeyPatch) -> None:
    """What another run wrote in the middle of the reading goes unnoticed."""
    broken.setattr(pipeline.Service, "_signs", lambda *_, **__: NO_SIGNS)
    broken.setattr(pipeline, "_READINGS", 1)


def unbound_time(broken: pytest.MonkeyPatch) -> None:
    """A repeated call binds nothing: it looks as if the first had."""
    real = writer._bind

    def bind(tables: Any, document: Any, record: int) -> None:
        if len(tables.rows(runs.RUN)) % 3 != 2:
            real(tables, document, record)

    broken.setattr(writer, "_bind", bind)


def leaking_key(broken: pytest.MonkeyPatch) -> None:
    """Somebody logs the settings with the secret in them."""
    real = pipeline.Service.pull

    def pull(self: Any, *arguments: Any) -> Any:
        logs.get("drawdown").debug("reading", key=self.settings.key().get_secret_value())
        return real(self, *arguments)

    broken.setattr(pipeline.Service, "pull", pull)


def leaking_client(broken: pytest.MonkeyPatch) -> None:
    """Somebody logs what was pulled."""
    real = pipeline.Service.pull

    def pull(self: Any, *arguments: Any) -> Any:
        pulled = real(self, *arguments)
        logs.get("drawdown").info("clients", names=[each.name for each in pulled.snapshot.clients])
        return pulled

    broken.setattr(pipeline.Service, "pull", pull)


CAUGHT = (
    (no_unique_key, 4, "twice: account.move"),
    (no_tombstone, 19, "wrote again what a person had deleted"),
    (silent_edits, 23, "nobody was told of 1/2/fee/2025-02/0, which a person changed"),
    (no_look_up, 14, "reported as written, and not there"),
    (no_lease, 4, "a rival wrote while another run held the lease"),
    (no_takeover, 1, "a run that nothing befell ended with LeaseHeld"),
    (unbound_time, 1, "differs: advance"),
    (leaking_key, 0, "the log shows"),
    (leaking_client, 0, "the log shows"),
)


@pytest.mark.parametrize(
    ("sabotage", "seed", "seen"), CAUGHT, ids=[each.__name__ for each, _, _ in CAUGHT]
)
def test_what_keeps_money_exactly_once_is_missed_when_it_is_gone(
    monkeypatch: pytest.MonkeyPatch, sabotage: Break, seed: int, seen: str
) -> None:
    assert not many([seed]).violations, "else it proves nothing"
    sabotage(monkeypatch)
    violations = many([seed]).violations
    assert seen in violations[seed][0]


@pytest.mark.parametrize(("kind", "seed"), [("a rival before", 10_004), (BESIDE, 1)])
def test_a_reading_that_another_run_tore_is_missed_when_it_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, kind: str, seed: int
) -> None:
    one_reading(monkeypatch)
    violations = every_call([seed], [kind]).violations
    assert f"{kind} at call" in violations[seed][0]


def test_the_smallest_history_that_fails_still_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    no_unique_key(monkeypatch)
    with listening() as heard:
        trial, wrong = shrink(try_seed(4, heard).trial, heard)
    assert "twice: account.move" in wrong[0]
    faults = [
        planned
        for event in trial.events
        if isinstance(event, Night)
        for attempt in event.attempts
        for planned in attempt.planned
    ]
    assert len(faults) == 1
    assert len(trial.events) <= 3
