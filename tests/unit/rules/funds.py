"""Advances, lots and receivables to try the rules on, and the books after they were posted."""

from decimal import Decimal
from typing import Any

from sync.domain.advances import Advance, Decision
from sync.domain.documents import Invoice, Role
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingInvoice
from sync.domain.held import with_held
from sync.domain.journal import Account, Entry
from sync.domain.ledger import Ledger, LotKind, LotTax, MoneyLot, OpenDraw, Receipt, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, Tax, TaxSetting
from tests.unit.rules.world import ACME, USD, day, money, project, world

RECEIVABLE = 121
"""The account of receivables."""
EUR = Currency(id=4, code="EUR")
VAT_19 = Tax(id=19, name="VAT 19 %", percent=Decimal(19))
VAT_16 = Tax(id=16, name="VAT 16 %", percent=Decimal(16))
VAT_7 = Tax(id=7, name="VAT 7 %", percent=Decimal(7))


def advance(id: int = 1, amount: str | int = 1000, **changes: Any) -> Advance:
    return Advance(
        **{
            "id": id,
            "name": f"ADV/{id}",
            "client_id": ACME.id,
            "partner_id": ACME.id,
            "currency": USD,
            "amount": money(amount),
            "request_on": day("2025-01-01"),
            "request_id": id * 100,
            **changes,
        }
    )


def decided(what: Decision, on: str = "2025-06-30", **changes: Any) -> dict[str, Any]:
    """The fields of a decision that is complete."""
    return {
        "decision": what,
        "decided_on": day(on),
        "decided_by": "Dana Cole",
        "decision_note": "the work stopped",
        **changes,
    }


def lot(id: int = 1, amount: str | int = 1000, **changes: Any) -> MoneyLot:
    """The line of the request of advance ``id``, paid on 10 January."""
    whole = money(amount)
    return MoneyLot(
        **{
            "line_id": id * 10,
            "kind": LotKind.advances,
            "move_id": id * 100,
            "move_name": f"INV/A{id}",
            "move_key": f"1/0/advance_request/a{id}/0",
            "advance_id": id,
            "client_id": ACME.id,
            "currency": USD,
            "day": day("2025-01-01"),
            "amount": whole,
            "amount_company": whole,
            "open": whole,
            "open_company": whole,
            "receipts": paid(("2025-01-10", whole)),
            **changes,
        }
    )


def paid(*payments: tuple[str, str | int | Decimal]) -> tuple[Receipt, ...]:
    return tuple(Receipt(day=day(on), amount=Decimal(amount)) for on, amount in payments)


def taxed(tax: Tax, amount: str | int) -> tuple[LotTax, ...]:
    return (LotTax(tax=tax, open=money(amount)),)


def receivable(
    id: int = 1, amount: str | int = 600, on: str = "2025-03-31", **changes: Any
) -> Receivable:
    """The open line of an invoice of engagement 1."""
    whole = money(amount)
    return Receivable(
        **{
            "line_id": id * 1000 + 1,
            "account_id": RECEIVABLE,
            "move_id": id * 1000,
            "move_name": f"INV/{id}",
            "engagement_id": 1,
            "client_id": ACME.id,
            "partner_id": ACME.id,
            "currency": USD,
            "invoice_date": day(on),
            "open": whole,
            "open_company": whole,
            "total": whole,
            "untaxed": whole,
            **changes,
        }
    )


def credited(on: str, *, drawn_on: str) -> tuple[Receivable, OpenDraw]:
    """The open credit note of invoice 1000, and that this drew 100.00 + 19.00 of advance 3."""
    credit = receivable(9, 119, on, credit=True, reverses_ids=(1000,))
    drawn = OpenDraw(
        lot_line_id=30,
        advance_id=3,
        invoice_id=1000,
        entry_id=80,
        day=day(drawn_on),
        amount=money(100),
        amount_company=money(100),
        taxes=taxed(VAT_19, 19),
    )
    return credit, drawn


def user(id: int = 1, **changes: Any) -> Engagement:
    """A project whose invoices are drained by advances."""
    return project(id, use_advances=True, **changes)


def books(
    *advances: Advance,
    lots: tuple[MoneyLot, ...] = (),
    receivables: tuple[Receivable, ...] = (),
    engagements: tuple[Engagement, ...] | None = None,
    taxes: tuple[Tax, ...] | None = None,
    **facts: Any,
) -> Snapshot:
    users = engagements or (user(),)
    ledger = {name: facts.pop(name) for name in ("draws", "entries") if name in facts}
    settings: tuple[TaxSetting, ...] = ()
    if taxes is not None:
        settings = tuple(TaxSetting(engagement_id=each.id, taxes=taxes) for each in users)
    return world(
        *users,
        advances=advances,
        taxes=settings,
        ledger=Ledger(lots=lots, receivables=receivables, **ledger),
        **facts,
    )


