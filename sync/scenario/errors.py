"""What can be wrong with a scenario file, said so that its author finds the place at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]
"""Where something stands in the file: names of fields, positions in lists."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: file, line (from 1), path of the field, and what to do."""

    file: str
    line: int
    path: Path
    message: str

    def __str__(self) -> str:
        """``acme.yaml:14: given.engagements.Acme.kind: …`` on one line."""
        where = path_text(self.path)
        return f"{self.file}:{self.line}: " + (f"{where}: " if where else "") + self.message


class ScenarioError(Exception):
    """A scenario file that cannot be used as it is. ``problems`` holds all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "an error needs something that is wrong"
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


def path_text(path: Path) -> str:
    """``when[2].expect.invoices[0].total``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean “rollover”?``, or the words that are known when none is close."""
    names = sorted(set(known))
    lower = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"; did you mean “{lower[close[0]]}”?"
    if names and len(names) <= 30:
        return f"; known are: {', '.join(names)}"
    return ""
