"""Odoo's processes: a server that answers, and one-shot runs that install, test or run a script."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.debian import OdooSource
from sandbox.errors import SandboxError
from sandbox.postgres import USER
from sandbox.processes import Process, launch, run
from sandbox.python_env import PythonEnv

HOST = "127.0.0.1"
_RUNNER = Path(__file__).with_name("odoo_runner.py")


@dataclass(frozen=True)
class OdooHome:
    """Everything Odoo needs to run, except a database: source, interpreter and addons."""

    source: OdooSource
    python: PythonEnv
    addons: tuple[Path, ...]

    def with_addons(self, *folders: Path) -> OdooHome:
        """The same Odoo with these addon folders; those without a module in them are left out."""
        return replace(self, addons=tuple(path for path in folders if any(path.glob("*/"))))

    def environment(self) -> dict[str, str]:
        """The variables Odoo runs with: its source on the path, UTC, and nothing of the user's."""
        env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PG", "ODOO", "PYTHON", "VIRTUAL_ENV", "LISTEN_"))
        }
        env["PYTHONPATH"] = str(self.source.packages)
        env["PYTHONUNBUFFERED"] = "1"
        env["TZ"] = "UTC"
        return env

    def write_config(
        self,
        path: Path,
        *,
        data: Path,
        sockets: Path,
        port: int = 0,
        workers: int = 0,
        cron_threads: int = 0,
    ) -> None:
        """Write Odoo's settings, so that its command lines stay short and can be repeated."""
        settings = {
            "addons_path": ",".join(str(folder) for folder in self.addons),
            "admin_passwd": secrets.token_hex(16),
            "data_dir": data,
            "db_host": sockets,
            "db_user": USER,
            "db_maxconn": 32,
            "http_interface": HOST,
            "http_port": port or free_port(),
            "gevent_port": free_port(),
            "list_db": True,
            "max_cron_threads": cron_threads,
            "workers": workers,
            "limit_time_cpu": 3600,
            "limit_time_real": 7200,
            "limit_memory_soft": 8 << 30,
            "limit_memory_hard": 10 << 30,
        }
        lines = [f"{key} = {value}" for key, value in settings.items() if value != ""]
        path.write_text("[options]\n" + "\n".join(lines) + "\n")
        path.chmod(0o600)

    def command(self, config: Path, *arguments: str) -> list[str]:
        """The command line of `odoo` with these settings."""
        return [str(self.python.python), "-m", "odoo", f"--config={config}", *arguments]

    def odoo(
        self, config: Path, arguments: Sequence[str], log: Path
    ) -> subprocess.CompletedProcess[str]:
        """Run `odoo` to its end, its output also in `log`."""
        return run(self.command(config, *arguments), env=self.environment(), log=log)

    def script(
        self, config: Path, database: str, source: str, log: Path, install: Iterable[str] = ()
    ) -> str:
        """Run Python code with `env` of that database and return what it printed.

        The modules in `install` are installed first, in the same process: loading Odoo twice would
        cost more than the install. The transaction is committed when the code ends without error.
        """
        done = run(
            [
                str(self.python.python),
                str(_RUNNER),
                *(f"--install={module}" for module in install),
                *("--", database, f"--config={config}", f"--logfile={log}"),
            ],
            env=self.environment(),
            input=source,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no output"]
            with log.open("a") as kept:
                kept.write(done.stderr)
            raise SandboxError(
                f"A script in Odoo failed on {database}: {lines[-1]}", f"The rest is in {log}."
            )
        return done.stdout


@dataclass
class OdooServer:
    """A running Odoo that serves every database of its cluster."""

    home: OdooHome
    config: Path
    log: Path
    workers: int = 0
    port: int = 0
    process: Process | None = None

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{HOST}:{self.port}"

    def start(self, listener: socket.socket, *, die_with_owner: bool) -> None:
        """Start the server on a socket that already listens, and return before it answers.

        The socket is ours before Odoo exists, so no other program can take the port in between.
        """
        self.port = listener.getsockname()[1]
        die = None
        if die_with_owner:
            # A server with workers has to end them itself; one process can simply be killed.
            die = signal.SIGTERM if self.workers else signal.SIGKILL
        self.process = launch(
            self.home.command(self.config, f"--logfile={self.log}"),
            log=self.log,
            env=self.home.environment(),
            cwd=self.config.parent,
            die=die,
            listen=listener,
        )
        listener.close()

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Wait until the server answers; raise what its log says if it ends instead."""
        assert self.process is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.process.alive:
                raise self._trouble("Odoo ended while it started")
            if self.answers():
                return
            time.sleep(0.05)
        raise self._trouble(f"Odoo did not answer within {seconds:.0f} s")

    def answers(self) -> bool:
        """True when the server says that it is well."""
        try:
            # No proxy stands between this machine and itself.
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(f"{self.url}/web/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
            return False

    def stop(self, patience: float = 5) -> None:
        """End the server; harmless when it does not run."""
        if self.process is not None:
            self.process.end(signal.SIGTERM, patience)
            self.process = None

    def kill(self) -> None:
        """End the server as a crash would: no goodbye, no rollback."""
        if self.process is not None:
            self.process.end(signal.SIGKILL, patience=0)
            self.process = None

    def _trouble(self, what: str) -> SandboxError:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        telling = [line for line in lines if " ERROR " in line or " CRITICAL " in line]
        last = (telling or lines or ["no output"])[-1]
        return SandboxError(f"{what}: {last}", f"Its log is {self.log}.")


def open_listener(port: int = 0, patience: float = 0) -> socket.socket:
    """A listening socket on the loopback address, on a free port unless one is asked for.

    A port that was just given back may be in use for a moment, as the near end of somebody's
    connection: `patience` is how many seconds to keep asking.
    """
    until = time.monotonic() + patience
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if time.monotonic() < until:
                time.sleep(0.25)
                continue
            raise SandboxError(
                f"Port {port} of {HOST} cannot be used: {error.strerror}",
                "End the program that listens there, or leave the port to the sandbox.",
            ) from error
        return listener


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with open_listener() as listener:
        port: int = listener.getsockname()[1]
    return port
