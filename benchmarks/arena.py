"""The real Odoo that benchmarks run on: databases filled once, cloned for every contender."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import page
from benchmarks.meter import Meter
from sandbox import Database, Sandbox
from sandbox.progress import Progress
from sync import logs
from sync.pipeline import Service, opened
from sync.report.progress import Progress as Quiet
from sync.settings import Settings

ROOT = Path(__file__).parents[1]
NO_LIMIT = 10_000_000


@dataclass
class Arena:
    """A running Odoo, and databases to copy."""

    box: Sandbox
    marks: dict[str, int] = field(default_factory=dict)
    """The highest id of every table of an empty database."""
    _made: set[str] = field(default_factory=set)

    def world(self, name: str, build: Callable[[str], None]) -> str:
        """A database to copy, filled by ``build`` the first time it is asked for."""
        if name not in self._made:
            self.box.clone(name)
            build(name)
            self.box.cluster.sql("VACUUM ANALYZE", name)
            self._made.add(name)
        return name

    @contextmanager
    def clone(self, of: str, name: str = "contender") -> Iterator[Database]:
        """A fresh copy of a world, gone afterwards."""
        # A server with workers looks into every database that can be connected to, when it starts
        # and from time to time; a world is only copied from now on.
        self.box.cluster.sql(f"ALTER DATABASE {of} WITH ALLOW_CONNECTIONS false")
        self.disconnect(of)
        database = self.box.clone(name, of)
        try:
            yield database
        finally:
            self.box.drop(database)

    def disconnect(self, name: str) -> None:
        """End the server's connections, so that the database can be copied."""
        self.box.cluster.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE datname = '{name}'"
        )

    def inside(
        self,
        function: str,
        database: Database | str,
        install: Sequence[str] = (),
        **arguments: Any,
    ) -> Any:
        """Call ``function(env, **arguments)`` of a module in ``benchmarks.inside``, inside Odoo.

        In a process of its own beside the server; committed at its end. The answer is JSON.
        """
        module, _, name = function.rpartition(".")
        source = "\n".join(
            (
                "import json, sys",
                f"sys.path.append({str(ROOT)!r})",
                f"from benchmarks.inside.{module} import {name}",
                f"print(json.dumps({name}(env, **json.loads({json.dumps(arguments)!r}))))",
            )
        )
        printed = self.box.run_script(source, database, install)
        return json.loads(printed.strip().splitlines()[-1])

    @contextmanager
    def service(
        self, database: Database, protocol: str = "json2", **more: Any
    ) -> Iterator[Service]:
        """The service, its door to that database open; no limit stops a plan."""
        options = {"read_timeout": 1800.0, "lease_seconds": 7200, "max_documents": NO_LIMIT}
        settings = Settings(
            url=database.url,
            database=database.name,
            login=database.service_login,
            api_key=database.service_api_key,
            protocol=protocol,
            **{**options, **more},
        )
        with opened(settings, Quiet(quiet=True)) as service:
            yield service

    def meter(self) -> Meter:
        """Counts this process, Odoo's server and PostgreSQL."""
        return Meter(self.processes)

    def own_meter(self) -> Meter:
        """Counts this process alone: the service."""
        return Meter()

    @property
    def machine(self) -> str:
        """What was measured on, in one sentence."""
        return f"{page.MACHINE[:-1]}, {self.versions}."

    @property
    def processes(self) -> tuple[int, ...]:
        """Odoo's server and PostgreSQL."""
        return tuple(
            each.pid for each in (self.box.server.process, self.box.cluster.process) if each
        )

    @property
    def versions(self) -> str:
        """Which Odoo and PostgreSQL this is."""
        postgres = self.box.cluster.sql("SHOW server_version").split()[0]
        return f"Odoo {self.box.server.home.source.version}, PostgreSQL {postgres}"


@contextmanager
def arena(progress: Progress, workers: int = 0, **options: Any) -> Iterator[Arena]:
    """Start an Odoo of this benchmark's own."""
    logs.configure()
    with Sandbox.start(workers, progress=progress, **options) as box:
        yield Arena(box)


@dataclass
class Series:
    """What one contender took, repeat by repeat."""

    name: str
    documents: int
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, wall: float, cpu: float) -> None:
        """Note one repeat, in seconds."""
        self.wall.append(wall)
        self.cpu.append(cpu)

    @property
    def each_wall(self) -> float:
        """Milliseconds per document, median."""
        return median(self.wall) / self.documents * 1000

    @property
    def each_cpu(self) -> float:
        """CPU milliseconds per document, median."""
        return median(self.cpu) / self.documents * 1000
