"""Bad data parks its engagement: what must be true before any of the rules can be trusted."""

from collections.abc import Iterator
from decimal import Decimal

from sync.domain import hours
from sync.domain.engagement import Engagement, Kind
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Terms
from sync.rules.case import Case


def check(case: Case) -> tuple[Issue, ...]:
    """Everything that keeps this engagement from being evaluated."""
    return (*_dates(case.engagement), *_terms(case), *_history(case), *_for_nothing(case))


def claimed_twice(snapshot: Snapshot) -> tuple[Issue, ...]:
    """Projects that two engagements claim on the same day: neither can be billed."""
    issues = []
    claims: dict[int, list[Engagement]] = {}
    for engagement in sorted(snapshot.engagements, key=lambda each: each.id):
        for project in engagement.project_ids:
            for other in claims.setdefault(project, []):
                if _overlap(engagement, other):
                    issues += [
                        _claim(project, engagement, other),
                        _claim(project, other, engagement),
                    ]
            claims[project].append(engagement)
    return tuple(issues)


def _overlap(one: Engagement, other: Engagement) -> bool:
    later = max(one.date_start, other.date_start)
    ends = [each.date_end for each in (one, other) if each.date_end is not None]
    return not ends or later <= min(ends)


def _claim(project: int, engagement: Engagement, other: Engagement) -> Issue:
    return _blocker(
        "project_claimed_twice",
        engagement,
        "project_ids",
        f"project {project} also belongs to {other.name} on the same days; leave it on one of the"
        " two, or end one before the other starts",
    )


def _dates(engagement: Engagement) -> Iterator[Issue]:
    if engagement.date_end is not None and engagement.date_end < engagement.date_start:
        yield _blocker(
            "end_before_start",
            engagement,
            "date_end",
            f"ends on {engagement.date_end}, before it starts on {engagement.date_start}; correct"
            " one of the two",
        )


def _terms(case: Case) -> Iterator[Issue]:
    engagement = case.engagement
    if engagement.kind is not Kind.retainer:
        return
    if not engagement.terms:
        yield _blocker(
            "no_terms",
            engagement,
            "terms",
            "has no terms; add the allowance, fee and rates on its Terms tab",
        )
        return
    first = engagement.terms[0].date_start
    if first > engagement.date_start:
        yield _blocker(
            "terms_gap",
            engagement,
            "terms",
            f"starts on {engagement.date_start}, its first terms only on {first}; let the terms"
            " start with the engagement",
        )
    starts = [terms.date_start for terms in engagement.terms]
    if len(set(starts)) != len(starts):
        yield _blocker(
            "terms_overlap",
            engagement,
            "terms",
            "has two terms from the same day; remove one",
        )
    for terms in engagement.terms:
        yield from _amounts(engagement, terms)


def _amounts(engagement: Engagement, terms: Terms) -> Iterator[Issue]:
    """Nothing negative, nothing that would make a month meaningless."""
    figures: dict[str, Decimal | int] = {
        "monthly_hours": terms.monthly_seconds,
        "monthly_fee": terms.monthly_fee,
        "hourly_rate": terms.hourly_rate,
        "overage_rate": terms.overage_rate,
        "max_rollover": terms.max_rollover_seconds,
        "rollover_months": terms.rollover_months,
        "time_increment": terms.time_increment,
        "expected_breakage": terms.expected_breakage,
        "overage_cap": terms.overage_cap_seconds,
        "overage_increment": terms.overage_increment,
    }
    for role in terms.role_rates:
        figures[f"role_rate_ids, factor of job {role.role_id}"] = role.factor
        figures[f"role_rate_ids, overage rate of job {role.role_id}"] = role.overage_rate or 0
    source = Source(
        model="retainer.terms", id=terms.id, name=f"{engagement.name}, from {terms.date_start}"
    )
    for field, figure in figures.items():
        if figure < 0:
            yield Issue(
                code="negative_terms",
                severity=Severity.blocker,
                source=source,
                field=field,
                message=f"is {figure}, less than zero; correct it on the Terms tab",
                engagement_id=engagement.id,
            )
    if terms.billing_months not in (1, 3, 6, 12):
        yield Issue(
            code="billing_months",
            severity=Severity.blocker,
            source=source,
            field="billing_months",
            message=f"is {terms.billing_months}; choose 1, 3, 6 or 12 months on one fee invoice",
            engagement_id=engagement.id,
        )


def _for_nothing(case: Case) -> Iterator[Issue]:
    """Terms in force that give hours for no fee, or take a fee for no hours: worth a look."""
    if case.engagement.kind is not Kind.retainer or not case.engagement.terms:
        return
    terms = case.terms_on(case.as_of)
    if terms.paused:
        return
    source = Source(
        model="retainer.terms", id=terms.id, name=f"{case.engagement.name}, from {terms.date_start}"
    )
    money, granted = case.engagement.currency.text, hours.text(terms.monthly_seconds)
    if terms.monthly_seconds > 0 and terms.monthly_fee == 0:
        yield Issue(
            code="no_fee",
            severity=Severity.notice,
            source=source,
            field="monthly_fee",
            message=f"is 0 for {granted} h a month; enter the fee, or leave it if the hours are"
            " free of charge",
            engagement_id=case.engagement.id,
        )
    if terms.monthly_seconds == 0 and terms.monthly_fee > 0:
        yield Issue(
            code="no_allowance",
            severity=Severity.notice,
            source=source,
            field="monthly_hours",
            message=f"is 0 for a fee of {money(terms.monthly_fee)} a month, so all time is overage;"
            " enter the hours, or leave it if the fee buys none",
            engagement_id=case.engagement.id,
        )


def _history(case: Case) -> Iterator[Issue]:
    closed_until = case.engagement.closed_until
    last = case.last_closed
    if closed_until is not None and (last is None or last.date_end != closed_until):
        yield _blocker(
            "statement_missing",
            case.engagement,
            "closed_until",
            f"is closed until {closed_until}, but the statement of that month cannot be read;"
            " check the access rights of the service user to retainer periods",
        )

    end = case.engagement.date_end
    if closed_until is not None and end is not None and end < closed_until:
        yield Issue(
            code="end_in_closed_month",
            severity=Severity.warning,
            source=case.source,
            field="date_end",
            message=f"ends on {end}, but its statements are closed until {closed_until}: the fee"
            " beyond the end is given back, the hours and overage of the closed months stay as they"
            " are; credit by hand what else was agreed",
            engagement_id=case.engagement.id,
        )


def _blocker(code: str, engagement: Engagement, field: str, message: str) -> Issue:
    return Issue(
        code=code,
        severity=Severity.blocker,
        source=Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
        field=field,
        message=message,
        engagement_id=engagement.id,
    )
