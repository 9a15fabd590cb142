"""The records and rules behind every number of one document."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from mappings.account_move_line import InvoiceLine
from mappings.journal_entry import WrittenLine
from sync.domain import hours
from sync.domain.advances import AdvanceRequest
from sync.domain.documents import (
    ApprovalRequest,
    Invoice,
    Line,
    LotLine,
    Quotation,
    Reason,
    Role,
    Statement,
)
from sync.domain.issues import Source
from sync.domain.journal import Entry
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import AnyDocument
from sync.domain.value import Value
from sync.plan.changes import Plan
from sync.pull.document import Standing
from sync.report.blocks import (
    Block,
    Facts,
    Message,
    Row,
    Table,
    Tone,
    counts,
    days,
    durations,
    texts,
)
from sync.report.entries import shown_entry
from sync.report.invoices import NO_PO, role_text
from sync.report.names import TIME, Names
from sync.report.statement import (
    ShownStatement,
    after_month,
    metrics,
    overage_text,
    shown_statement,
)


class ExplainedRule(Value):
    """A rule that had a say in the document."""

    rule: str
    text: str
    records: tuple[str, ...]
    """``model,id``, with the record's name in brackets where it is known."""


class ExplainedDraw(Value):
    """So many seconds of a time entry were drawn from a lot."""

    entry: int
    text: str
    """What the entry is, as far as it is known."""
    seconds: int


class ExplainedLot(Value):
    """A lot of hours in a month, in seconds: opening = drawn + lapsed + closing."""

    source: str
    block_id: int | None
    granted_on: date
    expires_on: date | None
    granted: int
    opening: int
    drawn: int
    lapsed: int
    lapsed_on: date | None
    closing: int
    draws: tuple[ExplainedDraw, ...]


class Explanation(Value):
    """One document, its figures and where they come from."""

    key: str
    number: str = ""
    """Odoo's number or name, once it has one."""
    id: int | None = None
    kind: str
    """``invoice``, ``statement``, ``quotation`` or ``alert``."""
    origin: str
    """``odoo`` for a document that stands there, else ``planned`` or ``held``."""
    facts: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str, str, str], ...] = ()
    """Text, quantity, price, amount; of an entry: account, debit, credit, amount in the books."""
    rules: tuple[ExplainedRule, ...]
    lots: tuple[ExplainedLot, ...] = ()
    """Of a statement: where its hours came from and which entries drew them."""
    note: str = ""


def rules_of(reasons: Iterable[Reason]) -> tuple[ExplainedRule, ...]:
    """The reasons with their records as texts."""
    return tuple(
        ExplainedRule(
            rule=reason.rule,
            text=reason.text,
            records=tuple(
                f"{source.model},{source.id}" + (f" ({source.name})" if source.name else "")
                for source in reason.records
            ),
        )
        for reason in reasons
    )


def find_planned(
    plan: Plan, statements: tuple[Statement, ...], key: str, names: Names
) -> Explanation | None:
    """The explanation of a document that is planned, held, or an open statement."""
    for change in plan.changes:
        if change.key == key:
            return of_document(change.document, "planned", names)
    for invoice in plan.held:
        if invoice.key == key:
            return of_invoice(invoice, "held", names)
    for statement in statements:
        if statement.key == key:
            return of_statement(statement, "odoo", names)
    return None


def of_document(document: AnyDocument, origin: str, names: Names) -> Explanation:
    """Any document that the rules ask for."""
    match document:
        case Invoice():
            return of_invoice(document, origin, names)
        case Statement():
            return of_statement(document, origin, names)
        case Quotation():
            return of_quotation(document, names)
    whose = (
        ("client", names.client(document.engagement_id)),
        ("engagement", names.engagement(document.engagement_id)),
    )
    if isinstance(document, Entry):
        return of_entry(document, origin, names)
    if isinstance(document, AdvanceRequest):
        return Explanation(
            key=document.key,
            kind="advance",
            origin=origin,
            facts=(*whose, ("amount", document.currency.text(document.amount))),
            rules=rules_of(document.reasons),
        )
    if isinstance(document, ApprovalRequest):
        return Explanation(
            key=document.key,
            kind="approval",
            origin=origin,
            facts=(
                *whose,
                ("name", document.name),
                ("hours", hours.text(document.seconds)),
                ("rate", f"{document.hourly_rate:,}"),
                ("net", f"{document.amount:,}"),
            ),
            rules=rules_of(document.reasons),
        )
    return Explanation(
        key=document.key,
        kind="alert",
        origin=origin,
        facts=whose,
        rules=(ExplainedRule(rule=document.kind, text=document.message, records=()),),
    )


