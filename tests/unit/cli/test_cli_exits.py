"""Every way to fail has its exit code, and one line."""

import pytest

from sync.cli.companies import worst
from sync.cli.exits import Exit
from sync.cli.failures import failure_of
from sync.odoo import errors
from sync.pipeline import PipelineError
from sync.plan.file import PlanFileError
from sync.pull.errors import CompanyNotFound, DocumentNotFound, SnapshotFileError
from sync.push import LeaseHeld
from sync.settings import SettingsError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Unreachable("refused."), Exit.connection),
        (errors.Overloaded("503."), Exit.connection),
        (errors.Unauthorised(), Exit.connection),
        (errors.Incompatible("Odoo 18.", remedy="Use 19."), Exit.connection),
        (errors.BadAnswer("no JSON."), Exit.connection),
        (errors.ServerFault("boom", name="KeyError"), Exit.connection),
        (errors.Rejected("no"), Exit.connection),
        (errors.Forbidden("no", model="account.move", operation="read"), Exit.missing),
        (errors.NotFound("retainer.gateway"), Exit.missing),
        (PipelineError("usage", "x"), Exit.usage),
        (PipelineError("stale", "x"), Exit.refused),
        (PipelineError("limits", "x"), Exit.refused),
        (LeaseHeld("host (process 1)", "2025-03-28 02:10:00"), Exit.busy),
        (SettingsError("drawdown.toml, line 3", "x", "y"), Exit.usage),
        (PlanFileError("x"), Exit.usage),
        (SnapshotFileError("x"), Exit.usage),
        (CompanyNotFound("x", []), Exit.usage),
        (DocumentNotFound("x"), Exit.usage),
        (FileNotFoundError(2, "No such file", "plan.json"), Exit.usage),
    ],
)
def test_failures_have_their_code(error: Exception, code: Exit) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert failure.exit is code
    assert failure.message
    assert "\n" not in failure.text


@pytest.mark.parametrize("error", [ValueError("x"), AssertionError("x"), OSError("no file")])
def test_anything_else_is_a_defect(error: Exception) -> None:
    assert failure_of(error) is None


def test_several_companies_end_with_the_worst() -> None:
    assert worst([]) is Exit.done
    assert worst([Exit.done, Exit.attention]) is Exit.attention
    assert worst([Exit.untied, Exit.attention, Exit.busy]) is Exit.busy
    assert worst([Exit.busy, Exit.connection]) is Exit.connection
