"""Odoo's prefix domains, evaluated row by row as Odoo's SQL would."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sync.odoo.errors import ServerFault
from sync.odoo.gateway import Domain, Row
from sync.odoo.memory.fields import NUMBERS, TO_MANY, Field
from sync.odoo.memory.schema import field_of, fields_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

Predicate = Callable[[Row], bool]

NEGATED = {
    "!=": "=",
    "<>": "=",
    "not in": "in",
    "not like": "like",
    "not ilike": "ilike",
    "not =like": "=like",
    "not =ilike": "=ilike",
    "not any": "any",
}
INEQUALITIES: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def predicate(tables: Tables, model: str, domain: Domain) -> Predicate:
    """A function that says whether a row is in the domain.

    Raises ``ServerFault`` for what is no domain and ``NotFound`` for an unknown field.
    """
    return _all([_parse(tables, model, terms) for terms in _split(list(domain))])


def names(domain: Domain) -> set[str]:
    """The fields a domain speaks of."""
    return {str(term[0]) for term in domain if isinstance(term, list | tuple)}


def id_above(domain: Domain) -> int:
    """``n`` of a leading ``("id", ">", n)``, which paging sends; 0 where there is none."""
    if domain and not any(term in ("|", "!") for term in domain if isinstance(term, str)):
        for term in domain:
            if isinstance(term, list | tuple) and tuple(term[:2]) == ("id", ">"):
                return int(term[2])
    return 0


def _split(terms: list[Any]) -> Iterator[list[Any]]:
    """The top-level terms, which Odoo joins with ``&``."""
    while terms:
        yield _take(terms)


def _take(terms: list[Any]) -> list[Any]:
    """Take one whole expression from the front."""
    if not terms:
        raise ServerFault("Invalid domain: an operator lacks its terms", name="builtins.ValueError")
    head = terms.pop(0)
    if head in ("&", "|"):
        return [head, _take(terms), _take(terms)]
    if head == "!":
        return [head, _take(terms)]
    if isinstance(head, list | tuple) and len(head) == 3 and isinstance(head[0], str):
        return list(head)
    raise ServerFault(f"Invalid domain term {head!r}", name="builtins.ValueError")


def _parse(tables: Tables, model: str, term: list[Any]) -> Predicate:
    match term:
        case ["&", list() as left, list() as right]:
            return _all([_parse(tables, model, left), _parse(tables, model, right)])
        case ["|", list() as left, list() as right]:
            either = (_parse(tables, model, left), _parse(tables, model, right))
            return lambda row: either[0](row) or either[1](row)
        case ["!", list() as inner]:
            positive = _parse(tables, model, inner)
            return lambda row: not positive(row)
    name, operator, value = term
    return _condition(tables, model, name, operator, value)


def _all(predicates: Sequence[Predicate]) -> Predicate:
    if len(predicates) == 1:
        return predicates[0]
    return lambda row: all(each(row) for each in predicates)


def _condition(tables: Tables, model: str, path: str, operator: str, value: Any) -> Predicate:
    name, _, rest = path.partition(".")
    field = field_of(model, name)
    if rest:
        return _any(tables, model, name, field, [(rest, operator, value)])
    if operator in NEGATED:
        positive = _condition(tables, model, path, NEGATED[operator], value)
        return lambda row: not positive(row)
    if operator == "any":
        return _any(tables, model, name, field, value)
    if operator == "=?":
        return (lambda _: True) if not value else _condition(tables, model, path, "=", value)
    if field.relation and isinstance(value, str):
        return _any(tables, model, name, field, [("display_name", operator, value)])
    if operator in ("child_of", "parent_of"):
        return _family(tables, model, name, operator, value)
    test = _test(field, model, name, operator, value)
    if field.stored:
        return lambda row: test(row[name])
    return lambda row: test(get(tables, model, row, name))


def _any(tables: Tables, model: str, name: str, field: Field, domain: Domain) -> Predicate:
    if not field.relation:
        raise ServerFault(
            f"Cannot use 'any' with non-relational field {model}.{name}", name="builtins.ValueError"
        )
    inner = predicate(tables, field.relation, domain)
    rows = tables.rows(field.relation)

    def found(row: Row) -> bool:
        value = get(tables, model, row, name)
        there = value if field.type in TO_MANY else [value] if value else []
        return any(inner(rows[each]) for each in there)

    return found


def _family(tables: Tables, model: str, name: str, operator: str, value: Any) -> Predicate:
    """``child_of`` and ``parent_of`` along ``parent_id``."""
    comodel = field_of(model, name).relation or model
    wanted = set(value) if isinstance(value, list | tuple) else {value}

    def line(record: Any) -> Iterator[int]:
        while record:
            yield record
            record = get(tables, comodel, tables.row(comodel, record), "parent_id")

    above = {each for start in wanted for each in line(start)}

    def found(row: Row) -> bool:
        record = get(tables, model, row, name)
        if operator == "parent_of":
            return record in above
        return any(each in wanted for each in line(record))

    return found


def _test(field: Field, model: str, name: str, operator: str, value: Any) -> Callable[[Any], bool]:
    if operator in ("=", "in"):
        return _equal(field, value if operator == "in" or _many(value) else [value])
    if operator in INEQUALITIES:
        return _inequality(field, operator, value)
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _like(operator, value)
    raise ServerFault(
        f"Invalid operator in condition ({name!r}, {operator!r}, {value!r})",
        name="builtins.ValueError",
        model=model,
    )


def _many(value: Any) -> bool:
    return isinstance(value, list | tuple | set)


def _equal(field: Field, values: Any) -> Callable[[Any], bool]:
    wanted = [_comparable(field, each) for each in (values if _many(values) else [values])]
    if field.type in TO_MANY:
        return lambda have: any(each in wanted for each in have) or (False in wanted and not have)
    if field.type in NUMBERS:
        return lambda have: have in wanted
    if field.type == "boolean":
        return lambda have: bool(have) in wanted
    if field.type in ("char", "text", "html") and (False in wanted or "" in wanted):
        return lambda have: not have or have in wanted
    keys = set(wanted)
    return lambda have: have in keys


def _comparable(field: Field, value: Any) -> Any:
    if value is None:
        return False
    if field.type == "monetary" and not isinstance(value, bool):
        return Decimal(str(value))
    if field.type == "boolean":
        return bool(value)
    return value


def _inequality(field: Field, operator: str, value: Any) -> Callable[[Any], bool]:
    compare = INEQUALITIES[operator]
    if value is False or value is None:
        return (lambda _: False) if field.type not in NUMBERS else (lambda have: compare(have, 0))
    wanted = _comparable(field, value)
    if field.type in NUMBERS:
        return lambda have: compare(have, wanted)
    if field.type == "datetime" and len(str(wanted)) == 10:
        wanted += " 23:59:59" if operator in ("<=", ">") else " 00:00:00"
    if field.type == "date":
        wanted = str(wanted)[:10]
    return lambda have: bool(have) and compare(have, wanted)


def _like(operator: str, value: Any) -> Callable[[Any], bool]:
    text = str(value) if operator.startswith("=") else f"%{value}%"
    pattern = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in text)
    flags = re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)
    fits = re.compile(pattern, flags).fullmatch
    return lambda have: have not in (False, None) and bool(fits(str(have)))


def search(tables: Tables, model: str, domain: Domain, *, archived: bool = False) -> list[int]:
    """Ids in the domain, ascending. Archived rows stay out unless the domain asks for them."""
    terms, rows, ids = list(domain), tables.rows(model), tables.ids(model)
    tests = [predicate(tables, model, terms)]
    if "active" in fields_of(model) and not archived and "active" not in names(terms):
        tests.append(_condition(tables, model, "active", "=", True))
    test = _all(tests)
    return [each for each in ids[bisect_right(ids, id_above(terms)) :] if test(rows[each])]
