"""Whether stories come out as they are told."""

from sync.domain.value import Value
from sync.report.blocks import Block, Message, Row, Table, Tone, counts, texts
from sync.report.text import counted


class PlayedStory(Value):
    """One story and everything that came out otherwise than expected."""

    file: str
    scenario: str
    title: str
    steps: int
    differences: tuple[str, ...]


def scenario_blocks(stories: tuple[PlayedStory, ...]) -> list[Block]:
    """One line per story, then the differences."""
    bad = sum(bool(each.differences) for each in stories)
    return [
        Table(
            tag="scenario",
            title="Stories",
            columns=(*texts("result", "scenario"), *counts("steps"), *texts("title")),
            rows=tuple(
                Row(
                    cells=(
                        "differs" if each.differences else "ok",
                        each.scenario,
                        each.steps,
                        each.title,
                    ),
                    tone=Tone.bad if each.differences else Tone.good,
                )
                for each in stories
            ),
        ),
        *(
            Message(tag="difference", text=f"{each.scenario}: {difference}", tone=Tone.bad)
            for each in stories
            for difference in each.differences
        ),
        Message(
            tag="summary",
            text=f"{counted(len(stories), 'story', 'stories')}, {bad} not as expected.",
            tone=Tone.bad if bad else Tone.good,
        ),
    ]
