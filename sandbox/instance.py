"""An instance: a cluster and an Odoo of its own, from which databases are cloned and dropped."""

from __future__ import annotations

import datetime
import json
import re
import secrets
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.artefacts import disk_trouble
from sandbox.errors import SandboxError
from sandbox.locks import FileLock
from sandbox.odoo_server import OdooServer, open_listener
from sandbox.odoo_tests import OdooTestRun, read_results
from sandbox.places import instances_lock, lasting_instances, place_for_instances, sweep
from sandbox.postgres import Cluster
from sandbox.progress import Progress, Silent
from sandbox.provision import USERS
from sandbox.state import State, read_state
from sandbox.template import ADDON, DATABASE, Template, copy_files, copy_layer, odoo_home, template

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True)
class Database:
    """A database of a running instance, and who may come in. Passwords are those of a sandbox."""

    url: str
    name: str
    admin_login: str
    admin_password: str
    service_login: str
    service_password: str
    admin_api_key: str = field(repr=False)
    service_api_key: str = field(repr=False)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    """Every login of the sandbox with its password."""


class Sandbox:
    """A private Odoo 19 with its PostgreSQL. Use it as a context manager, or call `stop`."""

    def __init__(self, folder: Path, cluster: Cluster, server: OdooServer) -> None:
        self.folder = folder
        self.cluster = cluster
        self.server = server
        self._names: set[str] = set()
        self._lock: FileLock | None = None
        self._workers = 0
        self._die_with_owner = True

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
        more = [Path(folder).resolve() for folder in extra_addons]
        source = template(told, addon=addon, pages=pages)
        with instances_lock():
            sweep()
            folder = place_for_instances(in_memory) / f"private-{secrets.token_hex(4)}"
            folder.mkdir(parents=True)
            lock = FileLock(folder / "owner.lock")
            lock.acquire()
        try:
            box = cls._launch(
                folder, source, told, workers, cron_threads, more, die_with_owner=True
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
            raise
        box._lock = lock
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
    ) -> Sandbox:
        """Start an instance that goes on after this process; `attach` finds it by its name."""
        check_name(name)
        told = progress or Silent()
        source = template(told, pages=True)
        folder = lasting_instances() / name
        with FileLock(lasting_instances() / f".{name}.lock"):
            state = read_state(folder)
            if state is not None and state.running:
                raise SandboxError(
                    f"The instance {name} runs already",
                    f"Use it, or end it with `python -m sandbox down --name {name}`.",
                )
            _remove(folder, state)
            folder.mkdir(parents=True)
            try:
                box = cls._launch(
                    folder, source, told, workers, cron_threads, die_with_owner=False, port=port
                )
                try:
                    box._write_state(name, source)
                except BaseException:
                    box._stop_processes()
                    raise
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return box

    @classmethod
    def attach(cls, name: str = "default") -> Sandbox:
        """Connect to an instance that `start_daemon` or `python -m sandbox up` left running."""
        folder = lasting_instances() / name
        state = read_state(folder)
        if state is None or not state.running:
            raise SandboxError(
                f"No instance {name} is running",
                f"Start it with `python -m sandbox up --name {name}`.",
            )
        home = odoo_home(Silent()).with_addons(folder / "addons")
        cluster = Cluster(
            home.python.postgres_binaries,
            folder / "data",
            folder / "postgres.log",
            process=state.postgres,
            socket_folder=Path(state.socket_folder),
        )
        server = OdooServer(home, folder / "odoo.conf", folder / "odoo.log", state.port, state.odoo)
        box = cls(folder, cluster, server)
        box._workers = state.workers
        box._die_with_owner = False
        box._names = set(box.databases())
        return box

    @staticmethod
    def stop_daemon(name: str) -> bool:
        """End an instance that was left running and delete it; say whether there was one."""
        check_name(name)
        folder = lasting_instances() / name
        with FileLock(lasting_instances() / f".{name}.lock"):
            there = folder.exists()
            _remove(folder, read_state(folder))
        return there

    @classmethod
    def _launch(
        cls,
        folder: Path,
        source: Template,
        progress: Progress,
        workers: int,
        cron_threads: int,
        extra_addons: Sequence[Path] = (),
        *,
        die_with_owner: bool,
        port: int = 0,
    ) -> Sandbox:
        binaries = source.home.python.postgres_binaries
        cluster = Cluster(binaries, folder / "data", folder / "postgres.log")
        server = OdooServer(source.home, folder / "odoo.conf", folder / "odoo.log")
        box = cls(folder, cluster, server)
        box._workers = workers
        box._die_with_owner = die_with_owner
        try:
            with progress.step("PostgreSQL"):
                with source.artefact.reading() as built:
                    copy_layer(built, folder)
                cluster.start(die_with_owner=die_with_owner)
            with progress.step("Odoo"):
                assert cluster.socket_folder is not None
                server.home = source.home.with_addons(folder / "addons", *extra_addons)
                listener = open_listener(port)
                server.home.write_config(
                    server.config,
                    data=folder / "files",
                    sockets=cluster.socket_folder,
                    port=listener.getsockname()[1],
                    workers=workers,
                    cron_threads=cron_threads,
                )
                server.start(listener, workers=workers, die_with_owner=die_with_owner)
                server.wait_until_ready()
        except OSError as error:
            box._stop_processes()
            raise disk_trouble(error) from error
        except BaseException:
            box._stop_processes()
            raise
        return box

    # -- databases -------------------------------------------------------------------------

    def clone(self, name: str) -> Database:
        """A fresh database with the addon, the users and nothing else, in about half a second."""
        check_name(name)
        if name in self.databases():
            raise SandboxError(
                f"There is a database {name} already", "Choose another name, or drop it first."
            )
        self.cluster.sql(f"CREATE DATABASE {name} TEMPLATE {DATABASE} STRATEGY file_copy")
        try:
            copy_files(self._filestore(DATABASE), self._filestore(name))
            if name in self._names:
                self._outdate_caches(name)
        except BaseException:
            self.drop(name)
            raise
        self._names.add(name)
        return self.database(name)

    def database(self, name: str) -> Database:
        """How to get into a database of this instance."""
        keys: dict[str, str] = json.loads(self.keys_file.read_text())
        passwords = {"admin": "admin", **{login: login for login in USERS}}
        return Database(
            url=self.server.url,
            name=name,
            admin_login="admin",
            admin_password=passwords["admin"],
            service_login="drawdown",
            service_password=passwords["drawdown"],
            admin_api_key=keys["admin"],
            service_api_key=keys["drawdown"],
            passwords=passwords,
        )

    def databases(self) -> list[str]:
        """The names of the databases that were cloned and not dropped."""
        names = self.cluster.sql(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            " ORDER BY datname"
        )
        return names.splitlines()

    def drop(self, database: Database | str) -> None:
        """Delete a database and its files, whoever is connected to it."""
        name = database if isinstance(database, str) else database.name
        self.cluster.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    # -- running things --------------------------------------------------------------------

    def run_script(self, script: Path | str, database: Database | str) -> str:
        """Run Python code in Odoo with `env` of that database; commit; return what it printed.

        `script` is a path or the source itself. It runs in a process of its own, beside the server.
        """
        name = database if isinstance(database, str) else database.name
        source = script.read_text() if isinstance(script, Path) else script
        if "\n" not in source and source.endswith(".py"):
            source = Path(source).read_text()
        return self.server.home.script(
            self.server.config, name, source, self.folder / "scripts.log"
        )

    def run_odoo_tests(
        self, module: str = ADDON, tags: str | None = None, *, keep: bool = False
    ) -> OdooTestRun:
        """Run a module's own Odoo tests in a fresh clone and count what came of them.

        `tags` is Odoo's `--test-tags`, by default every test of the module. The clone is dropped
        unless `keep`.
        """
        name = f"odoo_tests_{secrets.token_hex(3)}"
        log = self.folder / f"{name}.log"
        self.clone(name)
        config = self.folder / f"{name}.conf"
        try:
            assert self.cluster.socket_folder is not None
            self.server.home.write_config(
                config, data=self.folder / "files", sockets=self.cluster.socket_folder
            )
            arguments = [f"--database={name}", f"--update={module}", f"--logfile={log}"]
            arguments += [f"--test-tags={tags or f'/{module}'}", "--stop-after-init"]
            done = self.server.home.odoo(config, arguments, self.folder / "scripts.log")
        finally:
            config.unlink(missing_ok=True)
            if not keep:
                self.drop(name)
        return read_results(done.returncode, log)

    def restart(self, *, kill: bool = False) -> None:
        """End Odoo (with `kill` as a crash would) and start it again on the same port."""
        port = self.server.port
        if kill:
            self.server.kill()
        else:
            self.server.stop()
        listener = open_listener(port)
        self.server.start(listener, workers=self._workers, die_with_owner=self._die_with_owner)
        self.server.wait_until_ready()
        state = read_state(self.folder)
        if state is not None and self.server.process is not None:
            replace(state, odoo=self.server.process).write(self.folder)

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.server.url

    @property
    def odoo_python(self) -> Path:
        """The interpreter with Odoo's libraries; its environment is `odoo_environment`."""
        return self.server.home.python.python

    @property
    def odoo_environment(self) -> dict[str, str]:
        """The variables with which `odoo_python` finds Odoo."""
        return self.server.home.environment()

    @property
    def odoo_config(self) -> Path:
        """The settings file of the running server."""
        return self.server.config

    @property
    def keys_file(self) -> Path:
        """The API keys by login, the same in every clone; readable by the owner only."""
        return self.folder / "keys.json"

    def postgres_dsn(self, database: Database | str) -> str:
        """The database's address for libpq and psycopg."""
        return self.cluster.dsn(database if isinstance(database, str) else database.name)

    # -- ending ----------------------------------------------------------------------------

    def stop(self) -> None:
        """End both servers and delete everything the instance had."""
        self._stop_processes()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

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

    def _stop_processes(self) -> None:
        if self._die_with_owner:
            # Nobody reads this data again.
            self.server.stop(patience=1 if self._workers else 0)
            self.cluster.stop(keep_data=False)
        else:
            self.server.stop()
            self.cluster.stop()

    def _filestore(self, database: str) -> Path:
        return self.folder / "files" / "filestore" / database

    def _outdate_caches(self, name: str) -> None:
        """Make every Odoo process forget what it knew of an earlier database of that name."""
        ahead = secrets.randbelow(1_000_000) + 1_000
        self.cluster.sql(f"INSERT INTO orm_signaling_registry (id) VALUES ({ahead})", name)

    def _write_state(self, name: str, source: Template) -> None:
        assert self.cluster.process is not None
        assert self.server.process is not None
        State(
            name=name,
            port=self.server.port,
            postgres=self.cluster.process,
            odoo=self.server.process,
            socket_folder=str(self.cluster.socket_folder),
            template=source.artefact.key,
            workers=self._workers,
            started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        ).write(self.folder)


def check_name(name: str) -> None:
    """Refuse a name that would need quoting in SQL, in a path or in an address."""
    if not _NAME.fullmatch(name) or name in (DATABASE, "postgres", "template0", "template1"):
        raise SandboxError(
            f"{name!r} cannot be the name of a database or an instance",
            "Use up to 40 small letters, digits and underscores, a letter first.",
        )


def _remove(folder: Path, state: State | None) -> None:
    if state is not None:
        state.odoo.end(signal.SIGTERM, 5)
        state.postgres.end(signal.SIGQUIT, 10)
        if not Path(state.socket_folder).is_relative_to(folder):
            shutil.rmtree(state.socket_folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
