"""Runs the trials, rule by rule, and writes what came of them."""

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.blocks import heads_of
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.traced import ROOT, RULES
from tests.mutation.trial import KILLED, Tests, judge, prepare

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
SKIPPED = {"__init__.py"}
SAMPLE = 25
MOST_SECONDS = 25
"""So much of the tests that run a part, the quickest first: a survivor would else take minutes."""
MOST_EXPLAINED = 3
SECONDS = 180
"""A trial that takes longer hangs, and is a bug that was noticed."""

UNIT, LAWS = "tests/unit/", "tests/properties/"
STORIES = ROOT / "tests" / "scenarios"
STORY = "tests/scenarios/test_scenarios.py::test_in_memory["
EXPLAINED = "tests/integration/test_explain.py"
TELLING = (
    "test_the_figures_of_the_rules_come_to_the_net_of_every_invoice",
    "test_the_lots_of_every_statement_come_to_its_hours",
    "test_every_lapse_and_every_grant_says_why",
)
"""What reads the explanations of a story."""


@dataclass
class Score:
    """What came of the mutants of one file."""

    file: str
    possible: int
    tried: int = 0
    killed: int = 0
    explained: int = 0
    survivors: list[str] = field(default_factory=list)
    noticed: str = ""
    """The last one that turned a test red."""

    @property
    def percent(self) -> str:
        """Of those that change anything."""
        meaningful = self.tried - self.explained
        return f"{100 * self.killed / meaningful:.1f} %" if meaningful else "–"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every survivor is explained; for the laws alone, when they notice one in each rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--rule", action="append", help="only this file of sync/rules")
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants per file")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument(
        "--laws", action="store_true", help="whether the laws alone notice one bug in each rule"
    )
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        help="which tests run which parts, from an earlier run; made where it is not there",
    )
    parser.add_argument("--page", type=Path, help="write the table into this page as well")
    asked = parser.parse_args(arguments)

    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    explained = explanations()
    files = [
        file
        for file in sorted(RULES.glob("*.py"))
        if file.name not in SKIPPED and (not asked.rule or file.stem in asked.rule)
    ]
    print(f"{len(files)} files; finding which tests run which parts of them ...", flush=True)
    ran = traced(asked.kept, laws_only=asked.laws)
    prepare()
    started, scores = time.monotonic(), []
    for file in files:
        every = mutants_of(file)
        chosen = every
        if not asked.all and len(every) > asked.sample:
            chosen = random.Random(asked.seed).sample(every, asked.sample)
        scores.append(try_all(file, every, chosen, ran, explained, laws_only=asked.laws))
        print(line_of(scores[-1]), flush=True)
        if asked.page:
            write_page(asked.page, scores[-1:], laws_only=asked.laws)
        for survivor in scores[-1].survivors:
            print(f"    survived: {survivor}", flush=True)
    minutes = (time.monotonic() - started) / 60
    print(f"{sum(each.tried for each in scores)} mutants in {minutes:.0f} minutes")
    if asked.laws:
        return 1 if any(each.possible and not each.noticed for each in scores) else 0
    return 1 if any(each.survivors for each in scores) else 0


def explanations() -> dict[str, str]:
    """Name of a mutant → why no test can notice it."""
    found = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return {each["mutant"]: each["why"] for each in found.get("equivalent", [])}


@dataclass
class Ran:
    """Which tests run which blocks, by file and first line, and how long each test takes."""

    tests: dict[tuple[str, int], list[str]]
    seconds: dict[str, float]

    def of(self, mutant: Mutant, heads: dict[int, int], *, laws_only: bool) -> Tests:
        """The tests that run the mutant's block, quickest first; those that run any of the file
        where its line runs as soon as the file is imported.
        """
        file, head = str(mutant.file), heads.get(mutant.line)
        found = set(self.tests.get((file, head or 0), ()))
        if head is None:
            found = {
                each for (name, _), some in self.tests.items() if name == file for each in some
            }
        if laws_only:
            found = {each for each in found if each.startswith(LAWS)}
        quickest, spent = [], 0.0
        for each in sorted(found, key=lambda each: (self.seconds[each], each)):
            spent += self.seconds[each]
            if spent > MOST_SECONDS:
                break
            quickest.append(each)
        laws = [each for each in quickest if each.startswith(LAWS)]
        if laws_only:
            return Tests((), (), laws, ())
        stories = [
            each.removeprefix(STORY).removesuffix("]")
            for each in quickest
            if each.startswith(STORY)
        ]
        return Tests(
            unit=[each for each in quickest if each.startswith(UNIT)],
            stories=[STORIES / f"{each}.yaml" for each in stories],
            laws=laws,
            told=[
                f"{EXPLAINED}::{name}[{each}]"
                for each in stories[:MOST_EXPLAINED]
                for name in TELLING
            ],
        )


