"""What must be true of the posted ledger, month by month, worked out from its raw lines."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sync.books.ledger import LiabilityLedger
from sync.books.period import roll
from sync.books.rollforward import Movement, RollForward
from sync.odoo.gateway import Gateway
from sync.pull.company import read_company
from sync.pull.reader import Reader
from sync.scenario.load.world import World

CENT = Decimal("0.01")
ZERO = Decimal(0)
MOVEMENTS = set(Movement) - {Movement.unexplained}


def ledger_laws(world: World, gateway: Gateway, first: date, last: date) -> Iterator[str]:
    """Debits are credits per document; what came in less what went out is owed at each month's end.

    Whatever is not true, in words.
    """
    yield from debits_are_credits(world)
    reader = Reader(gateway, 500)
    company, books, currencies = read_company(reader, world.company_id)
    ledger = LiabilityLedger(gateway, company, books, currencies)
    before: RollForward | None = None
    for begin, end in months(first, last):
        found = roll(ledger, begin, end)
        yield from rolls(found, before, owed(world, sorted(ledger.accounts), end))
        before = found


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of each month that begins in the days given."""
    begin = first.replace(day=1)
    while begin <= last:
        following = (begin + timedelta(days=31)).replace(day=1)
        yield begin, following - timedelta(days=1)
        begin = following


def debits_are_credits(world: World) -> Iterator[str]:
    """Every posted document balances, in the books and in each currency that it is all in."""
    sums: dict[int, Decimal] = {}
    own: dict[int, dict[int, Decimal]] = {}
    fields = ["move_id", "balance", "amount_currency", "currency_id"]
    for row in world.rows("account.move.line", [("parent_state", "=", "posted")], fields):
        move, currency = _id(row["move_id"]), _id(row["currency_id"])
        sums[move] = sums.get(move, ZERO) + _money(row["balance"])
        amounts = own.setdefault(move, {})
        amounts[currency] = amounts.get(currency, ZERO) + _money(row["amount_currency"])
    for move, total in sums.items():
        if total:
            yield f"document {move}: debits and credits differ by {total}"
        if len(own[move]) == 1 and any(own[move].values()):
            yield f"document {move}: debits and credits differ in its currency: {own[move]}"


def owed(world: World, accounts: list[int], day: date) -> dict[tuple[int, int], Decimal]:
    """What is owed at the end of a day by account and client, from the posted lines alone."""
    rows = world.rows(
        "account.move.line",
        [
            ("parent_state", "=", "posted"),
            ("account_id", "in", accounts),
            ("date", "<=", str(day)),
        ],
        ["account_id", "partner_id", "balance"],
    )
    found: dict[tuple[int, int], Decimal] = {}
    for row in rows:
        place = _id(row["account_id"]), _id(row["partner_id"])
        found[place] = found.get(place, ZERO) - _money(row["balance"])
    return {place: amount for place, amount in found.items() if amount}


def rolls(
    found: RollForward, before: RollForward | None, ledger: dict[tuple[int, int], Decimal]
) -> Iterator[str]:
    """The columns explain the month to the cent, from the balances of the one before."""
    closing = _by_place(found, closing=True)
    if closing != ledger:
        yield f"{found.last}: rolled forward {closing}, the ledger owes {ledger}"
    if before is not None and _by_place(found, closing=False) != _by_place(before, closing=True):
        yield f"{found.first}: does not open with what {before.last} closed with"
    for row in found.rows:
        if row.moved(Movement.unexplained):
            yield f"{found.last}: nothing explains {row.moved(Movement.unexplained)} of {row}"
        known = row.opening + sum((row.moved(each) for each in MOVEMENTS), ZERO)
        if known + row.moved(Movement.unexplained) != row.closing:
            yield f"{found.last}: the columns of {row} do not add up"


def _by_place(found: RollForward, *, closing: bool) -> dict[tuple[int, int], Decimal]:
    sums: dict[tuple[int, int], Decimal] = {}
    for row in found.rows:
        place = row.account_id, row.client_id or 0
        sums[place] = sums.get(place, ZERO) + (row.closing if closing else row.opening)
    return {place: amount for place, amount in sums.items() if amount}


def _id(value: object) -> int:
    if isinstance(value, list | tuple):
        return int(value[0])
    return int(value) if isinstance(value, int) else 0


def _money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(CENT)
