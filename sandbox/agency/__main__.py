"""`python -m sandbox.agency`: put the sample agency into a running sandbox."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sandbox.agency.load import STEPS, live, load_agency
from sandbox.control import DATABASE
from sandbox.errors import SandboxError
from sandbox.instance import Sandbox
from sandbox.progress import Lines
from sync.odoo import GatewayError
from sync.odoo.connect import connect_once
from sync.settings import Settings


def main(
    name: Annotated[str, typer.Option(help="Which instance.")] = "default",
    database: Annotated[str, typer.Option("--database", "-d", help="Which database.")] = DATABASE,
    history: Annotated[
        bool, typer.Option("--history", help="Also let the service run up to 27 March 2025.")
    ] = False,
) -> None:
    """Load Northlight: two dozen clients in the first quarter of 2025."""
    progress = Lines()
    progress.plan(STEPS + history)
    try:
        there = Sandbox.attach(name).database(database)
        admin = connect_once(
            Settings(url=there.url, database=there.name, api_key=there.admin_api_key)
        )
        world = load_agency(admin, progress=progress)
        if history:
            service = connect_once(
                Settings(url=there.url, database=there.name, api_key=there.service_api_key)
            )
            live(world, service, progress=progress)
    except (SandboxError, GatewayError) as trouble:
        print(trouble, file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{there.url}/web/login?db={there.name}")


if __name__ == "__main__":
    typer.run(main)
