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


class StoryProblem(Value):
    """A mistake in a story."""

    line: int
    """From 1 on."""
    path: str
    """``given.engagements.Acme retainer.terms[0]``; empty for the file as a whole."""
    message: str


class CheckedStory(Value):
    """A file and everything that is wrong with it."""

    file: str
    problems: tuple[StoryProblem, ...]


def check_blocks(checked: tuple[CheckedStory, ...]) -> list[Block]:
    """One line per mistake, and how many there are."""
    wrong = sum(len(each.problems) for each in checked)
    blocks: list[Block] = []
    if wrong:
        blocks.append(
            Table(
                tag="problem",
                title="Mistakes",
                columns=(*texts("file"), *counts("line"), *texts("where")),
                detail="what to do",
                rows=tuple(
                    Row(
                        cells=(each.file, problem.line, problem.path),
                        detail=problem.message,
                        tone=Tone.bad,
                    )
                    for each in checked
                    for problem in each.problems
                ),
            )
        )
    blocks.append(
        Message(
            tag="summary",
            text=f"{counted(len(checked), 'story', 'stories')}: {counted(wrong, 'mistake')}",
            tone=Tone.bad if wrong else Tone.good,
        )
    )
    return blocks


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
