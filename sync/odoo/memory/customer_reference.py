"""The customer reference of an invoice follows the number of the client's purchase order."""

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables


def following(tables: Tables, move: Row, values: Row) -> Row:
    """What is written over a move, with the number of its order and the reference that follows."""
    order = values.get("retainer_client_po_id")
    if order and "retainer_po_number" not in values:
        number = tables.row("retainer.client.po", order)["name"]
        values = {**values, "retainer_po_number": number}
    number, before = values.get("retainer_po_number"), move.get("retainer_po_number")
    if "ref" in values or not number or number == before:
        return values
    if not move.get("ref") or move["ref"] == before:
        return {**values, "ref": number}
    if not before and not move.get("invoice_origin"):
        return {**values, "ref": number, "invoice_origin": move["ref"]}
    return values
