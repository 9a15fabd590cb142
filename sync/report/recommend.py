"""Recommendations for people: what would fit, and the months that say so."""

from collections.abc import Iterable
from datetime import date

from sync.domain.calendar import month_text
from sync.domain.money import Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import (
    Amount,
    Block,
    Message,
    Row,
    Table,
    amounts,
    counts,
    durations,
    percents,
    texts,
)
from sync.report.names import Names
from sync.rules.recommend import Recommendation, percent, text


class ShownMonth(Value):
    """A closed month as evidence. Hours are seconds."""

    month: str
    """``2025-03``."""
    allowance: int
    used: int
    percent: Exact
    """Used of the allowance."""
    overage: int
    lapsed: int
    fee: Exact
    overage_amount: Exact


class ShownRecommendation(Value):
    """What would fit one retainer. Hours are seconds, money is in ``currency``."""

    client: str
    engagement: str
    engagement_id: int
    direction: str
    """``more`` or ``less``."""
    current_hours: int
    current_fee: Exact
    proposed_hours: int
    proposed_fee: Exact
    paid: Exact
    """What the months of the evidence came to."""
    would_be: Exact
    """What they would have come to under the proposal."""
    currency: str
    digits: int
    text: str
    months: tuple[ShownMonth, ...]

    def money(self, amount: Exact) -> Amount:
        """An amount in its currency."""
        return Amount(amount=amount, currency=self.currency, digits=self.digits)


class RecommendReport(Value):
    """The recommendations for one company's retainers."""

    company_id: int
    company: str
    as_of: date
    looked_at: int
    """Retainers with closed months."""
    recommendations: tuple[ShownRecommendation, ...]


def recommend_report(
    company_id: int,
    company: str,
    as_of: date,
    looked_at: int,
    found: Iterable[tuple[Recommendation, Currency]],
    names: Names,
) -> RecommendReport:
    """The recommendations with their names, by client and engagement."""
    shown = [_shown(advice, currency, names) for advice, currency in found]
    return RecommendReport(
        company_id=company_id,
        company=company,
        as_of=as_of,
        looked_at=looked_at,
        recommendations=tuple(sorted(shown, key=lambda each: (each.client, each.engagement))),
    )


def _shown(advice: Recommendation, currency: Currency, names: Names) -> ShownRecommendation:
    return ShownRecommendation(
        client=names.client(advice.engagement_id),
        engagement=advice.engagement,
        engagement_id=advice.engagement_id,
        direction=advice.direction.value,
        current_hours=advice.current_seconds,
        current_fee=advice.current_fee,
        proposed_hours=advice.proposed_seconds,
        proposed_fee=advice.proposed_fee,
        paid=advice.paid,
        would_be=advice.would_be,
        currency=currency.code,
        digits=currency.digits,
        text=text(advice, currency),
        months=tuple(
            ShownMonth(
                month=f"{each.date_start:%Y-%m}",
                allowance=advice.current_seconds,
                used=each.used,
                percent=percent(each.used, advice.current_seconds),
                overage=each.overage,
                lapsed=each.lapsed,
                fee=each.fee,
                overage_amount=each.overage_amount,
            )
            for each in advice.months
        ),
    )


def recommend_blocks(report: RecommendReport) -> list[Block]:
    """The recommendations and their evidence as two tables."""
    found = report.recommendations
    if not found:
        return [
            Message(
                tag="note",
                text=f"Nothing to recommend: of {report.looked_at} retainers with closed months"
                " none is always above or far below its allowance",
            )
        ]
    return [
        Table(
            tag="recommendation",
            title=f"Recommendations as of {report.as_of}",
            columns=(
                *texts("client", "engagement", "direction"),
                *durations("allowance", "proposed"),
                *amounts("fee", "proposed fee", "paid", "would be"),
                *counts("months"),
            ),
            detail="why",
            rows=tuple(
                Row(
                    cells=(
                        each.client,
                        each.engagement,
                        each.direction,
                        each.current_hours,
                        each.proposed_hours,
                        each.money(each.current_fee),
                        each.money(each.proposed_fee),
                        each.money(each.paid),
                        each.money(each.would_be),
                        len(each.months),
                    ),
                    detail=each.text,
                )
                for each in found
            ),
        ),
        Table(
            tag="evidence",
            title="Evidence: closed months",
            columns=(
                *texts("client", "engagement", "month"),
                *durations("allowance", "used"),
                *percents("used of it"),
                *durations("overage", "lapsed"),
                *amounts("fee", "overage cost"),
            ),
            rows=tuple(
                Row(
                    cells=(
                        each.client,
                        each.engagement,
                        month_text(date.fromisoformat(f"{month.month}-01")),
                        month.allowance,
                        month.used,
                        month.percent,
                        month.overage,
                        month.lapsed,
                        each.money(month.fee),
                        each.money(month.overage_amount),
                    )
                )
                for each in found
                for month in each.months
            ),
        ),
    ]
