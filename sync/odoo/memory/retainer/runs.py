"""Runs and their lease: one run at a time per company."""

import hashlib
from datetime import date, timedelta
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.records import create, write
from sync.odoo.memory.retainer.convert import is_text
from sync.odoo.memory.retainer.entry import checked_id, enter, require_group
from sync.odoo.memory.tables import Tables

RUN = "retainer.sync.run"
LONGEST_LEASE = 24 * 3600
COUNTERS = {
    "created": "created_count",
    "unchanged": "unchanged_count",
    "conflict": "conflict_count",
    "rejected": "rejected_count",
    "issues": "issue_count",
}


def begin_run(
    tables: Tables, *, company_id: int, as_of: str, owner: str, lease_seconds: int
) -> Row:
    """Take the company's lease, or say who has it until when."""
    company = enter(tables, company_id)
    values, lease = _run_values(company, as_of, owner), _lease(lease_seconds)
    for run in list(tables.rows(RUN).values()):
        if run["company_id"] != company or run["state"] != "running":
            continue
        if run["lease_until"] > tables.stamp:
            return {"held_by": run["owner"], "until": run["lease_until"]}
        _expire(tables, run, f"taken over by {values['owner']}")
    seed = f"{company}/{tables.last_id(RUN) + 1}/{owner}"
    token = hashlib.sha256(seed.encode()).hexdigest()[:32]
    run_id = create(
        tables,
        RUN,
        {**values, "state": "running", "lease_token": token, **_held_for(tables, lease)},
    )
    return {"run_id": run_id, "token": token}


def renew_lease(tables: Tables, *, run_id: int, token: str, lease_seconds: int) -> bool:
    """Hold the lease for longer, also one that ran out and that nobody took; False when lost."""
    require_group(tables)
    lease = _lease(lease_seconds)
    run = held_run(tables, run_id, token, expired=True)
    if run is None:
        return False
    write(tables, RUN, [run["id"]], _held_for(tables, lease))
    return True


def keep_lease(tables: Tables, run: Row) -> None:
    """A batch was written: the lease holds on from now, as in the transaction of the real one."""
    kept = _held_for(tables, timedelta(seconds=run["lease_seconds"]))
    if kept["lease_until"] > run["lease_until"]:
        write(tables, RUN, [run["id"]], kept)


def _held_for(tables: Tables, lease: timedelta) -> Row:
    until = f"{tables.now + lease:%Y-%m-%d %H:%M:%S}"
    return {"lease_until": until, "lease_seconds": int(lease.total_seconds())}


def finish_run(
    tables: Tables,
    *,
    run_id: int,
    token: str,
    state: str,
    checksum: str = "",
    counters: Row | None = None,
    log: str = "",
) -> bool:
    """End the run and give the lease back. An expired lease that nobody took still may."""
    require_group(tables)
    if state not in ("done", "failed"):
        raise Rejected(f"A run ends as done or failed, not as {state}.")
    run = held_run(tables, run_id, token, expired=True)
    if run is None:
        raise lease_lost(run_id)
    outcome = _outcome(checksum, counters, log)
    write(tables, RUN, [run["id"]], {"state": state, "finished_at": tables.stamp, **outcome})
    return True


def record_run(
    tables: Tables,
    *,
    company_id: int,
    as_of: str,
    owner: str,
    checksum: str = "",
    counters: Row | None = None,
    log: str = "",
) -> int:
    """Note a run that found nothing to do; its id. One that died before it was closed ends."""
    company = enter(tables, company_id)
    values = {**_run_values(company, as_of, owner), **_outcome(checksum, counters, log)}
    for run in list(tables.rows(RUN).values()):
        expired = run["state"] == "running" and run["lease_until"] <= tables.stamp
        if run["company_id"] == company and expired:
            _expire(tables, run, f"{values['owner']} found nothing left to do")
    return create(tables, RUN, {**values, "state": "done", "finished_at": tables.stamp})


def _expire(tables: Tables, run: Row, how: str) -> None:
    log = f"lease expired, {how}"
    write(tables, RUN, [run["id"]], {"state": "failed", "finished_at": tables.stamp, "log": log})


def held_run(tables: Tables, run_id: Any, token: Any, *, expired: bool = False) -> Row | None:
    """The running run that the token holds; count that it was shown."""
    run = tables.rows(RUN).get(checked_id(run_id, "run_id"))
    companies = tables.row("res.users", tables.user_id)["company_ids"]
    if run is None or run["state"] != "running" or run["company_id"] not in companies:
        return None
    if not token or run["lease_token"] != token:
        return None
    if not expired and run["lease_until"] <= tables.stamp:
        return None
    write(tables, RUN, [run["id"]], {"lease_touches": run["lease_touches"] + 1})
    return tables.row(RUN, run["id"])


def lease_lost(run_id: Any) -> Rejected:
    """The refusal of a wrong or expired token."""
    return Rejected(
        f"lease_lost: the run {run_id} does not hold the lease of this company (any more). Begin"
        " a new run.",
        model="retainer.gateway",
    )


def _run_values(company: int, as_of: Any, owner: Any) -> Row:
    try:
        day = date.fromisoformat(as_of).isoformat()
    except (TypeError, ValueError):
        raise Rejected("as_of must be a date as YYYY-MM-DD.") from None
    if not is_text(owner) or not owner:
        raise Rejected("owner must name the installation of the service.")
    return {"company_id": company, "as_of": day, "owner": owner[:200]}


def _outcome(checksum: Any, counters: Any, log: Any) -> Row:
    counters = counters or {}
    if not isinstance(counters, dict) or not all(map(is_text, counters)):
        raise Rejected("counters must be an object.")
    if not all(type(number) is int for number in counters.values()):
        raise Rejected("counters must be whole numbers by name.")
    if not all(is_text(text or "") for text in (checksum, log)):
        raise Rejected("checksum and log must be text.")
    numbers = {column: counters[name] for name, column in COUNTERS.items() if name in counters}
    return {"checksum": checksum or "", "counters": counters, "log": log or "", **numbers}


def _lease(seconds: Any) -> timedelta:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Rejected("lease_seconds must be a whole number.")
    if not 0 < seconds <= LONGEST_LEASE:
        raise Rejected(f"lease_seconds must be from 1 to {LONGEST_LEASE} (one day).")
    return timedelta(seconds=seconds)
