"""The place of the trials: a real Odoo, one database of it, and the line that leads there.

Everything in it may be killed, and is brought back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Self

from sandbox import Database, Sandbox
from sandbox.errors import SandboxError
from sandbox.template import ADDON
from sync.odoo.connect import connect_once
from sync.odoo.gateway import AdminGateway
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.pipeline import opened
from sync.report.progress import Progress
from sync.report.run import RunReport
from sync.settings import Settings
from tests.faults.gate import Gates
from tests.faults.line import Line

ROOT = Path(__file__).parents[2]
DAY = date(2025, 4, 2)
LEASE = 30
"""Seconds; the least that the settings allow. No trial waits for its end, see ``expire``."""
PROTOCOLS = ("json2", "jsonrpc")


class Ran(Thread):
    """A run in a thread of its own: its report, or what it raised."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self.report: RunReport | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """What the nightly job does."""
        try:
            with opened(self._settings, Progress(quiet=True)) as service:
                (company,) = service.companies()
                self.report = service.run(service.look(company, DAY))
        except BaseException as error:
            self.error = error

    def end(self, seconds: float = 120) -> Self:
        """Wait for its end."""
        self.join(seconds)
        assert not self.is_alive(), "the run hangs"
        return self


@dataclass
class Lab:
    """One server and one database for many trials."""

    box: Sandbox
    database: Database
    gates: Gates
    line: Line
    admin: AdminGateway
    finance: AdminGateway
    service: AdminGateway
    worlds: int = 0
    accounts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, workers: int = 0, plant: Callable[[Path], None] | None = None) -> Lab:
        """Start everything. ``workers``: processes of Odoo; 0 = one process with threads.

        ``plant`` may change the lab's own copy of the addon before Odoo loads it.
        """
        box = Sandbox.start(workers=workers)
        try:
            # What was answered as done must stay, also when PostgreSQL is killed a moment later.
            box.cluster.sql("ALTER SYSTEM SET synchronous_commit = 'on'")
            box.cluster.sql("SELECT pg_reload_conf()")
            if plant is not None:
                plant(box.folder / "addons" / ADDON)
            database = box.clone("faults")
            where = {"url": database.url, "database": database.name}
            admin = connect_once(
                Settings(login=database.admin_login, api_key=database.admin_api_key, **where)
            )
            service = connect_once(
                Settings(login=database.service_login, api_key=database.service_api_key, **where)
            )
            password = database.passwords["finance"]
            finance = JsonRpcGateway(Settings(login="finance", api_key=password, **where))
            gates = Gates(box.cluster, database.name)
        except BaseException:
            box.stop()
            raise
        line = Line(("127.0.0.1", box.server.port))
        admin.write("res.company", [1], {"retainer_po_policy": "ignore"})
        return cls(box, database, gates, line, admin, finance, service)

    def close(self) -> None:
        """End everything."""
        self.line.close()
        self.gates.close()
        self.admin.close()
        self.service.close()
        self.box.stop()

    def account(self, name: str) -> int:
        """The account called so."""
        if name not in self.accounts:
            found = self.admin.search_read("account.account", [("name", "=", name)], [], limit=1)
            self.accounts[name] = found[0]["id"]
        return self.accounts[name]

    # -- runs

    def settings(self, protocol: str, *, batch_size: int = 200, direct: bool = False) -> Settings:
        """The service's settings; it comes by the line unless it goes ``direct``."""
        return Settings(
            url=self.database.url if direct else self.line.url,
            database=self.database.name,
            login=self.database.service_login,
            api_key=self.database.service_api_key,
            protocol=protocol,
            batch_size=batch_size,
            lease_seconds=LEASE,
            attempts=3,
            use_proxy=False,
        )

    def start(self, settings: Settings) -> Ran:
        """Begin a run."""
        ran = Ran(settings)
        ran.start()
        return ran

    def process(self, settings: Settings) -> subprocess.Popen[bytes]:
        """Begin a run by the command line, in a process of its own."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        said = {
            name: getattr(settings, name)
            for name in ("url", "database", "login", "protocol", "batch_size", "lease_seconds")
        }
        return subprocess.Popen(
            [sys.executable, "-m", "sync.cli", "run", "--as-of", DAY.isoformat()],
            cwd=ROOT,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "XDG_STATE_HOME": str(self.box.folder / "state"),
                "DRAWDOWN_API_KEY": settings.key().get_secret_value(),
                **{f"DRAWDOWN_{name.upper()}": str(value) for name, value in said.items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def expire(self, seconds: float = -1) -> None:
        """Let time pass for the lease: so many seconds are left of it."""
        self.gates.eye.ask(
            "UPDATE retainer_sync_run SET lease_until = (clock_timestamp() AT TIME ZONE 'UTC')"
            f" + interval '{seconds} seconds' WHERE state = 'running'"
        )

    def held(self) -> bool:
        """Whether somebody asking for the lease now is refused."""
        answer = self.service.call(
            "retainer.gateway",
            "begin_run",
            repeatable=False,
            company_id=1,
            as_of=DAY.isoformat(),
            owner="asking",
            lease_seconds=LEASE,
        )
        return "held_by" in answer

    def runs(self) -> str:
        """The last runs that Odoo knows of, for the message of a failure."""
        return self.gates.eye.ask(
            "SELECT id, state, owner, started_at, lease_until, lease_touches, finished_at, log"
            " FROM retainer_sync_run ORDER BY id DESC LIMIT 4"
        )

    # -- what can be killed

    def backends(self) -> list[int]:
        """PostgreSQL's processes that work for Odoo."""
        found = self.gates.eye.ask(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'odoo-%'"
            f" AND datname = '{self.database.name}'"
        )
        return [int(pid) for pid in found.split()]

    @property
    def server(self) -> int:
        """Odoo's process that we started."""
        assert self.box.server.process is not None
        return self.box.server.process.pid

    def workers(self) -> list[int]:
        """Odoo's processes that answer requests, children of the server."""
        parent = self.server
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        # The one that keeps long connections open is started as another program.
        return [int(pid) for pid in children if b"gevent" not in _command(int(pid))]

    def kill_worker(self, pid: int) -> None:
        """End one of Odoo's workers as the kernel does when memory runs out."""
        assert pid in self.workers(), "not a worker of ours"
        os.kill(pid, signal.SIGKILL)

    def kill_postgres(self) -> None:
        """End PostgreSQL as a crash would, and start it again; it recovers what was committed."""
        cluster = self.box.cluster
        assert cluster.process is not None
        cluster.process.end(signal.SIGKILL, patience=0)
        until = time.monotonic() + 30
        while True:
            try:
                cluster.start(die_with_owner=True)
                break
            except SandboxError:
                # The processes of the killed one are still on their way out.
                assert time.monotonic() < until, "PostgreSQL does not come back"
                time.sleep(0.1)
        self.gates.reopen()


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
