"""Tables as an Excel workbook, read back from the file itself."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from sync.domain.money import Currency
from sync.report.blocks import Amount, Row, Table, amounts, days, durations, percents, texts
from sync.report.sheets import MOST_ROWS, TooManyRows, workbook

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
USD = Currency(id=1, code="USD", digits=2)
KWD = Currency(id=2, code="KWD", digits=3)
DAY = date(2025, 3, 31)


def table(client: str = "Acme", tag: str = "lot") -> Table:
    return Table(
        tag=tag,
        title="Lots",
        columns=(
            *texts("client"),
            *days("since"),
            *amounts("owing"),
            *amounts("in books", currency="books currency"),
            *durations("hours"),
            *percents("used"),
        ),
        rows=(
            Row(
                cells=(
                    client,
                    date(2025, 3, 1),
                    Amount.of(Decimal("-1.5"), KWD),
                    Amount.of(Decimal("1234567.89"), USD),
                    22500,
                    Decimal("112.0"),
                )
            ),
        ),
    )


class Book:
    """A workbook as its parts say."""

    def __init__(self, content: bytes) -> None:
        self.parts = zipfile.ZipFile(io.BytesIO(content))
        strings = ElementTree.fromstring(self.parts.read("xl/sharedStrings.xml"))
        self.strings = ["".join(each.itertext()) for each in strings.findall("x:si", NS)]

    @property
    def names(self) -> list[str]:
        book = ElementTree.fromstring(self.parts.read("xl/workbook.xml"))
        return [each.attrib["name"] for each in book.findall("x:sheets/x:sheet", NS)]

    def rows(self, number: int = 1) -> list[list[object]]:
        """Cells of a sheet: texts as they are, numbers as Decimal."""
        sheet = ElementTree.fromstring(self.parts.read(f"xl/worksheets/sheet{number}.xml"))
        return [
            [self._cell(cell) for cell in row.findall("x:c", NS)]
            for row in sheet.findall("x:sheetData/x:row", NS)
        ]

    def _cell(self, cell: ElementTree.Element) -> object:
        assert cell.find("x:f", NS) is None, "no cell is a formula"
        value = cell.findtext("x:v", namespaces=NS)
        if cell.attrib.get("t") == "s":
            return self.strings[int(value or 0)]
        return Decimal(value) if value is not None else None


def test_numbers_are_numbers_days_are_days_and_money_has_its_decimals():
    book = Book(workbook([table()], DAY))
    heading, row = book.rows()
    assert heading == [
        "client", "since", "owing", "currency", "in books", "books currency", "hours", "used",
    ]  # fmt: skip
    # 1 March 2025 is day 45717 of a spreadsheet; 6:15 h are 0.2604166… of a day.
    assert row[:6] == [
        "Acme", Decimal(45717), Decimal("-1.5"), "KWD", Decimal("1234567.89"), "USD",
    ]  # fmt: skip
    assert abs(row[6] * 24 - Decimal("6.25")) < Decimal("1e-9")
    assert row[7] == Decimal("112")
    styles = book.parts.read("xl/styles.xml").decode()
    formats = set(re.findall(r'formatCode="([^"]+)"', styles))
    assert formats == {"yyyy-mm-dd", "#,##0.00", "#,##0.000", "[h]:mm"}


@pytest.mark.parametrize(
    "attack", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)", "{=1}", "http://a.example"]
)
def test_no_text_becomes_a_formula_or_a_link(attack):
    content = workbook([table(attack)], DAY)
    assert Book(content).rows()[1][0] == attack
    assert b"hyperlink" not in b"".join(
        zipfile.ZipFile(io.BytesIO(content)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
        if "worksheets" in name
    )


def test_a_sheet_for_each_table_and_the_same_file_each_time():
    tables = [table(), table("Lumen", "client")]
    assert Book(workbook(tables, DAY)).names == ["lot", "client"]
    assert workbook(tables, DAY) == workbook(tables, DAY)


def test_a_text_longer_than_a_cell_is_cut_and_not_lost():
    assert len(Book(workbook([table("x" * 40_000)], DAY)).rows()[1][0]) == 32_767


def test_more_rows_than_a_sheet_holds_are_refused():
    many = table().model_copy(update={"rows": table().rows * (MOST_ROWS + 1)})
    with pytest.raises(TooManyRows, match="use --csv"):
        workbook([many], DAY)
