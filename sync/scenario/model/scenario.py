"""A whole story."""

from typing import Annotated

from pydantic import Field

from sync.scenario.model.base import Entry
from sync.scenario.model.company import Company
from sync.scenario.model.expect import Expect
from sync.scenario.model.given import Given
from sync.scenario.model.step import Step
from sync.scenario.types import Day, Flag, Text


class Scenario(Entry):
    """Given these facts, when this is done, expect these numbers."""

    scenario: Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
    """Its short name, the same as the file's."""
    title: Text
    shows: Text
    """What the reader learns from it, with the reasoning behind the numbers."""
    real: Flag = False
    """Whether it runs through the real Odoo as well, with the same numbers."""
    as_of: Day | None = None
    """The day of the story, where there is no ``when``: a sample to look at."""
    company: Company = Company()
    given: Given
    when: list[Step] = []
    expect: Expect | None = None
