"""A PostgreSQL cluster in a folder of ours: made, started, asked and stopped without any service.

The binaries come from a wheel in Odoo's environment. Nothing here survives a crash of the machine
(fsync is off): every cluster is a disposable copy, and speed is what it is for.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.processes import Process, launch, run

USER = "odoo"
"""The database's superuser; Odoo refuses to work as one called `postgres`."""

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107
_UNPRIVILEGED = "nobody"

SETTINGS = """
# Disposable data: nothing is written for the sake of surviving a crash.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = 16MB
max_wal_size = 256MB
wal_recycle = off
wal_init_zero = off
checkpoint_timeout = 30min
# Sized for a laptop or a small CI machine that runs a few instances side by side.
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 64MB
effective_cache_size = 1GB
max_connections = 100
max_parallel_workers_per_gather = 0
jit = off
# In the data's own folder, so that even a killed server leaves nothing elsewhere.
dynamic_shared_memory_type = mmap
random_page_cost = 1.1
autovacuum_naptime = 20s
listen_addresses = ''
timezone = 'UTC'
log_timezone = 'UTC'
"""
"""What is added to initdb's settings; a cluster made with others is not the same artefact."""


@dataclass
class Cluster:
    """One PGDATA folder and, while it runs, the server on it."""

    binaries: Path
    data: Path
    log: Path
    process: Process | None = None
    socket_folder: Path | None = None
    _own_socket_folder: bool = field(default=False, repr=False)

    @property
    def sockets(self) -> Path:
        """The folder of the running server's socket, which is what clients call its host."""
        assert self.socket_folder is not None, "the cluster was not started"
        return self.socket_folder

    def create(self) -> None:
        """Run initdb, with the settings for disposable data."""
        self.data.mkdir(parents=True)
        _give_to_unprivileged(self.data)
        done = run(
            [
                *_as_unprivileged(),
                str(self.binaries / "initdb"),
                f"--pgdata={self.data}",
                f"--username={USER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--wal-segsize=4",
                "--no-sync",
            ],
            log=self.log,
            cwd=Path("/"),
        )
        if done.returncode:
            raise _trouble("PostgreSQL could not make a database cluster", self.log)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)

    def start(self, *, die_with_owner: bool) -> None:
        """Start the server and wait until it answers."""
        self._choose_socket_folder()
        self.process = launch(
            [
                *_as_unprivileged(),
                str(self.binaries / "postgres"),
                "-D",
                str(self.data),
                "-k",
                str(self.sockets),
            ],
            log=self.log,
            cwd=Path("/"),
            # Immediate shutdown: the data is not kept, and no backend stays behind.
            die=signal.SIGQUIT if die_with_owner else None,
        )
        try:
            self._wait_until_ready(seconds=60)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, keep_data: bool = True) -> None:
        """End the server; harmless when it does not run.

        Its fast shutdown drops the sessions and writes everything out; where nobody will read the
        data again, its immediate one only ends the processes.
        """
        if self.process is not None:
            self.process.end(signal.SIGINT if keep_data else signal.SIGQUIT, patience=30)
            self.process = None
        if self._own_socket_folder and self.socket_folder is not None:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def sql(self, statements: str, database: str = "postgres") -> str:
        """Run statements, each in its own transaction, and return the rows as plain text."""
        done = run(
            [
                str(self.binaries / "psql"),
                *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                *("--set=ON_ERROR_STOP=1", f"--dbname={self.dsn(database)}"),
            ],
            input=statements,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no answer"]
            raise SandboxError(
                f"PostgreSQL refused a statement on {database}: {lines[-1]}",
                f"Its log is {self.log}.",
            )
        return done.stdout.strip()

    def dsn(self, database: str) -> str:
        """The address of a database, for libpq and psycopg."""
        return f"postgresql://{USER}@/{database}?host={self.sockets}"

    def _wait_until_ready(self, seconds: float) -> None:
        assert self.process is not None
        until = time.monotonic() + seconds
        probe = [
            str(self.binaries / "pg_isready"),
            f"--host={self.sockets}",
            "--quiet",
            "--timeout=1",
        ]
        while time.monotonic() < until:
            if not self.process.alive:
                raise _trouble("PostgreSQL ended while it started", self.log)
            if (self.sockets / _SOCKET).exists() and run(probe).returncode == 0:
                return
            time.sleep(0.02)
        raise _trouble(f"PostgreSQL did not answer within {seconds:.0f} s", self.log)

    def _choose_socket_folder(self) -> None:
        """Put the socket beside the data, or in a short folder where that path is too long."""
        beside = self.data.parent / "pg"
        if len(str(beside / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            beside.mkdir(exist_ok=True)
            self.socket_folder, self._own_socket_folder = beside, False
        else:
            self.socket_folder = Path(tempfile.mkdtemp(prefix="drawdown-pg-"))
            self._own_socket_folder = True
        self.socket_folder.chmod(0o700)
        _give_to_unprivileged(self.socket_folder)


def copy_data(source: Path, target: Path) -> None:
    """Copy a stopped cluster's folder, sharing the blocks where the file system can."""
    done = run(["cp", "--archive", "--reflink=auto", str(source), str(target)])
    if done.returncode:
        full = "No space left" in done.stderr
        raise SandboxError(
            "The disk is full" if full else f"A cluster could not be copied: {done.stderr}",
            "Free about 1 GB, or point DRAWDOWN_CACHE at a folder on a larger disk.",
        )


def _as_unprivileged() -> list[str]:
    """As root, how to run a program as an account that PostgreSQL accepts.

    PostgreSQL refuses to run as root. The unprivileged account keeps one right of root's, to pass
    folders that it does not own, so that the cache may lie in a home folder closed to others.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise SandboxError(
            "PostgreSQL does not run as root and setpriv is not installed",
            "Install util-linux, or run the sandbox as an ordinary user.",
        )
    account = pwd.getpwnam(_UNPRIVILEGED)
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        # Without this bit, access(2) asks as if the kept right were not there.
        "--securebits=+no_setuid_fixup",
        "--pdeathsig=keep",
        "--",
    ]


def _give_to_unprivileged(folder: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _trouble(what: str, log: Path) -> SandboxError:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    telling = next((line for line in reversed(lines) if "FATAL" in line or "error" in line), "")
    return SandboxError(
        f"{what}: {telling or (lines[-1] if lines else 'no output')}", f"See {log}."
    )
