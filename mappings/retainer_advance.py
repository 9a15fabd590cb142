"""``retainer.advance``: documents that request an advance of funds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from mappings import fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from mappings.outgoing import Document, amount, document, explanation
from sync.domain.advances import Advance, AdvanceRequest, Decision, TaxMode
from sync.domain.engagement import Client, Engagement
from sync.domain.money import Currency

MODEL = "retainer.advance"
KIND = "advance"
FIELDS = (
    "name",
    "company_id",
    "partner_id",
    "commercial_partner_id",
    "engagement_ids",
    "currency_id",
    "amount",
    "date_request",
    "date_due",
    "maturity_date",
    "priority",
    "refundable",
    "tax_mode",
    "decision",
    "decision_by",
    "decision_on",
    "decision_note",
    "decision_amount",
    "request_move_id",
)


_LONG_AGO = date(1900, 1, 1)
"""Where nobody wants a request: one without a day is only read when money for it is there."""


def domain(company_id: int, with_lots: Collection[int]) -> Terms:
    """Not yet requested, requested and not paid, or with anything open in the ledger.

    ``with_lots``: those that open lots name. An advance that was taken over from another system has
    no request; lines of its own in the ledger say that none is wanted, and so does a request
    without a day. A request that a person cancelled is still one.
    """
    return [
        ("company_id", "=", company_id),
        "|",
        "|",
        "|",
        ("id", "in", sorted(with_lots)),
        "&",
        "&",
        ("request_move_id", "=", False),
        ("line_ids", "=", False),
        ("date_request", "!=", False),
        ("request_move_id.state", "in", ["draft", "cancel"]),
        ("request_move_id.amount_residual", "!=", 0),
    ]


def used_up(company_id: int, latest: Iterable[tuple[Engagement, int]], ids: Iterable[int]) -> Terms:
    """Those advances, and per engagement every one later than its ``latest`` that its invoices may
    draw or drew.
    """
    groups: dict[int, list[Engagement]] = defaultdict(list)
    for engagement, last in latest:
        groups[last].append(engagement)
    either: list[Terms] = [[("id", "in", sorted(ids))]]
    for last, engagements in sorted(groups.items()):
        either.append(
            [
                "&",
                ("id", ">", last),
                "|",
                ("engagement_ids", "in", sorted(each.id for each in engagements)),
                "&",
                ("engagement_ids", "=", False),
                ("commercial_partner_id", "in", sorted({each.client_id for each in engagements})),
            ]
        )
    return [
        ("company_id", "=", company_id),
        *["|"] * (len(either) - 1),
        *(term for terms in either for term in terms),
    ]


def value(
    row: Row,
    company_id: int,
    currencies: Mapping[int, Currency],
    clients: Mapping[int, Client],
    deciders: Mapping[int, str],
) -> Advance:
    """The advance; amounts are net of tax.

    ``clients``: every partner that could be read; ``deciders``: names of users.
    """
    fields.of_company(row, company_id)
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    partner = fields.link(row, "partner_id")
    if partner not in clients:
        raise Unreadable(
            "partner_id", "its client could not be read", "let the service user see the client"
        )
    asked = fields.money(row, "amount", currency)
    if asked <= 0:
        raise Unreadable("amount", "an advance asks for more than 0", "enter the amount")
    decided_by = fields.link_or_none(row, "decision_by")
    return Advance(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        client_id=fields.link(row, "commercial_partner_id"),
        partner_id=partner,
        engagement_ids=fields.links(row, "engagement_ids"),
        currency=currency,
        amount=asked,
        request_on=fields.day_or_none(row, "date_request") or _LONG_AGO,
        due_on=fields.day_or_none(row, "date_due"),
        maturity=fields.day_or_none(row, "maturity_date"),
        priority=fields.whole(row, "priority", least=0),
        refundable=fields.flag(row, "refundable"),
        tax_mode=fields.choice(row, "tax_mode", TaxMode),
        decision=fields.choice(row, "decision", Decision),
        decided_on=fields.day_or_none(row, "decision_on"),
        decided_by=deciders.get(decided_by or 0, ""),
        decision_note=fields.text(row, "decision_note"),
        decision_amount=fields.money(row, "decision_amount", currency),
        request_id=fields.link_or_none(row, "request_move_id"),
    )


def engagements(row: Row) -> tuple[int, ...]:
    """Those it names; what cannot be read names none."""
    return tuple(sorted(fields.ids_in([row], "engagement_ids")))


def client(row: Row) -> int:
    """Its client; 0 where that cannot be read."""
    return min(fields.ids_in([row], "commercial_partner_id"), default=0)


def requests(rows: Iterable[Row]) -> dict[int, int]:
    """The advances by the invoice that asks for each."""
    return {
        request: advance
        for row in rows
        for request in fields.ids_in([row], "request_move_id")
        for advance in fields.ids_in([row], "id")
    }


def partners(rows: Iterable[Row]) -> set[int]:
    """Everybody they name."""
    return fields.ids_in(rows, "partner_id", "commercial_partner_id")


def deciders(rows: Iterable[Row]) -> set[int]:
    """The users who decided about remainders."""
    return fields.ids_in(rows, "decision_by")


def outgoing(request: AdvanceRequest, unit: str) -> Document:
    """An advance to be made, as a document of the gateway."""
    values: dict[str, Any] = {
        "partner_id": request.partner_id,
        "currency_id": request.currency.id,
        "amount": amount(request.amount, request.currency),
        "date_request": request.request_on.isoformat(),
        "date_due": request.request_on.isoformat(),
        "refundable": request.refundable,
        "tax_mode": request.tax_mode.value,
    }
    if request.engagement_id:
        values["engagement_ids"] = [request.engagement_id]
    if request.priority:
        values["priority"] = request.priority
    return document(
        KIND,
        request.key,
        unit,
        request.fingerprint,
        values,
        explanation=explanation(request.reasons),
    )
