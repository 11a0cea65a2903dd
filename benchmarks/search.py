"""How good are the searchers? Regret on tuning tasks, against the tools one would otherwise install.

::

    python -m benchmarks.search run --results runs/search.jsonl --peers coarse_to_fine optuna_tpe --seeds 20
    python -m benchmarks.search table --results runs/search.jsonl

``run`` adds to the file what is missing in it; a search is one line, so a benchmark can be stopped and
continued. ``table`` compares on the (task, seed) pairs that both sides have.
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
from benchmarks.search_tasks import FUNCTIONS, PUBLIC, Task, load

BUDGETS = (32, 64, 128, 256)
_FLOOR = 1e-3
"""Added to both sides of a ratio of regrets: below a thousandth of a median trial nobody can tell."""


def search(task: Task, peer: AskTell, trials: int, seed: int, lag: int) -> dict[str, list[float]]:
    """The regret of the best observed trial after each trial, and milliseconds per proposal.

    Args:
        task: What is tuned.
        peer: A fresh search.
        trials: How many trials.
        seed: Of the task's noise.
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
    done = {_key(row) for row in _rows(arguments.results)}
    for name in arguments.tasks:
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


def _rows(path: Path) -> Iterable[dict[str, Any]]:
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
        return float(np.exp(np.mean(np.log((a.mean(axis=1) + _FLOOR) / (b.mean(axis=1) + _FLOOR)))))

    rng = np.random.default_rng(0)
    tasks, seeds = ours.shape
    draws = []
    for _ in range(2000):
        rows = rng.integers(tasks, size=(tasks, 1))
        columns = rng.integers(seeds, size=(tasks, seeds))
        draws.append(ratio(ours[rows, columns], theirs[rows, columns]))
    low, high = np.quantile(draws, [0.05, 0.95])
    return ratio(ours, theirs), float(low), float(high)


def random_equivalent(curve: np.ndarray, baseline: np.ndarray, trials: int) -> float:
    """How many times the trials random search needs for the same mean regret; at least what was run."""
    reached = np.flatnonzero(baseline.mean(axis=0) <= curve[:, trials - 1].mean())
    return (reached[0] + 1 if len(reached) else baseline.shape[1]) / trials


def table(arguments: argparse.Namespace) -> None:
    """Print one line per peer and budget: how ``--ours`` compares."""
    curves: dict[tuple[str, int, str], dict[int, list[float]]] = {}
    cost: dict[tuple[str, int], list[float]] = {}
    for row in _rows(arguments.results):
        curves.setdefault((row["peer"], row["lag"], row["task"]), {})[row["seed"]] = row["regret"]
        cost.setdefault((row["peer"], row["lag"]), []).extend(row["milliseconds"][90:110])
    ours = (arguments.ours, arguments.lag)
    print(
        f"{arguments.ours}, lag {arguments.lag}: {np.median(cost.get(ours, [np.nan])):.1f} ms at 100 results"
    )
    print("peer             N  tasks seeds  ratio [90 % interval]  wins   ms")
    for peer in arguments.peers:
        for budget in BUDGETS:
            _print_line(curves, ours, (peer, arguments.peer_lag), budget, arguments.tasks, cost)


def _print_line(
    curves: dict[tuple[str, int, str], dict[int, list[float]]],
    ours: tuple[str, int],
    theirs: tuple[str, int],
    budget: int,
    tasks: Sequence[str],
    cost: dict[tuple[str, int], list[float]],
) -> None:
    pairs = []
    for task in tasks:
        a, b = curves.get((*ours, task), {}), curves.get((*theirs, task), {})
        seeds = [seed for seed in a if seed in b and min(len(a[seed]), len(b[seed])) >= budget]
        if seeds:
            pairs.append(np.array([[a[seed][budget - 1], b[seed][budget - 1]] for seed in sorted(seeds)]))
    if not pairs:
        return
    seeds_in_all = min(map(len, pairs))
    both = np.stack([pair[:seeds_in_all] for pair in pairs])
    ratio, low, high = ratio_interval(both[..., 0], both[..., 1])
    wins = np.mean((both[..., 0] < both[..., 1]) + 0.5 * (both[..., 0] == both[..., 1]))
    milliseconds = np.median(cost[theirs]) if cost[theirs] else np.nan
    print(
        f"{theirs[0]:14} {budget:4} {len(pairs):5} {seeds_in_all:5}  {ratio:5.2f} [{low:.2f}, {high:.2f}]"
        f"        {wins:4.0%} {milliseconds:6.1f}"
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
        command.add_argument("--tasks", nargs="+", default=[*PUBLIC, *FUNCTIONS])
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
