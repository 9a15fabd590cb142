"""What clients owe on invoices that may draw advances, and what is owed to them."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from sync.domain.ledger import Receivable
from sync.domain.money import ZERO
from sync.pull.ledger.lots import engagement_of
from sync.pull.ledger.open_lines import OpenLines


def receivables(
    opened: OpenLines, drawing: Collection[int], drained: AbstractSet[int]
) -> tuple[Receivable, ...]:
    """Open receivable lines, by line.

    ``drawing``: engagements whose invoices draw advances; ``drained``: invoices that drew and whose
    credit notes are open, whatever their engagements do now.
    """
    found = []
    for line in sorted(opened.receivables, key=lambda each: each.id):
        move = opened.move(line)
        if move.move_type == "entry":
            continue
        engagement = engagement_of(move, opened.moves)
        credit = move.move_type == "out_refund"
        sign = -1 if credit else 1
        if (
            engagement is None
            or sign * line.open <= ZERO
            or (engagement not in drawing and not drained & set(opened.reverses(move)))
        ):
            continue
        partner = move.partner_id or line.partner_id or 0
        found.append(
            Receivable(
                line_id=line.id,
                account_id=line.account_id,
                move_id=move.id,
                move_name=move.name,
                move_key=move.key,
                role=move.role,
                engagement_id=engagement,
                client_id=move.client_id or partner,
                partner_id=partner,
                currency=line.currency,
                invoice_date=move.invoice_date,
                due_on=line.due_on,
                credit=credit,
                reverses_ids=opened.reverses(move),
                open=sign * line.open,
                open_company=sign * line.open_company,
                total=move.total,
                untaxed=move.untaxed,
            )
        )
    return tuple(found)
