"""Reading time entries: the service's reader, a plain loop over odoorpc, and PostgreSQL alone.

python -m benchmarks.pull [--page docs/benchmarks.md] [--quick]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import odoorpc

from benchmarks.arena import Arena, Series
from benchmarks.command import Benchmark
from mappings import account_analytic_line
from sandbox import Database
from sandbox.progress import Progress
from sync.odoo.paging import read_all
from sync.pull import pull

START, AS_OF = "2024-06-01", date(2025, 4, 1)
PAGE = 2000
_OURS = (("project_id", "!=", False), ("date", "<", AS_OF.isoformat()))
"""Odoo makes entries of its own, of today, when it is installed."""


@dataclass(frozen=True)
class Size:
    """How many rows, and how often they are read."""

    retainers: int = 50
    months: int = 10
    entries: int = 200
    """Of each in each month."""
    by_rpc: int = 10_000
    """Rows that the plain loop reads: every page takes the same."""
    repeats: int = 3

    @property
    def rows(self) -> int:
        """All of them."""
        return self.retainers * self.months * self.entries


QUICK = Size(retainers=2, months=2, entries=5, by_rpc=10, repeats=1)


def by_service(ground: Arena, database: Database, size: Size, protocol: str) -> None:
    """A whole pull: agreements, time, ledger and all, as values that were checked."""
    with ground.service(database, protocol) as service:
        pulled = pull(service.gateway, 1, page_size=PAGE, today=AS_OF)
    assert len(pulled.snapshot.entries) == size.rows, len(pulled.snapshot.entries)
    assert not pulled.snapshot.problems


def by_reader(ground: Arena, database: Database, size: Size) -> None:
    """The time entries alone, by the service's reader and mapping's fields."""
    domain = [("company_id", "=", 1), *_OURS]
    with ground.service(database) as service:
        rows = read_all(
            service.gateway,
            account_analytic_line.MODEL,
            domain,
            account_analytic_line.FIELDS,
            page_size=PAGE,
        )
        assert sum(1 for _ in rows) == size.rows


def by_rpc(database: Database, size: Size) -> None:
    """What a script does that does not think about it: page by offset, take every field."""
    address = urlsplit(database.url)
    client = odoorpc.ODOO(address.hostname, port=address.port, timeout=600)
    client.login(database.name, database.admin_login, database.admin_api_key)
    found, domain = 0, [list(term) for term in _OURS]
    while found < size.by_rpc:
        rows: list[Any] = client.execute_kw(
            account_analytic_line.MODEL,
            "search_read",
            [domain],
            {"offset": found, "limit": min(PAGE, size.by_rpc - found)},
        )
        found += len(rows)
    assert found == size.by_rpc


def by_copy(ground: Arena, database: Database, size: Size) -> None:
    """PostgreSQL sends the same columns, and nobody looks at them."""
    columns = ground.box.cluster.sql(
        "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns"
        " WHERE table_name = 'account_analytic_line' AND column_name IN"
        f" ({', '.join(repr(each) for each in ('id', *account_analytic_line.FIELDS))})",
        database.name,
    )
    rows = ground.box.cluster.sql(
        f"COPY (SELECT {columns} FROM account_analytic_line WHERE project_id IS NOT NULL"
        f" AND date < '{AS_OF}') TO STDOUT",
        database.name,
    )
    assert rows.count("\n") + 1 == size.rows


def measure(ground: Arena, size: Size, progress: Progress) -> dict[str, Series]:
    """Every reader in turns, from the same database."""

    def build(name: str) -> None:
        ground.inside(
            "agency.build",
            name,
            retainers=size.retainers,
            over=0,
            funded=0,
            entries=size.entries,
            start=START,
            months=size.months,
        )

    with progress.step(f"{size.rows:,} time entries"):
        world = ground.world("time", build)
    contenders: dict[str, tuple[str, int, Callable[[Database], None]]] = {
        "reader": (
            "the service's reader, over JSON-2",
            size.rows,
            lambda database: by_reader(ground, database, size),
        ),
        "json2": (
            "a whole pull of the service, over JSON-2",
            size.rows,
            lambda database: by_service(ground, database, size, "json2"),
        ),
        "jsonrpc": (
            "a whole pull of the service, over JSON-RPC",
            size.rows,
            lambda database: by_service(ground, database, size, "jsonrpc"),
        ),
        "rpc": (
            "odoorpc, `search_read` of all fields by offset",
            size.by_rpc,
            lambda database: by_rpc(database, size),
        ),
        "copy": (
            "PostgreSQL's `COPY` of the same columns",
            size.rows,
            lambda database: by_copy(ground, database, size),
        ),
    }
    series = {key: Series(name, count) for key, (name, count, _) in contenders.items()}
    with ground.clone(world) as database:
        with ground.service(database) as service:
            service.companies()
        for repeat in range(size.repeats):
            for key, (name, _, read) in contenders.items():
                with progress.step(f"{repeat + 1} of {size.repeats}: {name}"):
                    with (meter := ground.meter()):
                        read(database)
                    series[key].add(meter.wall, meter.cpu)
                    progress.note(f"{meter.wall:.1f} s")
    return series


def table(series: dict[str, Series]) -> str:
    """Rows per second, medians, and how much faster or slower than the service's reader."""
    rows = [
        "| reader | rows | wall time | rows per second | CPU time | per second of CPU"
        " | against the reader, CPU |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    own = series["reader"].each_cpu
    for each in series.values():
        rows.append(
            f"| {each.name} | {each.documents:,} | {each.each_wall * each.documents / 1000:.2f} s"
            f" | **{1000 / each.each_wall:,.0f}** | {each.each_cpu * each.documents / 1000:.2f} s"
            f" | {1000 / max(each.each_cpu, 1e-6):,.0f} | × {each.each_cpu / own:.2f} |"
        )
    return "\n".join(rows)


_ABOUT = f"""\
{Size().rows:,} time entries of {Size.retainers} retainers on a real Odoo, read in pages of
{PAGE:,}. The service's reader takes the fields that the rules need, by ascending id, and checks the
order; a whole pull reads agreements, ledger and the rest as well and turns every row into a checked
value. The plain loop takes every field that Odoo offers, by offset; it reads {Size.by_rpc:,} rows,
since every page takes the same or more. `COPY` sends the stored columns among the reader's fields
as text, from PostgreSQL to a pipe: the limit, whoever reads. In turns, {Size.repeats} times,
medians; CPU time is that of reader, server and PostgreSQL together. `make bench-pull` measures
again."""

BENCHMARK = Benchmark("Reading time", _ABOUT, measure, table, Size(), QUICK)

if __name__ == "__main__":
    BENCHMARK.main()
