"""What a person changed of a document of the service, in words.

Only what the billing rules decide counts: notes and sections, and the order of the lines, are for
people.
"""

import json
from collections import Counter
from decimal import Decimal
from itertools import zip_longest

LONGEST_TEXT = 80
MOST = 10


def changes(env, written, present):
    """Return what differs between two contents of one document; nothing where nothing does."""
    written, present = json.loads(written), json.loads(present)
    found = [*_differing(env, _head(env), written, present), *_of_lines(env, written, present)]
    if len(found) > MOST:
        found[MOST:] = [env._("and %s more", len(found) - MOST)]
    return "; ".join(found)


def _head(env):
    return {
        "type": (env._("type"), None),
        "client": (env._("client"), "res.partner"),
        "currency": (env._("currency"), None),
        "date": (env._("date"), None),
    }


def _line(env):
    return {
        "product": (env._("product"), "product.product"),
        "text": (env._("text"), None),
        "account": (env._("account"), "account.account"),
        "taxes": (env._("taxes"), "account.tax"),
        "advance": (env._("advance"), "retainer.advance"),
        "client": (env._("client"), "res.partner"),
        "quantity": (env._("quantity"), Decimal),
        "price": (env._("price"), Decimal),
        "discount": (env._("discount"), Decimal),
        "amount": (env._("amount"), Decimal),
        "amount_company": (env._("amount in the company's currency"), Decimal),
    }


def _of_lines(env, written, present):
    was, now = _ruled(written), _ruled(present)
    untouched = Counter(map(_same, was)) & Counter(map(_same, now))
    gone = _without(untouched, enumerate(was, start=1))
    come = [line for _, line in _without(untouched, enumerate(now, start=1))]
    for one, other in zip_longest(gone, come):
        if one is None:
            yield env._("line added: %s", _text(other["text"]))
        elif other is None:
            yield env._("line taken away: %s", _text(one[1]["text"]))
        else:
            number, line = one
            where = env._("line %s, ", number)
            yield from _differing(env, _line(env), line, other, where)


def _ruled(content):
    return [line for line in content["lines"] if not line["kind"].startswith("line_")]


def _same(line):
    return json.dumps(line, sort_keys=True)


def _without(untouched, lines):
    left = Counter(untouched)
    found = []
    for number, line in lines:
        if left[_same(line)] > 0:
            left[_same(line)] -= 1
        else:
            found.append((number, line))
    return found


def _differing(env, names, written, present, where=""):
    for name, (label, kind) in names.items():
        was, now = written.get(name), present.get(name)
        if was != now:
            yield f"{where}{label}: {_shown(env, kind, was)} → {_shown(env, kind, now)}"


def _shown(env, kind, value):
    if not value:
        return env._("none")
    if kind is Decimal:
        return f"{Decimal(value).normalize():f}"
    if kind is None:
        return _text(value)
    ids = value if isinstance(value, list) else [value]
    names = env[kind].sudo().browse(ids).exists().mapped("name")
    return ", ".join(names) or env._("none")


def _text(value):
    return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
