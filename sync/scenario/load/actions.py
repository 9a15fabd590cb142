"""What people do in Odoo in the course of a story, step by step."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync.domain.documents import Role
from sync.domain.hours import HOUR
from sync.scenario.check import RECORDS, typed
from sync.scenario.load import add, agreements, bookings, payments, work
from sync.scenario.load.columns import (
    ADVANCE,
    CHANGE_ORDER,
    CLIENT,
    ENGAGEMENT,
    HOUR_BLOCK,
    MILESTONE,
    PROJECT,
    PURCHASE,
    PURCHASE_ORDER,
    TERMS,
    Table,
    Values,
)
from sync.scenario.load.company import lock, settle
from sync.scenario.load.documents import document, meant, one_of
from sync.scenario.load.people import Needs
from sync.scenario.load.purchases import cancel_purchase, vendor_document
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import Change, Given, InvoiceEdit, InvoiceRef, OverageRef, Step

TABLES: Mapping[str, tuple[str, Table]] = {
    "client": ("res.partner", CLIENT),
    "project": ("project.project", PROJECT),
    "engagement": ("retainer.engagement", ENGAGEMENT),
    "purchase_order": ("retainer.client.po", PURCHASE_ORDER),
    "milestone": ("project.milestone", MILESTONE),
    "change_order": ("retainer.change.order", CHANGE_ORDER),
    "hour_block": ("retainer.hour.block", HOUR_BLOCK),
    "purchase": ("purchase.order.line", PURCHASE),
    "advance": ("retainer.advance", ADVANCE),
    "terms": ("retainer.terms", TERMS),
}


def act(world: World, step: Step) -> None:
    """Do what a step says. Raises ``NotThere`` and ``GatewayError``."""
    _ACTIONS[step.action](world, step)


def _add(world: World, step: Step) -> None:
    assert step.add
    add(world, step.add)


def _add_time(world: World, step: Step) -> None:
    assert step.add_time
    Needs.of(Given(time=step.add_time)).create(world)
    work.time(world, step.add_time)


def _add_terms(world: World, step: Step) -> None:
    terms = step.add_terms
    assert terms and terms.from_
    agreements.terms(world, [(terms.engagement, terms.from_, [terms])])


def _settings(world: World, step: Step) -> None:
    assert step.settings
    settle(world, step.settings)
    lock(world, step.settings)


def _change(world: World, step: Step) -> None:
    change = step.change
    assert change
    model, table = TABLES[change.kind]
    fields = {
        _field_of(change.kind, name): typed(RECORDS[change.kind], name, raw)
        for name, raw in change.set.items()
    }
    needs = Needs()
    if change.kind == "engagement":
        needs.engagement(fields.get("client") or world.client_of[change.name], fields)
    elif change.kind == "client":
        needs.client(fields)
    needs.create(world)
    values: Values = {}
    for name, value in fields.items():
        column = table[name]
        values[column.field] = False if value is None else column.write(world, value)
    world.gateway.write(model, [_record(world, change)], values)


def _field_of(kind: str, name: str) -> str:
    """The model's own name of a field, which the file calls by its alias."""
    for field, info in RECORDS[kind].model_fields.items():
        if name == (info.alias or field):
            return field
    raise AssertionError(f"{kind} has no field {name}")


def _record(world: World, change: Change) -> int:
    if change.kind != "terms":
        return world.id(change.kind, change.name)
    domain: list[Any] = [("engagement_id", "=", world.id("engagement", change.name))]
    if change.since:
        domain.append(("date_start", "=", change.since.isoformat()))
    found = world.rows("retainer.terms", domain, ["date_start"])
    if not found:
        raise NotThere(f"{change.name} has no terms from {change.since or 'any day'} on")
    return int(max(found, key=lambda each: str(each["date_start"]))["id"])


def _sign_off(world: World, step: Step) -> None:
    assert step.sign_off and step.on
    record = world.id("milestone", step.sign_off)
    agreements.sign_off(world, [record], step.on, step.reference or "")


def _take_back_sign_off(world: World, step: Step) -> None:
    assert step.take_back_sign_off
    record = world.id("milestone", step.take_back_sign_off)
    world.gateway.write("project.milestone", [record], {"is_reached": False, "reached_date": False})


