"""Bad business data is a value that says which record, which field and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import ConfigDict

from sync.domain.value import Value


class Severity(StrEnum):
    """How far an issue reaches; what needs a person first comes first."""

    blocker = "blocker"
    """Parks its engagement: nothing of it is billed until the data is mended."""
    warning = "warning"
    """Billing goes on; somebody should look."""
    notice = "notice"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Source:
    """The record that an issue or a figure comes from, as Odoo names it.

    A plain dataclass: each entry that went over is one of these, and a pydantic value takes ten
    times the memory.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    model: str
    id: int
    name: str = ""

    def __str__(self) -> str:
        """``retainer.terms 12 (Acme retainer)``."""
        return f"{self.model} {self.id}" + (f" ({self.name})" if self.name else "")


class Issue(Value):
    """Business trouble: code, severity, source record and field, and what to do about it."""

    code: str
    severity: Severity
    source: Source
    field: str = ""
    message: str
    """One line: what is wrong, and the remedy."""
    engagement_id: int | None = None

    @property
    def parks(self) -> bool:
        """Whether the engagement waits until the data is mended."""
        return self.severity is Severity.blocker

    def __str__(self) -> str:
        """One line for a terminal."""
        field = f", {self.field}" if self.field else ""
        return f"{self.severity}: {self.source}{field}: {self.message}"
