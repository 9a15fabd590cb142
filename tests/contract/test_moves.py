"""``apply`` of invoices, credit notes and entries: created, unchanged, replaced, in conflict."""

from typing import Any

import pytest
from contract_world import Door, World

FIELDS = (
    *("name", "state", "date", "invoice_date", "move_type", "partner_id", "company_id"),
    *("amount_untaxed", "amount_tax", "amount_total", "amount_residual", "payment_state"),
    *("retainer_key", "retainer_fingerprint", "retainer_engagement_id", "retainer_role"),
    *("retainer_service_start", "retainer_service_end", "retainer_explanation"),
    *("retainer_changed", "retainer_lifecycle", "journal_id"),
)


def test_created_and_posted(leased: World) -> None:
    """The invoice stands in the books as it was sent, with the next number."""
    result = leased.apply_one(leased.invoice())
    assert (result["status"], result["replaced"], result["code"]) == ("created", False, False)
    move = leased.move(result["id"], *FIELDS)
    assert result["name"] == move["name"]
    assert move["name"].startswith("INV/2025/")
    del move["id"], move["name"]
    assert move == {
        "state": "posted",
        "date": "2025-03-31",
        "invoice_date": "2025-03-31",
        "move_type": "out_invoice",
        "partner_id": leased.client,
        "company_id": leased.company,
        "amount_untaxed": 1050.0,
        "amount_tax": 0.0,
        "amount_total": 1050.0,
        "amount_residual": 1050.0,
        "payment_state": "not_paid",
        "retainer_key": leased.key(),
        "retainer_fingerprint": "a" * 64,
        "retainer_engagement_id": leased.engagement,
        "retainer_role": "overage",
        "retainer_service_start": "2025-03-01",
        "retainer_service_end": "2025-03-31",
        "retainer_explanation": [{"rule": "overage", "text": "6 h", "records": []}],
        "retainer_changed": False,
        "retainer_lifecycle": "draft",
        "journal_id": leased.journal("sale"),
    }


def test_lines_in_the_books(leased: World) -> None:
    """Income is credited, the receivable debited and open."""
    result = leased.apply_one(leased.invoice())
    lines = leased.door.service.search_read(
        "account.move.line",
        [("move_id", "=", result["id"])],
        ("display_type", "account_type", "name", "quantity", "price_unit", "debit", "credit",
         "balance", "amount_residual", "reconciled", "parent_state", "partner_id"),
        limit=10,
    )  # fmt: skip
    product, due = sorted(lines, key=lambda line: line["display_type"] != "product")
    assert (product["account_type"], product["credit"], product["debit"]) == ("income", 1050.0, 0.0)
    assert (product["quantity"], product["price_unit"]) == (6.0, 175.0)
    assert product["name"] == "Overage, March 2025"
    assert (due["display_type"], due["account_type"]) == ("payment_term", "asset_receivable")
    assert (due["balance"], due["amount_residual"], due["reconciled"]) == (1050.0, 1050.0, False)
    assert {line["partner_id"] for line in lines} == {leased.client}
    assert {line["parent_state"] for line in lines} == {"posted"}


def test_numbers_follow_each_other(leased: World) -> None:
    """In the order of the documents; credit notes count for themselves."""
    one, two = leased.apply(
        leased.invoice(leased.key("a")), leased.invoice(leased.key("b"), fingerprint="2")
    )
    first, second = (int(each["name"].rsplit("/", 1)[1]) for each in (one, two))
    assert second == first + 1


def test_unchanged(leased: World) -> None:
    """The same again changes nothing, not even the write date."""
    first = leased.apply_one(leased.invoice())
    before = leased.move(first["id"], "write_date", *FIELDS)
    again = leased.apply_one(leased.invoice())
    assert (again["status"], again["id"], again["name"]) == (
        "unchanged",
        first["id"],
        first["name"],
    )
    assert leased.move(first["id"], "write_date", *FIELDS) == before


