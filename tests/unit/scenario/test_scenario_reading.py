"""A scenario file is read exactly, and what is wrong with it is said line by line."""

from datetime import date
from decimal import Decimal

import pytest

from sync.scenario.errors import ScenarioError
from sync.scenario.model import Scenario
from sync.scenario.reading import read_text

HEAD = """\
scenario: a_story
title: A story
shows: something
given:
  engagements:
    Acme retainer:
      client: Acme Corp
      start: 2025-01-01
"""
RUN = "when:\n  - run: 2025-03-28\n"


def story(more: str = "", when: str = RUN) -> Scenario:
    """The smallest story with something added to its ``given``."""
    return read_text(HEAD + more + when, "story.yaml")


def problems(text: str) -> list[str]:
    """What the reader says of a text."""
    with pytest.raises(ScenarioError) as caught:
        read_text(text, "story.yaml")
    return str(caught.value).splitlines()


def test_amounts_are_read_exactly() -> None:
    terms = "      terms: {monthly_fee: 0.1, hourly_rate: 33.335, monthly_hours: 6:15}\n"
    engagement = story(terms).given.engagements["Acme retainer"]
    (read,) = engagement.terms
    assert read.monthly_fee == Decimal("0.1")
    assert read.hourly_rate == Decimal("33.335")
    assert read.monthly_hours == 6 * 3600 + 15 * 60


def test_numbers_that_are_names_keep_their_zeros() -> None:
    read = story("      po: 0012\n  purchase_orders:\n    0012: {amount: 5}\n")
    assert read.given.engagements["Acme retainer"].po == "0012"


def test_the_key_on_is_no_truth_value() -> None:
    milestone = (
        "  milestones:\n    Concept: {engagement: Acme retainer, amount: 10}\n"
        "when:\n  - {sign_off: Concept, on: 2025-03-14}\n"
    )
    assert story(milestone, when="").when[0].on == date(2025, 3, 14)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("      billing_entty: X", "billing_entty: unknown field; did you mean “billing_entity”?"),
        ("      kind: retainr", "kind: “retainr” is not possible here; did you mean “retainer”?"),
        ("      end: 2025-02-30", "end: there is no day 2025-02-30"),
        ("      end: 1.3.2025", "end: “1.3.2025” is not a day; write it like 2025-03-28"),
        ("      use_advances: perhaps", "use_advances: “perhaps” is neither true nor false"),
        ("      po: PO-1", "po: no purchase order is called “PO-1”"),
        ("      client: Beta", "client: stands twice, also in line 7"),
        ("      end: 2024-12-31", "end: lies before the start"),
        ("      kind:", "kind: is empty; give a value or leave the field out"),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, message: str) -> None:
    assert problems(HEAD + line + "\n" + RUN) == [
        f"story.yaml:9: given.engagements.Acme retainer.{message}"
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{date: 2025-03-03, project: Acme retainr, hours: 1}",
            "time[0].project: no project is called “Acme retainr”; did you mean “Acme retainer”?",
        ),
        (
            "{date: 2025-03-03, month: 2025-03, project: Acme retainer, hours: 1}",
            "time[0]: give one of “date”, “month”, “from” and “to”, or “dates”",
        ),
        (
            "{date: 2025-03-03, project: Acme retainer, hours: 1h}",
            "time[0].hours: “1h” is not a number of hours; write 6.25 or 6:15",
        ),
        (
            "{date: 2025-03-03, hours: 1}",
            "time[0]: give either “project” or “change_order”",
        ),
    ],
)
def test_a_wrong_time_entry(entry: str, message: str) -> None:
    assert problems(f"{HEAD}  time:\n    - {entry}\n{RUN}") == [f"story.yaml:10: given.{message}"]


def test_money_takes_no_thousands_separator() -> None:
    (line,) = problems(HEAD + "      terms: [{monthly_fee: '10,000'}]\n" + RUN)
    assert line.startswith("story.yaml:9: given.engagements.Acme retainer.terms[0].monthly_fee: ")
    assert "without thousands separators" in line


def test_a_wrong_name_in_what_is_expected() -> None:
    text = HEAD + RUN + "expect:\n  statements:\n    - {engagement: Acme, month: 2025-03}\n"
    assert problems(text) == [
        "story.yaml:13: expect.statements[0].engagement: no engagement is called “Acme”; known"
        " are: Acme retainer"
    ]


def test_a_step_does_one_thing() -> None:
    assert problems(HEAD + "when:\n  - {run: 2025-03-01, sign_off: X, on: 2025-03-01}\n") == [
        "story.yaml:10: when[0]: a step does one thing, this one does 2 (run, sign_off)"
    ]


def test_no_yaml() -> None:
    (line,) = problems("title: [a\n")
    assert line.startswith("story.yaml:2: not YAML: ")


def test_an_empty_file() -> None:
    assert problems("") == ["story.yaml:1: is empty; a scenario begins with “scenario:”"]


def test_a_changed_field_is_checked_like_a_given_one() -> None:
    text = HEAD + "when:\n  - change: {engagement: Acme retainer, set: {endd: 2025-03-01}}\n"
    (line,) = problems(text)
    assert line == ("story.yaml:10: when[0].change.set.endd: unknown field; did you mean “end”?")
