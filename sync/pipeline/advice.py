"""Rule 21, asked for: which retainers have another allowance than they need."""

from datetime import date

from sync.domain.engagement import Kind
from sync.pull import Pulled
from sync.report.names import Names
from sync.report.recommend import RecommendReport, recommend_report
from sync.rules.recommend import recommend


def advise(pulled: Pulled, as_of: date) -> RecommendReport:
    """The recommendations for the retainers in force on a day, from what was pulled."""
    snapshot = pulled.snapshot
    known = {each.engagement_id for each in snapshot.history}
    running = [
        each
        for each in snapshot.engagements
        if each.id in known
        and each.kind is Kind.retainer
        and (each.date_end is None or each.date_end >= as_of)
    ]
    found = []
    for engagement in running:
        months = [each for each in snapshot.history if each.engagement_id == engagement.id]
        advice = recommend(engagement, [each for each in months if each.date_end < as_of])
        if advice is not None:
            found.append((advice, engagement.currency))
    company = snapshot.company
    return recommend_report(company.id, company.name, as_of, len(running), found, Names(snapshot))