def test_left_as_draft_then_posted(leased: World) -> None:
    """Without ``post`` it stays a draft; the same content with ``post`` posts it."""
    draft = leased.invoice(post=False, expect={})
    first = leased.apply_one(draft)
    assert leased.move(first["id"], "state")["state"] == "draft"
    assert leased.apply_one(draft)["status"] == "unchanged"
    second = leased.apply_one(leased.invoice())
    assert (second["status"], second["id"], second["replaced"]) == ("created", first["id"], True)
    assert leased.move(first["id"], "state", "retainer_changed") == {
        "id": first["id"],
        "state": "posted",
        "retainer_changed": False,
    }


def _other(world: World, **changes: Any) -> dict[str, Any]:
    """The same key with seven hours."""
    document = world.invoice(fingerprint="c" * 64, expect={}, **changes)
    document["lines"] = [{**document["lines"][0], "quantity": "7.0"}]
    return document


def test_untouched_draft_is_replaced(leased: World) -> None:
    """By other content, under the same id; lines do not pile up."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    second = leased.apply_one(_other(leased, post=False))
    assert (second["status"], second["replaced"]) == ("created", True)
    assert second["id"] == first["id"]
    move = leased.move(first["id"], "amount_total", "retainer_fingerprint", "invoice_line_ids")
    assert move["amount_total"] == 1225.0
    assert move["retainer_fingerprint"] == "c" * 64
    assert len(move["invoice_line_ids"]) == 1


def test_amendments_survive_a_replacement(leased: World) -> None:
    """Purchase order number and payment terms are the client's to change, not content."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    leased.door.admin.write("account.move", [first["id"]], {"ref": "their own", "narration": "x"})
    assert leased.move(first["id"], "retainer_changed")["retainer_changed"] is False
    document = _other(leased, post=False)
    assert leased.apply_one(document)["replaced"] is True
    assert leased.move(first["id"], "ref")["ref"] == "their own"


def test_the_customer_reference_follows_the_purchase_order(leased: World) -> None:
    """E-invoices carry it as the order; a person amends the order on a posted invoice, too."""
    move = leased.apply_one(leased.invoice())["id"]
    admin = leased.door.admin
    admin.write("account.move", [move], {"ref": "S00012"})
    admin.write("account.move", [move], {"retainer_po_number": "PO-1"})
    seen = leased.move(move, "ref", "invoice_origin")
    assert (seen["ref"], seen["invoice_origin"]) == ("PO-1", "S00012")
    admin.write("account.move", [move], {"retainer_po_number": "PO-2"})
    assert leased.move(move, "ref")["ref"] == "PO-2"
    admin.write("account.move", [move], {"ref": "their own"})
    admin.write("account.move", [move], {"retainer_po_number": "PO-3"})
    assert leased.move(move, "ref")["ref"] == "their own"


def test_posted_with_other_content(leased: World) -> None:
    """What is posted is corrected by another document, never rewritten."""
    first = leased.apply_one(leased.invoice())
    result = leased.apply_one(_other(leased))
    assert (result["status"], result["code"]) == ("conflict", "posted_differs")
    assert result["reason"]
    assert leased.move(first["id"], "amount_total")["amount_total"] == 1050.0


