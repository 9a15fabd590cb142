"""The log is of no interest here."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nothing below an error is logged."""
    quietly = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quietly)
    yield
    structlog.reset_defaults()
