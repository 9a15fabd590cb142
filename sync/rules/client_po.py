"""Rule 11: the client's purchase order must cover the invoice.

Missing, expired, not yet valid, another client's, or exceeded: by the engagement's or the
company's policy the invoice is held, goes out as far as it fits, or goes out with a warning. A PO's
amount is net of tax.

A PO of another client, for other engagements or in another currency can stand on no document of the
engagement (Odoo refuses it): the invoice is held, whatever the policy.
"""

from decimal import Decimal

from sync.domain.documents import Alert, Invoice, Line, Reason, Role
from sync.domain.engagement import ClientPo, Engagement, PoPolicy
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key, revision_of, stem_of
from sync.domain.money import ZERO
from sync.domain.snapshot import Snapshot

NEARLY_USED = 90
"""Percent of a purchase order's amount from which on it is nearly used."""


def client_po(
    snapshot: Snapshot, invoices: tuple[Invoice, ...]
) -> tuple[tuple[Invoice, ...], tuple[Issue, ...]]:
    """The invoices, those held that no purchase order covers, and what is to be said of them.

    A draft whose order no longer covers it is withdrawn: left to stand, it could be posted.
    Invoices of one purchase order use it up in the order in which they are raised, whichever
    engagement they belong to; so one late run uses it up as the missed runs would have.
    """
    engagements = {each.id: each for each in snapshot.engagements}
    purchase_orders = {each.id: each for each in snapshot.client_pos}
    existing = {each.key: each for each in snapshot.invoices}
    used: dict[int, Decimal] = {}
    checked: list[Invoice] = []
    issues: list[Issue] = []
    for invoice in sorted(invoices, key=lambda each: (each.raised_on, each.invoice_date, each.key)):
        if invoice.held is not None:
            checked.append(invoice)
            continue
        engagement = engagements[invoice.engagement_id]
        policy = engagement.po_policy or snapshot.company.po_policy
        po = purchase_orders.get(invoice.client_po_id or 0)
        if po is None and policy is PoPolicy.ignore:
            checked.append(invoice)
            continue
        amount = _new_amount(invoice, existing.get(invoice.key))
        left = None
        if po is not None and po.limited:
            left = po.amount - po.invoiced - used.get(po.id, ZERO)
        issue = None
        if not invoice.credit and not invoice.withdrawn:
            issue = _misplaced(invoice, engagement, po)
            if issue is not None:
                policy = PoPolicy.hold
            elif policy is not PoPolicy.ignore:
                issue = _trouble(invoice, engagement, po, amount, left, policy)
        if issue is not None:
            issues.append(issue)
            if policy in (PoPolicy.hold, PoPolicy.fit):
                rest = invoice
                if policy is PoPolicy.fit and issue.code == "po_exceeded":
                    assert po is not None and left is not None, "what is exceeded has a limit"
                    fits, rest = part(invoice, left + invoice.untaxed - amount)
                    if fits is not None:
                        fits, rest = _said(invoice, fits, rest, po)
                        checked.append(fits)
                        used[po.id] = used.get(po.id, ZERO) + fits.untaxed
                checked.append(rest.model_copy(update={"held": issue}))
                draft = existing.get(rest.key)
                if draft is not None and draft.is_draft_of_ours:
                    gone = rest.model_copy(update={"withdrawn": True})
                    checked.append(gone)
                    if po is not None and draft.client_po_id == po.id:
                        used[po.id] = used.get(po.id, ZERO) + _new_amount(gone, draft)
                continue
        if po is not None and po.currency == invoice.currency:
            used[po.id] = used.get(po.id, ZERO) + amount
        checked.append(invoice)
    return tuple(checked), tuple(issues)