@pytest.mark.parametrize("same", [True, False])
def test_changed_by_a_person(leased: World, same: bool) -> None:
    """A draft whose text or price a person changed is left alone."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    (line,) = leased.move(first["id"], "invoice_line_ids")["invoice_line_ids"]
    leased.door.admin.write(
        "account.move", [first["id"]], {"invoice_line_ids": [[1, line, {"price_unit": 170.0}]]}
    )
    changed = leased.move(first["id"], "retainer_changed", "amount_total")
    assert (changed["retainer_changed"], changed["amount_total"]) == (True, 1020.0)
    again = leased.invoice(post=False, expect={}) if same else _other(leased)
    result = leased.apply_one(again)
    assert (result["status"], result["code"]) == ("conflict", "changed_by_person")
    assert leased.move(first["id"], "amount_total")["amount_total"] == 1020.0


def test_what_a_person_changed_is_named(leased: World) -> None:
    """Each thing that the rules decide, as it was written and as it stands."""
    move = leased.apply_one(leased.invoice(post=False, expect={}))["id"]
    (line,) = leased.move(move, "invoice_line_ids")["invoice_line_ids"]

    def said() -> Any:
        return leased.move(move, "retainer_changes")["retainer_changes"]

    def write(**values: Any) -> None:
        leased.door.admin.write("account.move", [move], values)

    assert not said()
    write(ref="theirs", narration="x", invoice_user_id=False, payment_reference="00017")
    assert not said()
    write(invoice_line_ids=[[0, 0, {"display_type": "line_note", "name": "Thank you"}]])
    assert leased.move(move, "retainer_changed")["retainer_changed"] is True
    assert not said()
    other = leased.door.new("res.partner", name="Somebody else")
    product = leased.door.new(
        "product.product", name="Other work", type="service", taxes_id=[[6, 0, []]]
    )
    write(
        partner_id=other,
        retainer_engagement_id=False,
        invoice_date="2025-03-30",
        invoice_line_ids=[
            [1, line, {"quantity": 5.5, "price_unit": 170.0, "discount": 2.5}],
            [0, 0, {"product_id": product, "name": "More", "quantity": 1.0, "price_unit": 1.0}],
        ],
    )
    assert said().split("; ") == [
        f"client: Client {leased.number} → Somebody else",
        "date: 2025-03-31 → 2025-03-30",
        "line 1, quantity: 6 → 5.5",
        "line 1, price: 175 → 170",
        "line 1, discount: 0 → 2.5",
        "line added: More",
    ]
    write(
        partner_id=leased.client,
        invoice_date="2025-03-31",
        invoice_line_ids=[[1, line, {"quantity": 6.0, "price_unit": 175.0, "discount": 0.0}]],
    )
    assert said() == "line added: More"


def test_a_line_that_a_person_took_away_or_moved_is_named(leased: World) -> None:
    """Their order is not."""
    document = leased.invoice(post=False, expect={})
    (first,) = document["lines"]
    document["lines"] = [first, {**first, "name": "Pages, March 2025"}]
    move = leased.apply_one(document)["id"]
    ids = leased.move(move, "invoice_line_ids")["invoice_line_ids"]
    swap = [[1, ids[0], {"sequence": 90}], [1, ids[1], {"sequence": 10}]]
    leased.door.admin.write("account.move", [move], {"invoice_line_ids": swap})
    assert not leased.move(move, "retainer_changes")["retainer_changes"]
    gone = {"invoice_line_ids": [[2, ids[0], 0]]}
    leased.door.admin.write("account.move", [move], gone)
    seen = leased.move(move, "retainer_changes")["retainer_changes"]
    assert seen == "line taken away: Overage, March 2025"


def test_what_a_person_changed_of_an_entry_is_named(leased: World) -> None:
    """Its day, its accounts and its amounts."""
    income = leased.account("income")
    document = leased.entry(
        leased.key("recognition/2025-03.i1"), leased.unearned, income, "100.00", post=False
    )
    move = leased.apply_one(document)["id"]
    rows = leased.door.admin.search_read(
        "account.move.line", [("move_id", "=", move)], ["debit"], limit=9
    )
    debit, credit = sorted((row["id"] for row in rows), key=lambda each: each)
    change = [[1, debit, {"debit": 90.0}], [1, credit, {"credit": 90.0}]]
    leased.door.admin.write("account.move", [move], {"date": "2025-03-30", "line_ids": change})
    assert leased.move(move, "retainer_changes")["retainer_changes"].split("; ") == [
        "date: 2025-03-31 → 2025-03-30",
        "line 1, amount: 100 → 90",
        "line 1, amount in the company's currency: 100 → 90",
        "line 2, amount: -100 → -90",
        "line 2, amount in the company's currency: -100 → -90",
    ]


@pytest.mark.parametrize("field", ["partner_id", "invoice_date", "line_name"])
def test_what_counts_as_a_change(leased: World, field: str) -> None:
    """Client, date and text are content."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    (line,) = leased.move(first["id"], "invoice_line_ids")["invoice_line_ids"]
    other = leased.door.new("res.partner", name="Somebody else")
    values: dict[str, Any] = {
        "partner_id": {"partner_id": other, "retainer_engagement_id": False},
        "invoice_date": {"invoice_date": "2025-03-30"},
        "line_name": {"invoice_line_ids": [[1, line, {"name": "other words"}]]},
    }[field]
    leased.door.admin.write("account.move", [first["id"]], values)
    assert leased.move(first["id"], "retainer_changed")["retainer_changed"] is True


