"""Rates, taxes, credit notes and locks: that the Odoo in memory books them as the real one does."""

from __future__ import annotations

from typing import Any

import pytest
from contract_world import Door, World

LINE = (
    "account_id",
    "partner_id",
    "amount_currency",
    "balance",
    "amount_residual",
    "amount_residual_currency",
)


class Money:
    """A world with a euro that was worth 1.10, then 1.25 dollars, and taxes of its own."""

    def __init__(self, world: World, door: Door) -> None:
        self.world, self.door = world, door
        wanted = [("name", "=", "EUR"), ("active", "in", [True, False])]
        self.euro = door.one("res.currency", wanted)["id"]
        door.admin.write("res.currency", [self.euro], {"active": True})
        for day, rate in (("2025-03-01", 1 / 1.10), ("2025-04-01", 1 / 1.25)):
            known = [("currency_id", "=", self.euro), ("name", "=", day)]
            if not door.admin.search_count("res.currency.rate", known):
                door.new(
                    "res.currency.rate",
                    currency_id=self.euro,
                    name=day,
                    rate=rate,
                    company_id=world.company,
                )
        company = door.one(
            "res.company",
            [("id", "=", world.company)],
            "income_currency_exchange_account_id",
            "expense_currency_exchange_account_id",
        )
        self.gain = company["income_currency_exchange_account_id"]
        self.loss = company["expense_currency_exchange_account_id"]
        self.receivable = world.account("asset_receivable")

    def euros(self, key: str, day: str, amount: str = "1000.00", **line: Any) -> dict[str, Any]:
        """An invoice in euros."""
        return self.world.invoice(
            self.world.key(key),
            values={
                "move_type": "out_invoice",
                "partner_id": self.world.client,
                "invoice_date": day,
                "currency_id": self.euro,
                "retainer_role": "advance_request",
            },
            lines=[{"name": key, "quantity": "1", "price_unit": amount, "tax_ids": [], **line}],
            expect={"amount_total": amount},
        )

    def one_income(self) -> int:
        """Where the sales journal books what no product names an account for."""
        return int(
            self.door.one("account.journal", [("type", "=", "sale")], "default_account_id")[
                "default_account_id"
            ]
        )

    def entry(self, day: str, *lines: dict[str, Any]) -> int:
        """A posted journal entry of a person."""
        journal = self.world.journal("general")
        move = self.door.new(
            "account.move",
            move_type="entry",
            journal_id=journal,
            date=day,
            line_ids=[[0, 0, {"partner_id": self.world.client, **each}] for each in lines],
        )
        self.door.admin.call_on("account.move", [move], "action_post")
        return move

    def lines(self, move: int, account: int | None = None) -> list[dict[str, Any]]:
        """The lines of a move, by id."""
        domain: list[Any] = [("move_id", "=", move)]
        if account is not None:
            domain.append(("account_id", "=", account))
        return self.door.admin.search_read("account.move.line", domain, LINE, limit=99)

    def one(self, move: int, account: int) -> dict[str, Any]:
        """The only line of a move on an account."""
        (line,) = self.lines(move, account)
        return line

    def differences(self, line: int) -> list[tuple[Any, ...]]:
        """(account, balance, amount, day) of the exchange entries that a line was matched with."""
        found = []
        for side, other in (("debit", "credit"), ("credit", "debit")):
            for match in self.door.admin.search_read(
                "account.partial.reconcile",
                [(f"{side}_move_id", "=", line), ("exchange_move_id", "!=", False)],
                ["exchange_move_id", f"{other}_move_id"],
                limit=9,
            ):
                move = match["exchange_move_id"]
                day = self.world.move(move, "date")["date"]
                found += [
                    (each["account_id"], each["balance"], each["amount_currency"], day)
                    for each in self.lines(move)
                ]
        return sorted(found)


@pytest.fixture
def money(leased: World, door: Door) -> Money:
    return Money(leased, door)


