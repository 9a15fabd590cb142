"""Live many seeds, or one of them word by word.

python -m tests.simulation --seeds 10000
python -m tests.simulation --seed 4711
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial

from tests.simulation.canaries import Heard, listening
from tests.simulation.every_call import DEATHS_AND_RIVALS, try_every_call
from tests.simulation.figures import Figures
from tests.simulation.shrink import shrink
from tests.simulation.trial import Outcome, try_seed

CHUNK = 20
"""Seeds that a process is given at a time."""


def many(seeds: Iterable[int], live: Callable[[int, Heard], Outcome] = try_seed) -> Figures:
    """Live some seeds, one after the other."""
    figures = Figures()
    for seed in seeds:
        with listening() as heard:
            outcome = live(seed, heard)
            wrong = [*outcome.wrong, *heard.leaks()]
        figures.seeds += 1
        figures.nights += outcome.nights
        figures.calls += outcome.calls
        figures.documents += outcome.documents
        figures.faults += outcome.befell
        if wrong:
            figures.violations[seed] = wrong
    return figures


def every_call(seeds: Iterable[int], kinds: Sequence[str] = DEATHS_AND_RIVALS) -> Figures:
    """The same fault at each call of one night of each seed."""
    return many(seeds, partial(try_every_call, kinds=kinds))


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="live this one, and say all that happens")
    parser.add_argument("--seeds", type=int, default=300, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument(
        "--every-call", action="store_true", help="one night of each, with a fault at every call"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.seed is not None:
        return one(asked.seed)
    started = time.monotonic()
    figures = Figures()
    last = asked.first + asked.seeds
    size = 1 if asked.every_call else CHUNK
    chunks = [range(at, min(at + size, last)) for at in range(asked.first, last, size)]
    work = every_call if asked.every_call else many
    with ProcessPoolExecutor(asked.jobs) as pool:
        chosen = [pool.submit(work, chunk) for chunk in chunks]
        try:
            for done in as_completed(chosen):
                if done.exception() is not None:
                    pool.shutdown(cancel_futures=True)
                figures.add(done.result())
                figures.seconds = time.monotonic() - started
                tell(figures, done.result().violations, asked.seeds)
        except KeyboardInterrupt:
            # What was lived so far still counts, and its figures are shown.
            pool.shutdown(cancel_futures=True)
    print(figures.json() if asked.json else "\n".join(figures.lines()))
    return 1 if figures.violations else 0


def tell(figures: Figures, violations: Mapping[int, Sequence[str]], seeds: int) -> None:
    """How far it is, and what was found last: nobody waits an hour for a seed that failed."""
    for seed, wrong in violations.items():
        print(f"seed {seed}: {wrong[0]}", file=sys.stderr)
    print(
        f"{figures.seeds:>6} of {seeds} seeds, {figures.seconds:.0f} s,"
        f" {len(figures.violations)} violations",
        file=sys.stderr,
        flush=True,
    )


def one(seed: int) -> int:
    """One seed, told as it happens; where it fails, also the smallest history that does."""
    with listening() as heard:
        outcome = try_seed(seed, heard)
        wrong = [*outcome.wrong, *heard.leaks()]
        print(f"seed {seed}: {outcome.trial.ways}")
        print("\n".join(outcome.told))
        print("\n".join(["", *wrong]) if wrong else "\nno law was broken")
        if outcome.wrong:
            trial, still = shrink(outcome.trial, heard)
            print("\nthe smallest history that fails:" if still else "\nit cannot be shrunk")
            print("\n".join(map(str, (*trial.events, "", *still))))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