def test_reset_to_draft_by_a_person(leased: World) -> None:
    """What was posted once is that person's to post or cancel; the service leaves it alone."""
    first = leased.apply_one(leased.invoice())
    leased.door.admin.call_on("account.move", [first["id"]], "button_draft")
    for document in (leased.invoice(), _other(leased), _other(leased, post=False)):
        result = leased.apply_one(document)
        assert (result["status"], result["code"]) == ("conflict", "changed_by_person")
    same = leased.apply_one(leased.invoice(post=False, expect={}))
    assert same["status"] == "unchanged"
    assert leased.move(first["id"], "state", "amount_total")["amount_total"] == 1050.0


def test_posted_by_a_person(leased: World) -> None:
    """Approving a draft by posting it is no change of its content."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    leased.door.admin.call_on("account.move", [first["id"]], "action_post")
    result = leased.apply_one(leased.invoice())
    assert (result["status"], result["code"]) == ("unchanged", False)


def test_cancelled_by_a_person(leased: World) -> None:
    """It stays cancelled."""
    first = leased.apply_one(leased.invoice())
    leased.door.admin.call_on("account.move", [first["id"]], "button_draft")
    leased.door.admin.call_on("account.move", [first["id"]], "button_cancel")
    result = leased.apply_one(leased.invoice())
    assert (result["status"], result["code"], result["id"]) == (
        "conflict",
        "cancelled",
        first["id"],
    )


def test_deleted_by_a_person(leased: World, door: Door) -> None:
    """Its key is remembered, and it is not made again; lookup says so."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    door.admin.unlink("account.move", [first["id"]])
    result = leased.apply_one(leased.invoice())
    assert (result["status"], result["code"]) == ("conflict", "deleted")
    stone = door.one(
        "retainer.tombstone", [("key", "=", leased.key())], "kind", "res_id", "company_id"
    )
    del stone["id"]
    assert stone == {"kind": "account.move", "res_id": first["id"], "company_id": leased.company}
    (row,) = leased.lookup(leased.key())
    assert (row["state"], row["changed"], row["id"]) == ("deleted", True, first["id"])


def test_entry(leased: World) -> None:
    """A journal entry in the journal of retainer entries, with a monthly number."""
    income = leased.account("income")
    result = leased.apply_one(
        leased.entry(
            leased.key("recognition"),
            leased.unearned,
            income,
            "416.67",
            expect={"date": "2025-03-31", "amount_untaxed": "416.67", "amount_total": "416.67"},
        )
    )
    assert result["status"] == "created", result
    move = leased.move(result["id"], "name", "state", "amount_total", "date")
    assert move["name"].startswith("RETB/2025/03/")
    assert (move["state"], move["amount_total"], move["date"]) == ("posted", 416.67, "2025-03-31")


