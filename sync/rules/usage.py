"""Rule 20, first part: the account manager hears once of every threshold that usage reaches.

A threshold fires when it is reached (≥). Being near the limit and being over it are separate
facts: going over does not hide that the limit was near. Where one run finds several thresholds
passed, each is kept and only the highest is brought to the account manager.
"""

from sync.domain import hours
from sync.domain.calendar import month_text
from sync.domain.documents import Alert
from sync.domain.keys import key, month_source
from sync.rules.case import Case, Findings, Month
from sync.rules.forecast import forecast


def usage(case: Case, found: Findings) -> Findings:
    """Alerts for the thresholds reached and for overage, in each month that is not closed."""
    alerts: list[Alert] = []
    for month in found.months:
        alerts += _thresholds(case, month)
        alerts += _over(case, month)
    return found.plus(alerts=tuple(alerts))


def _thresholds(case: Case, month: Month) -> tuple[Alert, ...]:
    used, available = month.used, month.available
    if not available:
        return ()
    left = hours.text(available - sum(lot.drawn for lot in month.lots))
    text = forecast(case, month)
    ahead = f"; {text}" if text else ""
    thresholds = sorted(month.terms.alert_thresholds)
    reached = [each for each in thresholds if used * 100 >= each * available]
    figures = (
        f"{hours.text(used)} of {hours.text(available)} h used"
        f" ({hours.utilization(used, available)} %), {left} h left{ahead}"
    )
    return tuple(
        Alert(
            key=key(
                case.company.id,
                case.engagement.id,
                "alert",
                f"{month_source(month.first)}-usage-{threshold}",
            ),
            kind="near_limit",
            severity="warning" if threshold >= 90 else "notice",
            engagement_id=case.engagement.id,
            message=f"{case.engagement.name}, {month_text(month.first)}: {threshold} % of the hours"
            f" reached: {figures}",
            quiet=threshold != reached[-1],
        )
        for threshold in reached
    )


def _over(case: Case, month: Month) -> tuple[Alert, ...]:
    if not month.over:
        return ()
    amount = case.engagement.currency.text(month.overage_amount)
    first = month.over[0].entry
    return (
        Alert(
            key=key(
                case.company.id,
                case.engagement.id,
                "alert",
                f"{month_source(month.first)}-overage",
            ),
            kind="overage",
            severity="warning",
            engagement_id=case.engagement.id,
            message=f"{case.engagement.name}, {month_text(month.first)}: over the hours available"
            f" since {first.day}: {hours.text(month.overage)} h so far ({amount})",
        ),
    )
