"""The ledger as a whole, read in a number of calls that does not grow with history."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mappings import Books, engagement_defaults, journal_entry, res_partner, res_users
from mappings import retainer_advance as advance_rows
from mappings.engagement_defaults import Defaults
from mappings.fields import ids_in
from mappings.gateway import GATEWAY
from sync.domain.advances import Advance
from sync.domain.calendar import first_of
from sync.domain.engagement import Client, Engagement, State
from sync.domain.issues import Issue
from sync.domain.ledger import ExistingEntry, Ledger, LotKind
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Row
from sync.pull.ledger.draws import read_drawn, read_draws
from sync.pull.ledger.lots import debits, lots
from sync.pull.ledger.matches import read_matches
from sync.pull.ledger.open_lines import OpenLines, read_open_lines, with_requests
from sync.pull.ledger.owners import Owners
from sync.pull.ledger.receivables import receivables
from sync.pull.reader import Reader


@dataclass(frozen=True)
class LedgerRead:
    """What is open, and what must be read besides because of it."""

    ledger: Ledger
    """Without its entries."""
    advances: tuple[Advance, ...]
    used_up: tuple[Advance, ...]
    """Of advances that are used up: those that an open credit note gives something back to, and of
    each engagement that is topped up the latest.
    """
    clients: tuple[Client, ...]
    """Everybody that the ledger and the advances name."""
    unmatched: frozenset[int]
    """Entries that ought to be matched and are not."""
    cancelled_draws: frozenset[int]
    """Draws that people cancelled, of invoices that advances may pay, and what gave back something
    of draws and was cancelled.
    """

    @property
    def busy(self) -> frozenset[int]:
        """Engagements with anything open: they are not done with, however long ago they ended."""
        return frozenset(self.ledger.by_engagement())

    @property
    def fees_since(self) -> dict[int, date]:
        """Of engagements with open fee lots: the first of the first month that these cover."""
        found: dict[int, date] = {}
        for lot in self.ledger.lots:
            if lot.kind is LotKind.unearned and lot.engagement_id is not None:
                month = first_of(lot.service_start or lot.day)
                found[lot.engagement_id] = min(month, found.get(lot.engagement_id, month))
        return found


def read_ledger(
    reader: Reader,
    company: Company,
    books: Books,
    engagements: Iterable[Engagement],
    known: Iterable[Client],
    currencies: dict[int, Currency],
) -> LedgerRead:
    """At most twenty-one calls; ``known``: partners that were read already."""
    engagements = tuple(engagements)
    drawing = frozenset(each.id for each in engagements if each.use_advances)
    known = tuple(known)
    owners = Owners(engagements, known)
    opened = read_open_lines(reader, company, books, drawing, owners, currencies)
    named = {line.advance_id for line in opened.liabilities if line.advance_id is not None}
    rows = []
    if books.advance_account_id is not None:
        rows = reader.rows(
            advance_rows.MODEL, advance_rows.domain(company.id, named), advance_rows.FIELDS
        )
    requested = advance_rows.requests(rows)
    opened = with_requests(reader, company, opened, requested, owners, currencies)
    matches = read_matches(reader, company, opened, owners, currencies)
    found = read_draws(reader, company, opened, matches, requested, owners, currencies)
    draws = found.draws
    topped_up = _topped_up(engagements, rows)
    refilled = {each.advance_id for each in draws if each.amount > each.restored}
    open_ids = ids_in(rows, "id")
    used_up = _used_up(reader, company, topped_up, refilled, open_ids)
    partners = _partners(reader, known, opened, [*rows, *used_up])
    read = _advances(reader, company, [*rows, *used_up], partners, engagements, currencies)
    advances = tuple(each for each in read if each.id in open_ids)
    earlier = tuple(each for each in read if each.id not in open_ids)
    commercial = {each.id: each.commercial_id for each in partners.values()}
    owed = receivables(opened, drawing, {each.invoice_id for each in draws})
    money = lots(opened, matches, commercial, requested)
    drawn = read_drawn(reader, company, owed, money, owners)
    return LedgerRead(
        ledger=Ledger(
            lots=money,
            debits=debits(opened, commercial),
            receivables=owed,
            draws=draws,
            drawn=drawn.keys,
        ),
        advances=advances,
        used_up=_wanted(topped_up, refilled, earlier),
        clients=tuple(partners.values()),
        unmatched=frozenset(
            line.move_id
            for line in (
                *(each for each in opened.liabilities if each.amount > 0),
                *opened.receivables,
            )
            if opened.move(line).move_type == "entry"
        ),
        cancelled_draws=drawn.cancelled | found.cancelled,
    )


def _topped_up(engagements: Iterable[Engagement], rows: list[Row]) -> dict[Engagement, int]:
    """Running engagements that are topped up, each with the latest of those advances that is its
    own; 0 for none.
    """
    latest: dict[tuple[str, int], int] = {}
    for row in rows:
        named = advance_rows.engagements(row)
        for own in [("engagement", each) for each in named] or [
            ("client", advance_rows.client(row))
        ]:
            latest[own] = max(latest.get(own, 0), *ids_in([row], "id"), 0)
    return {
        each: max(latest.get(("engagement", each.id), 0), latest.get(("client", each.client_id), 0))
        for each in engagements
        if each.top_up is not None and each.use_advances and each.state is State.running
    }


def _used_up(
    reader: Reader,
    company: Company,
    topped_up: Mapping[Engagement, int],
    refilled: Collection[int],
    open_ids: Collection[int],
) -> list[Row]:
    """What those engagements drew since their latest that is open, and those ``refilled``, where
    nothing of them is open: one call, if there is any.
    """
    missing = set(refilled) - set(open_ids)
    if not topped_up and not missing:
        return []
    domain = advance_rows.used_up(company.id, topped_up.items(), missing)
    rows = reader.rows(advance_rows.MODEL, domain, advance_rows.FIELDS)
    return [row for row in rows if ids_in([row], "id").isdisjoint(open_ids)]


def _wanted(
    topped_up: Iterable[Engagement], refilled: Collection[int], earlier: Iterable[Advance]
) -> tuple[Advance, ...]:
    """Of those advances the ``refilled``, and the latest of each of those engagements."""
    found = {each.id: each for each in earlier if each.id in refilled}
    for each in topped_up:
        own = [one for one in earlier if one.covers(each.id, each.client_id)]
        for latest in sorted(own, key=lambda one: one.id)[-1:]:
            found[latest.id] = latest
    return tuple(found[each] for each in sorted(found))


def _partners(
    reader: Reader, known: Iterable[Client], opened: OpenLines, advances: list[Row]
) -> dict[int, Client]:
    """Everybody by id; one call for those who were not read before."""
    found = {each.id: each for each in known}
    wanted = {line.partner_id for line in opened.liabilities if line.partner_id is not None}
    wanted |= advance_rows.partners(advances)
    missing = wanted - found.keys()
    if missing:
        rows = reader.rows(res_partner.MODEL, res_partner.of_ids(missing), res_partner.FIELDS)
        for each in reader.read(res_partner.MODEL, rows, res_partner.value).values:
            found[each.id] = each
    return found


def _advances(
    reader: Reader,
    company: Company,
    rows: list[Row],
    partners: Mapping[int, Client],
    engagements: tuple[Engagement, ...],
    currencies: dict[int, Currency],
) -> tuple[Advance, ...]:
    """The advances; one that cannot be read parks every engagement that would draw it."""
    users: dict[int, str] = {}
    if deciders := advance_rows.deciders(rows):
        users = dict(
            reader.read(
                res_users.MODEL,
                reader.rows(res_users.MODEL, res_users.of_ids(deciders), res_users.FIELDS),
                res_users.value,
            ).values
        )
    found = reader.read(
        advance_rows.MODEL,
        rows,
        lambda row: advance_rows.value(row, company.id, currencies, partners, users),
    )
    by_id = {min(ids_in([row], "id"), default=0): row for row in rows}
    for issue in found.issues:
        row = by_id.get(issue.source.id, {})
        reader.issues += _per_engagement(issue, row, engagements)
    return found.values


def _per_engagement(issue: Issue, row: Row, engagements: tuple[Engagement, ...]) -> list[Issue]:
    """The same issue for each engagement whose invoices may draw the advance."""
    named, client = advance_rows.engagements(row), advance_rows.client(row)
    drawing = [
        each.id
        for each in engagements
        if (each.id in named if named else each.use_advances and client in (0, each.client_id))
    ]
    return [issue.model_copy(update={"engagement_id": each}) for each in drawing]


def read_entries(
    reader: Reader,
    company: Company,
    found: LedgerRead,
    engagements: Collection[int],
    since_year_end: date,
    currencies: dict[int, Currency],
) -> tuple[ExistingEntry, ...]:
    """Entries of ours that what is open depends on: one call. ``engagements``: whose they may be.

    ``since_year_end``: the last day of the last financial year that ended.
    """
    months: dict[date, list[int]] = defaultdict(list)
    for engagement, month in found.fees_since.items():
        months[month].append(engagement)
    return reader.read(
        journal_entry.MODEL,
        reader.rows(
            journal_entry.MODEL,
            journal_entry.domain(
                company.id,
                months,
                found.unmatched | found.cancelled_draws,
                [each.id for each in found.advances],
                [each.move_id for each in found.ledger.debits],
                since_year_end,
            ),
            journal_entry.FIELDS,
        ),
        lambda row: journal_entry.value(row, company.id, currencies),
        journal_entry.engagement_of,
        suspects=lambda _: engagements,
    ).values


def read_defaults(
    reader: Reader, company: Company, engagements: Collection[int]
) -> tuple[Defaults, ...]:
    """Accounts and taxes that Odoo would take for those engagements: one call, if there are any."""
    if not engagements:
        return ()
    answer = reader.gateway.call(
        GATEWAY,
        engagement_defaults.METHOD,
        repeatable=True,
        company_id=company.id,
        engagement_ids=sorted(engagements),
    )
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise BadAnswer("Odoo answered defaults with something else.", retryable=False)
    return reader.read(
        engagement_defaults.MODEL,
        answer,
        engagement_defaults.value,
        engagement_defaults.engagement_of,
        suspects=lambda _: engagements,
    ).values
