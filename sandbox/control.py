"""What the commands do: up, down, reset and status of the instances that stay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.artefacts import built
from sandbox.databases import Database
from sandbox.instance import Sandbox
from sandbox.paths import cache_root
from sandbox.places import lasting_instances
from sandbox.progress import Progress
from sandbox.state import State, read_state
from sandbox.template import template
from sandbox.visit import first_visit

DATABASE = "drawdown"
_BUILT = {
    "odoo": "Odoo's source",
    "python": "Odoo's Python environment",
    "base": "base database",
    "template": "template database",
    "pages": "template with pages",
}


@dataclass(frozen=True)
class Access:
    """How to get into a running instance."""

    database: Database
    keys_file: Path
    log: Path

    @property
    def address(self) -> str:
        """The page to open in a browser."""
        return f"{self.database.url}/web/login?db={self.database.name}"

    def as_json(self) -> dict[str, Any]:
        """The same for programs. The API keys themselves stay in their file."""
        return {
            "url": self.database.url,
            "address": self.address,
            "database": self.database.name,
            "users": self.database.passwords,
            "service_login": self.database.service_login,
            "api_keys": str(self.keys_file),
            "log": str(self.log),
        }


def up(name: str, database: str, workers: int, port: int, progress: Progress) -> Access:
    """Start the instance, or find it running, with that database in it.

    One that this call started ends with it where the rest fails or is interrupted.
    """
    state = read_state(lasting_instances() / name)
    if state is not None and state.running:
        progress.plan(1)
        return _with_database(Sandbox.attach(name), database, progress)
    progress.plan(9)
    box = Sandbox.start_daemon(name, workers, port=port, progress=progress)
    try:
        return _with_database(box, database, progress)
    except BaseException:
        Sandbox.stop_daemon(name)
        raise


def _with_database(box: Sandbox, database: str, progress: Progress) -> Access:
    with progress.step(f"Database {database}"):
        there = database in box.databases()
        one = box.database(database) if there else box.clone(database)
        first_visit(one)
    return _access(box, one)


def down(name: str, progress: Progress) -> bool:
    """End the instance; say whether there was one."""
    progress.plan(1)
    with progress.step(f"Ending {name}"):
        return Sandbox.stop_daemon(name)


def reset(name: str, progress: Progress) -> Access:
    """Clone the instance's databases anew; where the addon changed, start it anew as well.

    A server that runs holds the code it was started with, so a new addon needs a new server. It
    gets the port of the old one.
    """
    box = Sandbox.attach(name)
    state = read_state(box.folder)
    assert state is not None
    names = box.databases() or [DATABASE]
    progress.plan(5 + len(names))
    fresh = template(progress, pages=True)
    if fresh.artefact.key == state.template:
        for each in names:
            box.drop(each)
    else:
        Sandbox.stop_daemon(name)
        box = Sandbox.start_daemon(name, state.workers, port=state.port)
    for each in names:
        with progress.step(f"Database {each}"):
            first_visit(box.clone(each))
    return _access(box, box.database(names[0]))


def build(progress: Progress) -> None:
    """Build everything that instances are copies of."""
    progress.plan(5)
    template(progress, pages=True)


def status() -> dict[str, Any]:
    """What runs and what is built, in plain values."""
    return {
        "cache": str(cache_root()),
        "built": [
            {"what": words, "detail": artefact.path.name}
            for kind, words in _BUILT.items()
            for artefact in built(kind)
        ],
        "instances": [_describe(state) for state in _states()],
    }


def _states() -> list[State]:
    folders = sorted(path for path in lasting_instances().glob("*") if path.is_dir())
    return [state for folder in folders if (state := read_state(folder)) is not None]


def _describe(state: State) -> dict[str, Any]:
    return {
        "name": state.name,
        "running": state.running,
        "url": f"http://127.0.0.1:{state.port}",
        "databases": Sandbox.attach(state.name).databases() if state.running else [],
        "started": state.started,
        "workers": state.workers,
    }


def _access(box: Sandbox, database: Database) -> Access:
    return Access(database, box.keys_file, box.server.log)
