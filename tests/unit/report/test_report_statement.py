"""The statement that the client reads."""

from datetime import date

from report_agency import snapshot

from sync.report.names import Names
from sync.report.statement import ShownStatement, markdown, shown_statement
from sync.rules.engine import evaluate


def statements(client: str = "Acme Corp") -> list[ShownStatement]:
    facts = snapshot(client)
    names = Names(facts)
    return [shown_statement(each, names) for each in evaluate(facts, date(2025, 5, 1)).statements]


def test_the_month_with_overage_reads_as_agreed() -> None:
    assert markdown(statements()[1]) == (
        "# Retainer Statement: Acme Corp\n"
        "## April 2025\n"
        "\n"
        "Acme retainer\n"
        "\n"
        "| Metric | Value |\n"
        "|---|---|\n"
        "| Hours Allocated | 40:00 |\n"
        "| Rollover Hours | 10:00 |\n"
        "| Total Available | 50:00 |\n"
        "| Hours Used | 56:00 |\n"
        "| Remaining | 0:00 |\n"
        "| Utilization | 112.0% |\n"
        "\n"
        "**Overage: 6:00 hours at 175.00 USD/hr = 1,050.00 USD**\n"
    )


def test_a_month_that_ran_under_says_what_rolls_and_what_lapses() -> None:
    text = markdown(statements()[0])
    assert "| Remaining | 12:00 |" in text
    assert "| Utilization | 70.0% |" in text
    assert "Rolled into the next month: 10:00 hours" in text
    assert "Lapsed: 2:00 hours" in text
    assert "Overage" not in text


def test_an_open_month_says_so() -> None:
    assert "## May 2025 (open, may still change)" in markdown(statements()[2])


def test_a_name_cannot_be_markdown() -> None:
    text = markdown(statements("**[Acme](javascript:x)** | <b>\n# Title")[0])
    assert text.splitlines()[0] == (
        "# Retainer Statement: \\*\\*\\[Acme\\]\\(javascript:x\\)\\*\\* \\| \\<b\\> \\# Title"
    )
