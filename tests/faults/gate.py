"""Gates inside PostgreSQL: a transaction of Odoo stands there until the test lets it go on.

A trigger of the test's database takes an advisory lock that the test holds. Nothing in the addon
or in Odoo knows of it, so what is interrupted there is the code that runs in production.
"""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from enum import IntEnum
from typing import IO

from sandbox.postgres import Cluster


class Gate(IntEnum):
    """Where a transaction can be made to stand."""

    work = 7001
    """The first document of a batch is written."""
    reconcile = 7002
    """Documents are posted, none is reconciled."""
    commit = 7003
    """Everything is written, the transaction is being committed."""


TRIGGERS = f"""
CREATE FUNCTION fault_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NULL; END $$;
CREATE TRIGGER fault_new AFTER INSERT ON account_move FOR EACH ROW
  WHEN (NEW.retainer_key IS NOT NULL) EXECUTE FUNCTION fault_gate({Gate.work:d});
CREATE TRIGGER fault_rewritten AFTER UPDATE OF retainer_fingerprint ON account_move FOR EACH ROW
  WHEN (NEW.retainer_key IS NOT NULL) EXECUTE FUNCTION fault_gate({Gate.work:d});
CREATE TRIGGER fault_statement AFTER INSERT ON retainer_period FOR EACH ROW
  EXECUTE FUNCTION fault_gate({Gate.work:d});
CREATE TRIGGER fault_alert AFTER INSERT ON retainer_alert FOR EACH ROW
  EXECUTE FUNCTION fault_gate({Gate.work:d});
CREATE TRIGGER fault_reconcile BEFORE INSERT ON account_partial_reconcile FOR EACH STATEMENT
  EXECUTE FUNCTION fault_gate({Gate.reconcile:d});
CREATE CONSTRAINT TRIGGER fault_commit AFTER UPDATE ON retainer_sync_run
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_gate({Gate.commit:d});
"""


class Session:
    """A connection to the database that stays open, by PostgreSQL's own client."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self._psql = subprocess.Popen(
            [
                str(cluster.binaries / "psql"),
                *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                f"--dbname={cluster.dsn(database)}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )
        self._one = threading.Lock()

    def ask(self, statement: str) -> str:
        """The rows, columns divided by ``|``; an error of the database is an AssertionError."""
        told, heard = self._pipes()
        lines: list[str] = []
        with self._one:
            told.write(f"{statement};\n\\echo -- end\n")
            told.flush()
            while (line := heard.readline()) and line.rstrip("\n") != "-- end":
                lines.append(line.rstrip("\n"))
        assert line, f"the session ended: {lines}"
        assert not any("ERROR:" in each for each in lines), lines
        return "\n".join(lines)

    def close(self) -> None:
        """End it; what it held is free."""
        for pipe in self._pipes():
            pipe.close()
        self._psql.kill()
        self._psql.wait()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        return self._psql.stdin, self._psql.stdout


@dataclass(frozen=True)
class Standing:
    """Who stands at a gate: PostgreSQL's process, and the one of Odoo that it works for."""

    backend: int
    worker: int


class Gates:
    """Closes and opens the gates of one database."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self._cluster, self._database = cluster, database
        self._closed: dict[Gate, Session] = {}
        cluster.sql(TRIGGERS, database)
        self.eye = Session(cluster, database)

    def shut(self, gate: Gate) -> None:
        """From now on nobody passes."""
        if gate not in self._closed:
            self._closed[gate] = Session(self._cluster, self._database)
            self._closed[gate].ask(f"SELECT pg_advisory_lock({gate:d})")

    def open(self, *gates: Gate) -> None:
        """Let everybody pass who stands at these gates, or at any."""
        for gate in gates or tuple(self._closed):
            if gate in self._closed:
                self._closed.pop(gate).close()

    def standing(self, gate: Gate) -> Standing | None:
        """Who stands there now."""
        found = self.eye.ask(
            "SELECT pid, replace(application_name, 'odoo-', '') FROM pg_locks"
            " JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND NOT granted"
            f" AND objid = {gate:d} LIMIT 1"
        )
        if not found:
            return None
        backend, worker = found.split("|")
        return Standing(int(backend), int(worker))

    def reopen(self) -> None:
        """After PostgreSQL was away: every connection is new, every gate is open."""
        for session in (self.eye, *self._closed.values()):
            session.close()
        self._closed = {}
        self.eye = Session(self._cluster, self._database)

    def close(self) -> None:
        """End all connections."""
        self.open()
        self.eye.close()
