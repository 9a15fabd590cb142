"""Stories in YAML, played through the service over an Odoo in memory."""

from collections.abc import Callable
from pathlib import Path

from sync.odoo.memory import MemoryOdoo
from sync.report.scenario import CheckedStory, PlayedStory, StoryProblem
from sync.scenario.errors import ScenarioError, path_text
from sync.scenario.load import load
from sync.scenario.reading import read
from sync.scenario.run import play


def play_file(file: Path, tell: Callable[[str], None]) -> PlayedStory:
    """Play one story. Raises ``ScenarioError`` where the file cannot be used."""
    tell(f"playing {file}")
    story = read(file)
    odoo = MemoryOdoo()
    world = load(odoo.gateway("admin"), story)
    differences = play(world, story, odoo.gateway("drawdown"))
    return PlayedStory(
        file=str(file),
        scenario=story.scenario,
        title=story.title,
        steps=len(story.when),
        differences=tuple(str(each) for each in differences),
    )


def check_file(file: Path) -> CheckedStory:
    """Read one story without playing it."""
    problems: tuple[StoryProblem, ...] = ()
    try:
        read(file)
    except ScenarioError as error:
        problems = tuple(
            StoryProblem(line=each.line, path=path_text(each.path), message=each.message)
            for each in error.problems
        )
    return CheckedStory(file=str(file), problems=problems)
