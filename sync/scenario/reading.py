"""From a YAML file to a scenario, or to a list of what is wrong with the file, line by line.

Every scalar stays the text that stands in the file: what it means is decided by the field it is
for. So no amount passes through a binary float, ``6:15`` is not a number to the base 60, the key
``on`` is not a truth value, and a purchase order ``0012`` keeps its zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sync.scenario.check import check
from sync.scenario.errors import Path, Problem, ScenarioError, did_you_mean
from sync.scenario.model import Scenario

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads every scalar as text; in C where PyYAML was built so, four times as fast."""

_EMPTY = {"", "~", "null", "Null", "NULL"}


@dataclass
class Source:
    """A YAML file as data, and the line on which each part of it stands."""

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path; of what it stands in, where it does not stand in the file itself."""
        found: Path = ()
        for part in path:
            if (*found, part) in self.lines:
                found = (*found, part)
            elif not isinstance(part, int):  # a list's brackets may be left out
                break
        return self.lines.get(found, 1)

    def trouble(self, path: Path, message: str) -> Problem:
        """A problem at that place."""
        return Problem(self.file, self.line(path), path, message)


def read(file: File) -> Scenario:
    """The scenario in a file. Raises ``ScenarioError`` with everything that is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = Problem(str(file), 1, (), f"not UTF-8 text: {error.reason}")
        raise ScenarioError([problem]) from None
    return read_text(text, str(file))


def read_text(text: str, file: str = "scenario") -> Scenario:
    """The scenario in a text; ``file`` is what errors call it."""
    source = parse(text, file)
    if source.problems:
        raise ScenarioError(source.problems)
    try:
        scenario = Scenario.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError([_explain(source, each) for each in error.errors()]) from None
    problems = [source.trouble(path, message) for path, message in check(scenario)]
    if problems:
        raise ScenarioError(problems)
    return scenario


def parse(text: str, file: str) -> Source:
    """The YAML as plain data: mappings, lists, text and None."""
    source = Source(file)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError([Problem(file, line, (), f"not YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise ScenarioError([Problem(file, 1, (), f"not YAML: {error}")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise ScenarioError([Problem(file, 1, (), "is empty; a scenario begins with “scenario:”")])
    source.data = _value(node, (), source)
    return source


def _value(node: yaml.Node, path: Path, source: Source) -> Any:
    source.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        plain = not node.style
        return None if plain and node.value in _EMPTY else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, at), source) for at, each in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            source.problems.append(source.trouble(path, "a name must be a plain text"))
            continue
        name = (*path, key.value)
        if key.value in found:
            before = source.line(name)
            source.lines[name] = key.start_mark.line + 1
            source.problems.append(source.trouble(name, f"stands twice, also in line {before}"))
        source.lines[name] = key.start_mark.line + 1
        found[key.value] = _value(value, name, source)
    return found


def _explain(source: Source, error: ErrorDetails) -> Problem:
    """One of pydantic's findings in words for the author of the file."""
    path: Path = tuple(error["loc"])
    kind, given = error["type"], error.get("input")
    match kind:
        case "extra_forbidden":
            message = "unknown field" + did_you_mean(str(path[-1]), _fields_at(path[:-1]))
        case "missing":
            message = "is missing"
        case "enum" | "literal_error":
            choices = str(error.get("ctx", {}).get("expected", ""))
            names = [name.strip(" '") for name in choices.replace(" or ", ", ").split(",")]
            message = f"“{given}” is not possible here" + did_you_mean(str(given), names)
        case "value_error" | "assertion_error":
            message = error["msg"].partition(", ")[2] or error["msg"]
        case "model_type" | "dict_type":
            message = "fields are expected here, each as “name: value”"
        case "list_type":
            message = "a list is expected here, each item behind “- ”"
        case "bool_parsing" | "bool_type":
            message = f"“{given}” is neither true nor false"
        case "int_parsing" | "int_type":
            message = f"“{given}” is not a whole number"
        case _:
            message = error["msg"]
    if given is None and kind not in ("missing", "extra_forbidden"):
        message = "is empty; give a value or leave the field out"
    return source.trouble(path, message)


def _fields_at(path: Path) -> Iterator[str]:
    """The names that may stand at a place, found by walking the model along the path."""
    models: list[type[BaseModel]] = [Scenario]
    for part in path:
        if isinstance(part, int):
            continue
        inner: list[type[BaseModel]] = []
        for model in models:
            for name, info in model.model_fields.items():
                if part == (info.alias or name):
                    inner += _models_in(info)
        # A name in a mapping of names (of an engagement…) leads no deeper.
        models = inner or models
    for model in models:
        yield from (info.alias or name for name, info in model.model_fields.items())


def _models_in(info: FieldInfo) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    pending: list[Any] = [info.annotation]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        pending += get_args(kind)
    return found
