"""Tax amounts that a document shows, where they are not what Odoo works out from its lines.

A service invoice that deducts a part of a taxed advance shows the tax that is really due: the tax
of the work less the tax that was posted on the advance, to the cent.
"""

from odoo.fields import Command

from .document import Refusal


def set_on(move, amounts):
    """Set the tax lines of a draft: {tax id as text: amount}, in one write."""
    commands = [
        command
        for ref, amount in amounts.items()
        for command in _commands(move, move.env["account.tax"].browse(int(ref)), amount)
    ]
    if commands:
        move.write({"line_ids": commands})


def _commands(move, tax, amount):
    currency = move.currency_id
    if (
        currency.compare_amounts(currency.round(amount), amount)
        or abs(currency.round(amount) - amount) > 10**-6
    ):
        raise Refusal(
            "refused",
            f"taxes: {amount} is finer than {currency.name} allows for the tax {tax.display_name}.",
        )
    lines = move.line_ids.filtered(lambda line: line.tax_line_id == tax)
    if not lines:
        if currency.is_zero(amount):
            return []
        if tax not in move.invoice_line_ids.tax_ids.flatten_taxes_hierarchy():
            raise Refusal(
                "refused", f"taxes: no line of the document is taxed with {tax.display_name}."
            )
        return [Command.create(_new_line(move, tax, amount))]
    # Where a tax is split over several accounts, the difference goes to the largest part.
    line = max(lines, key=lambda each: (abs(each.amount_currency), -each.id))
    wanted = move.direction_sign * amount
    delta = wanted - sum(lines.mapped("amount_currency"))
    if currency.is_zero(delta):
        return []
    return [Command.update(line.id, {"amount_currency": line.amount_currency + delta})]


def _new_line(move, tax, amount):
    """Return a tax line where the lines of the document cancel out and Odoo makes none."""
    refund = move.move_type == "out_refund"
    parts = tax.refund_repartition_line_ids if refund else tax.invoice_repartition_line_ids
    part = parts.filtered(lambda each: each.repartition_type == "tax")[:1]
    base = move.invoice_line_ids.filtered(
        lambda line: tax in line.tax_ids.flatten_taxes_hierarchy()
    )[:1]
    return {
        "name": tax.name,
        "display_type": "tax",
        "tax_repartition_line_id": part.id,
        "account_id": part.account_id.id or base.account_id.id,
        "tax_tag_ids": [Command.set(part.tag_ids.ids)],
        "amount_currency": move.direction_sign * amount,
    }