def test_taxes(leased: World, door: Door) -> None:
    """Named taxes are taken; the total follows; half-up per line."""
    tax = door.new("account.tax", name=f"7.7% {leased.number}", amount=7.7, type_tax_use="sale")
    document = leased.invoice(expect={"amount_untaxed": "100.05", "amount_total": "107.75"})
    document["lines"] = [
        {"name": "x", "product_id": leased.product, "price_unit": "33.35", "tax_ids": [tax]},
        {"name": "y", "product_id": leased.product, "price_unit": "66.70", "tax_ids": [tax]},
    ]
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    move = leased.move(result["id"], "amount_untaxed", "amount_tax", "amount_total")
    assert (move["amount_untaxed"], move["amount_tax"], move["amount_total"]) == (
        100.05,
        7.7,
        107.75,
    )


def test_taxes_of_the_product(leased: World, door: Door) -> None:
    """Left out, Odoo takes the product's; an empty list means none."""
    tax = door.new("account.tax", name=f"10% {leased.number}", amount=10.0, type_tax_use="sale")
    door.admin.write("product.product", [leased.product], {"taxes_id": [[6, 0, [tax]]]})
    first = leased.apply_one(leased.invoice())
    document = leased.invoice(leased.key("untaxed"))
    document["lines"] = [{**document["lines"][0], "tax_ids": []}]
    second = leased.apply_one(document)
    assert leased.move(first["id"], "amount_total")["amount_total"] == 1155.0
    assert leased.move(second["id"], "amount_total")["amount_total"] == 1050.0


def test_payment_terms(leased: World, door: Door) -> None:
    """They decide the due date."""
    term = door.new(
        "account.payment.term",
        name=f"Net {leased.number}",
        line_ids=[[0, 0, {"value": "percent", "value_amount": 100.0, "nb_days": 14}]],
    )
    document = leased.invoice()
    document["values"]["invoice_payment_term_id"] = term
    result = leased.apply_one(document)
    due = leased.move(result["id"], "invoice_date_due")["invoice_date_due"]
    assert due == "2025-04-14"


