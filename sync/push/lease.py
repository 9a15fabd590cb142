"""The lease: one run at a time writes to a company, and a run that died holds nobody up for long.

It is kept in Odoo, on the run's own record. A token proves that it is ours; when it runs out,
another run may take it over, and from then on Odoo refuses our writes. While Odoo works on a batch
of ours nobody can: the transaction locks that record, and renews the lease before it ends.
"""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from mappings.gateway import GATEWAY
from sync.domain.value import Value
from sync.odoo.errors import BadAnswer, GatewayError, Rejected, excerpt
from sync.odoo.gateway import Gateway

_RENEW_AFTER = 0.25
"""Part of the lease's time after which it is renewed, between two batches."""


class Lease(Value):
    """What to ask for."""

    owner: str
    """Which installation of the service runs, for the people who read the run's record."""
    seconds: int = 600
    """How long Odoo keeps it after a sign of life: each batch is one, however long it takes."""


class LeaseHeld(Exception):
    """Another run writes to the company now. ``until``: when its lease ends, in UTC."""

    def __init__(self, by: str, until: str) -> None:
        self.by = by
        self.until = until
        super().__init__(
            f"Another run is under way ({by}), at most until {until} UTC. Wait for it, or try again"
            " then."
        )


class LeaseLost(Exception):
    """Our lease ran out or was taken over; nothing more may be written."""


class HeldLease:
    """A lease that we hold. ``clock`` counts seconds and never goes back."""

    def __init__(
        self,
        gateway: Gateway,
        lease: Lease,
        company_id: int,
        as_of: date,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take it. Raises ``LeaseHeld`` and ``GatewayError``."""
        self._gateway = gateway
        self._lease = lease
        self._clock = clock
        asked_at = clock()
        answer = gateway.call(
            GATEWAY,
            "begin_run",
            repeatable=False,
            company_id=company_id,
            as_of=as_of.isoformat(),
            owner=lease.owner,
            lease_seconds=lease.seconds,
        )
        if isinstance(answer, dict) and "held_by" in answer:
            raise LeaseHeld(excerpt(answer["held_by"]), excerpt(answer.get("until", "?")))
        if (
            not isinstance(answer, dict)
            or type(answer.get("run_id")) is not int
            or not isinstance(answer.get("token"), str)
            or answer["run_id"] <= 0
            or not answer["token"]
        ):
            raise BadAnswer("Odoo answered begin_run with something else.", retryable=False)
        self.run_id: int = answer["run_id"]
        self.token: str = answer["token"]
        self._renew_at = asked_at + lease.seconds * _RENEW_AFTER

    def __repr__(self) -> str:
        return f"HeldLease(run {self.run_id})"

    def keep(self) -> None:
        """Renew it where it is time to. Raises ``LeaseLost`` and ``GatewayError``."""
        asked_at = self._clock()
        if asked_at < self._renew_at:
            return
        kept = self._gateway.call(
            GATEWAY,
            "renew_lease",
            repeatable=True,
            run_id=self.run_id,
            token=self.token,
            lease_seconds=self._lease.seconds,
        )
        if kept is not True:
            raise LeaseLost("another run took the lease over, and completes the work")
        self._renew_at = asked_at + self._lease.seconds * _RENEW_AFTER

    def finish(self, state: str, checksum: str, counters: dict[str, Any], log: str) -> str:
        """Give it back with the run's result. Never raises: what was written is written.

        Answers what went wrong, or nothing. An unclear answer is asked for once more; that the
        lease is gone by then says that the first call arrived.
        """
        trouble: GatewayError | None = None
        for _ in range(2):
            try:
                self._gateway.call(
                    GATEWAY,
                    "finish_run",
                    repeatable=False,
                    run_id=self.run_id,
                    token=self.token,
                    state=state,
                    checksum=checksum,
                    counters=counters,
                    log=log,
                )
                return ""
            except Rejected as refused:
                if trouble is not None and lease_is_lost(refused):
                    return ""
                trouble = refused
                break
            except GatewayError as failed:
                trouble = failed
                if not (failed.unclear or failed.retryable):
                    break
        return f"the run's record could not be closed ({trouble}); its lease ends by itself"


def lease_is_lost(refused: Rejected) -> bool:
    """Whether Odoo refused a write because the token holds no lease."""
    return refused.message.lstrip().startswith("lease_lost")
