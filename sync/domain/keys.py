"""Key = identity, fingerprint = content.

A key says which document this is and nothing of what it says:
``company/engagement/role/period-or-source/revision``. A fingerprint says what it says.
"""

import hashlib
import json
import re
from collections.abc import Container
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from sync.domain.value import Value

_KEY = re.compile(r"[0-9]+/[0-9]+/[^/]+/[^/]+/[0-9]+")
_DRAW = re.compile(r"[0-9]+/[0-9]+/drawdown/i([0-9]+)\.l[0-9]+/[0-9]+")


def key(company_id: int, engagement_id: int, role: str, source: str, revision: int = 0) -> str:
    """The identity of a document.

    ``source`` is the month it covers (``2025-03``) or the record it bills (``m17`` a milestone,
    ``b4`` an hour block). ``revision`` counts corrections of the same document: 0 is the first.
    """
    assert "/" not in f"{role}{source}", f"a key part holds a slash: {role} {source}"
    return f"{company_id}/{engagement_id}/{role}/{source}/{revision}"


def is_key(text: str) -> bool:
    """Whether a text is the identity of a document."""
    return _KEY.fullmatch(text) is not None


def revision_of(document_key: str) -> int:
    """The last part of a key."""
    return int(document_key.rsplit("/", 1)[1])


def engagement_of(document_key: str) -> int:
    """The engagement whose document it is."""
    return int(document_key.split("/")[1])


def source_of(document_key: str) -> str:
    """The month that it covers (``2025-03``) or the record that it bills (``m17``)."""
    return document_key.split("/")[3]


def stem_of(document_key: str) -> str:
    """The key without its revision: what all revisions of a document share."""
    return document_key.rsplit("/", 1)[0]


def next_free(document_key: str, used: Container[str]) -> str:
    """The key, or the first revision after it that is not used."""
    while document_key in used:
        document_key = f"{stem_of(document_key)}/{revision_of(document_key) + 1}"
    return document_key


def draw_source(invoice_id: int, lot_line_id: int) -> str:
    """Source of the key of a draw: the invoice that it pays, and the lot that it takes from."""
    return f"{draws_of(invoice_id)}{lot_line_id}"


def draws_of(invoice_id: int) -> str:
    """What the source of each draw of an invoice begins with."""
    return f"i{invoice_id}.l"


def paid_by_draw(document_key: str) -> int | None:
    """The invoice that a draw pays; None for the key of anything else."""
    found = _DRAW.fullmatch(document_key)
    return int(found[1]) if found else None


CREDIT = "-credit"
"""Ends the source of a document that gives back what others under the same source billed."""


def month_source(month: date) -> str:
    """``2025-03``."""
    return month.isoformat()[:7]


def fingerprint(content: Any) -> str:
    """SHA-256 over the canonical JSON of some content; equal content, equal fingerprint."""
    text = json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


_PLAIN_KINDS = {int, str, bool, type(None)}


def _plain(content: Any) -> Any:
    """Content in JSON's own types, the same for equal values (1.50 and 1.5 are equal)."""
    kind = type(content)
    if kind in _PLAIN_KINDS:
        return content
    if kind is tuple and _PLAIN_KINDS.issuperset(map(type, content)):  # a statement has thousands
        return content
    match content:
        case Value():
            return {name: _plain(getattr(content, name)) for name in type(content).model_fields}
        case Enum():
            return content.value
        case Decimal():
            return str(content.normalize() + 0)
        case date():
            return content.isoformat()
        case dict():
            return {str(name): _plain(each) for name, each in content.items()}
        case list() | tuple():
            return [_plain(each) for each in content]
        case float():
            raise AssertionError("no float reaches a document")
        case _:
            return content
