"""Values that are worked out when somebody reads them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from pydantic import WrapSerializer, WrapValidator

T = TypeVar("T")


class Later(Sequence[T], Generic[T]):
    """A tuple that is made on first sight, then kept; equal to the tuple that it stands for.

    For what a run needs of few of its documents only. ``make`` is pure and holds on to frozen
    values, so it does not matter when it is called.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], tuple[T, ...]]) -> None:
        self._make: Callable[[], tuple[T, ...]] | None = make
        self._made: tuple[T, ...] = ()

    def _now(self) -> tuple[T, ...]:
        if self._make is not None:
            self._made, self._make = self._make(), None
        return self._made

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[T]:
        return iter(self._now())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple | Later):
            return self._now() == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._now())

    def __repr__(self) -> str:
        return repr(self._now())


def _as_given(raw: Any, check: Callable[[Any], Any]) -> Any:
    return raw if type(raw) is Later or type(raw) is tuple else tuple(check(raw))


def _now(value: Sequence[Any], write: Callable[[Any], Any]) -> Any:
    return write(tuple(value))


TAKEN, SHOWN = WrapValidator(_as_given), WrapSerializer(_now)
"""Annotate a ``Sequence`` of a value that may be given as ``Later``; files hold it as a list."""
