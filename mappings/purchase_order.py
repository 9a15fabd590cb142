"""``purchase.order``: what was bought from vendors for a client's project."""

from collections.abc import Collection, Iterable
from datetime import date

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from sync.domain.value import Value

MODEL = "purchase.order"
FIELDS = ("name", "company_id", "partner_id", "project_id", "date_order", "date_approve", "state")


class Purchase(Value):
    """A purchase order that was confirmed."""

    id: int
    name: str
    """Its number."""
    vendor_id: int
    project_id: int
    ordered_on: date
    cancelled: bool = False
    """Nothing of it is the client's to pay any more."""


def domain(company_id: int, project_ids: Collection[int]) -> Terms:
    """Orders on those projects that are confirmed, or were recharged before they were cancelled."""
    return [
        ("company_id", "=", company_id),
        ("project_id", "in", sorted(project_ids)),
        "|",
        ("state", "in", ["purchase", "done"]),
        "&",
        ("state", "=", "cancel"),
        ("order_line", "any", [("retainer_recharged_qty", "!=", 0)]),
    ]


def projects(rows: Iterable[Row]) -> set[int]:
    """The projects that they are for."""
    return fields.ids_in(rows, "project_id")


def value(row: Row, company_id: int) -> Purchase:
    """The order; its day is that of the confirmation."""
    fields.of_company(row, company_id)
    ordered = fields.moment(row, "date_order")
    if fields.raw_value(row, "date_approve") is not False:
        ordered = fields.moment(row, "date_approve")
    return Purchase(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        vendor_id=fields.link(row, "partner_id"),
        project_id=fields.link(row, "project_id"),
        ordered_on=ordered.date(),
        cancelled=_state(row) == "cancel",
    )


def _state(row: Row) -> str:
    state = fields.text(row, "state")
    if state not in ("purchase", "done", "cancel"):
        raise Unreadable("state", f"{fields.shown(state)} is not known", "update this service")
    return state
