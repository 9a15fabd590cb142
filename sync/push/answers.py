"""Reading what Odoo answered about documents. Nothing of it is trusted unseen."""

from collections.abc import Mapping, Sequence
from typing import Any

from mappings.fields import clean
from mappings.outgoing import Document
from sync.odoo.errors import BadAnswer
from sync.plan.changes import Action, Change
from sync.push.report import Result, Status

_DONE = {
    Action.create: Status.created,
    Action.rewrite: Status.replaced,
    Action.withdraw: Status.withdrawn,
}
_GONE = ("deleted", "cancel")


def of_apply(
    answer: object, changes: Sequence[Change], sent_before: frozenset[str]
) -> list[Result]:
    """One result per change, in order.

    ``sent_before``: keys whose first answer never came. What stands there unchanged now was written
    by that first call. Raises ``BadAnswer`` when the answer is not what the contract promises;
    whether the call was carried out is unclear then.
    """
    rows = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or len(rows) != len(changes):
        raise BadAnswer("Odoo answered apply with something else.")
    return [
        _result(row, change, change.key in sent_before)
        for row, change in zip(rows, changes, strict=True)
    ]


def _result(row: object, change: Change, sent_before: bool) -> Result:
    if not isinstance(row, dict) or row.get("key") != change.key:
        raise BadAnswer(f"Odoo answered apply without a result for {change.key}.")
    try:
        status = Status(str(row.get("status")))
    except ValueError:
        raise BadAnswer(f"Odoo answered apply with an unknown status for {change.key}.") from None
    if status is Status.created:
        rewritten = bool(row.get("replaced")) and change.action is not Action.withdraw
        status = Status.replaced if rewritten else _DONE[change.action]
    elif status is Status.unchanged and (sent_before or change.action is Action.withdraw):
        status = _DONE[change.action]
    return Result(
        key=change.key,
        status=status,
        id=_id(row.get("id")),
        name=_text(row.get("name")),
        code=_text(row.get("code")),
        reason=_text(row.get("reason")),
    )


def of_lookup(
    answer: object, changes: Sequence[Change], documents: Mapping[str, Document]
) -> dict[str, Result]:
    """Results of the changes that stand in Odoo as planned already, by key.

    A document counts as written when its fingerprint is ours, no person touched it and it is posted
    where that was asked for; one to withdraw when it is gone. Everything else is sent again, and
    Odoo says what is the matter.
    """
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise BadAnswer("Odoo answered lookup with something else.", unclear=False)
    standing = {row["key"]: row for row in answer if isinstance(row.get("key"), str)}
    found = {}
    for change in changes:
        row, document = standing.get(change.key), documents[change.key]
        if change.action is Action.withdraw:
            if row is None:
                found[change.key] = Result(key=change.key, status=Status.withdrawn)
        elif row is not None and _stands(row, document):
            found[change.key] = Result(
                key=change.key,
                status=_DONE[change.action],
                id=_id(row.get("id")),
                name=_text(row.get("name")),
            )
    return found


def _stands(row: Mapping[str, Any], document: Document) -> bool:
    state = row.get("state")
    return (
        row.get("kind") == document["kind"]
        and row.get("fingerprint") == document["fingerprint"]
        and row.get("changed") is False
        and state not in _GONE
        and (state != "draft" or not document.get("post"))
    )


def _id(raw: object) -> int | None:
    return raw if type(raw) is int and raw > 0 else None


def _text(raw: object) -> str:
    return clean(raw)[:1000] if isinstance(raw, str) else ""
