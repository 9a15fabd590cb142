"""How a pull can fail for reasons other than the line to Odoo (those are ``GatewayError``)."""

from collections.abc import Sequence

from sync.domain.issues import Issue


class PullError(Exception):
    """Nothing can be pulled. The text says what is wrong and what to do."""


class CompanyNotFound(PullError):
    """No such company, or the service user may not see it."""

    def __init__(self, wanted: int | str, visible: Sequence[tuple[int, str]]) -> None:
        self.wanted = wanted
        self.visible = tuple(visible)
        seen = ", ".join(f"{name} ({company})" for company, name in visible) or "none"
        super().__init__(
            f"There is no company {wanted!r} that the service user may see. It sees: {seen}."
            " Correct the company setting, or allow the user that company in Odoo."
        )


class CompanyUnreadable(PullError):
    """The company's own settings cannot be read, so nothing can be billed."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(str(issue))


class SnapshotFileError(PullError):
    """A file is no snapshot, or not one that this version can read."""


class DocumentNotFound(PullError):
    """No document of ours has that number or key."""

    def __init__(self, name_or_key: str) -> None:
        super().__init__(
            f"Drawdown wrote no document {name_or_key!r} in this company. Give the number as Odoo"
            " shows it, or the key (company/engagement/role/period/revision)."
        )
