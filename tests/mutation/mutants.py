"""The bugs that are planted: small, of the kind that people make.

A mutant is named by its function, what stood there and what stands there now, so that its name
survives when lines move. Texts, type hints, assertions and ``zip(strict=)`` are left alone: no
number hangs on them.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OTHER_FUNCTION = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One planted bug."""

    file: Path
    function: str
    line: int
    before: str
    after: str
    number: int
    """Which of several equal ones in the same function, from 0 on."""
    at: int
    """Place of the node in the walk through the file."""
    change: Callable[[ast.AST], ast.AST]

    @property
    def name(self) -> str:
        """``grant.allowance: a < b → a <= b``, with a number where there are several."""
        more = f" [{self.number}]" if self.number else ""
        return f"{self.file.stem}.{self.function}: {self.before} → {self.after}{more}"

    @property
    def tree(self) -> ast.Module:
        """The whole file with the bug in it."""
        tree = ast.parse(self.file.read_text(encoding="utf-8"))
        target = list(ast.walk(tree))[self.at]
        _replace(tree, target, self.change(copy.deepcopy(target)))
        return ast.fix_missing_locations(tree)


Site = tuple[list[str], int, ast.AST, Callable[[ast.AST], ast.AST]]
"""Where (path of functions, index in the walk), what stands there, and what to make of it."""


def mutants_of(file: Path) -> list[Mutant]:
    """Every bug that can be planted in a file, from top to bottom."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found, seen = [], Counter[tuple[str, str, str]]()
    for function, at, node, change in _sites(tree):
        where = ".".join(function) or "module"
        before, after = _shown(node), _shown(change(_top_of(node)))
        key = (where, before, after)
        found.append(Mutant(file, where, _line(node), before, after, seen[key], at, change))
        seen[key] += 1
    return sorted(found, key=lambda each: each.line)


def _line(node: ast.AST) -> int:
    if isinstance(node, ast.comprehension):
        node = node.ifs[0]
    return int(node.lineno)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    if tree is old:
        return
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for at, each in enumerate(value):
                    if each is old:
                        value[at] = new
                        return
    raise AssertionError("the node is in the tree")


def _sites(tree: ast.Module) -> Iterator[Site]:
    places = {id(node): at for at, node in enumerate(ast.walk(tree))}

    def visit(node: ast.AST, function: list[str]) -> Iterator[Site]:
        if isinstance(node, ast.Assert | ast.JoinedStr):
            return
        if isinstance(node, ast.keyword) and node.arg == "strict":
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for each in node.body:
                yield from visit(each, [*function, node.name])
            return
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from visit(node.value, function)
            return
        for change in _changes(node):
            yield function, places[id(node)], node, change
        for each in ast.iter_child_nodes(node):
            yield from visit(each, function)

    yield from visit(tree, [])


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], ast.AST]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield lambda each: _with(each, ops=[COMPARISONS[type(op)]()])
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield lambda each: _with(each, op=ARITHMETIC[type(node.op)]())
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            yield lambda each: _with(each, op=ARITHMETIC[type(node.op)]())
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield lambda each: _with(each, op=other())
            for at in range(len(node.values)):
                yield lambda each, at=at: _without(each, at)  # type: ignore[misc]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield lambda each: each.operand  # type: ignore[attr-defined]
        case ast.Constant(value=bool()):
            yield lambda each: ast.copy_location(ast.Constant(not each.value), each)  # type: ignore[attr-defined]
        case ast.Constant(value=int()):
            yield lambda each: ast.copy_location(ast.Constant(each.value + 1), each)  # type: ignore[attr-defined]
        case ast.Call(func=ast.Name(id=name)) if name in OTHER_FUNCTION:
            yield lambda each: _with(each, func=ast.Name(OTHER_FUNCTION[name], ast.Load()))
        case ast.If() | ast.While() | ast.IfExp() if _is_plain(node.test):
            yield lambda each: _with(each, test=ast.UnaryOp(ast.Not(), each.test))  # type: ignore[attr-defined]
        case ast.comprehension(ifs=[condition]) if _is_plain(condition):
            yield lambda each: _with(each, ifs=[ast.UnaryOp(ast.Not(), each.ifs[0])])  # type: ignore[attr-defined]
        case ast.Continue() | ast.Break():
            yield lambda each: ast.copy_location(ast.Pass(), each)


def _is_plain(test: ast.expr) -> bool:
    """Whether a condition is no comparison and no ``not``, which have mutants of their own."""
    return isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.BoolOp)


def _top_of(node: ast.AST) -> ast.AST:
    """A copy that may be changed; what a body holds is left out, since it is not shown."""
    if isinstance(node, ast.If | ast.While):
        return type(node)(test=copy.deepcopy(node.test), body=[ast.Pass()], orelse=[])
    return copy.deepcopy(node)


def _shown(node: ast.AST) -> str:
    """What stands there, on one line; of a statement with a body only its condition."""
    if isinstance(node, ast.If | ast.While):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def _with(node: ast.AST, **changes: object) -> ast.AST:
    for name, value in changes.items():
        setattr(node, name, value)
    return node


def _without(node: ast.AST, at: int) -> ast.AST:
    assert isinstance(node, ast.BoolOp)
    rest = [each for place, each in enumerate(node.values) if place != at]
    return rest[0] if len(rest) == 1 else _with(node, values=rest)
