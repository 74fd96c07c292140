"""
Histories of an ingest, held against the real lifecycle classes: `python -m tests.model`, or `make model`.

All with up to two deviations from the ordinary course, then random ones with more. A violation is printed as a history
in words, with the command that tells it again.
"""

import argparse
import os
import sys
import time
from collections import Counter
from multiprocessing import Pool

from rich.console import Console

from tests.model.history import PLANS, Exploration, Path, Plan, Violation
from tests.model.situation import homes

show = Console(highlight=False, markup=False, soft_wrap=True).print
Task = tuple[Plan, int, int, int]
"""A plan, how many deviations all histories have, how many random ones there are, their seed."""
_RANDOM_LIMIT = 8


def explored(task: Task) -> tuple[Plan, Counter[int], int, list[Violation], float]:
    """One plan, in a process of its own: its histories by deviations, its rounds, violations and seconds."""
    plan, limit, count, seed = task
    begun = time.monotonic()
    with homes() as folders:
        exploration = Exploration(plan, folders)
        exploration.try_all(limit)
        exploration.try_random(count, limit=_RANDOM_LIMIT, seed=seed)
    seconds = time.monotonic() - begun
    return plan, exploration.histories, exploration.rounds, [*exploration.violations.values()], seconds


def main() -> int:
    """`make model`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deviations", type=int, default=2, help="all histories with up to so many")
    parser.add_argument("--random", type=int, default=500, help="random histories of each plan")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plan", default="", help="only plans whose name begins so")
    parser.add_argument("--replay", metavar="PATH", help="tell one history in words")
    asked = parser.parse_args()
    if asked.replay:
        with homes() as folders:
            path = Path.parsed(asked.replay)
            show(*Exploration(path.plan, folders).replay(path), sep="\n")
        return 0
    tasks = [(plan, asked.deviations, asked.random, asked.seed) for plan in PLANS if str(plan).startswith(asked.plan)]
    return campaign(tasks, asked.processes)


def campaign(tasks: list[Task], processes: int) -> int:
    """Explore, and print what was found."""
    begun, histories, found = time.monotonic(), Counter[int](), dict[tuple[str, str], Violation]()
    with Pool(processes) as pool:
        for plan, tried, rounds, violations, seconds in pool.imap_unordered(explored, tasks):
            show(f"{plan}: {tried.total():,} histories, {rounds:,} rounds in {seconds:.0f} s")
            histories += tried
            for one in violations:
                key = plan.config, one.text
                found[key] = min(found.get(key, one), one, key=lambda violation: violation.size)
    for one in sorted(found.values(), key=lambda violation: violation.size):
        show(f"\n{one}")
    each = ", ".join(f"{histories[n]:,} with {n}" for n in sorted(histories))
    seconds = time.monotonic() - begun
    show(f"\n{histories.total():,} histories (deviations: {each}) in {seconds:.0f} s; {len(found)} violations")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
