"""Reads the liability accounts through a gateway: lines, documents, matches, payments.

Whatever cannot be read stops the report: a ledger with a hole in it proves nothing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from mappings import (
    account_account,
    account_journal,
    book_document,
    liability_line,
    liability_match,
    read_each,
    res_partner,
    retainer_engagement,
    shown,
)
from mappings import fields as border
from mappings.books import Books
from mappings.fields import Terms
from mappings.pulled import Pulled
from sync.domain.books import BookDocument, JournalKind, Match, Posting, RequestPaid, Settlement
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Company
from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Gateway, Row
from sync.odoo.paging import read_all

PAGE = 10_000
T = TypeVar("T")


@dataclass
class LiabilityLedger:
    """One company's liability accounts through one gateway. Raises ``GatewayError``."""

    gateway: Gateway
    company: Company
    books: Books
    currencies: dict[int, Currency]

    def __post_init__(self) -> None:
        self.accounts = self.books.on_account
        self._journals: dict[int, JournalKind] | None = None
        self._clients: dict[int, tuple[int, str]] = {}
        self._accounts: list[Row] | None = None

    @staticmethod
    def of(gateway: Gateway, pulled: Pulled) -> "LiabilityLedger":
        """The ledger of a company whose facts were pulled."""
        currencies = {each.id: each for each in pulled.currencies}
        return LiabilityLedger(gateway, pulled.snapshot.company, pulled.books, currencies)

    def accounts_of(self, kind: LotKind) -> list[int]:
        """The accounts on which such lots stand."""
        return [account for account, (found, _) in self.accounts.items() if found is kind]

    # Lines, documents, matches

    def postings(self, domain: Terms) -> list[Posting]:
        """Lines on the liability accounts, by id. At most five calls and the pages of the lines."""
        rows = self.rows(liability_line.MODEL, domain, liability_line.FIELDS)
        if not rows:
            return []
        documents = self.documents(liability_line.documents_of(rows))
        clients = self.clients(liability_line.partners_of(rows))
        client_of = {each: entity for each, (entity, _) in clients.items()}
        return self.values(
            liability_line.MODEL,
            rows,
            lambda row: liability_line.value(
                row,
                self.accounts,
                documents,
                client_of,
                self.company.currency,
                self.currencies,
            ),
        )

    def documents(self, ids: Collection[int]) -> dict[int, BookDocument]:
        """The documents behind some lines."""
        rows = self.rows(book_document.MODEL, book_document.of_ids(ids), book_document.FIELDS)
        named = self.values(book_document.MODEL, rows, book_document.reversed_id)
        reversed_ids = {each for each in named if each}
        reversed_rows = {
            row["id"]: row
            for row in self.rows(
                book_document.MODEL,
                book_document.of_ids(reversed_ids),
                book_document.REVERSED_FIELDS,
            )
        }
        journals = self.journals()
        found = self.values(
            book_document.MODEL,
            rows,
            lambda row: book_document.value(
                row, journals, reversed_rows, self.books.exchange_journal_id
            ),
        )
        return {each.id: each for each in found}

    def journals(self) -> dict[int, JournalKind]:
        """The kind of each journal."""
        if self._journals is None:
            rows = self.rows(
                account_journal.MODEL,
                account_journal.domain(self.company.id),
                account_journal.FIELDS,
            )
            found = self.values(account_journal.MODEL, rows, account_journal.value)
            self._journals = dict(found)
        return self._journals

    def matches(
        self, domains: Sequence[Terms], known: Iterable[Posting]
    ) -> tuple[list[Match], dict[int, Posting]]:
        """Matches of lines on the liability accounts, and all those lines by id.

        A call for each domain, and what it takes to read the lines that are not known yet.
        """
        rows: dict[int, Row] = {}
        for domain in domains:
            for row in self.rows(liability_match.MODEL, domain, liability_match.FIELDS):
                rows[row["id"]] = row
        lines = {each.id: each for each in known}
        missing = {
            line
            for both in self.values(liability_match.MODEL, rows.values(), liability_match.lines)
            for line in both
            if line not in lines
        }
        if missing:
            found = self.postings(liability_line.of_ids(missing))
            lines |= {each.id: each for each in found}
        currency_of = {each.id: each.currency for each in lines.values()}
        matches = self.values(
            liability_match.MODEL,
            [rows[each] for each in sorted(rows)],
            lambda row: liability_match.value(row, self.company.currency, currency_of),
        )
        return matches, lines

    def payments(self, move_ids: Collection[int]) -> dict[int, RequestPaid]:
        """How far some requests were paid. Four calls."""
        if not move_ids:
            return {}
        found = self.values(
            liability_line.MODEL,
            self.rows(
                liability_line.MODEL,
                liability_line.receivables(move_ids),
                liability_line.RECEIVABLE_FIELDS,
            ),
            lambda row: liability_line.receivable(row, self.currencies),
        )
        move_of = {each.id: each.move_id for each in found}
        rows = self.rows(
            liability_match.MODEL,
            liability_match.of_debits(move_of),
            liability_match.FIELDS,
        )
        matched = self.values(liability_match.MODEL, rows, liability_match.lines)
        others = {credit for _, credit in matched}
        credit_rows = self.rows(
            liability_line.MODEL, liability_line.of_ids(others), liability_line.MOVE_AND_CURRENCY
        )
        documents = self.documents(liability_line.documents_of(credit_rows))
        places = self.values(
            liability_line.MODEL,
            credit_rows,
            lambda row: liability_line.place(row, documents, self.currencies),
        )
        by = {line: document for line, document, _ in places}
        currency_of = {each.id: each.currency for each in found}
        currency_of |= {line: currency for line, _, currency in places}
        settled: dict[int, list[Settlement]] = {}
        for match in self.values(
            liability_match.MODEL,
            rows,
            lambda row: liability_match.value(row, self.company.currency, currency_of),
        ):
            document = by[match.credit_id]
            cancels = document.move_type == "out_refund"
            settled.setdefault(move_of[match.debit_id], []).append(
                Settlement(
                    day=match.day,
                    amount=match.debit,
                    cancels=cancels,
                    money=cancels or document.journal.is_money,
                    document=document.shown,
                )
            )
        return {
            move: RequestPaid(
                move_id=move,
                total=sum((each.amount for each in found if each.move_id == move), ZERO),
                open=sum((each.open for each in found if each.move_id == move), ZERO),
                settlements=tuple(sorted(settled.get(move, ()), key=lambda each: each.day)),
            )
            for move in sorted(set(move_of.values()))
        }

    # Names

    def clients(self, ids: Collection[int]) -> dict[int, tuple[int, str]]:
        """(commercial entity, name) of some partners and of their entities; each is read once."""
        self._read_clients(set(ids) - self._clients.keys())
        self._read_clients({entity for entity, _ in self._clients.values()} - self._clients.keys())
        return self._clients

    def _read_clients(self, ids: Collection[int]) -> None:
        rows = self.rows(res_partner.MODEL, res_partner.of_ids(ids), res_partner.FIELDS)
        for each in self.values(res_partner.MODEL, rows, res_partner.value):
            self._clients[each.id] = (each.commercial_id, each.name)

    def partners_of(self, clients: Collection[int | None]) -> list[int]:
        """The partners, seen so far, that belong to some clients."""
        return sorted(each for each, (entity, _) in self._clients.items() if entity in clients)

    def seen_names(self) -> dict[int, str]:
        """Names of everybody that was read so far."""
        return {each: name for each, (_, name) in self._clients.items()}

    def client_names(self, ids: Collection[int | None]) -> dict[int, str]:
        """Names of some clients."""
        found = self.clients({each for each in ids if each})
        return {each: name for each, (_, name) in found.items()}

    def account_names(self) -> dict[int, str]:
        """``236000 Customer advances`` of every liability account."""
        return dict(self.values(account_account.MODEL, self._account_rows(), account_account.value))

    def kind_names(self) -> dict[LotKind, str]:
        """The account, or accounts, on which each kind of lot stands."""
        names = self.account_names()
        return {
            kind: ", ".join(names.get(each, f"account {each}") for each in self.accounts_of(kind))
            for kind in LotKind
        }

    def not_reconcilable(self) -> tuple[str, ...]:
        """Accounts whose lines Odoo does not match with each other."""
        names = self.account_names()
        found = self.values(account_account.MODEL, self._account_rows(), account_account.reconciles)
        return tuple(names[account] for account, reconciles in found if not reconciles)

    def _account_rows(self) -> list[Row]:
        if self._accounts is None:
            self._accounts = self.rows(
                account_account.MODEL, account_account.domain(self.accounts), account_account.FIELDS
            )
        return self._accounts

    def engagement_names(self, ids: Collection[int]) -> dict[int, str]:
        """Names of some engagements."""
        domain = retainer_engagement.of_ids(ids)
        rows = self.rows(retainer_engagement.MODEL, domain, shown.NAME_FIELDS)
        return dict(map(shown.named, rows))

    # Figures

    def sales(self, after: date, until: date) -> dict[int, Decimal]:
        """Net sales per client of some days, in the company's currency."""
        domain = liability_line.sales(
            self.company.id, self.accounts_of(LotKind.advances), after, until
        )
        rows = self.gateway.read_group(
            liability_line.MODEL, domain, liability_line.BY_CLIENT, liability_line.SALES
        )
        found: dict[int, Decimal] = {}
        for each, client in self._by_client(rows, liability_line.sold):
            if client is not None:
                found[client] = found.get(client, ZERO) + each.balance
        return found

    def balances(self, domain: Terms) -> dict[tuple[int, int | None], tuple[Decimal, Decimal]]:
        """Balance and what is unmatched of it by (account, client); credits positive."""
        rows = self.gateway.read_group(
            liability_line.MODEL, domain, liability_line.BY_ACCOUNT, liability_line.LEDGER
        )
        found: dict[tuple[int, int | None], tuple[Decimal, Decimal]] = {}
        for each, client in self._by_client(rows, liability_line.standing):
            key = (each.account_id, client)
            balance, unmatched = found.get(key, (ZERO, ZERO))
            found[key] = (balance + each.balance, unmatched + each.unmatched)
        return found

    def _by_client(
        self, rows: Sequence[Row], group: Callable[[border.Row, Currency], liability_line.Group]
    ) -> list[tuple[liability_line.Group, int | None]]:
        """Each group with the commercial entity of its partner."""
        groups = self.values(
            liability_line.MODEL, rows, lambda row: group(row, self.company.currency)
        )
        clients = self.clients({each.partner_id for each in groups if each.partner_id})
        return [
            (
                each,
                None
                if each.partner_id is None
                else clients.get(each.partner_id, (each.partner_id, ""))[0],
            )
            for each in groups
        ]

    # Reading

    def rows(self, model: str, domain: Terms, fields: Sequence[str]) -> list[Row]:
        """Every record of the domain, by id; no call where it can find none."""
        nothing = any(isinstance(term, tuple) and term[1:] == ("in", []) for term in domain)
        if nothing and "|" not in domain:
            return []
        return list(read_all(self.gateway, model, domain, fields, page_size=PAGE))

    def values(self, model: str, rows: Iterable[Row], value: Callable[[border.Row], T]) -> list[T]:
        """The rows as values. Raises ``BadAnswer`` for the first that is none."""
        read = read_each(model, rows, value)
        for issue in read.issues:
            raise BadAnswer(f"The ledger cannot be read: {issue}.", retryable=False)
        return list(read.values)
