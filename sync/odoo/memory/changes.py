"""What a person changed of a document of ours, in the words of the module."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import compute, get

NUMBER = "number"
LONGEST_TEXT = 80
MOST = 10
Names = Mapping[str, tuple[str, str]]
"""Label, and the model that a value names a record of, or ``NUMBER``."""

_HEAD: Names = {
    "type": ("type", ""),
    "client": ("client", "res.partner"),
    "currency": ("currency", ""),
    "date": ("date", ""),
}
_LINE: Names = {
    "product": ("product", "product.product"),
    "text": ("text", ""),
    "account": ("account", "account.account"),
    "taxes": ("taxes", "account.tax"),
    "advance": ("advance", "retainer.advance"),
    "client": ("client", "res.partner"),
    "quantity": ("quantity", NUMBER),
    "price": ("price", NUMBER),
    "discount": ("discount", NUMBER),
    "amount": ("amount", NUMBER),
    "amount_company": ("amount in the company's currency", NUMBER),
}


@compute("account.move", "retainer_changes")
def changes(tables: Tables, row: Row) -> Any:
    """What a person changed of what the rules decide; False for nothing."""
    if not get(tables, "account.move", row, "retainer_changed"):
        return False
    written = json.loads(row["retainer_content_written"])
    present = json.loads(get(tables, "account.move", row, "retainer_content"))
    found = [
        *_differing(tables, _HEAD, written, present),
        *_of_lines(tables, _ruled(written), _ruled(present)),
    ]
    if len(found) > MOST:
        found[MOST:] = [f"and {len(found) - MOST} more"]
    return "; ".join(found) or False


def _ruled(content: Row) -> list[Row]:
    return [line for line in content["lines"] if not line["kind"].startswith("line_")]


def _of_lines(tables: Tables, was: list[Row], now: list[Row]) -> Iterator[str]:
    untouched = Counter(map(_same, was)) & Counter(map(_same, now))
    gone = _without(untouched, enumerate(was, start=1))
    come = _without(untouched, enumerate(now, start=1))
    for one, other in zip_longest(gone, come):
        if one is None:
            yield f"line added: {_text(other[1]['text'])}"
        elif other is None:
            yield f"line taken away: {_text(one[1]['text'])}"
        else:
            yield from _differing(tables, _LINE, one[1], other[1], f"line {one[0]}, ")


def _same(line: Row) -> str:
    return json.dumps(line, sort_keys=True)


def _without(untouched: Counter[str], lines: Iterable[tuple[int, Row]]) -> list[tuple[int, Row]]:
    left, found = Counter(untouched), []
    for number, line in lines:
        if left[_same(line)] > 0:
            left[_same(line)] -= 1
        else:
            found.append((number, line))
    return found


def _differing(
    tables: Tables, names: Names, written: Row, present: Row, where: str = ""
) -> Iterator[str]:
    for name, (label, kind) in names.items():
        was, now = written.get(name), present.get(name)
        if was != now:
            yield f"{where}{label}: {_shown(tables, kind, was)} → {_shown(tables, kind, now)}"


def _shown(tables: Tables, kind: str, value: Any) -> str:
    if not value:
        return "none"
    if kind == NUMBER:
        return f"{Decimal(value).normalize():f}"
    if not kind:
        return _text(value)
    rows = tables.rows(kind)
    ids = value if isinstance(value, list) else [value]
    named = [str(get(tables, kind, rows[each], "name")) for each in ids if each in rows]
    return ", ".join(named) or "none"


def _text(value: str) -> str:
    return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
