"""A client's balance confirmation: what we hold of theirs on a day, for them or their auditor."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from html import escape

from sync.domain.books import OpenLot, Taken
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import Block, Markup
from sync.report.text import safe
from sync.rules.monitor import CONSUMING


class ConfirmedLot(Value):
    """One advance or prepaid fee."""

    document: str
    day: date
    what: str
    """``advance`` or ``prepaid fee``, with the engagement."""
    amount: Exact
    """Requested or billed, net of tax."""
    used: Exact
    returned: Exact
    unpaid: Exact
    """What the client has not paid yet."""
    held: Exact
    """What is left of what the client paid or was billed."""


class ConfirmedCurrency(Value):
    """All lots in one currency, oldest first."""

    currency: str
    digits: int
    lots: tuple[ConfirmedLot, ...]
    held: Exact
    unpaid: Exact

    def text(self, amount: Decimal) -> str:
        """``1,050.00 USD``."""
        return Currency(id=1, code=self.currency, digits=self.digits).text(amount)


class Confirmation(Value):
    """What a company holds of a client's money on a day."""

    company: str
    client_id: int
    client: str
    on: date
    balances: tuple[ConfirmedCurrency, ...]


def confirmation(
    *,
    company: str,
    client_id: int,
    client: str,
    on: date,
    lots: Iterable[OpenLot],
    engagements: Mapping[int, str],
) -> Confirmation:
    """The confirmation; ``lots``: those of the client that were open at the end of that day."""
    groups: dict[str, list[OpenLot]] = {}
    for lot in sorted(lots, key=lambda each: (each.posting.day, each.posting.id)):
        groups.setdefault(lot.posting.currency.code, []).append(lot)
    return Confirmation(
        company=company,
        client_id=client_id,
        client=client,
        on=on,
        balances=tuple(
            ConfirmedCurrency(
                currency=code,
                digits=some[0].posting.currency.digits,
                lots=tuple(_lot(each, engagements) for each in some),
                held=sum((each.owing for each in some), ZERO),
                unpaid=sum((each.unpaid for each in some), ZERO),
            )
            for code, some in sorted(groups.items())
        ),
    )


def _lot(lot: OpenLot, engagements: Mapping[int, str]) -> ConfirmedLot:
    posting = lot.posting
    what = "advance" if posting.kind is LotKind.advances else "prepaid fee"
    engagement = engagements.get(posting.document.engagement_id or 0, "")
    return ConfirmedLot(
        document=posting.document.shown,
        day=posting.day,
        what=f"{what}, {engagement}" if engagement else what,
        amount=posting.amount,
        used=lot.taken(*CONSUMING),
        returned=lot.taken(Taken.returned),
        unpaid=lot.unpaid,
        held=lot.owing,
    )


_INTRO = (
    "According to our books we held the following advances and prepaid fees of yours at the end of"
    " that day, net of tax."
)
_REQUEST = "Please confirm that this agrees with your books, or tell us where it differs."
_HEADINGS = ("Document", "Date", "What", "Amount", "Used", "Returned", "Not paid yet", "Held")
_NOTHING = "We held no advances and no prepaid fees of yours at the end of that day."


def _cells(balance: ConfirmedCurrency, lot: ConfirmedLot) -> tuple[str, ...]:
    return (
        safe(lot.document),
        lot.day.isoformat(),
        safe(lot.what),
        *(
            balance.text(each)
            for each in (lot.amount, lot.used, lot.returned, lot.unpaid, lot.held)
        ),
    )


def _totals(balance: ConfirmedCurrency) -> str:
    text = f"Held in {balance.currency}: {balance.text(balance.held)}"
    if balance.unpaid:
        text += f"; requested and not paid: {balance.text(balance.unpaid)}"
    return text


def as_text(found: Confirmation) -> str:
    """The confirmation as a plain letter."""
    lines = [
        safe(found.company),
        "",
        f"To: {safe(found.client)}",
        f"Balance confirmation as of {found.on}",
        "",
        _INTRO if found.balances else _NOTHING,
    ]
    for balance in found.balances:
        rows = [_HEADINGS, *(_cells(balance, each) for each in balance.lots)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
        lines.append("")
        for row in rows:
            cells = [
                cell.ljust(width) if at < 3 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        lines += ["", _totals(balance)]
    lines += ["", _REQUEST, "", "Confirmed: ______________________   Date: ______________"]
    return "\n".join(lines) + "\n"


def as_html(found: Confirmation) -> str:
    """The confirmation as a page of its own, to print or to send; nothing in it is executed."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>{escape(f'Balance confirmation, {found.client}, {found.on}')}</title>",
        "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto}"
        "table{border-collapse:collapse;width:100%}"
        "th,td{border-bottom:1px solid #ccc;padding:.3em .6em;text-align:left}"
        "td.n,th.n{text-align:right;white-space:nowrap}</style></head><body>",
        f"<p>{escape(safe(found.company))}</p>",
        f"<h1>Balance confirmation as of {found.on}</h1>",
        f"<p>To: <strong>{escape(safe(found.client))}</strong></p>",
        f"<p>{escape(_INTRO if found.balances else _NOTHING)}</p>",
    ]
    for balance in found.balances:
        parts.append("<table><thead>")
        parts.append(_html_row("th", _HEADINGS))
        parts.append("</thead><tbody>")
        parts += [_html_row("td", _cells(balance, each)) for each in balance.lots]
        parts.append("</tbody></table>")
        parts.append(f"<p><strong>{escape(_totals(balance))}</strong></p>")
    parts.append(f"<p>{escape(_REQUEST)}</p>")
    parts.append("<p>Confirmed: ______________________ &nbsp; Date: ______________</p>")
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def _html_row(tag: str, cells: Iterable[str]) -> str:
    made = []
    for at, cell in enumerate(cells):
        number = ' class="n"' if at > 2 else ""
        made.append(f"<{tag}{number}>{escape(cell)}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def confirmation_blocks(found: Confirmation, *, html: bool) -> list[Block]:
    """The letter, printed as it is."""
    return [Markup(text=as_html(found) if html else as_text(found))]
