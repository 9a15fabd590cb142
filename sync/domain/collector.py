"""The garbage collector, told to wait while many values are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """For work that makes values by the million, none of which can refer to itself.

    The collector looks for cycles each time the values have grown by a quarter, walks all of them
    and finds nothing; that costs as much again as making them. Whatever is dropped meanwhile is
    freed at once all the same: only cycles wait.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