def _approve(world: World, step: Step) -> None:
    assert step.approve and step.on
    record = world.id("change_order", step.approve)
    world.gateway.write("retainer.change.order", [record], _approval(step))


def _approval(step: Step) -> Values:
    assert step.on
    return {
        "approval_state": "approved",
        "approved_on": step.on.isoformat(),
        "approval_reference": step.reference,
    }


def _reject(world: World, step: Step) -> None:
    assert step.reject
    record = world.id("change_order", step.reject)
    world.gateway.write("retainer.change.order", [record], {"approval_state": "rejected"})


def _overage(world: World, ref: OverageRef) -> int:
    """The change order by which the service asks approval for a month's overage."""
    domain: list[Any] = [
        ("engagement_id", "=", world.id("engagement", ref.engagement)),
        ("retainer_key", "like", f"/{ref.month:%Y-%m}/"),
    ]
    found = world.rows("retainer.change.order", domain, ["name"])
    if len(found) != 1:
        raise NotThere(
            f"{len(found)} requests for overage of {ref.engagement} in {ref.month:%Y-%m}"
        )
    return int(found[0]["id"])


def _approve_overage(world: World, step: Step) -> None:
    assert step.approve_overage and step.on
    record = _overage(world, step.approve_overage)
    world.gateway.write("retainer.change.order", [record], _approval(step))


def _reject_overage(world: World, step: Step) -> None:
    assert step.reject_overage
    record = _overage(world, step.reject_overage)
    world.gateway.write("retainer.change.order", [record], {"approval_state": "rejected"})


def _sign_quotation(world: World, step: Step) -> None:
    """What the client's signature on the quotation's page does."""
    assert step.sign_quotation and step.on
    order = world.id("change_order", step.sign_quotation)
    (row,) = world.rows("retainer.change.order", [("id", "=", order)], ["quote_id"])
    if not row["quote_id"]:
        raise NotThere(f"{step.sign_quotation} has no quotation")
    signed = {"signed_by": step.by or "Client", "signed_on": f"{step.on} 12:00:00"}
    world.gateway.write("sale.order", [row["quote_id"]], signed)
    world.gateway.call_on("sale.order", [row["quote_id"]], "action_confirm")


def _change_time(world: World, step: Step) -> None:
    ref = step.change_time
    assert ref
    values: Values = {}
    if ref.hours is not None:
        values["unit_amount"] = ref.hours / HOUR
    if ref.text is not None:
        values["name"] = ref.text
    if ref.billable is not None:
        values["retainer_non_billable"] = not ref.billable
    if ref.new_date is not None:
        values["date"] = ref.new_date.isoformat()
    if ref.new_project is not None:
        values |= {"project_id": world.id("project", ref.new_project), "task_id": False}
    world.gateway.write("account.analytic.line", [work.entry(world, ref)], values)


def _delete_time(world: World, step: Step) -> None:
    assert step.delete_time
    world.gateway.unlink("account.analytic.line", [work.entry(world, step.delete_time)])


def _move_task(world: World, step: Step) -> None:
    move = step.move_task
    assert move
    order = world.id("change_order", move.change_order) if move.change_order else False
    record = work.task(world, move.project, move.task)
    world.gateway.write("project.task", [record], {"retainer_change_order_id": order})


def _bill_time_in_sales(world: World, step: Step) -> None:
    """A customer invoice of Odoo's own with the entry on it, as a sales order makes it."""
    ref = step.bill_time_in_sales
    assert ref
    record = work.entry(world, ref)
    domain: list[Any] = [("id", "=", record)]
    (row,) = world.rows("account.analytic.line", domain, ["project_id", "name", "unit_amount"])
    (project,) = world.rows("project.project", [("id", "=", row["project_id"])], ["partner_id"])
    line = {"name": row["name"], "quantity": row["unit_amount"], "price_unit": 100.0}
    values = {
        "move_type": "out_invoice",
        "partner_id": project["partner_id"],
        "company_id": world.company_id,
        "invoice_date": ref.date.isoformat(),
        "invoice_line_ids": [[0, 0, line]],
    }
    (made,) = world.gateway.create("account.move", [values])
    world.gateway.write("account.analytic.line", [record], {"timesheet_invoice_id": made})


