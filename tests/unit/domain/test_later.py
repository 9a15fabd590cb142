"""What is worked out later is worked out once, and cannot be told from what was there at once."""

from collections.abc import Sequence
from typing import Annotated

import pytest
from pydantic import ValidationError

from sync.domain.later import SHOWN, TAKEN, Later
from sync.domain.value import Value


class Told(Value):
    words: Annotated[Sequence[str], TAKEN, SHOWN] = ()


def counted(calls: list[int], *words: str) -> Later[str]:
    def make() -> tuple[str, ...]:
        calls.append(1)
        return words

    return Later(make)


def test_nothing_is_worked_out_before_somebody_reads_it_and_then_once() -> None:
    calls: list[int] = []
    told = Told(words=counted(calls, "a", "b"))
    copied = told.model_copy(update={})
    assert calls == []
    assert list(told.words) == ["a", "b"]
    assert (told.words[-1], told.words[:1], len(copied.words)) == ("b", ("a",), 2)
    assert calls == [1]


def test_it_is_equal_to_what_it_stands_for() -> None:
    later, there = Told(words=counted([], "a")), Told(words=("a",))
    assert later == there == later
    assert hash(later) == hash(there)
    assert repr(later) == repr(there)
    assert later != Told(words=counted([], "b"))
    assert later.words != ["a"]


def test_files_hold_it_in_full() -> None:
    later = Told(words=counted([], "a"))
    assert later.model_dump() == {"words": ("a",)}
    assert later.model_dump_json() == '{"words":["a"]}'
    read = Told.model_validate_json(later.model_dump_json())
    assert read == later
    assert type(read.words) is tuple


def test_what_comes_from_a_file_is_checked() -> None:
    with pytest.raises(ValidationError):
        Told.model_validate({"words": [1]})
