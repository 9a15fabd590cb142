"""A small agency for the tests of reports: the founding case, and a client with a wicked name."""

from datetime import date
from decimal import Decimal as D

from sync.domain.engagement import Client, ClientPo, Engagement, Kind, PoPolicy
from sync.domain.entries import TimeEntry
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Project, Snapshot
from sync.domain.terms import Terms

USD = Currency(id=1, code="USD", digits=2)
WICKED = "Acme [red]Corp[/red]\x1b[31m\x07\u202e\tInc\nLtd"


def snapshot(client: str = "Acme Corp", po_amount: int = 0) -> Snapshot:
    """40 h a month for 5,000, overage 175, rollover up to 10 h: 28 h in March, 56 h in April."""
    terms = Terms(
        id=1,
        date_start=date(2025, 3, 1),
        monthly_seconds=40 * 3600,
        monthly_fee=D(5000),
        hourly_rate=D(150),
        overage_rate=D(175),
        rollover=True,
        max_rollover_seconds=10 * 3600,
    )
    engagement = Engagement(
        id=42,
        name="Acme retainer",
        kind=Kind.retainer,
        client_id=7,
        currency=USD,
        date_start=date(2025, 3, 1),
        project_ids=(3,),
        client_po_id=5,
        terms=(terms,),
    )
    bare = engagement.model_copy(
        update={"id": 43, "name": "No terms", "terms": (), "project_ids": ()}
    )
    return Snapshot(
        company=Company(id=1, name="Agency", currency=USD, po_policy=PoPolicy.hold),
        clients=(Client(id=7, name=client, commercial_id=7),),
        projects=(Project(id=3, name="Support", client_id=7),),
        engagements=(engagement, bare),
        client_pos=(
            ClientPo(
                id=5, number="PO-77", client_id=7, currency=USD, amount=D(po_amount), invoiced=D(0)
            ),
        ),
        entries=(
            TimeEntry(1, date(2025, 3, 5), 28 * 3600, 3),
            TimeEntry(2, date(2025, 4, 7), 56 * 3600, 3),
        ),
    )
