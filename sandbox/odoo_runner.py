"""Runs in Odoo's own Python: installs modules, then runs the code on its standard input.

    python odoo_runner.py [--install=MODULE]... -- DATABASE ODOO_OPTIONS... < code.py

`odoo shell` does nearly this, but cannot install in the same process and never commits.
"""

from __future__ import annotations

import sys

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config


def main(arguments: list[str]) -> None:
    """Install what was asked for, run the code and commit."""
    split = arguments.index("--")
    install = [option.removeprefix("--install=") for option in arguments[:split]]
    database, *options = arguments[split + 1 :]
    config.parse_config([*options, f"--database={database}", "--no-http"], setup_logging=True)
    registry = Registry.new(
        database, update_module=bool(install), install_modules=install, new_db_demo=False
    )
    code = compile(sys.stdin.read(), "<sandbox script>", "exec")
    with registry.cursor() as cursor:
        env = Environment(cursor, SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        exec(code, {"__name__": "__main__", "env": env, "odoo": odoo, "self": env.user})
        env.flush_all()
        cursor.commit()
    registry.signal_changes()
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
