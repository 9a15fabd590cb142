"""One company as the rules see it on a day, and what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mappings.retainer_sync_run import NO_SIGNS, Signs
from sync.domain.collector import collector_paused
from sync.domain.documents import Role, StatementState
from sync.domain.keys import fingerprint
from sync.domain.outcome import Outcome
from sync.plan.changes import Change, Plan
from sync.plan.diff import make_plan
from sync.plan.limits import Limits, exceeded
from sync.pull import Pulled
from sync.report.plan import PlanReport, plan_report
from sync.rules.engine import evaluate

_FINAL = (Role.recognition, Role.breakage, Role.reclassification)
"""Entries that nothing depends on."""


def entails(change: Change) -> bool:
    """Whether more may follow once a document stands."""
    if change.invoice is not None or change.advance is not None:
        return True
    if change.statement is not None:
        return change.statement.state is StatementState.closed
    return change.entry is not None and change.entry.role not in _FINAL


@dataclass(frozen=True)
class Looked:
    """Facts, what the rules ask for, and the plan."""

    pulled: Pulled
    outcome: Outcome
    plan: Plan
    exceeded: tuple[str, ...] = ()
    started: float = 0.0
    """When reading began, by the clock that only goes forward; 0 = it was a file."""
    calls: int = 0
    """Calls to Odoo before that."""
    signs: Signs = NO_SIGNS
    """How far the company's runs were while it was read."""

    @property
    def report(self) -> PlanReport:
        """The plan for people."""
        return plan_report(
            self.pulled.snapshot,
            self.outcome,
            self.plan,
            self.exceeded,
            follows=any(map(entails, self.plan.changes)),
        )


@collector_paused()
def look(pulled: Pulled, as_of: date, limits: Limits, before: Sequence[Plan] = ()) -> Looked:
    """Evaluate the rules and compare with what is there. Pure. ``before``: of the same run."""
    outcome = evaluate(pulled.snapshot, as_of)
    plan = make_plan(pulled.snapshot, outcome).model_copy(update={"posting": _posting(pulled)})
    return Looked(pulled, outcome, plan, exceeded(plan, limits, before))


def _posting(pulled: Pulled) -> str:
    """Digest of what decides where a plan is posted, and what of it waits for review."""
    return fingerprint((pulled.books, pulled.snapshot.company.post_invoices))
