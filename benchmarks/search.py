"""How good are the searchers? Regret on tuning tasks, compared with the tools one would otherwise install.

::

    python -m benchmarks.search run --results runs/search.jsonl --peers coarse_to_fine optuna_tpe --seeds 20
    python -m benchmarks.search table --results runs/search.jsonl

``run`` adds the searches that are missing in the file; a search is one line, so a benchmark can be stopped
and continued. ``table`` compares the (task, seed) pairs that both sides have: by the geometric mean over
tasks of the ratio of mean regrets, the ratio of the means over all tasks, and the ratio on the worst task.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_peers import PEERS, AskTell
from benchmarks.search_tasks import GROUPS, Task, load

BUDGETS = (32, 64, 128, 256)
FLOOR = 1e-3
"""Added to both sides of a ratio of regrets, as less than a thousandth of a median trial does not matter."""


def search(task: Task, peer: AskTell, trials: int, seed: int, lag: int) -> dict[str, list[float]]:
    """The regret of the best observed trial after each trial, and milliseconds per proposal.

    Args:
        task: The task to tune.
        peer: A fresh search.
        trials: The number of trials.
        seed: The seed of the task's noise.
        lag: How many trials behind the results arrive.
    """
    rng = np.random.default_rng(seed)
    pending: deque[tuple[Any, float]] = deque()
    lowest, incumbent = np.inf, np.inf
    regrets, milliseconds = [], []
    for _ in range(trials):
        while len(pending) > lag:
            peer.tell(*pending.popleft())
        began = time.perf_counter()
        handle, values = peer.ask()
        milliseconds.append(1000 * (time.perf_counter() - began))
        loss = task.observe(values, rng)
        if loss < lowest:
            lowest, incumbent = loss, task.regret(values)
        regrets.append(incumbent)
        pending.append((handle, loss))
    return {"regret": regrets, "milliseconds": milliseconds}


def run(arguments: argparse.Namespace) -> None:
    """Do the searches that the results file lacks."""
    done = {_key(row) for row in read(arguments.results)}
    for name in GROUPS[arguments.tasks]:
        task = load(name)
        for peer in arguments.peers:
            for seed in range(arguments.seeds):
                row: dict[str, Any] = {"task": name, "peer": peer, "lag": arguments.lag, "seed": seed}
                row["trials"] = arguments.trials
                if _key(row) in done:
                    continue
                started = PEERS[peer](task.space, seed, arguments.trials)
                row |= search(task, started, arguments.trials, seed, arguments.lag)
                with arguments.results.open("a") as file:
                    file.write(json.dumps(row) + "\n")


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["task"], row["peer"], row["lag"], row["seed"], row["trials"]


def read(path: Path) -> Iterable[dict[str, Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def ratio_interval(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """The geometric mean over tasks of the ratio of mean regrets, with a 90 % bootstrap interval.

    Tasks are drawn again with replacement, and within a task its seeds.

    Args:
        ours: Regrets, shape (tasks, seeds).
        theirs: Regrets of the peer on the same tasks and seeds.
    """

    def ratio(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.exp(np.mean(np.log((a.mean(axis=1) + FLOOR) / (b.mean(axis=1) + FLOOR)))))

    rng = np.random.default_rng(0)
    tasks, seeds = ours.shape
    draws = []
    for _ in range(2000):
        rows = rng.integers(tasks, size=(tasks, 1))
        columns = rng.integers(seeds, size=(tasks, seeds))
        draws.append(ratio(ours[rows, columns], theirs[rows, columns]))
    low, high = np.quantile(draws, [0.05, 0.95])
    return ratio(ours, theirs), float(low), float(high)


def random_equivalent(ours: np.ndarray, random: np.ndarray, trials: int) -> float:
    """How many times as many trials random search needs for our mean regret; or more, if it never got there.

    Args:
        ours: Regrets of one task, shape (seeds, trials or more).
        random: Regrets of random search, shape (seeds, as many trials as there are).
        trials: Our number of trials.
    """
    reached = np.flatnonzero(random.mean(axis=0) <= ours[:, trials - 1].mean())
    return float(reached[0] + 1 if len(reached) else random.shape[1]) / trials


class Curves:
    """The searches of a results file.

    Attributes:
        milliseconds: The time of proposals at about 100 results, or of the last ones of a shorter search.
    """

    def __init__(self, path: Path) -> None:
        self._regrets: dict[tuple[str, int, str], dict[int, list[float]]] = {}
        self.milliseconds: dict[tuple[str, int], list[float]] = {}
        for row in read(path):
            peer = row["peer"], row["lag"]
            searches = self._regrets.setdefault((*peer, row["task"]), {})
            searches[row["seed"]] = max(searches.get(row["seed"], []), row["regret"], key=len)
            cost = row["milliseconds"]
            self.milliseconds.setdefault(peer, []).extend(cost[90:110] or cost[-20:])

    def paired(
        self, ours: tuple[str, int], theirs: tuple[str, int], task: str, least: int
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """The regrets of both on the seeds that both have with enough trials, each (seeds, trials)."""
        a, b = self._regrets.get((*ours, task), {}), self._regrets.get((*theirs, task), {})
        seeds = [seed for seed in sorted(a) if seed in b and min(len(a[seed]), len(b[seed])) >= least]
        if not seeds:
            return None
        lengths = [min(len(curves[seed]) for seed in seeds) for curves in (a, b)]
        return (
            np.array([a[seed][: lengths[0]] for seed in seeds]),
            np.array([b[seed][: lengths[1]] for seed in seeds]),
        )


def table(arguments: argparse.Namespace) -> None:
    """Compare ``--ours`` with each peer at each budget."""
    curves = Curves(arguments.results)
    ours = (arguments.ours, arguments.lag)
    if ours not in curves.milliseconds:
        raise SystemExit(
            f"{arguments.results} has no search by {ours[0]} with a lag of {ours[1]}; run it first"
        )
    cost = np.median(curves.milliseconds[ours])
    print(f"{arguments.ours}, lag {arguments.lag}: {cost:.1f} ms per proposal at 100 results")
    print("peer             N  tasks seeds  ratio [90 % interval]  means  worst  wins     ms")
    tasks = GROUPS[arguments.tasks]
    for peer in arguments.peers:
        for budget in BUDGETS:
            print_line(curves, ours, (peer, arguments.peer_lag), budget, tasks)
    for budget in BUDGETS:
        pairs = [curves.paired(ours, ("random", 0), task, budget) for task in tasks]
        longer = [pair for pair in pairs if pair is not None and pair[1].shape[1] > budget]
        factors = [random_equivalent(*pair, budget) for pair in longer]
        if factors:
            print(f"{budget} trials are worth {np.median(factors) * budget:.0f} random ones or more")


def print_line(
    curves: Curves, ours: tuple[str, int], theirs: tuple[str, int], budget: int, tasks: Sequence[str]
) -> None:
    """One line of the table, if there is anything to compare."""
    pairs = [pair for task in tasks if (pair := curves.paired(ours, theirs, task, budget)) is not None]
    if not pairs or ours == theirs:
        return
    seeds = min(len(own) for own, _ in pairs)
    own, other = (np.stack([pair[side][:seeds, budget - 1] for pair in pairs]) for side in (0, 1))
    ratio, low, high = ratio_interval(own, other)
    by_task = (own.mean(axis=1) + FLOOR) / (other.mean(axis=1) + FLOOR)
    wins = np.mean((own < other) + 0.5 * (own == other))
    print(
        f"{theirs[0]:14} {budget:4} {len(pairs):5} {seeds:5}  {ratio:5.2f} [{low:.2f}, {high:.2f}]"
        f"   {own.mean() / other.mean():5.2f}  {by_task.max():5.2f}  {wins:4.0%}"
        f" {np.median(curves.milliseconds[theirs]):6.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function in (run, table):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
        command.add_argument("--tasks", choices=GROUPS, default="public")
        command.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
        command.add_argument("--lag", type=int, default=0)
        if function is run:
            command.add_argument("--seeds", type=int, default=20)
            command.add_argument("--trials", type=int, default=128)
        else:
            command.add_argument("--ours", default="coarse_to_fine")
            command.add_argument("--peer-lag", type=int, default=0)
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
