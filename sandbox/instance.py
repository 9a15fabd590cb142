"""An instance: a cluster and an Odoo of its own, from which databases are cloned and dropped."""

from __future__ import annotations

import datetime
import secrets
import shutil
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox import places
from sandbox.artefacts import disk_trouble
from sandbox.databases import Database, Databases, access, check_name
from sandbox.errors import SandboxError
from sandbox.locks import FileLock
from sandbox.odoo_server import OdooServer, open_listener
from sandbox.odoo_tests import OdooTestRun, read_results
from sandbox.postgres import Cluster
from sandbox.progress import Progress, Silent
from sandbox.quick_keys import quick_keys
from sandbox.state import State, read_state
from sandbox.template import ADDON, Template, copy_layer, odoo_home, template


class Sandbox:
    """A private Odoo 19 with its PostgreSQL. Use it as a context manager, or call `stop`.

    It ends with the thread that started it, so start it from one that lives as long as it should.
    One that `start_daemon` made stays until `stop_daemon`.
    """

    def __init__(self, folder: Path, cluster: Cluster, server: OdooServer, *, lasting: str) -> None:
        self.folder = folder
        self.cluster = cluster
        self.server = server
        self._lasting = lasting
        self._databases = Databases(cluster, folder / "files")
        self._owner_lock: FileLock | None = None

    # -- making and finding ----------------------------------------------------------------

    @classmethod
    def start(
        cls,
        workers: int = 0,
        *,
        progress: Progress | None = None,
        cron_threads: int = 0,
        addon: bool = True,
        pages: bool = False,
        extra_addons: Sequence[Path] = (),
        in_memory: bool | None = None,
    ) -> Sandbox:
        """Start a private instance that ends with this process, building what is missing first.

        `workers` is Odoo's number of HTTP processes, 0 for one threaded process. `addon=False`
        gives databases without the project's addon. `pages` is for those who open pages in a
        browser: what they load is made once, for all instances. `extra_addons` are folders with
        further modules, found but not installed. `in_memory` keeps the data in memory rather than
        on disk, by default where the machine has plenty: clones are several times faster there.
        """
        told = progress or Silent()
        source = template(told, addon=addon, pages=pages)
        with places.lock_private():
            places.sweep()
            folder = places.make_private(in_memory)
            lock = places.owner_lock(folder)
            lock.acquire()
        try:
            with told.step("Copy of the template"):
                box = cls._prepare(folder, source, extra_addons, workers, lasting="")
            box._launch(source, told, cron_threads=cron_threads)
        except BaseException:
            places.remove(folder)
            lock.release()
            raise
        box._owner_lock = lock
        return box

    @classmethod
    def start_daemon(
        cls,
        name: str = "default",
        workers: int = 0,
        *,
        port: int = 0,
        cron_threads: int = 0,
        progress: Progress | None = None,
        in_memory: bool | None = None,
    ) -> Sandbox:
        """Start an instance that goes on after this process; `attach` finds it by its name."""
        check_name(name)
        told = progress or Silent()
        source = template(told, pages=True)
        folder = places.lasting_instances() / name
        with places.lock_lasting(name):
            state = read_state(folder)
            if state is not None and state.running:
                raise SandboxError(
                    f"The instance {name} runs already",
                    f"Use it, or end it with `python -m sandbox down --name {name}`.",
                )
            _end(folder, state)
            try:
                with told.step("Copy of the template"):
                    places.make_lasting(name, in_memory)
                    box = cls._prepare(folder, source, (), workers, lasting=name)
                box._launch(source, told, cron_threads=cron_threads, port=port)
            except BaseException:
                places.remove(folder)
                raise
        return box

    @classmethod
    def attach(cls, name: str = "default") -> Sandbox:
        """Connect to an instance that `start_daemon` or `python -m sandbox up` left running."""
        check_name(name)
        folder = places.lasting_instances() / name
        state = read_state(folder)
        if state is None or not state.running:
            raise SandboxError(
                f"No instance {name} is running",
                f"Start it with `python -m sandbox up --name {name}`.",
            )
        home = odoo_home(Silent()).with_addons(folder / "addons")
        binaries = home.python.postgres_binaries
        cluster = Cluster(binaries, folder / "data", folder / "postgres.log", state.postgres)
        cluster.socket_folder = Path(state.socket_folder)
        server = OdooServer(home, folder / "odoo.conf", folder / "odoo.log", state.workers)
        server.port, server.process = state.port, state.odoo
        return cls(folder, cluster, server, lasting=name)

    @staticmethod
    def stop_daemon(name: str = "default") -> bool:
        """End an instance that stayed and delete it; say whether there was one."""
        check_name(name)
        folder = places.lasting_instances() / name
        with places.lock_lasting(name):
            there = folder.is_dir()
            _end(folder, read_state(folder))
        return there

    # -- databases -------------------------------------------------------------------------

    def clone(
        self, name: str, of: Database | str | None = None, *, quick: bool = False
    ) -> Database:
        """A fresh database with the addon, the users and nothing else, in a fraction of a second.

        The name is made of small letters, digits and underscores. One that was dropped may be used
        again. `of` is a database to copy instead, which scripts may have filled and nobody is
        connected to. `quick` makes the check of its keys cheap, which no other database does.
        """
        if of is None:
            self._databases.clone(name)
        else:
            self._databases.clone(name, _name(of))
        database = self.database(name)
        if quick:
            self.cluster.sql(
                quick_keys((database.admin_api_key, database.service_api_key)), database.name
            )
        return database

    def database(self, name: str) -> Database:
        """How to get into a database of this instance."""
        return access(self.url, name, self.keys_file)

    def databases(self) -> list[str]:
        """The names of the databases that were cloned and not dropped."""
        return self._databases.names()

    def drop(self, database: Database | str) -> None:
        """Delete a database and its files, whoever is connected to it."""
        self._databases.drop(_name(database))

    # -- running things --------------------------------------------------------------------

    def run_script(
        self, script: Path | str, database: Database | str, install: Sequence[str] = ()
    ) -> str:
        """Run Python code in Odoo with `env` of that database; commit; return what it printed.

        `script` is a Path, or the source itself. It runs in a process of its own, beside the
        server, after the modules in `install` were installed. Where it raises, nothing is committed
        and the SandboxError tells the last line.
        """
        source = script.read_text() if isinstance(script, Path) else script
        log = self.folder / "scripts.log"
        return self.server.home.script(self.odoo_config, _name(database), source, log, install)

    def run_odoo_tests(
        self, module: str = ADDON, tags: str | None = None, *, keep: bool = False
    ) -> OdooTestRun:
        """Run a module's own Odoo tests in a fresh clone and count what came of them.

        `tags` is Odoo's `--test-tags`, by default every test of the module. The clone is dropped
        unless `keep`; the log stays until the instance ends.
        """
        name = f"odoo_tests_{secrets.token_hex(3)}"
        log = self.folder / f"{name}.log"
        config = self.folder / f"{name}.conf"
        home = self.server.home
        self.clone(name)
        try:
            home.write_config(config, data=self.folder / "files", sockets=self.cluster.sockets)
            arguments = [f"--database={name}", f"--update={module}", f"--logfile={log}"]
            arguments += [f"--test-tags={tags or f'/{module}'}", "--stop-after-init"]
            done = home.odoo(config, arguments, self.folder / "scripts.log")
        finally:
            config.unlink(missing_ok=True)
            if not keep:
                self.drop(name)
        return read_results(done.returncode, log)

    def restart(self, *, kill: bool = False, workers: int | None = None) -> None:
        """End Odoo (with `kill` as a crash would) and start it again on the same port.

        `workers` is how many HTTP processes it has from now on, by default as many as before.
        """
        if kill:
            self.server.kill()
        else:
            self.server.stop()
        if workers is not None:
            self.server.workers = workers
            self._write_config(self.server.port, cron_threads=0)
        self._start_server(open_listener(self.server.port, patience=60))
        state = read_state(self.folder)
        if state is not None:
            self._write_state(state.template)

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.server.url

    @property
    def keys_file(self) -> Path:
        """The API keys by login, the same in every clone; readable by the owner only."""
        return self.folder / "keys.json"

    @property
    def odoo_python(self) -> Path:
        """The interpreter with Odoo's libraries; it finds Odoo by `odoo_environment`."""
        return self.server.home.python.python

    @property
    def odoo_environment(self) -> dict[str, str]:
        """The variables that `odoo_python` needs."""
        return self.server.home.environment()

    @property
    def odoo_config(self) -> Path:
        """The settings file of the running server, with the way to its database cluster."""
        return self.server.config

    def postgres_dsn(self, database: Database | str) -> str:
        """The database's address for libpq and psycopg."""
        return self.cluster.dsn(_name(database))

    # -- ending ----------------------------------------------------------------------------

    def stop(self) -> None:
        """End both servers and delete everything the instance had."""
        if self._lasting:
            self.stop_daemon(self._lasting)
            return
        self._stop_processes()
        places.remove(self.folder)
        if self._owner_lock is not None:
            self._owner_lock.release()
            self._owner_lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- inside ----------------------------------------------------------------------------

    @classmethod
    def _prepare(
        cls,
        folder: Path,
        source: Template,
        extra_addons: Sequence[Path],
        workers: int,
        *,
        lasting: str,
    ) -> Sandbox:
        """Fill the instance's folder from the template; nothing runs yet."""
        with source.artefact.reading() as built:
            copy_layer(built, folder)
        more = [Path(path).resolve() for path in extra_addons]
        home = source.home.with_addons(folder / "addons", *more)
        cluster = Cluster(home.python.postgres_binaries, folder / "data", folder / "postgres.log")
        server = OdooServer(home, folder / "odoo.conf", folder / "odoo.log", workers)
        return cls(folder, cluster, server, lasting=lasting)

    def _launch(
        self, source: Template, progress: Progress, *, cron_threads: int, port: int = 0
    ) -> None:
        try:
            with progress.step("PostgreSQL"):
                self.cluster.start(die_with_owner=not self._lasting)
                self._write_state(source.artefact.key)
            with progress.step("Odoo"):
                listener = open_listener(port)
                self._write_config(listener.getsockname()[1], cron_threads=cron_threads)
                self._start_server(listener)
                self._write_state(source.artefact.key)
        except OSError as error:
            self._stop_processes()
            raise disk_trouble(error) from error
        except BaseException:
            self._stop_processes()
            raise

    def _write_config(self, port: int, *, cron_threads: int) -> None:
        self.server.home.write_config(
            self.odoo_config,
            data=self.folder / "files",
            sockets=self.cluster.sockets,
            port=port,
            workers=self.server.workers,
            cron_threads=cron_threads,
        )

    def _start_server(self, listener: socket.socket) -> None:
        self.server.start(listener, die_with_owner=not self._lasting)
        self.server.wait_until_ready()

    def _stop_processes(self) -> None:
        """Nobody reads this data again, so nobody waits for it to be written."""
        self.server.stop(patience=1 if self.server.workers else 0)
        self.cluster.stop(keep_data=False)

    def _write_state(self, template_key: str) -> None:
        """For an instance that stays: note what runs, as soon as it does."""
        if self._lasting and self.cluster.process is not None:
            State(
                name=self._lasting,
                port=self.server.port,
                postgres=self.cluster.process,
                odoo=self.server.process,
                socket_folder=str(self.cluster.sockets),
                template=template_key,
                workers=self.server.workers,
                started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            ).write(self.folder)


def _name(database: Database | str) -> str:
    return database if isinstance(database, str) else database.name


def _end(folder: Path, state: State | None) -> None:
    """End what the state says is running, and delete the folder."""
    if state is not None:
        if state.odoo is not None:
            state.odoo.end(signal.SIGTERM, patience=1)
        state.postgres.end(signal.SIGQUIT, patience=5)
        sockets = Path(state.socket_folder)
        if sockets != folder / "pg":
            shutil.rmtree(sockets, ignore_errors=True)
    places.remove(folder)
