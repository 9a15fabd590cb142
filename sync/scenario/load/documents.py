"""Which document a step means."""

from collections.abc import Mapping, Sequence
from typing import Any

from sync.domain.calendar import last_of
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import InvoiceRef


def document(world: World, ref: InvoiceRef) -> int:
    """The one document that is meant. Raises ``NotThere``."""
    if ref.document is not None:
        return world.id("document", ref.document)
    if ref.advance is not None:
        record = world.id("advance", ref.advance)
        (row,) = world.rows("retainer.advance", [("id", "=", record)], ["request_move_id"])
        if not row["request_move_id"]:
            raise NotThere(f"{ref.advance} has not been requested yet")
        return int(row["request_move_id"])
    return one_of(world.rows("account.move", meant(world, ref, "retainer_"), ["name"]), ref)


def meant(world: World, ref: InvoiceRef, prefix: str) -> list[Any]:
    """The domain of what is meant, among documents (``retainer_``) or deleted ones (no prefix)."""
    assert ref.engagement is not None and ref.role is not None
    domain: list[Any] = [
        (f"{prefix}engagement_id", "=", world.id("engagement", ref.engagement)),
        (f"{prefix}role", "=", ref.role.value),
    ]
    if ref.month:
        domain.append((f"{prefix}service_start", ">=", ref.month.isoformat()))
        domain.append((f"{prefix}service_start", "<=", last_of(ref.month).isoformat()))
    if ref.date:
        day = ref.date.isoformat()
        # Entries have no invoice date.
        domain += ["|", ("invoice_date", "=", day)]
        domain += ["&", ("move_type", "=", "entry"), ("date", "=", day)]
    if ref.credit is not None:
        domain.append(("move_type", "=", "out_refund" if ref.credit else "out_invoice"))
    return domain


def one_of(found: Sequence[Mapping[str, Any]], ref: InvoiceRef) -> int:
    """The only row there is. Raises ``NotThere``."""
    if len(found) != 1:
        raise NotThere(
            f"{len(found)} {ref.role} documents of {ref.engagement} where one is meant;"
            " give “month”, “date” or “credit”"
        )
    return int(found[0]["id"])
