"""Which failure ends with which exit code. Only here are the two tied together."""

from dataclasses import dataclass

from sync.cli.exits import Exit
from sync.odoo.errors import Forbidden, GatewayError, NotFound
from sync.pipeline import PipelineError
from sync.plan.file import PlanFileError
from sync.pull import CompanyUnreadable, PullError
from sync.push import LeaseHeld
from sync.report.sheets import TooManyRows
from sync.scenario.errors import ScenarioError
from sync.settings import SettingsError

_PIPELINE = {
    "usage": Exit.usage,
    "stale": Exit.refused,
    "limits": Exit.refused,
    "hidden": Exit.missing,
    "busy": Exit.busy,
}


@dataclass(frozen=True)
class Failure:
    """Why a command could not do its work, and what to do."""

    exit: Exit
    code: str
    message: str
    remedy: str = ""

    @property
    def text(self) -> str:
        """One line: what happened, and what to do."""
        message = self.message if self.message.endswith((".", "!", "?")) else f"{self.message}."
        return f"{message} {self.remedy}".strip()


def failure_of(error: Exception) -> Failure | None:
    """The failure that an exception stands for; None for a defect of ours."""
    match error:
        case Forbidden() | NotFound():
            return _gateway(error, Exit.missing)
        case GatewayError():
            return _gateway(error, Exit.connection)
        case PipelineError():
            return Failure(
                exit=_PIPELINE[error.code],
                code=error.code,
                message=error.what,
                remedy=error.remedy,
            )
        case LeaseHeld():
            return Failure(exit=Exit.busy, code="busy", message=str(error))
        case SettingsError():
            return Failure(exit=Exit.usage, code="settings", message=str(error))
        case ScenarioError():
            more = len(error.problems) - 1
            listed = f" ({more} more: drawdown scenario check lists all)" if more else ""
            return Failure(
                exit=Exit.usage, code="scenario_file", message=f"{error.problems[0]}{listed}"
            )
        case PlanFileError():
            return Failure(exit=Exit.usage, code="plan_file", message=str(error))
        case CompanyUnreadable():
            return Failure(exit=Exit.missing, code="company", message=str(error))
        case PullError():
            return Failure(exit=Exit.usage, code="input", message=str(error))
        case TooManyRows():
            return Failure(exit=Exit.usage, code="file", message=str(error))
        case OSError() if error.filename is not None:
            return Failure(
                exit=Exit.usage,
                code="file",
                message=f"{error.filename}: {error.strerror}.",
                remedy="Check the path and its rights.",
            )
    return None


def _gateway(error: GatewayError, code: Exit) -> Failure:
    return Failure(
        exit=code, code=_snake(type(error).__name__), message=error.what, remedy=error.remedy
    )


def _snake(name: str) -> str:
    """``ServerFault`` as ``server_fault``."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")
