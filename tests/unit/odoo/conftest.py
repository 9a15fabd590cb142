"""A scripted server, and settings with a key that must never be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from raw_server import CANARY, RawServer

from sync.settings import Settings


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A scripted server."""
    started = RawServer()
    yield started
    started.close()


@pytest.fixture
def settings() -> Callable[..., Settings]:
    """Settings with the canary for a key."""

    def make(url: str = "https://odoo.example.com", **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "url": url,
            "database": "db",
            "login": "drawdown",
            "api_key": CANARY,
            "read_timeout": 0.5,
            "connect_timeout": 0.5,
            "use_proxy": False,
        }
        return Settings(**(values | changes))

    return make
