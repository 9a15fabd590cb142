"""Calls that may be repeated are repeated: after growing, jittered pauses, and not for ever.

Reads, and calls that the caller says are repeatable. Everything else is sent once; what became of
an unclear one is for the caller to look up.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
import tenacity

from sync.odoo.errors import GatewayError, Overloaded
from sync.odoo.gateway import Domain, Gateway, Row, ServerVersion

Result = TypeVar("Result")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Repeater:
    """Does something until it succeeds, fails for good, or was tried often enough.

    ``attempts`` counts the first one. ``sleep`` and ``jitter`` (0 to 1) are given by tests.
    """

    def __init__(
        self,
        attempts: int,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        assert attempts >= 1, "a call is tried at least once"
        self._attempts = attempts
        self._sleep = sleep
        self._jitter = jitter
        self._log = structlog.get_logger("drawdown.odoo")

    def __call__(self, what: str, once: Callable[[], Result]) -> Result:
        """The result. Raises the last ``GatewayError``."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._attempts),
            retry=tenacity.retry_if_exception(_may_pass),
            wait=self._pause,
            sleep=self._sleep,
            before_sleep=lambda state: self._tell(what, state),
            reraise=True,
        )
        return retrying(once)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Half of the growing pause for certain, half by chance; or what the server asked for."""
        full = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**state.attempt_number)
        pause = full * (0.5 + 0.5 * self._jitter())
        error = _error_of(state)
        asked = error.wait if isinstance(error, Overloaded) else None
        return max(pause, min(asked or 0.0, LONGEST_PAUSE))

    def _tell(self, what: str, state: tenacity.RetryCallState) -> None:
        error = _error_of(state)
        pause = state.next_action.sleep if state.next_action else 0.0
        self._log.warning(
            "odoo call is repeated",
            call=what,
            attempt=state.attempt_number,
            of=self._attempts,
            pause=round(pause, 2),
            reason=type(error).__name__,
            what=getattr(error, "what", ""),
        )


class Retrying:
    """A gateway that repeats what another one failed to do, where that is safe."""

    def __init__(self, inner: Gateway, repeat: Repeater) -> None:
        self.inner = inner
        self._repeat = repeat

    @property
    def protocol(self) -> str:
        """See ``Gateway.protocol``."""
        return self.inner.protocol

    @property
    def calls(self) -> int:
        """See ``Gateway.calls``."""
        return self.inner.calls

    def version(self) -> ServerVersion:
        """See ``Gateway.version``."""
        return self._repeat("version", self.inner.version)

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """See ``Gateway.search_read``."""
        return self._repeat(
            f"{model}.search_read",
            lambda: self.inner.search_read(model, domain, fields, limit=limit, order=order),
        )

    def search_count(self, model: str, domain: Domain) -> int:
        """See ``Gateway.search_count``."""
        return self._repeat(f"{model}.search_count", lambda: self.inner.search_count(model, domain))

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """See ``Gateway.read_group``."""
        return self._repeat(
            f"{model}.read_group",
            lambda: self.inner.read_group(model, domain, groupby, aggregates),
        )

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:
        """See ``Gateway.call``."""

        def once() -> Any:
            return self.inner.call(model, method, repeatable=repeatable, **arguments)

        return self._repeat(f"{model}.{method}", once) if repeatable else once()

    def close(self) -> None:
        """See ``Gateway.close``."""
        self.inner.close()


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, GatewayError) and error.retryable


def _error_of(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