def traced(kept: Path | None, *, laws_only: bool) -> Ran:
    """Run the tests once with the rules as they are, in a process of their own. What is kept knows
    every test, so that any later run may use it.
    """
    suites = [LAWS] if laws_only and not kept else []
    with tempfile.TemporaryDirectory() as folder:
        file = kept or Path(folder) / "ran.json"
        if not file.exists():
            done = subprocess.run(
                [sys.executable, "-m", "tests.mutation.traced", str(file), *suites],
                check=False,
                stdout=subprocess.DEVNULL,
            )
            if done.returncode:
                sys.exit("The tests cannot be run as they are; mend them first.")
        told = json.loads(file.read_text(encoding="utf-8"))
    tests = {(name, line): some for name, line, some in told["tests"]}
    return Ran(tests, told["seconds"])


def try_all(
    file: Path,
    every: Sequence[Mutant],
    chosen: Sequence[Mutant],
    ran: Ran,
    explained: dict[str, str],
    *,
    laws_only: bool,
) -> Score:
    """The trials of one file."""
    score = Score(file.stem, len(every))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    heads = heads_of(tree)
    if chosen:
        first = ran.of(chosen[0], heads, laws_only=laws_only)
        sound = Mutant(file, "module", chosen[0].line, "as it is", "as it is", 0, 0, _as_it_is)
        if judge(sound, f"sync.rules.{file.stem}", first, SECONDS) == KILLED:
            sys.exit(f"{file.name} is found guilty as it is: the trials prove nothing.")
    for mutant in chosen:
        score.tried += 1
        tests = ran.of(mutant, heads, laws_only=laws_only)
        if tests and judge(mutant, f"sync.rules.{file.stem}", tests, SECONDS) == KILLED:
            score.killed += 1
            score.noticed = mutant.name
            if laws_only:
                break
        elif mutant.name in explained:
            score.explained += 1
        else:
            score.survivors.append(mutant.name)
    return score


def _as_it_is(node: ast.AST) -> ast.AST:
    return node


def line_of(score: Score) -> str:
    """One line for people."""
    return (
        f"{score.file:20} {score.percent:>8}  {score.killed} killed,"
        f" {len(score.survivors)} survived, {score.explained} explained,"
        f" of {score.tried} tried ({score.possible} possible)"
    )


SCORES, NOTICED = "scores", "noticed by laws"
"""Names of the marks between which a table stands on the page."""


def write_page(page: Path, scores: Sequence[Score], *, laws_only: bool = False) -> None:
    """Put the table between its marks; rules that were not tried this time keep their rows."""
    name, table = (NOTICED, noticed) if laws_only else (SCORES, survived)
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    old, _, after = rest.partition(end)
    page.write_text(
        f"{before}{begin}\n{table(old.splitlines(), scores)}\n\n{end}{after}", encoding="utf-8"
    )


def noticed(old: Sequence[str], scores: Sequence[Score]) -> str:
    """By rule: the bug that turned a law red, and how many were planted until then."""
    rows = _rows(old)
    for each in scores:
        if each.possible:
            bug = each.noticed.replace("|", "\\|")
            rows[each.file] = f"| `{each.file}` | {each.tried} | {f'`{bug}`' if bug else 'none'} |"
    return "\n".join(["| rule | planted | noticed |", "|---|--:|---|", *_in_order(rows)])


def survived(old: Sequence[str], scores: Sequence[Score]) -> str:
    """By rule: what came of its bugs; and every survivor."""
    rows = _rows(old)
    survivors = [each for each in old if each.startswith("- `")]
    for score in scores:
        rows[score.file] = _row(f"`{score.file}`", score)
        survivors = [each for each in survivors if not each.startswith(f"- `{score.file}.")]
        survivors += [f"- `{each}`" for each in score.survivors]
    figures = [[int(cell) for cell in row.split("|")[2:6]] for row in _in_order(rows)]
    total = Score("all", *(sum(column) for column in zip(*figures, strict=True)))
    total.survivors = survivors
    return "\n".join(
        [
            "| rule | possible | tried | killed | explained | survived | score |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *_in_order(rows),
            _row("**all**", total),
            "",
            *sorted(survivors),
        ]
    )


def _row(name: str, score: Score) -> str:
    return (
        f"| {name} | {score.possible} | {score.tried} | {score.killed} | {score.explained} |"
        f" {len(score.survivors)} | {score.percent} |"
    )


def _rows(lines: Sequence[str]) -> dict[str, str]:
    """The rows of rules that still exist, by rule."""
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    return {file: row for file, row in rows.items() if (RULES / f"{file}.py").exists()}


def _in_order(rows: dict[str, str]) -> list[str]:
    return [rows[file] for file in sorted(rows)]


if __name__ == "__main__":
    sys.exit(main())
