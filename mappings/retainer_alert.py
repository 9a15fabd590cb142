"""``retainer.alert``: notices for the account manager, each raised once."""

from collections.abc import Collection
from datetime import date

from mappings import fields
from mappings.fields import Row, Terms
from mappings.outgoing import Document, document
from sync.domain.documents import Alert

MODEL = "retainer.alert"
KIND = "alert"
FIELDS = ("key", "company_id")

SHOWN_FIELDS = ("key", "message")

OF_A_MONTH = ("near_limit", "overage")
"""Kinds that are raised in open months only."""

_SEVERITIES = {"notice": "info", "warning": "warning", "blocker": "error"}


def domain(company_id: int, engagement_ids: Collection[int], since: date) -> Terms:
    """Those that a run must not raise again: still open, raised lately, or about something that
    may last longer than any month does.
    """
    return [
        ("company_id", "=", company_id),
        ("engagement_id", "in", sorted(engagement_ids)),
        "|",
        "|",
        ("state", "=", "open"),
        ("kind", "not in", list(OF_A_MONTH)),
        ("create_date", ">=", f"{since.isoformat()} 00:00:00"),
    ]


def still_open(company_id: int) -> Terms:
    """Notices that nobody has marked as done."""
    return [("company_id", "=", company_id), ("state", "=", "open")]


def value(row: Row, company_id: int) -> str:
    """Its key."""
    fields.of_company(row, company_id)
    return fields.needed_text(row, "key")


def of_key(company_id: int, key: str) -> Terms:
    """The alert under that key."""
    return [("company_id", "=", company_id), ("key", "=", key)]


def shown(row: Row) -> tuple[int, str, str]:
    """(alert, key, message)."""
    return (
        fields.record_id(row),
        fields.needed_text(row, "key"),
        fields.text(row, "message"),
    )


def outgoing(alert: Alert, unit: str) -> Document:
    """The alert as a document: an activity for the engagement's account manager, unless quiet."""
    return document(
        KIND,
        alert.key,
        unit,
        alert.fingerprint,
        {
            "kind": alert.kind,
            "severity": _SEVERITIES.get(alert.severity, alert.severity),
            "engagement_id": alert.engagement_id,
            "message": alert.message,
            "state": "done" if alert.quiet else "open",
        },
    )
