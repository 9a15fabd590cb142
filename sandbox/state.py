"""What an instance that stays wrote down about itself."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.processes import Process


@dataclass(frozen=True)
class State:
    """Enough to find an instance again: its processes, its port and the template it came from.

    `odoo` is None while the instance is being started: whoever finds it so knows what to end.
    """

    name: str
    port: int
    postgres: Process
    odoo: Process | None
    socket_folder: str
    template: str
    workers: int
    started: str

    @property
    def running(self) -> bool:
        """True while both of its own processes run; ids that were given to others do not count."""
        return self.postgres.alive and self.odoo is not None and self.odoo.alive

    def write(self, folder: Path) -> None:
        """Put the state into the instance's folder, whole or not at all."""
        temporary = folder / ".state.json"
        temporary.write_text(json.dumps(asdict(self), indent=2))
        os.replace(temporary, folder / "state.json")


def read_state(folder: Path) -> State | None:
    """The state of the instance in this folder, or None where none was left running."""
    try:
        fields: dict[str, Any] = json.loads((folder / "state.json").read_text())
        odoo = fields["odoo"]
        known = {
            **fields,
            "postgres": Process(**fields["postgres"]),
            "odoo": None if odoo is None else Process(**odoo),
        }
        return State(**known)
    except (OSError, ValueError, KeyError, TypeError):
        # A state that an older version wrote is as good as none.
        return None
