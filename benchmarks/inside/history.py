"""Makes many of few: copies of all that hangs on the clients of a database, row by row in SQL.

Ten agreements with two years behind them are written by the service itself; a thousand such would
take it an hour. Their copies differ in ids, keys and numbers alone, so that a run finds of each
what it finds of the first.
"""

from __future__ import annotations

from typing import Any

SHARED = ("ir_", "res_users", "res_groups", "hr_", "product_", "resource_", "bus_", "mail_message")
"""Tables of which there is one for all, by how their names begin."""
ONCE = frozenset({"retainer_sync_run"})
KEYS = {"retainer_key", "key"}


def watermarks(env: Any) -> dict[str, int]:
    """The highest id of every table: what is above it later was added."""
    env.cr.execute(
        """
        SELECT table_name FROM information_schema.columns
          JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'public' AND column_name = 'id' AND table_type = 'BASE TABLE'
        """
    )
    found = {}
    for (table,) in env.cr.fetchall():
        env.cr.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{table}"')
        (found[table],) = env.cr.fetchone()
    return found


def multiply(env: Any, *, marks: dict[str, int], times: int) -> dict[str, int]:
    """Copy what stands above the marks so many times less one; rows by table afterwards.

    ``marks``: what ``watermarks`` said before anything was added.
    """
    cr = env.cr
    env.flush_all()
    spans = {
        table: top - marks.get(table, 0)
        for table, top in watermarks(env).items()
        if top > marks.get(table, 0) and not table.startswith(SHARED) and table not in ONCE
    }
    links = _links(cr, spans)
    cr.execute("SET LOCAL session_replication_role = replica")
    for table in sorted({*spans, *(owner for owner, _ in links)}):
        if table in spans or _is_relation(cr, table):
            _copy(cr, table, spans, marks, links, times)
    for table in spans:
        cr.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table,))
        (sequence,) = cr.fetchone()
        if sequence:
            cr.execute(f'SELECT setval(%s, (SELECT MAX(id) FROM "{table}"))', (sequence,))
    env.invalidate_all()
    return {table: span * times for table, span in spans.items()}


def _links(cr: Any, spans: dict[str, int]) -> dict[tuple[str, str], str]:
    """(table, column) of the links to what is copied, and the table that they lead to."""
    cr.execute(
        """
        SELECT owner.relname, attribute.attname, target.relname
          FROM pg_constraint link
          JOIN pg_class owner ON owner.oid = link.conrelid
          JOIN pg_class target ON target.oid = link.confrelid
          JOIN pg_attribute attribute
            ON attribute.attrelid = owner.oid AND attribute.attnum = link.conkey[1]
         WHERE link.contype = 'f' AND cardinality(link.conkey) = 1
        """
    )
    return {(owner, column): target for owner, column, target in cr.fetchall() if target in spans}


def _columns(cr: Any, table: str) -> dict[str, str]:
    cr.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
        (table,),
    )
    return dict(cr.fetchall())


def _is_relation(cr: Any, table: str) -> bool:
    """Whether its rows have no id: both columns of a many2many."""
    return "id" not in _columns(cr, table) and not table.startswith(SHARED)


def _copy(
    cr: Any,
    table: str,
    spans: dict[str, int],
    marks: dict[str, int],
    links: dict[tuple[str, str], str],
    times: int,
) -> None:
    columns = _columns(cr, table)
    terms = {name: f'"{name}"' for name in columns}
    moved = []
    for name in columns:
        target = table if name == "id" else links.get((table, name))
        if target is None:
            continue
        above = f'"{name}" > {marks.get(target, 0)}'
        terms[name] = f'"{name}" + CASE WHEN {above} THEN copy * {spans[target]} ELSE 0 END'
        moved.append(above)
    for name in KEYS & set(columns):
        # company/engagement/...: the engagement's id is the second part.
        at = marks.get("retainer_engagement", 0)
        terms[name] = (
            f"regexp_replace(\"{name}\", '^([0-9]+)/([0-9]+)/', '\\1/')"
            if not spans.get("retainer_engagement")
            else f"""CASE WHEN split_part("{name}", '/', 2) ~ '^[0-9]+$'
                      AND split_part("{name}", '/', 2)::int > {at}
                 THEN split_part("{name}", '/', 1) || '/'
                      || (split_part("{name}", '/', 2)::int
                          + copy * {spans["retainer_engagement"]})::text
                      || substr("{name}", length(split_part("{name}", '/', 1))
                                          + length(split_part("{name}", '/', 2)) + 2)
                 ELSE "{name}" END"""
        )
    if table == "account_move":
        terms["name"] = "name || '-' || copy"
    if table == "account_move_line" and "account_full_reconcile" in spans:
        terms["matching_number"] = f"""CASE WHEN matching_number ~ '^[0-9]+$'
            THEN (matching_number::int + copy * {spans["account_full_reconcile"]})::text
            ELSE matching_number END"""
    if table == "retainer_period_lot":
        terms["draws"] = f"""(SELECT jsonb_agg(jsonb_build_array(
            (part ->> 0)::int + copy * {spans["account_analytic_line"]}, part -> 1) ORDER BY number)
            FROM jsonb_array_elements(CASE jsonb_typeof(draws) WHEN 'array' THEN draws END)
                 WITH ORDINALITY AS each (part, number))"""
    names = ", ".join(f'"{name}"' for name in columns)
    where = f"id > {marks.get(table, 0)}" if "id" in columns else " OR ".join(moved)
    cr.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(terms.values())}'
        f' FROM "{table}", generate_series(1, {times - 1}) copy WHERE {where}'
    )