def test_due_without_payment_terms(leased: World) -> None:
    """On its own day, whatever day it is written; a rewritten draft follows its date."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    names = ("invoice_date_due", "retainer_changed")
    row = leased.move(first["id"], *names)
    assert (row["invoice_date_due"], row["retainer_changed"]) == ("2025-03-31", False)
    other = _other(leased, post=False)
    other["values"]["invoice_date"] = other["expect"]["date"] = "2025-04-01"
    assert leased.apply_one(other)["replaced"] is True
    row = leased.move(first["id"], "date", *names)
    assert (row["invoice_date_due"], row["retainer_changed"]) == ("2025-04-01", False)
    assert row["date"] == "2025-04-01"


def test_credit_note(leased: World) -> None:
    """Of an invoice it reverses: reconciled with it when it is posted."""
    invoice = leased.apply_one(leased.invoice())
    document = leased.invoice(leased.key("correction"), expect={})
    document["values"] |= {
        "move_type": "out_refund",
        "reversed_entry_id": invoice["id"],
        "retainer_role": "correction",
    }
    document["lines"] = [{**document["lines"][0], "quantity": "2.0"}]
    note = leased.apply_one(document)
    assert note["status"] == "created", note
    assert note["name"].startswith("RINV/2025/")
    fields = ("amount_total", "amount_residual", "payment_state")
    paid = leased.move(note["id"], *fields)
    rest = leased.move(invoice["id"], *fields)
    assert (paid["amount_total"], paid["amount_residual"], paid["payment_state"]) == (
        350.0,
        0.0,
        "paid",
    )
    assert (rest["amount_residual"], rest["payment_state"]) == (700.0, "partial")


def test_purchase_order(leased: World, door: Door) -> None:
    """The register counts what is invoiced under it, and its number stands on the invoice."""
    po = door.new(
        "retainer.client.po",
        name=f"PO-{leased.number}",
        partner_id=leased.client,
        amount=1200.0,
        engagement_ids=[[6, 0, [leased.engagement]]],
    )
    document = leased.invoice()
    document["values"]["retainer_client_po_id"] = po
    result = leased.apply_one(document)
    assert leased.move(result["id"], "retainer_po_number")["retainer_po_number"] == (
        f"PO-{leased.number}"
    )
    row = door.one("retainer.client.po", [("id", "=", po)], "invoiced", "remaining", "state")
    assert (row["invoiced"], row["remaining"], row["state"]) == (1050.0, 150.0, "valid")


def test_accounts_payable_contact(leased: World, door: Door) -> None:
    """Who receives the invoice is an amendment: people may change it, and a rewrite keeps it."""
    first, second = (
        door.new("res.partner", name=name, parent_id=leased.client)
        for name in ("Accounts payable", "Pat Doyle")
    )
    document = leased.invoice(post=False, expect={})
    document["values"]["retainer_ap_contact_id"] = first
    result = leased.apply_one(document)
    names = ("retainer_ap_contact_id", "retainer_changed")
    row = leased.move(result["id"], *names)
    assert (row["retainer_ap_contact_id"], row["retainer_changed"]) == (first, False)
    door.admin.write("account.move", [result["id"]], {"retainer_ap_contact_id": second})
    assert leased.move(result["id"], *names)["retainer_changed"] is False
    other = _other(leased, post=False)
    other["values"]["retainer_ap_contact_id"] = first
    assert leased.apply_one(other)["replaced"] is True
    row = leased.move(result["id"], *names)
    assert (row["retainer_ap_contact_id"], row["retainer_changed"]) == (second, False)


@pytest.mark.parametrize(
    ("method", "total"), [("round_globally", 129.38), ("round_per_line", 129.39)]
)
def test_rounding_of_several_lines(leased: World, door: Door, method: str, total: float) -> None:
    """Half cents add up first, unless the company rounds per line; lines show their own."""
    company = [leased.company]
    setting = "tax_calculation_rounding_method"
    before = door.one("res.company", [("id", "=", leased.company)], setting)[setting]
    assert before == "round_globally", "Odoo's default"
    door.admin.write("res.company", company, {setting: method})
    document = leased.invoice(expect={})
    document["lines"] = [
        {"name": "x", "product_id": leased.product, "quantity": "0.25", "price_unit": "172.50"}
    ] * 3
    result = leased.apply_one(document)
    door.admin.write("res.company", company, {setting: before})
    assert leased.move(result["id"], "amount_untaxed")["amount_untaxed"] == total
    lines = door.service.search_read(
        "account.move.line",
        [("move_id", "=", result["id"]), ("display_type", "=", "product")],
        ["price_subtotal"],
        limit=5,
    )
    assert [line["price_subtotal"] for line in lines] == [43.13] * 3


def test_lines_are_rounded_half_up(leased: World) -> None:
    """A price in the currency's precision times hours: the half cent goes up."""
    document = leased.invoice(expect={"amount_untaxed": "43.13"})
    document["lines"] = [
        {"name": "x", "product_id": leased.product, "quantity": "0.25", "price_unit": "172.50"}
    ]
    result = leased.apply_one(document)
    assert result["status"] == "created", result


def test_many_at_once(leased: World) -> None:
    """Thirty documents, one of them wrong: the others are there, in order."""
    documents = [
        leased.invoice(leased.key(f"n{number:02d}"), fingerprint=f"{number:064d}")
        for number in range(30)
    ]
    documents[17]["lines"][0]["account_id"] = 999_999_999
    documents[23]["expect"] = {"amount_untaxed": "1.00"}
    results = leased.apply(*documents)
    wrong = {number: each["code"] for number, each in enumerate(results) if each["code"]}
    assert wrong == {17: "unknown_record", 23: "expect_differs"}
    created = [each for each in results if each["status"] == "created"]
    numbers = [int(each["name"].rsplit("/", 1)[1]) for each in created]
    assert numbers == list(range(numbers[0], numbers[0] + 28))
    assert len(leased.lookup(*(document["key"] for document in documents))) == 28


