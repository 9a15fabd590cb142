"""The books tie: what the ledger says of a liability account is what its open lots come to.

First form of the three-way tie: per account and client, balance of the posted lines = sum of what
is not reconciled of them. A manual entry reconciled with another client's lot, or an account that
stopped being reconcilable, shows up as a difference with its account, client and amount.
"""

from collections.abc import Collection
from decimal import Decimal

from mappings import (
    Unreadable,
    account_account,
    account_move_line,
    read_each,
    res_partner,
    unreadable,
)
from mappings.account_move_line import Balance
from mappings.pulled import Pulled
from sync.domain.money import Currency
from sync.domain.value import Value
from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Gateway
from sync.odoo.paging import read_all

_PAGE = 10_000


class Tie(Value):
    """One liability account and client, in the company's currency; credit balances positive."""

    kind: str
    """``unearned`` or ``advances``."""
    account_id: int
    account: str
    client_id: int | None
    client: str
    ledger: Decimal
    open: Decimal
    currency: Currency

    @property
    def difference(self) -> Decimal:
        """Ledger less open lots; zero when the books tie."""
        return self.ledger - self.open

    def __str__(self) -> str:
        """One line for a terminal."""
        text = self.currency.text
        return (
            f"{self.account}, {self.client or 'no client'}: ledger {text(self.ledger)}, open lots"
            f" {text(self.open)}, difference {text(self.difference)}"
        )


class BooksReport(Value):
    """Every liability account and client with a balance or an open lot."""

    lines: tuple[Tie, ...] = ()

    @property
    def differences(self) -> tuple[Tie, ...]:
        """Those that do not tie."""
        return tuple(line for line in self.lines if line.difference)

    @property
    def ties(self) -> bool:
        """Whether all do, to the cent."""
        return not self.differences


def tie(gateway: Gateway, pulled: Pulled) -> BooksReport:
    """Compare ledger and open lots of the company's liability accounts.

    Three calls, however long the history. Raises ``GatewayError``.
    """
    company = pulled.snapshot.company
    kinds = {account: kind for kind, account in pulled.books.liability_accounts.items()}
    if not kinds:
        return BooksReport()
    rows = gateway.read_group(
        account_move_line.MODEL,
        account_move_line.posted_on(company.id, kinds),
        account_move_line.BY_CLIENT,
        account_move_line.LEDGER,
    )
    balances: list[Balance] = []
    for row in rows:
        try:
            balances.append(account_move_line.balance(row, company.currency))
        except Unreadable as trouble:
            issue = unreadable(account_move_line.MODEL, row, trouble)
            raise BadAnswer(f"The ledger cannot be read: {issue}.", retryable=False) from None
    balances = [each for each in balances if each.ledger or each.open]
    accounts = dict(
        read_each(
            account_account.MODEL,
            read_all(
                gateway,
                account_account.MODEL,
                account_account.domain(kinds),
                account_account.FIELDS,
                page_size=_PAGE,
            ),
            account_account.value,
        ).values
    )
    clients = _clients(gateway, {each.partner_id for each in balances if each.partner_id})
    lines = [
        Tie(
            kind=kinds[each.account_id],
            account_id=each.account_id,
            account=accounts.get(each.account_id, f"account {each.account_id}"),
            client_id=each.partner_id,
            client=clients.get(each.partner_id, "") if each.partner_id else "",
            ledger=each.ledger,
            open=each.open,
            currency=company.currency,
        )
        for each in balances
    ]
    return BooksReport(
        lines=tuple(sorted(lines, key=lambda each: (each.kind, each.client, each.client_id or 0)))
    )


def _clients(gateway: Gateway, ids: Collection[int]) -> dict[int, str]:
    rows = read_all(
        gateway,
        res_partner.MODEL,
        res_partner.of_ids(ids),
        res_partner.FIELDS,
        page_size=_PAGE,
    )
    read = read_each(res_partner.MODEL, rows, res_partner.value)
    return {client.id: client.name for client in read.values}