def _decided(world: World, ref: InvoiceRef, *, accepted: bool) -> tuple[str, int]:
    """The one document, gone or not, that finance decides on: (model, id)."""
    now = ("retainer_accepted_on", "!=" if accepted else "=", False)
    touched = [now] if accepted else [now, "|", ("state", "=", "cancel"), _CHANGED]
    domains = {
        "account.move": [*meant(world, ref, "retainer_"), *touched],
        "retainer.tombstone": [*meant(world, ref, ""), now],
    }
    found = {model: world.rows(model, domain, []) for model, domain in domains.items()}
    record = one_of([row for rows in found.values() for row in rows], ref)
    return next(model for model, rows in found.items() if rows), record


_CHANGED = ("retainer_changed", "=", True)


def _accept(world: World, step: Step) -> None:
    assert step.accept
    model, record = _decided(world, step.accept, accepted=False)
    world.gateway.call_on(model, [record], "retainer_accept", reason=step.reason)


def _withdraw_acceptance(world: World, step: Step) -> None:
    assert step.withdraw_acceptance
    model, record = _decided(world, step.withdraw_acceptance, accepted=True)
    world.gateway.call_on(model, [record], "action_retainer_withdraw_acceptance")


def _write_again(world: World, step: Step) -> None:
    """Delete the line that remembers a deleted document."""
    ref = step.write_again
    assert ref
    found = world.rows("retainer.tombstone", meant(world, ref, ""), ["key"])
    world.gateway.unlink("retainer.tombstone", [one_of(found, ref)])


def _button(action: str, method: str) -> Callable[[World, Step], None]:
    def press(world: World, step: Step) -> None:
        record = document(world, getattr(step, action))
        world.gateway.call_on("account.move", [record], method)

    return press


def _edit_invoice(world: World, step: Step) -> None:
    edit = step.edit_invoice
    assert edit
    record = document(world, InvoiceRef.model_validate(_ref_of(edit)))
    if edit.cash_rounding is not None:
        _round_cash(world, record, edit.cash_rounding)
    if edit.po is not None:
        po: Values = {"retainer_po_number": edit.po}
        if world.known("purchase_order", edit.po):
            po = {"retainer_client_po_id": world.id("purchase_order", edit.po)}
        world.gateway.write("account.move", [record], po)
    if edit.dated is not None:
        world.gateway.write("account.move", [record], {"invoice_date": edit.dated.isoformat()})
    if edit.note is not None:
        note = [0, 0, {"display_type": "line_note", "name": edit.note}]
        world.gateway.write("account.move", [record], {"invoice_line_ids": [note]})
    line: Values = {}
    if edit.text is not None:
        line["name"] = edit.text
    if edit.price is not None:
        line["price_unit"] = float(edit.price)
    if line:
        found = world.rows(
            "account.move.line",
            [("move_id", "=", record), ("display_type", "=", "product")],
            ["name"],
        )
        change = {"invoice_line_ids": [[1, found[0]["id"], line]]}
        world.gateway.write("account.move", [record], change)


def _round_cash(world: World, record: int, step: Decimal) -> None:
    """Round what is to be paid, the difference on a line of its own."""
    found = world.rows("account.account", [], ["name"])
    accounts = {str(each["name"]): each["id"] for each in found}
    (rounding,) = world.gateway.create(
        "account.cash.rounding",
        [
            {
                "name": f"Cash, to {step}",
                "rounding": float(step),
                "rounding_method": "HALF-UP",
                "strategy": "add_invoice_line",
                "profit_account_id": accounts["Product Sales"],
                "loss_account_id": accounts["Product Sales"],
            }
        ],
    )
    world.gateway.write("account.move", [record], {"invoice_cash_rounding_id": rounding})


def _ref_of(edit: InvoiceEdit) -> dict[str, Any]:
    return {name: getattr(edit, name) for name in InvoiceRef.model_fields}


def _cancel_invoice(world: World, step: Step) -> None:
    """Reset to draft where it is posted, then cancel, as the buttons do."""
    assert step.cancel_invoice
    record = document(world, step.cancel_invoice)
    (row,) = world.rows("account.move", [("id", "=", record)], ["state"])
    if row["state"] == "posted":
        world.gateway.call_on("account.move", [record], "button_draft")
    world.gateway.call_on("account.move", [record], "button_cancel")


