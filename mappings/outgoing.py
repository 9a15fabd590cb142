"""What every document of the gateway's contract is made of."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sync.domain.documents import Reason
from sync.domain.issues import Source
from sync.domain.money import Currency

Document = dict[str, Any]
"""One document as ``retainer.gateway.apply`` takes it."""


def amount(value: Decimal, currency: Currency) -> str:
    """Money as decimal text in the currency's precision: ``1050.00``."""
    return f"{currency.round(value):f}"


def number(value: Decimal) -> str:
    """A quantity, rate or percentage as decimal text without trailing zeros."""
    plain = f"{value:f}"
    return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain


def explanation(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Why each number is what it is, for the people who read the document in Odoo."""
    return [
        {
            "rule": reason.rule,
            "text": reason.text,
            "records": [_record(source) for source in reason.records],
        }
        for reason in reasons
    ]


def _record(source: Source) -> str:
    """``account.analytic.line,101``, and in brackets what it contributed."""
    return f"{source.model},{source.id}" + (f" ({source.name})" if source.name else "")


def document(
    kind: str, key: str, unit: str, fingerprint: str, values: dict[str, Any], **parts: Any
) -> Document:
    """A document; ``parts`` are lines, lots, post, expect, bind, reconcile, explanation."""
    return {
        "key": key,
        "kind": kind,
        "unit": unit,
        "fingerprint": fingerprint,
        "values": values,
        **parts,
    }
