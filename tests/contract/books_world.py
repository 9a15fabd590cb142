"""People's hands on the liability accounts, in any Odoo: what they post, undo, reset and forget."""

from __future__ import annotations

from datetime import date
from typing import Any

from contract_world import World

from sync.books import BooksReport, Tie, check_books
from sync.pull import pull

DAY = date(2025, 4, 1)


class Hands:
    """A client's books in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.door = world.door
        self.client = world.client
        self.advance = 0

    # What the service does

    def request(self, amount: str = "1000.00", contact: int = 0) -> int:
        """An advance, of the client or a contact of theirs, and its request; the invoice."""
        world = self.world
        partner = contact or self.client
        self.advance = self.door.new(
            "retainer.advance", partner_id=partner, amount=float(amount), refundable=True
        )
        document = world.invoice(world.key(f"advance_request/a{self.advance}"), expect={})
        document["values"] |= {"retainer_role": "advance_request", "partner_id": partner}
        document["lines"] = [
            {
                "name": "Advance",
                "account_id": world.advances,
                "price_unit": amount,
                "tax_ids": [],
                "retainer_advance_id": self.advance,
            }
        ]
        document["bind"] = {"advances": [self.advance]}
        return self._apply(document)

    def fee(self, amount: str = "900.00", source: str = "2025-03") -> int:
        """A fee invoice on unearned revenue."""
        world = self.world
        document = world.invoice(world.key(f"fee/{source}"), expect={})
        document["values"]["retainer_role"] = "fee"
        document["lines"] = [
            {
                "name": "Monthly retainer",
                "account_id": world.unearned,
                "price_unit": amount,
                "tax_ids": [],
            }
        ]
        return self._apply(document)

    def draw(self, invoice: int, lot: int, amount: str, name: str = "", **changes: Any) -> int:
        """Pay an invoice out of a lot."""
        world, due = self.world, self.receivable(invoice)
        document = world.entry(
            world.key(f"drawdown/i{invoice}.l{lot}{name}"),
            world.advances,
            due["account_id"],
            amount,
            reconcile=[
                {"account_id": world.advances, "line_ids": [lot]},
                {"account_id": due["account_id"], "line_ids": [due["id"]]},
            ],
        )
        document["values"]["retainer_role"] = "drawdown"
        document["lines"][0]["retainer_advance_id"] = self.advance
        return self._apply(document | changes)

    def invoice(self, name: str = "overage/x") -> int:
        """An invoice of 1,050 for work."""
        return self._apply(self.world.invoice(self.world.key(name)))

    def _apply(self, document: Any) -> int:
        result = self.world.apply_one(document)
        assert result["status"] == "created", result
        return int(result["id"])

    # What people do

    def pay(self, invoice: int, amount: float) -> int:
        """A receipt from the client, matched with the invoice; its entry."""
        due = self.receivable(invoice)
        entry = self.entry(
            (self.world.account("asset_cash"), amount),
            (due["account_id"], -amount),
            journal="bank",
        )
        other = self.line(entry, due["account_id"])
        self.door.admin.call_on("account.move.line", [due["id"], other], "reconcile")
        return entry

    def entry(
        self,
        *lines: tuple[int, float],
        journal: str = "general",
        partner: int | bool | None = None,
        post: bool = True,
        **values: Any,
    ) -> int:
        """A journal entry by hand: (account, debit less credit) each; ``values`` are of its lines
        on the advances account.
        """
        entry = self.door.new(
            "account.move",
            move_type="entry",
            date="2025-03-31",
            journal_id=self.world.journal(journal),
            line_ids=[
                [
                    0,
                    0,
                    {
                        "account_id": account,
                        "debit": max(amount, 0.0),
                        "credit": max(-amount, 0.0),
                        "partner_id": self.client if partner is None else partner,
                        **(values if account == self.world.advances else {}),
                    },
                ]
                for account, amount in lines
            ],
        )
        if post:
            self.press("action_post", entry)
        return entry

    def press(self, button: str, move: int) -> None:
        """A button of a document."""
        self.door.admin.call_on("account.move", [move], button)

    def match(self, *lines: int) -> None:
        """Reconcile lines by hand."""
        self.door.admin.call_on("account.move.line", list(lines), "reconcile")

    def loosen(self, line: int) -> None:
        """Undo the reconciliation of a line."""
        self.door.admin.call_on("account.move.line", [line], "remove_move_reconcile")

    # What stands there

    def line(self, move: int, account: int) -> int:
        """The line of a document on an account."""
        domain = [("move_id", "=", move), ("account_id", "=", account)]
        return int(self.door.one("account.move.line", domain)["id"])

    def receivable(self, move: int) -> dict[str, Any]:
        """The receivable line of a document."""
        domain = [("move_id", "=", move), ("account_type", "=", "asset_receivable")]
        return self.door.one("account.move.line", domain, "account_id", "amount_residual")

    def check(self, as_of: date = DAY) -> BooksReport:
        """What verification says of this client; another client's is left out."""
        pulled = pull(self.door.service, self.world.company, today=as_of)
        report = check_books(self.door.service, pulled, as_of)
        mine = {self.client, None}
        return report.model_copy(
            update={
                "lines": tuple(each for each in report.lines if each.client_id == self.client),
                "foreign": tuple(each for each in report.foreign if each.client_id in mine),
            }
        )

    def tie(self, kind: str = "advances") -> Tie:
        """One account of this client."""
        return next(each for each in self.check().lines if each.kind == kind)

    def kinds(self) -> list[str]:
        """What is foreign of this client, by kind."""
        return sorted(each.kind.value for each in self.check().foreign if each.client_id)
