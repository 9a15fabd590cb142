"""The databases of a running instance: cloned from its template, handed out, dropped."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.postgres import Cluster
from sandbox.provision import USERS
from sandbox.template import DATABASE, copy_files

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_TAKEN = frozenset({DATABASE, "postgres", "template0", "template1"})


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
    passwords: dict[str, str] = field(repr=False)
    """Every login of the sandbox with its password."""


def check_name(name: str) -> None:
    """Refuse a name that would need quoting in SQL, in a path or in an address."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise SandboxError(
            f"{name!r} cannot be the name of a database or an instance",
            "Use up to 40 small letters, digits and underscores, a letter first.",
        )


class Databases:
    """Clones and drops the databases of one cluster, with their files."""

    def __init__(self, cluster: Cluster, files: Path) -> None:
        self._cluster = cluster
        self._files = files
        self._former: set[str] = set()

    def clone(self, name: str, of: str = DATABASE) -> None:
        """Copy the template, or a database that nobody is connected to, under a new name."""
        check_name(name)
        if name in self.names():
            raise SandboxError(
                f"There is a database {name} already", "Choose another name, or drop it first."
            )
        # Copying files beats writing every page to the log, as long as the template is not tiny.
        self._cluster.sql(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY file_copy")
        try:
            copy_files(self._filestore(of), self._filestore(name))
            if name in self._former:
                self._outdate_caches(name)
        except BaseException:
            self.drop(name)
            raise

    def drop(self, name: str) -> None:
        """Delete a database and its files, whoever is connected to it."""
        check_name(name)
        self._former.add(name)
        self._cluster.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    def names(self) -> list[str]:
        """The databases that were cloned and not dropped."""
        names = self._cluster.sql(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            " ORDER BY datname"
        )
        return names.splitlines()

    def _filestore(self, name: str) -> Path:
        return self._files / "filestore" / name

    def _outdate_caches(self, name: str) -> None:
        """Make every Odoo process forget what it knew of an earlier database of that name."""
        ahead = secrets.randbelow(1_000_000) + 1_000
        self._cluster.sql(f"INSERT INTO orm_signaling_registry (id) VALUES ({ahead})", name)


def access(url: str, name: str, keys_file: Path) -> Database:
    """How to get into a database: the users are the same in every clone, and so are the keys."""
    keys: dict[str, str] = json.loads(keys_file.read_text())
    passwords = {"admin": "admin", **{login: login for login in USERS}}
    return Database(
        url=url,
        name=name,
        admin_login="admin",
        admin_password=passwords["admin"],
        service_login="drawdown",
        service_password=passwords["drawdown"],
        admin_api_key=keys["admin"],
        service_api_key=keys["drawdown"],
        passwords=passwords,
    )