def withdrawal(world: World) -> dict[str, Any]:
    """A document: ours under this key is not wanted any more."""
    return {
        "key": world.key(),
        "kind": "move",
        "fingerprint": "w",
        "values": {},
        "withdraw": True,
    }


def test_withdrawn(leased: World, door: Door) -> None:
    """An untouched draft goes without a tombstone, and may come again."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    result = leased.apply_one(withdrawal(leased))
    assert (result["status"], result["code"]) == ("created", False)
    assert door.admin.search_count("account.move", [("id", "=", first["id"])]) == 0
    assert leased.lookup(leased.key()) == []
    assert leased.apply_one(withdrawal(leased))["status"] == "unchanged"
    again = leased.apply_one(leased.invoice(post=False, expect={}))
    assert (again["status"], again["replaced"]) == ("created", False)


@pytest.mark.parametrize("how", ["posted", "edited", "cancelled"])
def test_not_withdrawn(leased: World, how: str) -> None:
    """What is posted, or what a person touched, stays."""
    admin = leased.door.admin
    first = leased.apply_one(leased.invoice(post=how == "posted", expect={}))
    if how == "edited":
        admin.write("account.move", [first["id"]], {"invoice_date": "2025-03-30"})
    if how == "cancelled":
        admin.call_on("account.move", [first["id"]], "button_cancel")
    result = leased.apply_one(withdrawal(leased))
    code = {"posted": "posted_differs", "edited": "changed_by_person", "cancelled": "cancelled"}
    assert (result["status"], result["code"]) == ("conflict", code[how])
    assert leased.move(first["id"], "state")["id"] == first["id"]


def test_another_client(leased: World, door: Door) -> None:
    """An invoice of an engagement goes to its client."""
    document = leased.invoice()
    document["values"]["partner_id"] = door.new("res.partner", name="Somebody else")
    result = leased.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "refused")


@pytest.mark.parametrize("given", [None, "0.5"])
def test_foreign_currency(leased: World, door: Door, given: str | None) -> None:
    """At the rate of the invoice's day, or at the one that is given."""
    domain = [("name", "=", "EUR"), ("active", "in", [True, False])]
    euro = door.one("res.currency", domain)["id"]
    door.admin.write("res.currency", [euro], {"active": True})
    if not door.admin.search_count("res.currency.rate", [("currency_id", "=", euro)]):
        door.new("res.currency.rate", currency_id=euro, name="2025-01-01", rate=0.8)
        door.new("res.currency.rate", currency_id=euro, name="2025-06-01", rate=0.9)
    door.admin.write("retainer.engagement", [leased.engagement], {"currency_id": euro})
    document = leased.invoice(expect={"amount_untaxed": "1050.00", "amount_total": "1050.00"})
    document["values"]["currency_id"] = euro
    if given:
        document["values"]["invoice_currency_rate"] = given
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    in_books = 2100.0 if given else 1312.5
    move = leased.move(
        result["id"], "amount_total", "amount_total_signed", "amount_residual_signed", "currency_id"
    )
    assert (move["amount_total"], move["currency_id"]) == (1050.0, euro)
    assert (move["amount_total_signed"], move["amount_residual_signed"]) == (in_books, in_books)
    lines = door.service.search_read(
        "account.move.line",
        [("move_id", "=", result["id"])],
        ["balance", "amount_currency", "currency_id"],
        limit=5,
    )
    assert sorted((line["balance"], line["amount_currency"]) for line in lines) == [
        (-in_books, -1050.0),
        (in_books, 1050.0),
    ]
    assert {line["currency_id"] for line in lines} == {euro}
