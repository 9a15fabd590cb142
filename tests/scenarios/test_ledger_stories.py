"""Stories that end with what a real Odoo's ledger says: trial balance, aged receivables, taxes.

They are the ones that name all three at the end. What they name must agree in itself, so that none
of them leaves an account, an open document or a tax out.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sync.scenario.model import Expect, Scenario
from sync.scenario.reading import read

AT_LEAST = 40
TAXED = 30

STORIES = [read(file) for file in sorted(Path(__file__).parent.glob("*.yaml"))]


def whole(expect: Expect | None) -> bool:
    """Whether it names balances, receivables and taxes."""
    return expect is not None and None not in (expect.balances, expect.receivables, expect.taxes)


def books() -> Iterator[tuple[str, Expect]]:
    """Where in which real story all three are named, at its end or after a run."""
    for story in STORIES:
        for step in story.when if story.real else ():
            if step.expect is not None and whole(step.expect):
                yield f"{story.scenario}-{step.run}", step.expect
        if story.real and whole(story.expect):
            yield story.scenario, story.expect


BOOKS = list(books())
every_book = pytest.mark.parametrize(
    "expect", [each for _, each in BOOKS], ids=[n for n, _ in BOOKS]
)


def ending_with(*, taxed: bool) -> list[Scenario]:
    return [
        story
        for story in STORIES
        if story.real
        and whole(story.expect)
        and (not taxed or any((story.expect.taxes or {}).values()))
    ]


def test_there_are_many() -> None:
    assert len(ending_with(taxed=False)) >= AT_LEAST
    assert len(ending_with(taxed=True)) >= TAXED


@every_book
def test_debits_are_credits(expect: Expect) -> None:
    assert sum((expect.balances or {}).values(), Decimal(0)) == 0


@every_book
def test_open_documents_come_to_the_receivable(expect: Expect) -> None:
    named = [
        each.open if each.open_company is None else each.open_company
        for each in expect.receivables or []
    ]
    assert None not in named
    total = (expect.balances or {})["Account Receivable"]
    assert sum((each for each in named if each is not None), Decimal(0)) == total


@every_book
def test_what_clients_owe_has_its_age(expect: Expect) -> None:
    owed = [each for each in expect.receivables or [] if each.open is not None and each.open > 0]
    assert all(each.due is not None for each in owed)


@every_book
def test_taxes_come_to_what_is_owed(expect: Expect) -> None:
    owed = -(expect.balances or {}).get("Tax Received", Decimal(0))
    assert sum((expect.taxes or {}).values(), Decimal(0)) == owed
