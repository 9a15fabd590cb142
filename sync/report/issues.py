"""Trouble in one line each: the record, what is wrong and what to do."""

from collections.abc import Sequence

from sync.domain.issues import Issue, Severity
from sync.domain.value import Value
from sync.plan.changes import Conflict, Plan
from sync.report.blocks import Row, Table, Tone, counts, texts
from sync.report.names import Names

_TONES = {
    Severity.blocker: Tone.bad,
    Severity.warning: Tone.warn,
    Severity.notice: Tone.plain,
}


class ShownIssue(Value):
    """An issue with the name of its engagement."""

    code: str
    severity: str
    model: str
    id: int
    name: str
    field: str
    message: str
    engagement: str
    engagement_id: int | None


class ShownConflict(Value):
    """A document of ours that a person changed, cancelled or deleted."""

    key: str
    code: str
    client: str
    engagement: str
    engagement_id: int
    message: str
    record_id: int | None = None
    """The document in Odoo; None where it is gone."""
    changes: str = ""
    """What a person changed of it, of all that the rules decide."""


class Parked(Value):
    """An engagement of which nothing is billed until its data is mended."""

    engagement_id: int
    engagement: str
    client: str


def shown_issue(issue: Issue, names: Names) -> ShownIssue:
    """The issue as data."""
    return ShownIssue(
        code=issue.code,
        severity=issue.severity.value,
        model=issue.source.model,
        id=issue.source.id,
        name=issue.source.name,
        field=issue.field,
        message=issue.message,
        engagement=names.engagement(issue.engagement_id),
        engagement_id=issue.engagement_id,
    )


def shown_conflict(conflict: Conflict, names: Names) -> ShownConflict:
    """The conflict as data."""
    return ShownConflict(
        key=conflict.key,
        code=conflict.code,
        client=names.client(conflict.engagement_id),
        engagement=names.engagement(conflict.engagement_id),
        engagement_id=conflict.engagement_id,
        message=conflict.message,
        record_id=conflict.record_id,
        changes=conflict.changes,
    )


def parked_of(plan: Plan, names: Names) -> tuple[Parked, ...]:
    """The engagements that the plan leaves alone."""
    return tuple(
        Parked(engagement_id=each, engagement=names.engagement(each), client=names.client(each))
        for each in plan.parked
    )


def latest_issues(looks: Sequence[Sequence[ShownIssue]]) -> tuple[ShownIssue, ...]:
    """Every trouble once, in the words of the first look that found it."""
    found: dict[tuple[object, ...], list[ShownIssue]] = {}
    for look in looks:
        said: dict[tuple[object, ...], list[ShownIssue]] = {}
        for issue in look:
            of = (issue.code, issue.model, issue.id, issue.field, issue.engagement_id)
            said.setdefault(of, []).append(issue)
        found = said | found
    return tuple(issue for each in found.values() for issue in each)


def issue_table(issues: tuple[ShownIssue, ...]) -> Table:
    """Record, field, what is wrong and what to do."""
    return Table(
        tag="issue",
        title="Issues",
        columns=texts("severity", "code", "record", "field"),
        detail="what to do",
        rows=tuple(
            Row(
                cells=(each.severity, each.code, _record(each), each.field),
                detail=each.message,
                tone=_TONES[Severity(each.severity)],
            )
            for each in issues
        ),
    )


def _record(issue: ShownIssue) -> str:
    return f"{issue.model} {issue.id}" + (f" ({issue.name})" if issue.name else "")


def conflict_table(conflicts: tuple[ShownConflict, ...]) -> Table:
    """What a person and the service disagree about."""
    return Table(
        tag="conflict",
        title="Conflicts: left as people made them",
        columns=texts("code", "client", "engagement", "key"),
        detail="what to do",
        rows=tuple(
            Row(
                cells=(each.code, each.client, each.engagement, each.key),
                detail=each.message,
                tone=Tone.bad,
            )
            for each in conflicts
        ),
    )


def parked_table(parked: tuple[Parked, ...]) -> Table:
    """Engagements that wait for their data; the issues above say for what."""
    return Table(
        tag="parked",
        title="Parked: nothing is billed until the issues above are mended",
        columns=(*texts("client", "engagement"), *counts("id")),
        rows=tuple(
            Row(cells=(each.client, each.engagement, each.engagement_id), tone=Tone.bad)
            for each in parked
        ),
    )
