"""A small agency to test with, made through the administrator's door of any Odoo."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.odoo import AdminGateway, Gateway, Row

NUMBERS = itertools.count(1)


@dataclass
class Door:
    """One Odoo: the administrator's way in, the service's, and a way to come in as others."""

    admin: AdminGateway
    service: Gateway
    come_in: Callable[..., Any]

    def one(self, model: str, domain: list[Any], *fields: str) -> Row:
        """The first record found, as the administrator sees it."""
        return self.admin.search_read(model, domain, fields, limit=1)[0]

    def new(self, model: str, **values: Any) -> int:
        """Make one record."""
        (record,) = self.admin.create(model, [values])
        return record


class World:
    """A client with a project, an engagement and a service product, of names never used before."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.number = next(NUMBERS)
        company = door.one(
            "res.company",
            [],
            "currency_id",
            "retainer_unearned_account_id",
            "retainer_advance_account_id",
            "retainer_breakage_account_id",
        )
        self.company = company["id"]
        self.currency = company["currency_id"]
        self.unearned = company["retainer_unearned_account_id"]
        self.advances = company["retainer_advance_account_id"]
        self.breakage = company["retainer_breakage_account_id"]
        self.client = door.new("res.partner", name=f"Client {self.number}", is_company=True)
        self.product = door.new(
            "product.product",
            name=f"Consulting {self.number}",
            type="service",
            list_price=150.0,
            taxes_id=[[6, 0, []]],
        )
        self.project = door.new(
            "project.project", name=f"Project {self.number}", partner_id=self.client
        )
        self.engagement = door.new(
            "retainer.engagement",
            name=f"Retainer {self.number}",
            partner_id=self.client,
            project_ids=[[6, 0, [self.project]]],
            product_id=self.product,
            date_start="2025-01-01",
        )
        self.run: dict[str, Any] = {}

    def account(self, kind: str) -> int:
        """The first account of a type."""
        domain = [("account_type", "=", kind)]
        return int(self.door.one("account.account", domain)["id"])

    def journal(self, kind: str) -> int:
        """The first journal of a type."""
        return int(self.door.one("account.journal", [("type", "=", kind)])["id"])

    def entries(self, *hours: float, day: str = "2025-03-05") -> list[int]:
        """Time on the project."""
        (employee,) = self.door.admin.create("hr.employee", [{"name": f"Worker {self.number}"}])
        return self.door.admin.create(
            "account.analytic.line",
            [
                {
                    "name": f"Work {at}",
                    "project_id": self.project,
                    "employee_id": employee,
                    "date": day,
                    "unit_amount": each,
                }
                for at, each in enumerate(hours)
            ],
        )

    def key(self, what: str = "overage/2025-03") -> str:
        """A key of this world's engagement."""
        return f"{self.company}/{self.engagement}/{what}/0"

    def invoice(self, key: str = "", **changes: Any) -> dict[str, Any]:
        """A document: an invoice of six hours at 175."""
        document = {
            "key": key or self.key(),
            "kind": "move",
            "fingerprint": "a" * 64,
            "values": {
                "move_type": "out_invoice",
                "partner_id": self.client,
                "invoice_date": "2025-03-31",
                "retainer_engagement_id": self.engagement,
                "retainer_role": "overage",
                "retainer_service_start": "2025-03-01",
                "retainer_service_end": "2025-03-31",
            },
            "lines": [
                {
                    "name": "Overage, March 2025",
                    "product_id": self.product,
                    "quantity": "6.0",
                    "price_unit": "175.00",
                }
            ],
            "post": True,
            "expect": {"amount_untaxed": "1050.00", "date": "2025-03-31"},
            "explanation": [{"rule": "overage", "text": "6 h", "records": []}],
        }
        return document | changes

    def entry(self, key: str, debit: int, credit: int, amount: str, **changes: Any) -> Any:
        """A document: a journal entry of two lines."""
        document = {
            "key": key,
            "kind": "move",
            "fingerprint": "e" * 64,
            "values": {
                "move_type": "entry",
                "date": "2025-03-31",
                "retainer_engagement_id": self.engagement,
                "retainer_role": "recognition",
            },
            "lines": [
                {"name": "d", "account_id": debit, "debit": amount, "partner_id": self.client},
                {"name": "c", "account_id": credit, "credit": amount, "partner_id": self.client},
            ],
            "post": True,
        }
        return document | changes

    def period(self, state: str = "open", **changes: Any) -> dict[str, Any]:
        """A document: the statement of March."""
        document = {
            "key": self.key("period/2025-03"),
            "kind": "period",
            "fingerprint": "b" * 64,
            "values": {
                "engagement_id": self.engagement,
                "date_start": "2025-03-01",
                "date_end": "2025-03-31",
                "state": state,
                "allocated_seconds": 144000,
                "used_seconds": 100800,
                "remaining_seconds": 43200,
                "utilization": "70.0",
                "fee": "5000.00",
            },
            "lots": [
                {
                    "granted_on": "2025-03-01",
                    "source": "allowance",
                    "granted": 144000,
                    "opening": 144000,
                    "drawn": 100800,
                    "lapsed": 7200,
                    "closing": 36000,
                }
            ],
        }
        return document | changes

    def made_of_now(self, document: Any) -> Any:
        """The document, made of what stands in Odoo by now."""
        bind = document["bind"]
        parts = [ref for ref, _ in bind.get("entry_seconds", [])]
        lists = {
            "entries": [self.entry_read(each) for each in {*bind.get("entries", []), *parts}],
            "purchases": [self.purchase_read(each) for each, _ in bind.get("purchases", [])],
        }
        return document | {"read": {name: rows for name, rows in lists.items() if rows}}

    def entry_read(self, entry: int) -> list[Any]:
        """What the service reads of a time entry; no hours of an odd length."""
        names = ("date", "unit_amount", "project_id", "employee_id", "retainer_change_order_id")
        more = ("retainer_corrects_id", "retainer_billed_seconds")
        row = self.door.one("account.analytic.line", [("id", "=", entry)], *names, *more)
        job = self.door.one("hr.employee", [("id", "=", row["employee_id"])], "job_id")["job_id"]
        return [
            entry,
            row["date"],
            round(row["unit_amount"] * 3600),
            row["project_id"],
            row["retainer_change_order_id"] or 0,
            job or 0,
            row["retainer_corrects_id"] or 0,
            row["retainer_billed_seconds"],
        ]

    def purchase_read(self, line: int) -> list[Any]:
        """What the service reads of a line of purchases without a discount."""
        names = ("qty_received", "qty_invoiced", "price_unit", "retainer_recharged_qty")
        row = self.door.one("purchase.order.line", [("id", "=", line)], *names)
        return [line, *(str(row[name]) for name in names)]

    def gateway(self, method: str, **arguments: Any) -> Any:
        """Call ``retainer.gateway`` as the service."""
        return self.door.service.call("retainer.gateway", method, repeatable=True, **arguments)

    def begin(self, seconds: int = 600, owner: str = "contract suite") -> Any:
        """Take the lease."""
        self.run = self.gateway(
            "begin_run",
            company_id=self.company,
            as_of="2025-04-01",
            owner=owner,
            lease_seconds=seconds,
        )
        return self.run

    def finish(self, state: str = "done", **more: Any) -> Any:
        """Give the lease back."""
        return self.gateway("finish_run", **self.run, state=state, **more)

    def apply(self, *documents: Any) -> list[dict[str, Any]]:
        """Apply documents: their results."""
        answer = self.gateway(
            "apply", company_id=self.company, **self.run, documents=list(documents)
        )
        assert list(answer) == ["results"]
        for document, result in zip(documents, answer["results"], strict=True):
            assert set(result) == {"key", "status", "id", "name", "replaced", "code", "reason"}
            if isinstance(document, dict) and isinstance(document.get("key"), str):
                # No answer carries half a character; a question mark stands for it.
                assert result["key"] == document["key"].encode(errors="replace").decode()
        results: list[dict[str, Any]] = answer["results"]
        return results

    def apply_one(self, document: Any) -> dict[str, Any]:
        """Apply one document: its result."""
        (result,) = self.apply(document)
        return result

    def lookup(self, *keys: str) -> Any:
        """What is there under the keys."""
        return self.gateway("lookup", company_id=self.company, keys=list(keys))

    def move(self, record: int, *fields: str) -> Row:
        """Fields of a move, as the service sees them."""
        domain = [("id", "=", record)]
        return self.door.service.search_read("account.move", domain, fields, limit=1)[0]
