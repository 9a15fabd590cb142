"""Tables as files: numbers stay numbers, and no text from outside becomes a formula."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from sync.domain.money import Currency
from sync.report.blocks import (
    Amount,
    Message,
    Row,
    Table,
    amounts,
    counts,
    days,
    durations,
    files_only,
    percents,
    texts,
)
from sync.report.cells import harmless
from sync.report.output import plain_lines
from sync.report.sheets import csv_text, merged

USD = Currency(id=1, code="USD", digits=2)
JPY = Currency(id=2, code="JPY", digits=0)

COLUMNS = (
    *files_only(*counts("id")),
    *texts("client"),
    *days("since"),
    *amounts("received", "owing"),
    *amounts("in books", currency="books currency"),
    *durations("hours"),
    *percents("used"),
)


def table(*rows: Row) -> Table:
    return Table(tag="lot", title="Lots", columns=COLUMNS, rows=rows, detail="note")


def row(client: str = "Acme", detail: str = "") -> Row:
    return Row(
        cells=(
            7,
            client,
            date(2025, 3, 1),
            Amount.of(Decimal("-120000"), JPY),
            None,
            Amount.of(Decimal("-1050.5"), USD),
            22500,
            Decimal("112.04"),
        ),
        detail=detail,
    )


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_people_see_texts_and_files_hold_numbers_with_their_currency():
    shown = plain_lines(table(row(detail="paid")))
    assert shown == [
        "# lot\tclient\tsince\treceived\towing\tin books\thours\tused\tnote",
        "lot\tAcme\t2025-03-01\t-120,000 JPY\t\t-1,050.50 USD\t6:15\t112.0%\tpaid",
    ]
    assert csv_text(table(row(detail="paid"))) == (
        '"id","client","since","received","owing","currency","in books","books currency","hours",'
        '"used","note"\r\n'
        '7,"Acme","2025-03-01",-120000,"","JPY",-1050.50,"USD",6.25,112.04,"paid"\r\n'
    )


@pytest.mark.parametrize(
    "attack",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        " =1+1",
        "\n=1+1",
        "\x00=1+1",
        "\ufeff=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://x.example","a")',
    ],
)
def test_no_text_begins_a_formula(attack):
    text = csv_text(table(row(attack, detail=attack)))
    _, cells = read(text)
    for cell in (cells[1], cells[-1]):
        assert cell.startswith("'")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", " "))
    assert cells[3] == "-120000", "numbers below zero stay numbers"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_nor_where_a_spreadsheet_separates_by_something_else(separator):
    names = ("Acme;=1+1", "Acme; @x", 'Acme";=1+1', "Acme,=1", "a\n=1", "a\r=1")
    text = csv_text(table(*(row(name, detail=name) for name in names)))
    for line in text.splitlines()[1:]:
        for cell in line.split(separator):
            bare = cell.strip(' "')
            number = bare.replace(".", "").removeprefix("-").isdigit()
            assert number or not bare.startswith(("=", "+", "-", "@")), cell


def test_what_is_harmless_stays_as_it_is():
    for text in ("Acme & Søns", "a-b", "3 + 4", "x@y.example", "Halden, Lund; Co", "日本", ""):
        assert harmless(text) == text


def test_tables_with_the_same_tag_are_one_file():
    blocks = [table(row("A")), Message(tag="summary", text="x"), table(row("B"))]
    (both,) = merged(blocks, "lot")
    assert [each[1] for each in read(csv_text(both))[1:]] == ["A", "B"]
    assert merged(blocks, "client") == []


def test_an_empty_table_still_has_its_heading():
    assert len(read(csv_text(table()))) == 1


def test_two_currencies_under_one_heading_are_a_mistake_of_ours():
    mixed = Table(
        tag="x",
        title="",
        columns=amounts("a", "b"),
        rows=(Row(cells=(Amount.of(Decimal(1), USD), Amount.of(Decimal(1), JPY))),),
    )
    with pytest.raises(AssertionError, match="side by side"):
        csv_text(mixed)