def nearly_used(snapshot: Snapshot, invoices: tuple[Invoice, ...]) -> tuple[Alert, ...]:
    """Rule 20: a notice for each purchase order of which little is left once these invoices are
    out; to the account manager of the first engagement that it is for.
    """
    existing = {each.key: each for each in snapshot.invoices}
    added: dict[int | None, Decimal] = {}
    for invoice in invoices:
        if invoice.held is None:
            amount = _new_amount(invoice, existing.get(invoice.key))
            added[invoice.client_po_id] = added.get(invoice.client_po_id, ZERO) + amount
    users: dict[int, int] = {}
    for engagement in sorted(snapshot.engagements, key=lambda each: each.id):
        if engagement.client_po_id is not None:
            users.setdefault(engagement.client_po_id, engagement.id)
    alerts = []
    for po in snapshot.client_pos:
        engagement_id = users.get(po.id, next(iter(po.engagement_ids), None))
        invoiced = po.invoiced + added.get(po.id, ZERO)
        if engagement_id is None or not po.limited or invoiced * 100 < po.amount * NEARLY_USED:
            continue
        currency = po.currency
        alerts.append(
            Alert(
                key=key(
                    snapshot.company.id,
                    engagement_id,
                    "alert",
                    f"po{po.id}-used-{currency.round(po.amount)}",
                ),
                kind="po_nearly_used",
                severity="warning",
                engagement_id=engagement_id,
                message=f"purchase order {po.number} is {invoiced * 100 / po.amount:.0f} % used:"
                f" {currency.text(invoiced)} of {currency.text(po.amount)}; ask for more before it"
                " is exceeded",
            )
        )
    return tuple(alerts)


def _said(invoice: Invoice, fits: Invoice, rest: Invoice, po: ClientPo) -> tuple[Invoice, Invoice]:
    """The two parts of an invoice, each with how it came about."""
    money = invoice.currency.text
    whole = f"{money(invoice.untaxed)} in all are more than is left on purchase order {po.number}"
    now = Reason(rule="client_po", text=f"{whole}; billed now: {money(fits.untaxed)}")
    later = Reason(rule="client_po", text=f"{whole}; waiting: {money(rest.untaxed)}")
    return (
        fits.model_copy(update={"reasons": (*fits.reasons, now)}),
        rest.model_copy(update={"reasons": (*rest.reasons, later)}),
    )


def part(invoice: Invoice, left: Decimal) -> tuple[Invoice | None, Invoice]:
    """What fits under ``left`` and the rest that is held.

    Pieces of work go whole, in their order; an invoice of one piece that is not bound to time
    (a fee, a milestone) is cut by amount. The held rest is billed under the key's next revision
    once there is a purchase order for it.
    """
    if left <= 0:
        return None, invoice
    if invoice.role is Role.overage:  # its month stays open until all of it is covered
        return None, invoice
    fitting: list[Line] = []
    rest: list[Line] = []
    for line in invoice.lines:
        (fitting if line.amount <= left else rest).append(line)
        left -= line.amount if line.amount <= left else ZERO
    if not fitting and not invoice.entry_ids and len(invoice.lines) == 1:
        whole = invoice.lines[0]
        total = invoice.currency.text(whole.amount)
        fitting = [_piece(whole, left, f"{whole.text} (part of {total})")]
        rest = [_piece(whole, whole.amount - left, f"{whole.text} (rest of {total})")]
    if not fitting:
        return None, invoice
    revision = f"{stem_of(invoice.key)}/{revision_of(invoice.key) + 1}"
    return (
        _with_lines(invoice, fitting).model_copy(update={"month": None, **_NOT_ALL_BILLED}),
        _with_lines(invoice, rest).model_copy(update={"key": revision}),
    )


_NOT_ALL_BILLED = {"milestone_ids": (), "change_order_ids": (), "block_ids": ()}
"""What is bound only once all of it is billed."""


def _with_lines(invoice: Invoice, lines: list[Line]) -> Invoice:
    """The invoice with some of its lines and the time that those bill."""
    own = {entry for line in lines for entry in line.entry_ids}
    return invoice.model_copy(
        update={
            "lines": tuple(lines),
            "entry_ids": tuple(entry for entry in invoice.entry_ids if entry in own),
            "entry_seconds": tuple(each for each in invoice.entry_seconds if each[0] in own),
            "purchases": tuple(line.purchase for line in lines if line.purchase is not None),
        }
    )


