"""`python -m sandbox`: the command line. Parsing and printing only; the work is in the modules."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from sandbox import control
from sandbox.errors import SandboxError
from sandbox.instance import Sandbox
from sandbox.processes import end_orderly
from sandbox.progress import Lines, Progress, Silent

app = typer.Typer(
    help="A real Odoo 19 with PostgreSQL on this machine, without Docker.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Option(help="Which instance.")]
Base = Annotated[str, typer.Option("--database", "-d", help="Which database.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


@app.command()
def up(
    name: Name = "default",
    database: Base = control.DATABASE,
    workers: Annotated[int, typer.Option(help="Odoo's HTTP processes; 0: one, threaded.")] = 0,
    port: Annotated[int, typer.Option(help="The port to listen on; 0: any free one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Build what is missing, start PostgreSQL and Odoo, and leave them running."""
    with _in_words():
        _print_access(control.up(name, database, workers, port, _progress()), as_json)


@app.command()
def down(name: Name = "default") -> None:
    """End the instance and delete its databases; what was built once stays."""
    with _in_words():
        ended = control.down(name, _progress())
        _say(f"The instance {name} is gone." if ended else f"There is no instance {name}.")


@app.command()
def reset(name: Name = "default", as_json: AsJson = False) -> None:
    """Give the instance fresh databases, with the addon as it is in the checkout now."""
    with _in_words():
        _print_access(control.reset(name, _progress()), as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Tell what runs and what is built."""
    with _in_words():
        found = control.status()
        if as_json:
            print(json.dumps(found, indent=2))
            return
        _say(f"Cache: {found['cache']}")
        for one in found["built"]:
            _say(f"  built    {one['what']:<28} {one['detail']}")
        for one in found["instances"]:
            state = "running" if one["running"] else "ended"
            _say(f"  {state:<8} {one['name']:<28} {one['url']}  {' '.join(one['databases'])}")
        if not found["instances"]:
            _say("  No instance is running. Start one with `python -m sandbox up`.")


@app.command()
def build() -> None:
    """Build everything that instances are copies of, and start nothing."""
    with _in_words():
        control.build(_progress())


@app.command()
def shell(name: Name = "default", database: Base = control.DATABASE) -> None:
    """Open Odoo's own Python shell on a database, with `env` in it."""
    with _in_words():
        box = Sandbox.attach(name)
        options = [f"--database={database}", "--no-http", "--shell-interface=python"]
        command = box.server.home.command(box.odoo_config, *options)
        command.insert(3, "shell")
        os.execve(command[0], command, box.odoo_environment)


@app.command()
def psql(name: Name = "default", database: Base = control.DATABASE) -> None:
    """Open PostgreSQL's prompt on a database."""
    with _in_words():
        box = Sandbox.attach(name)
        program = str(box.cluster.binaries / "psql")
        os.execv(program, [program, box.postgres_dsn(database)])


@app.command()
def logs(name: Name = "default") -> None:
    """Follow Odoo's log; Ctrl-C ends it."""
    with _in_words():
        log = str(Sandbox.attach(name).server.log)
        os.execvp("tail", ["tail", "--lines=50", "--follow", log])


def _print_access(access: control.Access, as_json: bool) -> None:
    if as_json:
        print(json.dumps(access.as_json(), indent=2))
        return
    _say(f"\nOdoo      {access.address}")
    _say(f"Database  {access.database.name}")
    for login, password in access.database.passwords.items():
        _say(f"  login   {login:<12} password {password}")
    _say(f"API keys  {access.keys_file}")
    _say(f"Log       {access.log}")
    _say("End it with `python -m sandbox down`, begin anew with `python -m sandbox reset`.")


def _say(text: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(text)


def _progress() -> Progress:
    return Silent() if os.environ.get("DRAWDOWN_QUIET") else Lines()


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn trouble into one line and an exit status, and a SIGTERM into an orderly end."""
    end_orderly()
    try:
        yield
    except SandboxError as error:
        Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(f"{error}")
        sys.exit(1)
    except KeyboardInterrupt:
        Console(stderr=True).print("Interrupted; nothing was left behind.")
        sys.exit(130)


if __name__ == "__main__":
    app(prog_name="python -m sandbox")
