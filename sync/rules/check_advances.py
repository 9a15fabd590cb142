"""What must be true before an advance is requested, drawn or discharged.

Bad data parks that advance, and no other: the invoices of its engagements go out, and are drawn
from it once the data is mended.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sync.domain.advances import Advance, Decision, TaxMode
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity, Source
from sync.domain.ledger import LotKind, MoneyLot
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Sound:
    """Advances and their lots that can be worked with, and what keeps the others back."""

    advances: Mapping[int, Advance]
    lots: tuple[MoneyLot, ...]
    issues: tuple[Issue, ...]


def check_advances(snapshot: Snapshot, _: date, found: Outcome) -> Outcome:
    """Everything that keeps an advance or a lot on the advances account from being drawn."""
    return found.plus(issues=sound(snapshot).issues)


def sound(snapshot: Snapshot) -> Sound:
    """The advances and lots without trouble."""
    if not snapshot.advances and not snapshot.ledger.lots:
        return Sound({}, (), ())
    issues: list[Issue] = []
    advances: dict[int, Advance] = {}
    known: dict[int, Advance] = {}
    clients = {each.id for each in snapshot.clients}
    engagements = {each.id: each for each in snapshot.engagements}
    moves: dict[int | None, ExistingInvoice] = {each.id: each for each in snapshot.invoices}
    requests: dict[tuple[int | None, int | None], MoneyLot] = {
        (lot.move_id, lot.advance_id): lot
        for lot in snapshot.ledger.lots
        if lot.kind is LotKind.advances
    }
    for advance in sorted(snapshot.advances, key=lambda each: each.id):
        known[advance.id] = advance
        scope = [engagements[each] for each in advance.engagement_ids if each in engagements]
        move = moves.get(advance.request_id)
        lot = requests.get((advance.request_id, advance.id))
        problems = [
            *_record(advance, clients),
            *_scope(advance, scope),
            *_decision(advance),
            *_request(advance, move, lot),
        ]
        issues += problems
        if not problems:
            advances[advance.id] = advance
    lots = []
    for lot in snapshot.ledger.lots:
        if lot.kind is not LotKind.advances:
            continue
        problem = _lot(lot, known)
        if problem is not None:
            issues.append(problem)
        elif lot.advance_id in advances:
            lots.append(lot)
    return Sound(advances, tuple(lots), tuple(issues))


def source_of(advance: Advance) -> Source:
    """The advance as the source of an issue or a reason."""
    return Source(model="retainer.advance", id=advance.id, name=advance.name)


def sole_engagement(advance: Advance) -> int | None:
    """The engagement that it is for, where there is exactly one."""
    return advance.engagement_ids[0] if len(advance.engagement_ids) == 1 else None


def advance_issue(
    advance: Advance, code: str, field: str, message: str, severity: Severity = Severity.warning
) -> Issue:
    """An issue of one advance."""
    return Issue(
        code=code,
        severity=severity,
        source=source_of(advance),
        field=field,
        message=message,
        engagement_id=sole_engagement(advance),
    )


def _record(advance: Advance, clients: Collection[int]) -> Iterator[Issue]:
    currency = advance.currency
    if advance.client_id not in clients:
        yield advance_issue(
            advance,
            "advance_client_unknown",
            "partner_id",
            "its client cannot be read: it is neither requested nor drawn; check that the client is"
            " active and visible to the service user",
        )
    if advance.amount <= 0:
        yield advance_issue(
            advance,
            "advance_without_amount",
            "amount",
            f"asks for {currency.text(advance.amount)}; enter an amount of more than zero",
        )
    for field, amount in (
        ("amount", advance.amount),
        ("decision_amount", advance.decision_amount),
    ):
        if amount != currency.round(amount):
            yield advance_issue(
                advance,
                "advance_decimals",
                field,
                f"{amount.normalize():f} is finer than {currency.code} can say"
                f" ({currency.digits} decimals); round it",
            )
    if advance.maturity is not None and advance.maturity < advance.request_on:
        yield advance_issue(
            advance,
            "advance_dates",
            "maturity_date",
            f"matures on {advance.maturity}, before it is requested on {advance.request_on};"
            " correct one of the two",
        )


def _scope(advance: Advance, engagements: Collection[Engagement]) -> Iterator[Issue]:
    """Invoices of its engagements can draw it: the same client, the same currency."""
    for engagement in engagements:
        if engagement.client_id != advance.client_id:
            yield advance_issue(
                advance,
                "advance_other_client",
                "engagement_ids",
                f"{engagement.name} belongs to another client, whose invoices may not draw it; take"
                " the engagement out of its scope",
            )
        if engagement.currency != advance.currency:
            yield advance_issue(
                advance,
                "advance_currency",
                "currency_id",
                f"is in {advance.currency.code}, {engagement.name} bills in"
                f" {engagement.currency.code}: it is neither requested nor drawn; request it in the"
                " engagement's currency",
            )


def _decision(advance: Advance) -> Iterator[Issue]:
    if advance.decision is Decision.undecided:
        return
    missing = [
        what
        for what, given in (
            ("the day (Decision on)", advance.decided_on),
            ("who decided (Decision by)", advance.decided_by.strip()),
            ("the reason (Decision note)", advance.decision_note.strip()),
        )
        if not given
    ]
    if missing:
        yield advance_issue(
            advance,
            "decision_incomplete",
            "decision",
            f"“{advance.decision.value}” is decided without {' and '.join(missing)}: nothing is"
            " done and nothing is drawn until that is entered",
        )
    if advance.decision is Decision.recognise and advance.refundable:
        yield advance_issue(
            advance,
            "refundable_not_breakage",
            "refundable",
            "is refundable, so its remainder cannot become income (IFRS 15.B46-B47); decide to"
            " return or keep it, or correct “refundable” if the agreement says otherwise",
        )
    if advance.decision_amount < 0:
        yield advance_issue(
            advance,
            "decision_negative",
            "decision_amount",
            f"is {advance.currency.text(advance.decision_amount)}; enter what is to be returned or"
            " recognised, or 0 for all that remains",
        )


def _request(
    advance: Advance, move: ExistingInvoice | None, lot: MoneyLot | None
) -> Iterator[Issue]:
    """Whether the request still says what the advance says."""
    if move is not None and not move.counts and move.accepted is None:
        yield advance_issue(
            advance,
            "request_cancelled",
            "request_move_id",
            f"its request {move.name or move.key} was cancelled; reset the request to draft and"
            " post it, or archive the advance and make another",
        )
    if lot is not None and lot.amount != advance.amount:
        yield advance_issue(
            advance,
            "request_differs",
            "amount",
            f"asks for {advance.currency.text(advance.amount)}, its request {lot.move_name} was"
            f" posted over {lot.currency.text(lot.amount)}: nothing is drawn; correct one of the"
            " two",
        )


def _lot(lot: MoneyLot, known: Mapping[int, Advance]) -> Issue | None:
    """What keeps a line on the advances account from being a lot of its advance."""

    def trouble(code: str, field: str, message: str) -> Issue:
        return Issue(
            code=code,
            severity=Severity.warning,
            source=Source(model="account.move.line", id=lot.line_id, name=lot.move_name),
            field=field,
            message=f"{lot.currency.text(lot.open)} on the advances account {message}",
            engagement_id=lot.engagement_id,
        )

    if lot.advance_id is None:
        return trouble(
            "lot_without_advance",
            "retainer_advance_id",
            "name no advance and are not drawn; choose the advance on the journal item (make one"
            " for an opening balance)",
        )
    advance = known.get(lot.advance_id)
    if advance is None:
        return trouble(
            "lot_of_unknown_advance",
            "retainer_advance_id",
            f"name advance {lot.advance_id}, which cannot be read, and are not drawn; check that"
            " it is active and visible to the service user",
        )
    if lot.client_id is None:
        return trouble(
            "lot_without_client",
            "partner_id",
            "name no client and are not drawn; enter the client on the journal item",
        )
    if lot.client_id != advance.client_id:
        return trouble(
            "lot_of_other_client",
            "partner_id",
            f"belong to another client than {advance.name} and are not drawn; correct the client of"
            " the journal item, or the advance that it names",
        )
    if lot.currency != advance.currency:
        return trouble(
            "lot_in_other_currency",
            "currency_id",
            f"are in another currency than {advance.name} ({advance.currency.code}) and are not"
            " drawn; correct the journal item, or the advance that it names",
        )
    if advance.tax_mode is TaxMode.on_receipt and not lot.taxed and not lot.move_key:
        return trouble(
            "lot_without_tax",
            "tax_ids",
            f"say nothing of the tax on {advance.name}, which is taxed on receipt, and are not"
            " drawn; take the balance over as a customer invoice on the advances account with its"
            " taxes, settled against the opening balance",
        )
    return None
