"""The layers of database that instances are copies of.

`base` is Odoo with the modules that the addon builds on; it changes when Odoo or the pins do.
`template` is a copy of it with the addon, the sandbox's users and their API keys; it changes with
every edit of the addon, so what it adds is kept to a few seconds.
`pages` is a copy of that with the scripts and style sheets of the usual pages made, for those who
open pages: Odoo puts them together anew whenever a module joins.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.artefacts import Artefact, prune
from sandbox.debian import odoo_source
from sandbox.errors import SandboxError
from sandbox.odoo_server import OdooHome
from sandbox.paths import PROJECT, digest, digest_tree, ignore_leavings
from sandbox.postgres import SETTINGS, Cluster, copy_data
from sandbox.processes import run
from sandbox.progress import Progress
from sandbox.python_env import made_meanwhile, python_env

ADDONS = PROJECT / "addons"
ADDON = "retainer_billing"
DATABASE = "retainer"
"""The name of the database inside a template's cluster that every clone copies."""

BASE_MODULES = (
    "account",
    "hr_timesheet",
    "portal",
    "project_purchase",
    "purchase",
    "sale_management",
    "sale_timesheet",
)
STALE_AFTER_DAYS = 45
"""Half of an API key's life, so that an instance never outlives the keys it was given."""

KEEP = 3
KEEP_BASES = 2
_LAYOUT = "2"
"""Goes up whenever the files inside a template's folder change their names or meaning."""

_PROVISION = Path(__file__).with_name("provision.py")
_WARM = Path(__file__).with_name("warm.py")


@dataclass(frozen=True)
class Template:
    """A finished template (a stopped cluster, its files, addons and API keys) and its Odoo."""

    artefact: Artefact
    home: OdooHome


def odoo_home(progress: Progress) -> OdooHome:
    """Odoo's source and its Python environment, built where missing; no addons yet."""
    with made_meanwhile():
        source = odoo_source(progress)
    return OdooHome(source, python_env(progress), ())


def template(progress: Progress, *, addon: bool = True, pages: bool = False) -> Template:
    """The template for the addon as it is now, built where missing or stale.

    Without the addon, or while the checkout has none, it holds the base modules and the users.
    With `pages` the first visit to a page costs no more than the later ones.
    """
    home = odoo_home(progress)
    base = base_artefact(home)
    with progress.step("Odoo database with Accounting, Sales, Purchase and Timesheets"):
        base.ensure(lambda target: _build_base(target, base.log, home))
        prune("base", KEEP_BASES)
    wanted = ADDONS / ADDON if addon and (ADDONS / ADDON / "__manifest__.py").is_file() else None
    with progress.step(f"Template with {ADDON if wanted else 'no addon'} and users"):
        artefact = template_artefact(base, wanted)
        if artefact.built and _stale(artefact):
            artefact.discard()
        artefact.ensure(lambda target: _build_template(target, artefact, home, base, wanted))
        prune("template", KEEP)
    if not pages:
        return Template(artefact, home)
    with progress.step("Scripts and style sheets of Odoo's pages"):
        warmed = Artefact("pages", digest(artefact.key, _born(artefact), _WARM.read_text()))
        warmed.ensure(lambda target: _build_pages(target, warmed.log, home, artefact))
        prune("pages", KEEP)
    return Template(warmed, home)


def base_artefact(home: OdooHome) -> Artefact:
    """The base layer, keyed on Odoo's version, its libraries and the modules."""
    return Artefact(
        "base",
        digest(SETTINGS, home.source.version, home.python.folder.name, *BASE_MODULES),
    )


def template_artefact(base: Artefact, addon: Path | None) -> Artefact:
    """The addon's layer, keyed on the base, the addon's files and the users' script."""
    content = digest_tree([addon]) if addon else "no addon"
    return Artefact("template", digest(_LAYOUT, base.key, content, _PROVISION.read_text()))


def _stale(artefact: Artefact) -> bool:
    return time.time() - float(_born(artefact)) > STALE_AFTER_DAYS * 86400


def _born(artefact: Artefact) -> str:
    """When the users and their keys were made, in seconds of the epoch."""
    return (artefact.path / "born").read_text()