def test_a_payment_at_another_rate_is_an_exchange_difference(money: Money) -> None:
    """Billed 1,000.00 EUR at 1.10, paid at 1.25: a gain of 150.00."""
    move = money.world.apply_one(money.euros("gain", "2025-03-10"))["id"]
    due = money.one(move, money.receivable)
    assert (due["amount_currency"], due["balance"]) == (1000.0, 1100.0)
    bank = money.world.account("asset_cash")
    paid = {"currency_id": money.euro}
    entry = money.entry(
        "2025-04-10",
        {"account_id": bank, "amount_currency": 1000.0, **paid},
        {"account_id": money.receivable, "amount_currency": -1000.0, **paid},
    )
    other = money.one(entry, money.receivable)
    assert other["balance"] == -1250.0
    money.door.admin.call_on("account.move.line", [due["id"], other["id"]], "reconcile")
    for line in (money.one(move, money.receivable), money.one(entry, money.receivable)):
        assert (line["amount_residual"], line["amount_residual_currency"]) == (0.0, 0.0)
    assert money.differences(other["id"]) == sorted(
        [(money.receivable, 150.0, 0.0, "2025-04-30"), (money.gain, -150.0, 0.0, "2025-04-30")]
    )
    # Taken back, the difference goes too.
    money.door.admin.call_on("account.move.line", [other["id"]], "remove_move_reconcile")
    line = money.one(entry, money.receivable)
    assert (line["amount_residual"], line["amount_residual_currency"]) == (-1250.0, -1000.0)
    booked = money.door.admin.search_read(
        "account.move.line",
        [("account_id", "=", money.gain), ("partner_id", "=", money.world.client)],
        ["balance"],
        limit=9,
    )
    assert sum(each["balance"] for each in booked) == 0.0


def test_a_part_payment_at_another_rate(money: Money) -> None:
    """Half of it: half of the difference, and the rest keeps its own rate."""
    move = money.world.apply_one(money.euros("half", "2025-03-10"))["id"]
    due = money.one(move, money.receivable)
    bank = money.world.account("asset_cash")
    paid = {"currency_id": money.euro}
    entry = money.entry(
        "2025-04-10",
        {"account_id": bank, "amount_currency": 500.0, **paid},
        {"account_id": money.receivable, "amount_currency": -500.0, **paid},
    )
    other = money.one(entry, money.receivable)
    money.door.admin.call_on("account.move.line", [due["id"], other["id"]], "reconcile")
    line = money.one(move, money.receivable)
    assert (line["amount_residual"], line["amount_residual_currency"]) == (550.0, 500.0)
    assert money.differences(other["id"]) == sorted(
        [(money.receivable, 75.0, 0.0, "2025-04-30"), (money.gain, -75.0, 0.0, "2025-04-30")]
    )


def test_a_draw_says_itself_what_it_is_worth(money: Money) -> None:
    """333.33 of 1,000.00 EUR at 1.10 are 366.66 where it says so; no difference is booked."""
    world = money.world
    request = money.euros("lot", "2025-03-10", account_id=world.advances)
    lot = money.one(world.apply_one(request)["id"], world.advances)
    for key, own, books, left in (
        ("a", "333.33", "366.66", (-733.34, -666.67)),
        ("b", "333.33", "366.67", (-366.67, -333.34)),
        ("c", "333.34", "366.67", (0.0, 0.0)),
    ):
        values = {
            "move_type": "entry",
            "date": "2025-04-10",
            "currency_id": money.euro,
            "retainer_role": "drawdown",
        }
        common = {"currency_id": money.euro, "partner_id": world.client, "name": key}
        document = world.entry(
            world.key(f"draw{key}"),
            world.advances,
            money.receivable,
            "0",
            values=values,
            lines=[
                {
                    **common,
                    "account_id": world.advances,
                    "amount_currency": own,
                    "balance": books,
                },
                {
                    **common,
                    "account_id": money.receivable,
                    "amount_currency": f"-{own}",
                    "balance": f"-{books}",
                },
            ],
            reconcile=[{"account_id": world.advances, "line_ids": [lot["id"]]}],
        )
        answer = world.apply_one(document)
        assert answer["status"] == "created", answer
        (line,) = (each for each in money.lines(lot_move(money, lot)) if each["id"] == lot["id"])
        assert (line["amount_residual"], line["amount_residual_currency"]) == left
        drawn = money.one(answer["id"], world.advances)
        assert (drawn["amount_residual"], drawn["amount_residual_currency"]) == (0.0, 0.0)
    assert money.differences(lot["id"]) == []


def lot_move(money: Money, lot: dict[str, Any]) -> int:
    row = money.door.one("account.move.line", [("id", "=", lot["id"])], "move_id")
    return int(row["move_id"])


def test_a_line_names_its_own_counterpart(money: Money) -> None:
    """A deduction of an advance is matched with exactly that lot once the invoice is posted."""
    world = money.world
    lots = []
    for key in ("one", "two"):
        request = world.invoice(
            world.key(key),
            lines=[
                {
                    "name": key,
                    "quantity": "1",
                    "price_unit": "500.00",
                    "account_id": world.advances,
                    "tax_ids": [],
                }
            ],
            expect={},
        )
        lots.append(money.one(world.apply_one(request)["id"], world.advances))
    invoice = world.invoice(
        world.key("deducting"),
        lines=[
            {"name": "Work", "product_id": world.product, "quantity": "1", "price_unit": "700.00"},
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": "-200.00",
                "account_id": world.advances,
                "tax_ids": [],
                "reconcile_line_id": lots[1]["id"],
            },
        ],
        expect={"amount_total": "500.00"},
    )
    move = world.apply_one(invoice)
    assert move["status"] == "created", move
    left = [
        money.door.one("account.move.line", [("id", "=", lot["id"])], "amount_residual")
        for lot in lots
    ]
    assert [each["amount_residual"] for each in left] == [-500.0, -300.0]


