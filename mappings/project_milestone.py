"""``project.milestone``: deliverables that are billed on sign-off."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from mappings import fields
from mappings.fields import Row, Terms
from mappings.reading import field_of
from sync.domain.engagement import Engagement, Milestone

MODEL = "project.milestone"
FIELDS = (
    "name",
    "project_id",
    "deadline",
    "is_reached",
    "reached_date",
    "sale_line_id",
    "retainer_engagement_id",
    "retainer_amount",
    "retainer_percent",
    "retainer_quantity",
    "retainer_unit_price",
    "retainer_number",
    "retainer_sign_off_reference",
    "retainer_move_id",
)
engagement_of = field_of("retainer_engagement_id")


def domain(engagement_ids: Collection[int]) -> Terms:
    """All of an engagement that goes on, or of which one is not billed: they share a quote."""
    return [
        ("retainer_engagement_id", "in", sorted(engagement_ids)),
        "|",
        ("retainer_engagement_id.state", "!=", "ended"),
        ("retainer_engagement_id.milestone_ids", "any", [("retainer_move_id", "=", False)]),
    ]


BY_DOCUMENT = "retainer_move_id"


def of_ids(ids: Collection[int]) -> Terms:
    """Those milestones."""
    return [("id", "in", sorted(ids))]


def projects(rows: Sequence[Row]) -> set[int]:
    """The projects that they belong to."""
    return fields.ids_in(rows, "project_id")


def engagements(rows: Sequence[Row]) -> set[int]:
    """The engagements that bill them."""
    return fields.ids_in(rows, "retainer_engagement_id")


def priced_by_quote(rows: Sequence[Row]) -> set[int]:
    """The sales order items that say an amount where the milestone does not."""
    own = ("retainer_amount", "retainer_percent", "retainer_quantity")
    without = [row for row in rows if not any(row.get(name) for name in own)]
    return fields.ids_in(without, "sale_line_id")


def value(
    row: Row,
    known: Mapping[int, Engagement],
    project_names: Mapping[int, str],
    amount_of_sale_line: Mapping[int, Decimal],
) -> Milestone:
    """The milestone, in its engagement's currency.

    The sign-off is ``is_reached`` with ``reached_date``; a date that stayed after the sign-off was
    taken back does not count.
    """
    engagement = known.get(fields.link(row, "retainer_engagement_id"))
    if engagement is None:
        raise fields.Unreadable(
            "retainer_engagement_id",
            "its engagement could not be read",
            "see the issue of the engagement",
        )
    project = fields.link(row, "project_id")
    if project not in project_names:
        raise fields.Unreadable(
            "project_id", "its project could not be read", "let the service user see the project"
        )
    reached_on = fields.day_or_none(row, "reached_date")
    if not fields.flag(row, "is_reached"):
        reached_on = None
    elif reached_on is None:
        raise fields.Unreadable(
            "reached_date", "it is signed off without a date", "enter the day of the sign-off"
        )
    number = fields.whole(row, "retainer_number", least=0)
    amount = fields.money(row, "retainer_amount", engagement.currency)
    percent = fields.rate(row, "retainer_percent")
    quantity = fields.rate(row, "retainer_quantity")
    sold = fields.link_or_none(row, "sale_line_id")
    if not amount and not percent and not quantity and sold is not None:
        amount = engagement.currency.round(amount_of_sale_line.get(sold, amount))
    return Milestone(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        engagement_id=engagement.id,
        project_id=project,
        project_name=project_names[project],
        number=str(number) if number else "",
        amount=amount,
        percent=percent,
        quantity=quantity,
        unit_price=fields.rate(row, "retainer_unit_price", engagement.currency.digits),
        reached_on=reached_on,
        reference=fields.text(row, "retainer_sign_off_reference"),
        deadline=fields.day_or_none(row, "deadline"),
        billed=fields.link_or_none(row, BY_DOCUMENT) is not None,
    )
