"""Rule 14: crediting an invoice that drew lots restores those very lots, latest draw first.

The credit note first takes back what of the invoice is still open; what it leaves is owed to the
client and goes back to the advances that had paid: a journal entry, debit receivable, credit
advances, at the value that was drawn. A taxed advance is restored by an invoice on it, with the tax
that was deducted. Billed hours stay billed.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import Engagement
from sync.domain.issues import Source
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import key, next_free
from sync.domain.ledger import OpenDraw, Receivable
from sync.domain.money import ZERO, Currency, value_of_part
from sync.domain.outcome import Outcome
from sync.domain.set_off import oldest_first, set_off
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, part_of, with_included
from sync.rules.drain_advances import rate_lines
from sync.rules.draw_keys import minor

_NOT_BILLED = (Role.advance_request, Role.advance_return, Role.drawdown)


def undo(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """What open credit notes give back to the lots that had paid."""
    company = snapshot.company.currency
    engagements = {each.id: each for each in snapshot.engagements}
    draws = list(snapshot.ledger.draws)
    after_invoices = set_off(snapshot.ledger.receivables, company)
    credits = [each for each in snapshot.ledger.receivables if _restores(each, as_of, found)]
    for credit in sorted(credits, key=oldest_first):
        left = after_invoices[credit.line_id]
        for at in _latest_first(draws, credit.reverses_ids):
            draw = draws[at]
            part = _restorable(draw, credit.currency, left.open)
            if part.total <= ZERO:
                continue
            engagement = engagements.get(credit.engagement_id)
            if draw.taxes:
                found = found.plus(invoices=(_invoice(snapshot, left, draw, part),))
            else:
                found = found.plus(entries=(_entry(snapshot, left, draw, part.net, engagement),))
            draws[at] = draw.model_copy(update={"restored": draw.restored + part.net})
            left = left.after(part.total, company)
    return found


def _restores(credit: Receivable, as_of: date, found: Outcome) -> bool:
    return (
        credit.credit
        and bool(credit.reverses_ids)
        and credit.role not in _NOT_BILLED
        and credit.invoice_date <= as_of
        and credit.engagement_id not in found.parked
    )


def _latest_first(draws: list[OpenDraw], invoices: tuple[int, ...]) -> list[int]:
    found = [at for at, draw in enumerate(draws) if draw.invoice_id in invoices]
    return sorted(
        found,
        key=lambda at: (draws[at].day, draws[at].entry_id, draws[at].lot_line_id),
        reverse=True,
    )


def _restorable(draw: OpenDraw, currency: Currency, limit: Decimal) -> Part:
    """What of a draw was not restored before, up to the limit, with the tax that went with it."""
    net = max(ZERO, draw.amount - draw.restored)
    taxes: Mapping[int, Decimal] = {
        each.tax.id: each.open - currency.round(each.open * draw.restored / draw.amount)
        for each in draw.taxes
    }
    return part_of(net, taxes, currency, at_most=net, limit=limit)


def _key(snapshot: Snapshot, credit: Receivable, draw: OpenDraw) -> str:
    """Which credit note restores which draw, and what had been restored of it before; where that
    was reversed, the next free number.
    """
    source = f"c{credit.move_id}.l{draw.lot_line_id}.e{draw.entry_id}"
    before = minor(draw.restored, credit.currency)
    own = key(snapshot.company.id, credit.engagement_id, Role.drawdown, source, before)
    return next_free(own, draw.restored_by)


def _company_part(draw: OpenDraw, amount: Decimal, company: Currency) -> Decimal:
    """What was drawn for it in the company's currency; the last part takes the rest."""

    def until(restored: Decimal) -> Decimal:
        return value_of_part(restored, draw.amount, draw.amount_company, company)

    return until(draw.restored + amount) - until(draw.restored)


def _entry(
    snapshot: Snapshot,
    credit: Receivable,
    draw: OpenDraw,
    amount: Decimal,
    engagement: Engagement | None,
) -> Entry:
    company = snapshot.company.currency
    debit = credit.company_part(amount, company)
    restored = _company_part(draw, amount, company)
    text = f"{credit.move_name}: restored to {_name(snapshot, draw)}"
    return Entry(
        key=_key(snapshot, credit, draw),
        role=Role.drawdown,
        engagement_id=credit.engagement_id,
        client_id=credit.client_id,
        day=_day(credit, draw),
        service_start=credit.invoice_date,
        service_end=credit.invoice_date,
        currency=credit.currency,
        company_currency=company,
        lines=(
            EntryLine(
                account=Account.receivable,
                account_id=credit.account_id,
                text=text,
                amount=amount,
                amount_company=debit,
                partner_id=credit.client_id,
                match_line_id=credit.line_id,
            ),
            EntryLine(
                account=Account.advances,
                text=text,
                amount=-amount,
                amount_company=-restored,
                partner_id=credit.client_id,
                advance_id=draw.advance_id,
            ),
            *rate_lines(
                restored - debit,
                credit,
                company,
                engagement,
                f"{credit.move_name}: at the rate of {_name(snapshot, draw)}",
            ),
        ),
        reference=credit.move_name,
        at_once=True,
        reasons=(_reason(snapshot, credit, draw, Part(net=amount)),),
    )


def _invoice(snapshot: Snapshot, credit: Receivable, draw: OpenDraw, part: Part) -> Invoice:
    """The invoice on a taxed advance that makes a lot again of what was deducted."""
    day, abroad = _day(credit, draw), credit.currency != snapshot.company.currency
    price = with_included(part.net, [each.tax for each in draw.taxes], credit.currency)
    line = Line(
        text=f"{_name(snapshot, draw)}, restored by {credit.move_name}",
        quantity=Decimal(1),
        unit_price=part.net,
        amount=part.net,
        advance_id=draw.advance_id,
        tax_ids=tuple(each.tax.id for each in draw.taxes),
        part_taxes=part.taxes,
        price_with_tax=None if price == part.net else price,
    )
    return Invoice(
        key=_key(snapshot, credit, draw),
        role=Role.drawdown,
        engagement_id=credit.engagement_id,
        partner_id=credit.partner_id,
        invoice_date=day,
        raised_on=day,
        service_start=credit.invoice_date,
        service_end=credit.invoice_date,
        currency=credit.currency,
        lines=(line,),
        advance_id=draw.advance_id,
        rate=credit.rate if abroad and day != credit.invoice_date else None,
        taxes_due=part.taxes,
        total_due=part.total,
        settles=((credit.account_id, credit.line_id),),
        reference=credit.move_name,
        reasons=(_reason(snapshot, credit, draw, part),),
    )


def _day(credit: Receivable, draw: OpenDraw) -> date:
    """Never before the draw: the money that it gives back had not come in then (rule 13)."""
    return max(credit.invoice_date, draw.day)


def _name(snapshot: Snapshot, draw: OpenDraw) -> str:
    for advance in snapshot.advances:
        if advance.id == draw.advance_id:
            return advance.name
    return f"advance {draw.advance_id}"


def _reason(snapshot: Snapshot, credit: Receivable, draw: OpenDraw, part: Part) -> Reason:
    return Reason(
        rule="undo",
        text=f"{credit.move_name} gives back of what its invoice drew on {draw.day} from"
        f" {_name(snapshot, draw)}:"
        + (f" {credit.currency.text(part.total)} with its tax, net" if part.taxes else "")
        + f" {credit.currency.text(part.net)}",
        records=(
            Source(model="account.move", id=credit.move_id, name=credit.move_name),
            Source(model="retainer.advance", id=draw.advance_id, name=_name(snapshot, draw)),
        ),
    )