def test_taxes_are_shown_as_they_are_said(money: Money) -> None:
    """What a deduction of a taxed advance leaves of a tax, to the cent."""
    world, door = money.world, money.door
    tax = door.new("account.tax", name=f"VAT {world.number}", amount=20.0, type_tax_use="sale")
    invoice = world.invoice(
        world.key("taxed"),
        lines=[
            {
                "name": "Work",
                "product_id": world.product,
                "quantity": "1",
                "price_unit": "100.00",
                "tax_ids": [tax],
            }
        ],
        taxes=[{"tax_id": tax, "amount": "19.99"}],
        expect={"amount_untaxed": "100.00", "amount_tax": "19.99", "amount_total": "119.99"},
    )
    move = world.apply_one(invoice)
    assert move["status"] == "created", move
    # A credit note that a person makes of it shows the same tax.
    made = reverse(money, move["id"], "2025-04-05")
    row = world.move(made, "amount_untaxed", "amount_tax", "amount_total")
    assert row == row | {"amount_untaxed": 100.0, "amount_tax": 19.99, "amount_total": 119.99}


def reverse(money: Money, move: int, day: str) -> int:
    """Odoo's button: the draft credit note."""
    journal = money.door.one("account.move", [("id", "=", move)], "journal_id")["journal_id"]
    wizard = money.door.new(
        "account.move.reversal", move_ids=[[6, 0, [move]]], journal_id=journal, date=day
    )
    money.door.admin.call_on("account.move.reversal", [wizard], "refund_moves")
    return int(money.door.one("account.move", [("reversed_entry_id", "=", move)])["id"])


def test_a_credit_note_restores_what_the_invoice_deducted(money: Money) -> None:
    """The advance is copied, and the line stands open as a lot of its own."""
    world, door = money.world, money.door
    request = world.invoice(
        world.key("request"),
        lines=[
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": "300.00",
                "account_id": world.advances,
                "tax_ids": [],
            }
        ],
        expect={},
    )
    asked = world.apply_one(request)["id"]
    advance = door.new(
        "retainer.advance", partner_id=world.client, amount=300.0, request_move_id=asked
    )
    lot = door.one(
        "account.move.line",
        [("move_id", "=", asked), ("account_id", "=", world.advances)],
        "retainer_advance_id",
    )
    assert lot["retainer_advance_id"] == advance
    invoice = world.invoice(
        world.key("drained"),
        lines=[
            {"name": "Work", "product_id": world.product, "quantity": "1", "price_unit": "300.00"},
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": "-300.00",
                "account_id": world.advances,
                "tax_ids": [],
                "retainer_advance_id": advance,
                "retainer_taxes": [],
                "reconcile_line_id": lot["id"],
            },
        ],
        expect={"amount_total": "0.00"},
    )
    move = world.apply_one(invoice)
    assert move["status"] == "created", move
    assert world.move(move["id"], "payment_state")["payment_state"] == "paid"
    made = reverse(money, move["id"], "2025-04-05")
    door.admin.call_on("account.move", [made], "action_post")
    restored = door.one(
        "account.move.line",
        [("move_id", "=", made), ("account_id", "=", world.advances)],
        "retainer_advance_id",
        "amount_residual",
        "balance",
    )
    assert restored["retainer_advance_id"] == advance
    assert (restored["balance"], restored["amount_residual"]) == (-300.0, -300.0)


def test_a_receivable_is_settled_by_the_credit_note_that_names_it(money: Money) -> None:
    """As far as it goes; what is not open any more is passed over."""
    world = money.world
    due = money.one(world.apply_one(world.invoice(world.key("owed")))["id"], money.receivable)
    note = world.invoice(
        world.key("note"),
        values={
            "move_type": "out_refund",
            "partner_id": world.client,
            "invoice_date": "2025-04-02",
            "retainer_engagement_id": world.engagement,
            "retainer_role": "drawdown",
        },
        lines=[
            {
                "name": "Part",
                "quantity": "1",
                "price_unit": "250.00",
                "account_id": world.advances,
                "tax_ids": [],
            }
        ],
        settle=[{"account_id": money.receivable, "line_id": due["id"]}],
        expect={},
    )
    made = world.apply_one(note)
    assert made["status"] == "created", made
    assert world.move(made["id"], "amount_residual")["amount_residual"] == 0.0
    left = money.door.one("account.move.line", [("id", "=", due["id"])], "amount_residual")
    assert left["amount_residual"] == 800.0


