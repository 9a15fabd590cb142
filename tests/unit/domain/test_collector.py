"""The collector waits while values are made, and goes on afterwards."""

import gc

import pytest

from sync.domain.collector import collector_paused


def test_it_waits_and_goes_on() -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="trouble"), collector_paused():
        raise ValueError("trouble")
    assert gc.isenabled()


def test_whoever_had_it_off_keeps_it_off() -> None:
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