def lines(entry: Entry) -> list[tuple[str, Decimal, Decimal]]:
    """(account, amount, in the company's currency) of each line; debits positive."""
    return [(line.account.value, line.amount, line.amount_company) for line in entry.lines]


def draws(outcome: Outcome) -> list[tuple[int | None, Decimal]]:
    """(lot line, net amount) of each draw, in the order in which they are asked for."""
    found = []
    for entry in outcome.entries:
        found += [
            (line.match_line_id, line.amount)
            for line in entry.lines
            if line.account is Account.advances and line.amount > ZERO
        ]
    return found


def stands(
    invoice: Invoice, id: int = 900, state: str = "posted", **changes: Any
) -> ExistingInvoice:
    """A document on advances as Odoo has it once it was written."""
    return ExistingInvoice(
        **{
            "id": id,
            "name": f"INV/{id}" if state == "posted" else "",
            "key": invoice.key,
            "fingerprint": invoice.fingerprint,
            "role": invoice.role,
            "engagement_id": invoice.engagement_id,
            "state": state,
            "credit": invoice.credit,
            "changed": False,
            "invoice_date": invoice.invoice_date,
            "service_start": invoice.service_start,
            "service_end": invoice.service_end,
            "untaxed": invoice.untaxed,
            "total": invoice.total_due or invoice.net_total,
            "residual": ZERO,
            "deducts": tuple(
                (line.match_line_id, abs(line.amount))
                for line in invoice.lines
                if line.match_line_id and state == "draft"
            ),
            **changes,
        }
    )


def after(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    """The books once the entries, draws and returns of an outcome are posted."""
    company = snapshot.company.currency
    lots = {each.line_id: each for each in snapshot.ledger.lots}
    open_lines = {each.line_id: each for each in snapshot.ledger.receivables}
    restored: list[MoneyLot] = []
    draws = list(snapshot.ledger.draws)
    new_line = 1 + max((*lots, *open_lines, 900_000))

    def take(line_id: int, part: Part) -> None:
        lots[line_id] = lots[line_id].after(part, company)

    def pay(line_id: int, amount: Decimal) -> None:
        open_lines[line_id] = open_lines[line_id].after(amount, company)

    def restore(key: str, net: Decimal) -> None:
        """Count what a key says was restored: ``c<credit>.l<lot>.e<entry>``."""
        _, lot_part, entry_part = key.split("/")[3].split(".")
        for at, each in enumerate(draws):
            if (f"l{each.lot_line_id}", f"e{each.entry_id}") == (lot_part, entry_part):
                draws[at] = each.model_copy(update={"restored": each.restored + net})

    for entry in outcome.entries:
        for line in entry.lines:
            if line.account is Account.advances and line.match_line_id:
                take(line.match_line_id, Part(net=line.amount))
            elif line.account is Account.receivable and line.match_line_id:
                pay(line.match_line_id, abs(line.amount))
            elif line.account is Account.advances:
                new_line += 1
                restore(entry.key, -line.amount)
                restored.append(
                    lot(
                        line_id=new_line,
                        move_id=new_line,
                        move_key=entry.key,
                        advance_id=line.advance_id,
                        client_id=entry.client_id,
                        currency=entry.currency,
                        day=entry.day,
                        amount=-line.amount,
                        amount_company=-line.amount_company,
                        open=-line.amount,
                        open_company=-line.amount_company,
                        receipts=(),
                        restores=True,
                    )
                )
    for invoice in outcome.invoices:
        if invoice.held or invoice.role not in (Role.drawdown, Role.advance_return):
            continue
        for each in invoice.lines:
            taxes = tuple((tax, abs(amount)) for tax, amount in each.part_taxes)
            if each.match_line_id:
                take(each.match_line_id, Part(net=abs(each.amount), taxes=taxes))
        for _, line_id in invoice.settles:
            assert invoice.total_due is not None
            pay(line_id, invoice.total_due)
    stand = tuple(
        stands(each, id=700_000 + at)
        for at, each in enumerate(outcome.invoices)
        if each.role in (Role.drawdown, Role.advance_return)
    )
    return snapshot.model_copy(
        update={
            "invoices": (*snapshot.invoices, *stand),
            "ledger": snapshot.ledger.model_copy(
                update={
                    "lots": with_held(
                        each for each in (*lots.values(), *restored) if each.open or each.unpaid
                    ),
                    "receivables": tuple(each for each in open_lines.values() if each.open),
                    "draws": tuple(draws),
                }
            ),
        }
    )
