"""The records and rules behind every number of one document."""

from collections.abc import Mapping
from dataclasses import replace

from mappings.journal_entry import WrittenLine
from sync.domain import hours
from sync.domain.advances import AdvanceRequest
from sync.domain.calendar import month_text
from sync.domain.documents import (
    ApprovalRequest,
    Invoice,
    Line,
    Quotation,
    Reason,
    Statement,
)
from sync.domain.journal import Entry
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import AnyDocument
from sync.domain.value import Value
from sync.plan.changes import Plan
from sync.pull.document import Standing
from sync.report.blocks import Block, Facts, Message, Row, Table, Tone, counts, texts
from sync.report.entries import shown_entry
from sync.report.invoices import NO_PO, role_text
from sync.report.names import Names
from sync.report.statement import metrics, overage_text, shown_statement


class ExplainedRule(Value):
    """A rule that had a say in the document."""

    rule: str
    text: str
    records: tuple[str, ...]
    """``model,id``, with the record's name in brackets where it is known."""


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
    note: str = ""


def rules_of(reasons: tuple[Reason, ...]) -> tuple[ExplainedRule, ...]:
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
            facts=(*whose, ("name", document.name), ("hours", hours.text(document.seconds))),
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
    facts = [
        ("client", shown.client),
        ("engagement", shown.engagement),
        ("month", shown.title),
        ("state", shown.state),
        *metrics(shown),
    ]
    if shown.overage:
        facts.append(("Overage", overage_text(shown)))
    return Explanation(
        key=shown.key,
        kind="statement",
        origin=origin,
        facts=tuple(facts),
        rules=rules_of(shown.reasons),
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
        net = -invoice.untaxed if invoice.credit else invoice.untaxed
        service = f"{invoice.service_start} to {invoice.service_end}"
        facts += [
            ("role", role_text(invoice.role.value, credit=invoice.credit)),
            ("date", invoice.invoice_date.isoformat()),
            ("service", service if invoice.service_start else ""),
            ("po", standing.po or NO_PO),
            ("net", currency.text(net)),
            ("total", currency.text(-invoice.total if invoice.credit else invoice.total)),
            ("still due", currency.text(invoice.residual)),
            ("state", invoice.state),
            ("payment", invoice.payment_state.replace("_", " ")),
            ("client status", invoice.lifecycle.replace("_", " ")),
            ("changed by a person", "yes" if invoice.changed else ""),
        ]
        lines = tuple(
            (
                line.text,
                f"{line.quantity.normalize():f}",
                f"{currency.round(line.unit_price):,}",
                currency.text(line.amount),
            )
            for line in standing.lines
        )
    elif standing.entry:
        entry = standing.entry
        facts += [
            ("role", role_text(entry.role.value)),
            ("date", entry.day.isoformat()),
            ("service", f"{entry.service_start} to {entry.service_end}"),
            ("state", entry.state),
            ("changed by a person", "yes" if entry.changed else ""),
        ]
        lines = tuple(_standing_line(account, each) for account, each in standing.entry_lines)
    elif standing.period:
        period = standing.period
        facts += [
            ("month", month_text(period.date_start)),
            ("state", "closed" if period.closed else "open"),
            ("available", hours.text(period.available)),
            ("used", hours.text(period.used)),
            ("overage", hours.text(period.overage)),
        ]
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
    """The reason with its records' texts, which are not stored beside a document."""
    records = tuple(
        replace(source, name=texts.get((source.model, source.id), source.name))
        for source in reason.records
    )
    return reason.model_copy(update={"records": records})


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