def _piece(whole: Line, amount: Decimal, text: str) -> Line:
    return Line.of_amount(text, amount, whole.product_id, unearned=whole.unearned)


def _new_amount(invoice: Invoice, standing: ExistingInvoice | None) -> Decimal:
    """What the invoice adds to what is invoiced already, where a draft that it replaces is counted;
    below zero where a draft is withdrawn.
    """
    amount = ZERO
    if not invoice.withdrawn:
        amount = -invoice.untaxed if invoice.credit else invoice.untaxed
    if standing is not None and standing.counts:
        amount -= -standing.untaxed if standing.credit else standing.untaxed
    return amount


def _what(invoice: Invoice, policy: PoPolicy) -> str:
    """``fee of 2025-03-01 (5,000.00 USD) held``."""
    held = {
        PoPolicy.hold: "held",
        PoPolicy.fit: "held as far as it is not covered",
        PoPolicy.warn: "invoiced all the same",
        PoPolicy.ignore: "invoiced all the same",
    }[policy]
    role = invoice.role.value.replace("_", " ")
    return f"{role} of {invoice.invoice_date} ({invoice.currency.text(invoice.untaxed)}) {held}"


def _misplaced(invoice: Invoice, engagement: Engagement, po: ClientPo | None) -> Issue | None:
    """Why the order can stand on no document of the engagement; None where it can."""
    if po is None:
        return None
    what = _what(invoice, PoPolicy.hold)
    source = Source(model="retainer.client.po", id=po.id, name=po.number)
    if po.client_id != engagement.client_id:
        return _issue(
            "po_other_client",
            source,
            "partner_id",
            f"belongs to another client: {what}; give {engagement.name} a purchase order of its"
            " own client",
            engagement,
        )
    if po.engagement_ids and engagement.id not in po.engagement_ids:
        return _issue(
            "po_other_engagement",
            source,
            "engagement_ids",
            f"is not for {engagement.name}: {what}; add the engagement to the purchase order, or"
            " give it another",
            engagement,
        )
    if po.currency != engagement.currency:
        return _issue(
            "po_currency",
            source,
            "currency_id",
            f"is in {po.currency.code}, the invoice in {engagement.currency.code}: {what}; ask"
            " for a purchase order in the invoice's currency",
            engagement,
        )
    return None


def _trouble(
    invoice: Invoice,
    engagement: Engagement,
    po: ClientPo | None,
    amount: Decimal,
    left: Decimal | None,
    policy: PoPolicy,
) -> Issue | None:
    """Why the order does not cover the invoice; None where it does."""
    what = _what(invoice, policy)
    if po is None:
        source = Source(model="retainer.engagement", id=engagement.id, name=engagement.name)
        return _issue(
            "po_missing",
            source,
            "client_po_id",
            f"no purchase order: {what}; ask the client for one and enter it on the engagement",
            engagement,
        )
    source = Source(model="retainer.client.po", id=po.id, name=po.number)
    if po.date_start is not None and invoice.invoice_date < po.date_start:
        return _issue(
            "po_not_yet_valid",
            source,
            "date_start",
            f"is valid from {po.date_start} on: {what}; ask the client for an earlier one",
            engagement,
        )
    if po.date_end is not None and invoice.invoice_date > po.date_end:
        return _issue(
            "po_expired",
            source,
            "date_end",
            f"expired on {po.date_end}: {what}; ask the client for a new one",
            engagement,
        )
    if left is not None and amount > left:
        return _issue(
            "po_exceeded",
            source,
            "amount",
            f"has {invoice.currency.text(max(left, ZERO))} left: {what}; ask the client to raise"
            " it, or for another",
            engagement,
        )
    return None


def _issue(code: str, source: Source, field: str, message: str, engagement: Engagement) -> Issue:
    return Issue(
        code=code,
        severity=Severity.warning,
        source=source,
        field=field,
        message=message,
        engagement_id=engagement.id,
    )