def test_what_odoo_itself_would_take_for_an_engagement(money: Money) -> None:
    """Income account, analytic account, taxes and rounding."""
    world, door = money.world, money.door
    tax = door.new("account.tax", name=f"GST {world.number}", amount=10.0, type_tax_use="sale")
    door.admin.write("product.product", [world.product], {"taxes_id": [[6, 0, [tax]]]})
    (found,) = world.gateway(
        "defaults", company_id=world.company, engagement_ids=[world.engagement, 999999]
    )
    assert found["engagement_id"] == world.engagement
    assert found["rounding"] == "round_globally"
    assert found["income_account_id"] == money.one_income()
    assert found["taxes"] == [
        {
            "id": tax,
            "name": f"GST {world.number}",
            "amount_type": "percent",
            "amount": 10.0,
            "price_include": False,
        }
    ]


def test_an_advance_is_made_once(money: Money) -> None:
    """A top-up: kind ``advance``; its request follows, and is bound to it."""
    world = money.world
    advance = {
        "key": world.key("top_up/t1"),
        "kind": "advance",
        "fingerprint": "c" * 64,
        "values": {
            "partner_id": world.client,
            "engagement_ids": [world.engagement],
            "currency_id": world.currency,
            "amount": "750.00",
            "date_request": "2025-04-01",
        },
    }
    made = world.apply_one(advance)
    assert made["status"] == "created", made
    request = world.invoice(
        world.key("asks"),
        lines=[
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": "750.00",
                "account_id": world.advances,
                "tax_ids": [],
            }
        ],
        bind={"advances": [made["id"]]},
        expect={},
    )
    asked = world.apply_one(request)
    assert asked["status"] == "created", asked
    row = money.door.one(
        "retainer.advance", [("id", "=", made["id"])], "request_move_id", "state", "unpaid"
    )
    assert (row["request_move_id"], row["state"]) == (asked["id"], "requested")
    assert row["unpaid"] == 750.0
    assert world.apply_one(advance)["status"] == "unchanged"


def test_cash_rounding_stands_on_a_line_of_its_own(money: Money) -> None:
    """1,050.02 to be paid in steps of 0.05: 1,050.00."""
    world, door = money.world, money.door
    invoice = world.invoice(
        world.key("cash"),
        lines=[
            {"name": "Work", "product_id": world.product, "quantity": "1", "price_unit": "1050.02"}
        ],
        post=False,
        expect={},
    )
    move = world.apply_one(invoice)["id"]
    income = money.one_income()
    rounding = door.new(
        "account.cash.rounding",
        name=f"Cash {world.number}",
        rounding=0.05,
        rounding_method="HALF-UP",
        strategy="add_invoice_line",
        profit_account_id=income,
        loss_account_id=income,
    )
    door.admin.write("account.move", [move], {"invoice_cash_rounding_id": rounding})
    door.admin.call_on("account.move", [move], "action_post")
    row = world.move(move, "amount_total", "amount_untaxed", "retainer_changed")
    assert (row["amount_total"], row["amount_untaxed"]) == (1050.0, 1050.0)
    assert row["retainer_changed"] is False


def test_locks_as_they_hold_for_the_service(money: Money) -> None:
    """An exception for everybody opens what the lock date closes; nothing locked is year 1."""
    world, door = money.world, money.door
    names = ("user_fiscalyear_lock_date", "user_sale_lock_date", "user_hard_lock_date")

    def locks() -> list[str]:
        domain = [("id", "=", world.company)]
        (row,) = door.service.search_read("res.company", domain, names, limit=1)
        return [row[name] for name in names]

    assert [each.lstrip("0") for each in locks()] == ["1-01-01"] * 3
    door.admin.write("res.company", [world.company], {"fiscalyear_lock_date": "2024-12-31"})
    assert locks()[0] == "2024-12-31"
    exception = door.new(
        "account.lock_exception",
        company_id=world.company,
        user_id=False,
        lock_date_field="fiscalyear_lock_date",
        lock_date="2024-09-30",
        reason="Audit",
    )
    assert locks()[0] == "2024-09-30"
    door.admin.call_on("account.lock_exception", [exception], "action_revoke")
    assert locks()[0] == "2024-12-31"
    door.admin.write("res.company", [world.company], {"fiscalyear_lock_date": False})