def of_invoice(invoice: Invoice, origin: str, names: Names) -> Explanation:
    """A planned or held invoice."""
    currency = invoice.currency
    net = -invoice.untaxed if invoice.credit else invoice.untaxed
    facts = (
        ("client", names.client(invoice.engagement_id) or names.client_of(invoice.partner_id)),
        ("engagement", names.engagement(invoice.engagement_id)),
        ("role", role_text(invoice.role.value, credit=invoice.credit)),
        ("date", invoice.invoice_date.isoformat()),
        ("service", f"{invoice.service_start} to {invoice.service_end}"),
        ("po", invoice.po_number or NO_PO),
        ("reference", invoice.reference),
        ("net", currency.text(net)),
    )
    return Explanation(
        key=invoice.key,
        kind="invoice",
        origin=origin,
        facts=tuple(pair for pair in facts if pair[1]),
        lines=_lines(invoice.lines, currency),
        rules=rules_of(invoice.reasons),
        note=f"Held: {invoice.held.source}: {invoice.held.message}" if invoice.held else "",
    )


def of_entry(entry: Entry, origin: str, names: Names) -> Explanation:
    """A planned journal entry."""
    shown = shown_entry(entry, origin, names)
    return Explanation(
        key=entry.key,
        kind="entry",
        origin=origin,
        facts=tuple(
            pair
            for pair in (
                ("client", shown.client),
                ("engagement", shown.engagement),
                ("role", role_text(shown.role)),
                ("date", shown.day.isoformat()),
                ("service", f"{shown.service_start} to {shown.service_end}"),
                ("reference", entry.reference),
                ("amount", entry.currency.text(entry.total)),
            )
            if pair[1]
        ),
        lines=tuple(
            (
                f"{each.account}: {each.text}"
                + (f" (settles {each.matches})" if each.matches else ""),
                shown.money(each.debit),
                shown.money(each.credit),
                entry.company_currency.text(each.in_books),
            )
            for each in shown.lines
        ),
        rules=rules_of(entry.reasons),
    )


def of_statement(statement: Statement, origin: str, names: Names) -> Explanation:
    """A statement that the rules wrote."""
    shown = shown_statement(statement, names)
    texts = names.entries({entry for lot in shown.lots for entry, _ in lot.draws})
    return of_shown_statement(shown, origin, texts)


def of_shown_statement(
    shown: ShownStatement,
    origin: str,
    texts: Mapping[tuple[str, int], str],
    *,
    number: str = "",
    id: int | None = None,
) -> Explanation:
    """A statement with its lots. ``texts`` says what the records are, as far as they are known."""
    facts = [
        ("client", shown.client),
        ("engagement", shown.engagement),
        ("month", shown.title),
        ("state", shown.state),
        *metrics(shown),
    ]
    if shown.overage:
        facts.append(("Overage", overage_text(shown)))
    for line in after_month(shown):
        name, _, value = line.partition(": ")
        facts.append((name, value))
    facts.append(("Monthly fee", shown.money(shown.fee)))
    if shown.runs_out_on:
        facts.append(("Hours run out on", shown.runs_out_on.isoformat()))
    return Explanation(
        key=shown.key,
        number=number,
        id=id,
        kind="statement",
        origin=origin,
        facts=tuple(facts),
        rules=rules_of(tuple(_named(reason, texts) for reason in shown.reasons)),
        lots=tuple(_lot(lot, shown.date_end, texts) for lot in shown.lots),
        note="" if shown.reasons else "no explanation is stored beside this document",
    )


def _lot(lot: LotLine, end: date, texts: Mapping[tuple[str, int], str]) -> ExplainedLot:
    return ExplainedLot(
        source=lot.source.value,
        block_id=lot.block_id,
        granted_on=lot.granted_on,
        expires_on=lot.expires_on,
        granted=lot.granted,
        opening=lot.opening,
        drawn=lot.drawn,
        lapsed=lot.lapsed,
        lapsed_on=lot.lapsed_on(end),
        closing=lot.closing,
        draws=tuple(
            ExplainedDraw(entry=entry, text=texts.get((TIME, entry), ""), seconds=seconds)
            for entry, seconds in lot.draws
        ),
    )