def _delete_invoice(world: World, step: Step) -> None:
    assert step.delete_invoice
    world.gateway.unlink("account.move", [document(world, step.delete_invoice)])


def _credit_invoice(world: World, step: Step) -> None:
    assert step.credit_invoice
    bookings.credit(world, step.credit_invoice, step.on)


def _pay(world: World, step: Step) -> None:
    payment = step.pay
    assert payment and step.on
    if payment.client is not None:
        assert payment.amount is not None
        payments.on_account(world, payment.client, step.on, payment.amount)
        return
    names = ("engagement", "role", "month", "date", "advance", "document")
    ref = {name: getattr(payment, name) for name in names}
    back = payment.credit or payment.role is Role.advance_return
    credit = {"credit": back} if payment.engagement else {}
    record = document(world, InvoiceRef.model_validate({**ref, **credit}))
    payments.pay(world, record, step.on, payment.amount)


def _bounce(world: World, step: Step) -> None:
    assert step.bounce and step.on
    payments.bounce(world, document(world, step.bounce), step.on)


def _move_payment(world: World, step: Step) -> None:
    assert step.move_payment
    record = document(world, step.move_payment)
    payments.move(world, record, world.id("contact", step.move_payment.to))


def _unmatch(world: World, step: Step) -> None:
    assert step.unmatch
    payments.unmatch(world, document(world, step.unmatch))


def _add_invoice(world: World, step: Step) -> None:
    assert step.add_invoice
    Needs(
        currencies={step.add_invoice.currency}, taxes={tuple(step.add_invoice.taxes or ())}
    ).create(world)
    bookings.invoice(world, step.add_invoice)


def _book(world: World, step: Step) -> None:
    assert step.book
    bookings.book(world, step.book)


def _review(world: World, step: Step) -> None:
    assert step.review
    bookings.review(world, step.review)


def _decide(world: World, step: Step) -> None:
    assert step.decide and step.on
    bookings.decide(world, step.decide, step.on)


def _send_invoice(world: World, step: Step) -> None:
    assert step.send_invoice and step.on
    sent = {"retainer_lifecycle": "sent", "retainer_sent_on": step.on.isoformat()}
    world.gateway.write("account.move", [document(world, step.send_invoice)], sent)


def _vendor_bill(world: World, step: Step) -> None:
    bill = step.vendor_bill
    assert bill and step.on
    vendor_document(world, bill.purchase, bill.quantity, step.on, credit=False)


def _vendor_credit(world: World, step: Step) -> None:
    note = step.vendor_credit
    assert note and step.on
    vendor_document(world, note.purchase, note.quantity, step.on, credit=True)


def _cancel_purchase(world: World, step: Step) -> None:
    assert step.cancel_purchase
    cancel_purchase(world, step.cancel_purchase)


_ACTIONS: Mapping[str, Callable[[World, Step], None]] = {
    "add": _add,
    "add_time": _add_time,
    "add_terms": _add_terms,
    "settings": _settings,
    "change": _change,
    "change_time": _change_time,
    "delete_time": _delete_time,
    "move_task": _move_task,
    "bill_time_in_sales": _bill_time_in_sales,
    "sign_off": _sign_off,
    "take_back_sign_off": _take_back_sign_off,
    "approve": _approve,
    "reject": _reject,
    "approve_overage": _approve_overage,
    "reject_overage": _reject_overage,
    "sign_quotation": _sign_quotation,
    "post": _button("post", "action_post"),
    "reset_to_draft": _button("reset_to_draft", "button_draft"),
    "edit_invoice": _edit_invoice,
    "cancel_invoice": _cancel_invoice,
    "delete_invoice": _delete_invoice,
    "credit_invoice": _credit_invoice,
    "accept": _accept,
    "withdraw_acceptance": _withdraw_acceptance,
    "write_again": _write_again,
    "send_invoice": _send_invoice,
    "pay": _pay,
    "bounce": _bounce,
    "move_payment": _move_payment,
    "unmatch": _unmatch,
    "add_invoice": _add_invoice,
    "book": _book,
    "review": _review,
    "decide": _decide,
    "vendor_bill": _vendor_bill,
    "vendor_credit": _vendor_credit,
    "cancel_purchase": _cancel_purchase,
}
"""What each step does; ``run`` is the service's part."""
