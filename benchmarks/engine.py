"""The engine alone: time entries as Odoo's rows, through the mapping and all rules, to the outcome.

    python -m benchmarks.engine [--sizes 10000,100000,1000000]

Each size runs in a process of its own, so that the memory figure is that size's peak.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from mappings import account_analytic_line
from sync.domain.engagement import Client, Engagement, Kind, PoPolicy
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Snapshot
from sync.domain.terms import Terms
from sync.rules.engine import evaluate

MONTHS = 12
USD = Currency(id=1, code="USD", digits=2)


def rows(count: int, engagements: int) -> list[dict[str, Any]]:
    """Time entries as Odoo answers them, spread over engagements and the days of a year."""
    days = [
        date(2025, month, day).isoformat()
        for month in range(1, 13)
        for day in range(1, monthrange(2025, month)[1] + 1)
    ]
    return [
        {
            "id": n + 1,
            "date": days[n * 7 % len(days)],
            "unit_amount": (n % 8 + 1) * 0.25,
            "project_id": n % engagements + 1,
            "task_id": False,
            "employee_id": n % 40 + 1,
            "name": "Work on the site",
            "company_id": 1,
            **{field: False for field in account_analytic_line.FIELDS if field.startswith("ret")},
        }
        for n in range(count)
    ]


def world(engagements: int) -> list[Engagement]:
    """Retainers that roll over up to ten hours."""
    return [
        Engagement(
            id=n,
            name=f"Retainer {n}",
            kind=Kind.retainer,
            client_id=n,
            currency=USD,
            date_start=date(2025, 1, 1),
            project_ids=(n,),
            product_id=1,
            terms=(
                Terms(
                    id=n,
                    date_start=date(2025, 1, 1),
                    monthly_seconds=80 * 3600,
                    monthly_fee=Decimal(5000),
                    hourly_rate=Decimal(150),
                    overage_rate=Decimal(175),
                    rollover=True,
                    max_rollover_seconds=10 * 3600,
                ),
            ),
        )
        for n in range(1, engagements + 1)
    ]


def measure(count: int) -> dict[str, Any]:
    """One size: CPU seconds per phase (one core) and the peak memory of the process."""
    engagements = max(1, count // 1000)
    raw = rows(count, engagements)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    reader = account_analytic_line.Reader(
        company_id=1,
        client_of={n: n for n in range(1, engagements + 1)},
        engagement_of={},
        employee_names={n: f"Employee {n}" for n in range(1, 41)},
    )
    entries = []
    for at in range(0, count, 10_000):  # pages, as the pull reads them
        entries += reader.read(raw[at : at + 10_000])
        raw[at : at + 10_000] = [None] * len(raw[at : at + 10_000])
    mapped = time.process_time()
    snapshot = Snapshot.model_construct(
        company=Company(id=1, name="Bench", currency=USD, po_policy=PoPolicy.ignore),
        clients=tuple(
            Client(id=n, name=f"Client {n}", commercial_id=n) for n in range(1, engagements + 1)
        ),
        engagements=tuple(world(engagements)),
        entries=tuple(entries),
    )
    del entries
    outcome = evaluate(snapshot, date(2026, 1, 15))
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "entries": count,
        "engagements": engagements,
        "map_s": round(mapped - start, 2),
        "rules_s": round(done - mapped, 2),
        "total_s": round(done - start, 2),
        "peak_mib": peak // 1024,
        "rows_mib": before // 1024,
        "invoices": len(outcome.invoices),
        "statements": len(outcome.statements),
    }


def main() -> None:
    """Measure each size and print a table with growth factors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--one", type=int, help="measure one size in this process, print JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    results = []
    for size in options.sizes.split(","):
        command = [sys.executable, "-m", "benchmarks.engine", "--one", size]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        results.append(json.loads(answer))
        last = results[-1]
        growth = last["total_s"] / results[-2]["total_s"] if len(results) > 1 else 1
        print(
            f"{last['entries']:>9,} entries  {last['engagements']:>5,} engagements"
            f"  map {last['map_s']:>6.2f} s  rules {last['rules_s']:>6.2f} s"
            f"  total {last['total_s']:>6.2f} s (× {growth:.1f})"
            f"  peak {last['peak_mib']:>5} MiB (of which input rows {last['rows_mib']} MiB)"
            f"  {last['invoices']:,} invoices, {last['statements']:,} statements",
            flush=True,
        )


if __name__ == "__main__":
    main()
