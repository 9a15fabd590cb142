"""The companies that the service user may work in, and how one is chosen."""

from dataclasses import dataclass

from sync.pipeline.errors import PipelineError


@dataclass(frozen=True)
class CompanyRef:
    """A company, by id and name."""

    id: int
    name: str


def named(wanted: int | str, seen: list[CompanyRef]) -> CompanyRef:
    """The company with that id or name. Raises ``PipelineError`` with those there are."""
    text = str(wanted).strip()
    for company in seen:
        if text in (str(company.id), company.name):
            return company
    for company in seen:
        if text.casefold() == company.name.casefold():
            return company
    raise PipelineError(
        "usage",
        f"There is no company {text!r} among those the service user may work in: {listed(seen)}.",
        "Correct --company or the company setting, or allow the user that company in Odoo.",
    )


def listed(seen: list[CompanyRef]) -> str:
    """``Example Agency (1), Example Studio (2)``."""
    return ", ".join(f"{each.name} ({each.id})" for each in seen) or "no company"