def of_quotation(quotation: Quotation, names: Names) -> Explanation:
    """A draft quotation for extra work."""
    return Explanation(
        key=quotation.key,
        kind="quotation",
        origin="planned",
        facts=(
            ("client", names.client(quotation.engagement_id)),
            ("engagement", names.engagement(quotation.engagement_id)),
        ),
        lines=_lines(quotation.lines, quotation.currency),
        rules=rules_of(quotation.reasons),
    )


_OF_ADVANCES = (Role.advance_request, Role.advance_return, Role.drawdown)
"""Documents that are about an advance and nothing else."""


def _besides(standing: Standing) -> tuple[Decimal, Decimal]:
    """(advances deducted, cash rounding) of an invoice: part of its net total, not of what it
    bills.
    """
    invoice = standing.invoice
    assert invoice is not None, "asked of an invoice"
    lines = sum((line.amount for line in standing.lines), ZERO)
    deducted = ZERO
    if invoice.role not in _OF_ADVANCES:
        deducted = sum((line.amount for line in standing.lines if line.of_advance), ZERO)
    return deducted, invoice.untaxed - lines


def of_standing(
    standing: Standing,
    *,
    client: str,
    engagement: str,
    texts: Mapping[tuple[str, int], str],
) -> Explanation:
    """A document that stands in Odoo, with the reasons that were stored beside it.

    ``texts`` says what the records are, as far as they are still there.
    """
    facts: list[tuple[str, str]] = [("client", client), ("engagement", engagement)]
    kind = {"move": "invoice", "period": "statement"}.get(standing.kind, standing.kind)
    lines: tuple[tuple[str, str, str, str], ...] = ()
    if standing.invoice and standing.currency:
        invoice, currency = standing.invoice, standing.currency
        sign = -1 if invoice.credit else 1
        deducted, rounding = _besides(standing)
        net = sign * (invoice.untaxed - deducted - rounding)
        service = f"{invoice.service_start} to {invoice.service_end}"
        facts += [
            ("role", role_text(invoice.role.value, credit=invoice.credit)),
            ("date", invoice.invoice_date.isoformat()),
            ("service", service if invoice.service_start else ""),
            ("po", standing.po or NO_PO),
            ("net", currency.text(net)),
            ("advances deducted", currency.text(sign * deducted) if deducted else ""),
            ("cash rounding", currency.text(sign * rounding) if rounding else ""),
            ("total", currency.text(-invoice.total if invoice.credit else invoice.total)),
            ("still due", currency.text(invoice.residual)),
            ("state", invoice.state),
            ("payment", invoice.payment_state.replace("_", " ")),
            ("client status", invoice.lifecycle.replace("_", " ")),
            ("changed by a person", invoice.changes or ("yes" if invoice.changed else "")),
        ]
        lines = _shown_lines(standing.lines, currency)
    elif standing.entry:
        entry = standing.entry
        facts += [
            ("role", role_text(entry.role.value)),
            ("date", entry.day.isoformat()),
            ("service", f"{entry.service_start} to {entry.service_end}"),
            ("state", entry.state),
            ("changed by a person", entry.changes or ("yes" if entry.changed else "")),
        ]
        lines = tuple(_standing_line(account, each) for account, each in standing.entry_lines)
    elif standing.currency:
        lines = _shown_lines(standing.lines, standing.currency)
        total = sum((line.amount for line in standing.lines), ZERO)
        if standing.request:
            asked = standing.request
            total = hours.charge(asked.seconds, asked.hourly_rate)
            facts += [
                ("hours", hours.text(asked.seconds)),
                ("rate", f"{asked.hourly_rate:,}"),
                ("approval", " ".join(part for part in (asked.state, asked.reference) if part)),
            ]
        facts.append(("net", standing.currency.text(total)))
    note = "" if standing.reasons else "no explanation is stored beside this document"
    return Explanation(
        key=standing.key,
        number=standing.name,
        id=standing.id,
        kind=kind,
        origin="odoo",
        facts=tuple(pair for pair in facts if pair[1]),
        lines=lines,
        rules=rules_of(tuple(_named(reason, texts) for reason in standing.reasons)),
        note=note,
    )