def _build_base(target: Path, log: Path, home: OdooHome) -> None:
    cluster = Cluster(home.python.postgres_binaries, target / "data", log)
    cluster.create()
    cluster.start(die_with_owner=True)
    try:
        config = target / "odoo.conf"
        home.write_config(config, data=target / "files", sockets=cluster.sockets)
        modules = ",".join(BASE_MODULES)
        options = [f"--database={DATABASE}", f"--init={modules}", "--without-demo=True"]
        done = home.odoo(config, [*options, "--no-http", "--stop-after-init"], log)
        if done.returncode:
            raise _trouble("Odoo's modules could not be installed", done.stderr, log)
        cluster.sql("VACUUM ANALYZE", DATABASE)
    finally:
        cluster.stop()
    _tidy(target)


def _build_template(
    target: Path, artefact: Artefact, home: OdooHome, base: Artefact, addon: Path | None
) -> None:
    log = artefact.log
    addons = target / "addons"
    addons.mkdir()
    if addon:
        # Instances run on this copy: an edit of the checkout cannot meet a database of before.
        shutil.copytree(addon, addons / ADDON, ignore=ignore_leavings)
        if template_artefact(base, addons / ADDON) != artefact:
            raise SandboxError(f"{ADDON} was edited while it was copied", "Try again.")
    with base.reading() as source:
        copy_data(source / "data", target / "data")
        copy_files(source / "files", target / "files")
    cluster = Cluster(home.python.postgres_binaries, target / "data", log)
    cluster.start(die_with_owner=True)
    try:
        config = target / "odoo.conf"
        here = home.with_addons(addons) if addon else home
        here.write_config(config, data=target / "files", sockets=cluster.sockets)
        install = [ADDON] if addon else []
        printed = here.script(config, DATABASE, _PROVISION.read_text(), log, install)
        keys = json.loads(printed.strip().splitlines()[-1])
        keys_file = target / "keys.json"
        keys_file.touch(0o600)
        keys_file.write_text(json.dumps(keys, indent=2))
        (target / "born").write_text(str(time.time()))
        cluster.sql("ANALYZE", DATABASE)
        cluster.sql(f"ALTER DATABASE {DATABASE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
    finally:
        cluster.stop()
    _tidy(target)


def _build_pages(target: Path, log: Path, home: OdooHome, source: Artefact) -> None:
    with source.reading() as built:
        copy_layer(built, target)
    cluster = Cluster(home.python.postgres_binaries, target / "data", log)
    cluster.start(die_with_owner=True)
    try:
        config = target / "odoo.conf"
        here = home.with_addons(target / "addons")
        here.write_config(config, data=target / "files", sockets=cluster.sockets)
        cluster.sql(f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS true")
        here.script(config, DATABASE, _WARM.read_text(), log)
        cluster.sql(f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS false")
    finally:
        cluster.stop()
    _tidy(target)


def copy_layer(source: Path, target: Path) -> None:
    """Copy all of a finished template into a folder of a build or an instance."""
    copy_data(source / "data", target / "data")
    copy_files(source / "files", target / "files")
    shutil.copytree(source / "addons", target / "addons")
    shutil.copyfile(source / "born", target / "born")
    shutil.copyfile(source / "keys.json", target / "keys.json")
    (target / "keys.json").chmod(0o600)


def copy_files(source: Path, target: Path) -> None:
    """Copy a filestore by hard links: Odoo names its files by content and never rewrites one."""
    target.mkdir(parents=True, exist_ok=True)
    done = run(["cp", "--recursive", "--link", f"{source}/.", str(target)])
    if done.returncode:
        # Another file system, or one without hard links.
        shutil.copytree(source, target, dirs_exist_ok=True)


def _tidy(target: Path) -> None:
    """Leave nothing in the folder that belongs to this one build."""
    (target / "odoo.conf").unlink(missing_ok=True)
    shutil.rmtree(target / "pg", ignore_errors=True)
    shutil.rmtree(target / "files" / "sessions", ignore_errors=True)


def _trouble(what: str, words: str, log: Path) -> SandboxError:
    telling = [line for line in words.splitlines() if " CRITICAL " in line or "Error" in line]
    return SandboxError(f"{what}: {(telling or ['no output'])[-1]}", f"The log is {log}.")
