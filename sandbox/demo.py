"""`make demo`: the sample agency on a real Odoo, and the night of 28 March 2025.

    python -m sandbox.demo

Leaves the sandbox running, so that one can look around; `make down` ends it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sandbox import control
from sandbox.agency import AS_OF, live, load_agency
from sandbox.databases import Database
from sandbox.errors import SandboxError
from sandbox.progress import Lines, Progress
from sync.odoo import GatewayError
from sync.odoo.connect import connect_once
from sync.settings import Settings

NAME = "default"
ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "out" / "demo.toml"


def main() -> int:
    """Start, load, run, show. The exit code is that of the nightly run where it could not work."""
    started = time.monotonic()
    progress = Lines()
    try:
        access = _fresh(progress)
        there = access.database
        admin = connect_once(
            Settings(url=there.url, database=there.name, api_key=there.admin_api_key)
        )
        world = load_agency(admin, progress=progress)
        service = connect_once(
            Settings(url=there.url, database=there.name, api_key=there.service_api_key)
        )
        live(world, service, progress=progress)
    except (SandboxError, GatewayError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    _write_settings(there)
    _title(f"The nightly run of {AS_OF:%-d %B %Y}: what it writes, what it holds, and why")
    code = _drawdown("run")
    if code > 1:
        return code
    _title(f"Which invoices go out in {AS_OF:%B %Y}")
    _month(_asked("status"))
    _title("The same run again")
    _quiet(_asked("run"))
    _title("Where to look")
    for line in _where(access):
        print(line)
    print(f"\nDone in {time.monotonic() - started:.0f} s.")
    return 0


def _fresh(progress: Progress) -> control.Access:
    """A running instance with an empty database."""
    access = control.up(NAME, control.DATABASE, 0, 0, progress)
    admin = connect_once(
        Settings(
            url=access.database.url,
            database=access.database.name,
            api_key=access.database.admin_api_key,
        )
    )
    if admin.search_count("retainer.engagement", []):
        return control.reset(NAME, progress)
    return access


def _write_settings(there: Database) -> None:
    """Settings for calling `drawdown` on the sandbox; only their owner can read them."""
    SETTINGS.parent.mkdir(exist_ok=True)
    SETTINGS.touch(mode=0o600)
    values = {
        "url": there.url,
        "database": there.name,
        "login": there.service_login,
        "api_key": there.service_api_key,
    }
    SETTINGS.write_text("".join(f"{name} = {json.dumps(each)}\n" for name, each in values.items()))


def _command(*arguments: str) -> list[str]:
    settings = ["--config", str(SETTINGS), "--as-of", AS_OF.isoformat()]
    return [sys.executable, "-m", "sync.cli", *arguments, *settings]


def _drawdown(name: str) -> int:
    """Call the command as a person would, on the sandbox."""
    return subprocess.run(_command(name), check=False).returncode


def _asked(name: str) -> dict[str, Any]:
    """The same as JSON: what the command says of the one company."""
    answer = subprocess.run(_command(name, "--json"), check=False, capture_output=True, text=True)
    company: dict[str, Any] = json.loads(answer.stdout)["companies"][0]
    return company


def _month(status: dict[str, Any]) -> None:
    """One line per invoice of the month: the account manager's list."""
    invoices = [each for each in status["invoices"] if not each["older"]]
    table = Table("Number", "Date", "Client", "Engagement", "What", "Client's PO", "Net")
    for each in invoices:
        net = f"{Decimal(each['net']):,} {each['currency']}"
        what = each["role"].replace("_", " ")
        cells = (each["number"], each["invoice_date"], each["client"], each["engagement"])
        table.add_row(*(escape(cell) for cell in (*cells, what, each["po"] or "none", net)))
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    totals: dict[str, Decimal] = {}
    for each in invoices:
        due = totals.get(each["currency"], Decimal(0))
        totals[each["currency"]] = due + Decimal(each["net"])
    total = " and ".join(f"{amount:,} {code}" for code, amount in sorted(totals.items()))
    print(f"{len(invoices)} invoices, {total}. Held back: see above.")


def _quiet(run: dict[str, Any]) -> None:
    """How many documents the second run wrote: none."""
    counts = run["counts"]
    print(f"{counts.get('created', 0)} documents created, {counts.get('replaced', 0)} replaced.")


def _where(access: control.Access) -> list[str]:
    base = access.database
    settings = SETTINGS.relative_to(ROOT)
    return [
        f"Odoo      {access.address}   app: Retainer billing",
        "Users     " + ", ".join(f"{login} / {word}" for login, word in base.passwords.items()),
        f"Service   .venv/bin/drawdown status --config {settings} --as-of {AS_OF}",
        f"Why?      .venv/bin/drawdown explain <number> --config {settings}",
        "Story     sandbox/agency/agency.yaml",
        "End it    make down",
    ]


def _title(text: str) -> None:
    print(f"\n=== {text}\n", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