def _shown_lines(
    lines: tuple[InvoiceLine, ...], currency: Currency
) -> tuple[tuple[str, str, str, str], ...]:
    """Lines as Odoo has them."""
    return tuple(
        (
            line.text,
            f"{line.quantity.normalize():f}",
            f"{currency.round(line.unit_price):,}",
            currency.text(line.amount),
        )
        for line in lines
    )


def _standing_line(account: str, line: WrittenLine) -> tuple[str, str, str, str]:
    """A line of an entry, as ``of_entry`` shows one that is planned."""
    debit, credit = max(line.amount, ZERO), max(-line.amount, ZERO)
    return (
        f"{account}: {line.text}" + (" (open)" if line.open_company else ""),
        line.currency.text(debit) if debit else "",
        line.currency.text(credit) if credit else "",
        f"{line.amount_company:,}",
    )


def _named(reason: Reason, texts: Mapping[tuple[str, int], str]) -> Reason:
    """The reason with what its records are, and what each contributed."""
    records = tuple(
        replace(source, name="; ".join(_known(source, texts))) for source in reason.records
    )
    return reason.model_copy(update={"records": records})


def _known(source: Source, texts: Mapping[tuple[str, int], str]) -> list[str]:
    found = (texts.get((source.model, source.id), ""), source.name)
    return list(dict.fromkeys(each for each in found if each))


def _lines(lines: tuple[Line, ...], currency: Currency) -> tuple[tuple[str, str, str, str], ...]:
    """Text, quantity, price and amount of each line."""
    return tuple(
        (
            line.text,
            f"{line.quantity.normalize():f}",
            f"{line.unit_price:,}",
            currency.text(line.amount),
        )
        for line in lines
    )


def _columns(explained: Explanation) -> tuple[str, str, str]:
    if explained.kind == "entry":
        return "debit", "credit", "in the books"
    return "quantity", "price", "amount"


def explain_blocks(explained: Explanation) -> list[Block]:
    """The explanation for people."""
    blocks: list[Block] = [
        Facts(
            tag="document",
            title=f"{explained.kind.capitalize()} {explained.number or explained.key}",
            pairs=(
                ("key", explained.key),
                *((("number", explained.number),) if explained.number else ()),
                ("origin", explained.origin),
                *explained.facts,
            ),
        ),
        Table(
            tag="line",
            title="Lines",
            columns=(*texts("text"), *counts(*_columns(explained))),
            rows=tuple(Row(cells=line) for line in explained.lines),
        ),
    ]
    if explained.note:
        blocks.append(Message(tag="note", text=explained.note, tone=Tone.warn))
    if explained.lots:
        blocks += _lot_tables(explained.lots)
    blocks.append(
        Table(
            tag="rule",
            title="Rules",
            columns=texts("rule"),
            detail="computation",
            rows=tuple(Row(cells=(each.rule,), detail=each.text) for each in explained.rules),
        )
    )
    blocks.append(
        Table(
            tag="record",
            title="Records behind the numbers",
            columns=texts("rule", "record"),
            rows=tuple(
                Row(cells=(each.rule, record))
                for each in explained.rules
                for record in each.records
            ),
        )
    )
    return blocks


def _lot_tables(lots: tuple[ExplainedLot, ...]) -> list[Block]:
    """Where a month's hours came from, and which entries drew them."""
    return [
        Table(
            tag="lot",
            title="Lots of hours",
            columns=(
                *texts("lot", "source"),
                *days("granted on"),
                *texts("expires on"),
                *durations("granted", "opening", "drawn", "lapsed"),
                *texts("lapsed on"),
                *durations("closing"),
            ),
            rows=tuple(
                Row(
                    cells=(
                        str(number),
                        lot.source + (f" {lot.block_id}" if lot.block_id else ""),
                        lot.granted_on,
                        lot.expires_on.isoformat() if lot.expires_on else "never",
                        lot.granted,
                        lot.opening,
                        lot.drawn,
                        lot.lapsed,
                        lot.lapsed_on.isoformat() if lot.lapsed_on else "",
                        lot.closing,
                    )
                )
                for number, lot in enumerate(lots, 1)
            ),
        ),
        Table(
            tag="draw",
            title="Which entries drew from them",
            columns=(*texts("lot", "entry"), *durations("drawn")),
            detail="time entry",
            rows=tuple(
                Row(cells=(str(number), str(draw.entry), draw.seconds), detail=draw.text)
                for number, lot in enumerate(lots, 1)
                for draw in lot.draws
            ),
        ),
    ]
