"""What does early stopping save on few rows, where the first epochs say little about the last?

::

    python -m benchmarks.search_stopping --results runs/stopping.jsonl --seeds 8

Three searches of the built-in network on data of at most 500 rows, with the epochs of 64 full trainings
each: without stopping, with rungs that always let half of the trials pass, and with rungs that are trusted
as far as they predict. The table shows the share of the epochs that each needs for the loss that the search
without stopping has after 32 and 64 full trainings, on the validation split, which decides, and on the test
split, which no search sees. Every seed splits the rows anew.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_training import EPOCHS, SPACE
from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.searchers import METHODS, Observations, SearcherContext
from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.space import Floats
from hpsearch.trial import Rung

BUDGET = 64 * EPOCHS
MOST_TRIALS = 240
METRIC = "val_loss"
_LEAST = 1e-3  # losses below are alike


class Untrusting(RungHistory):
    """Rungs that stop nothing."""

    def trust(self, epoch: int) -> float:
        """None at all."""
        return 0.0


class Trusting(RungHistory):
    """Rungs that always let the better half pass."""

    def trust(self, epoch: int) -> float:
        """In full."""
        return 1.0


RULES: dict[str, Callable[[Halving], RungHistory]] = {
    "none": Untrusting,
    "half": Trusting,
    "trusted": RungHistory,
}


def _toy(name: str, rows: int | None = None) -> Callable[[], tuple[Floats, np.ndarray]]:
    def rows_of() -> tuple[Floats, np.ndarray]:
        from sklearn import datasets

        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        order = np.random.default_rng(3).permutation(len(x))[:rows]
        return x[order], y[order]

    return rows_of


def _clusters() -> tuple[Floats, np.ndarray]:
    from sklearn.datasets import make_classification

    x, y = make_classification(
        500, 15, n_informative=8, n_classes=4, n_clusters_per_class=2, flip_y=0.03, random_state=1
    )
    return x, y


DATA = {
    "wine": _toy("wine"),
    "breast_cancer": _toy("breast_cancer", 350),
    "digits": _toy("digits", 400),
    "clusters": _clusters,
}


def train(
    data: Dataset, values: dict[str, object], seed: int, rungs: tuple[Rung, ...]
) -> tuple[Floats, bool, float]:
    """The validation losses, whether a rung stopped the training, and the test loss of a full one."""
    thresholds = {rung.epoch: rung.loss for rung in rungs}
    training, curve = Training(data, Hyperparameters.from_values(values), [seed]), list[float]()
    for (metrics,) in training:
        curve.append(metrics[METRIC])
        if curve[-1] > thresholds.get(len(curve), np.inf):
            return np.array(curve), True, np.nan
    test = training.evaluate(data.x_test, data.y_test)[0]["loss"] if np.isfinite(curve[-1]) else np.nan
    return np.array(curve), False, test


def search(data: Dataset, history: RungHistory, seed: int) -> Iterator[tuple[int, float, float]]:
    """After each trial: the epochs so far, and the validation and test loss of the best full training."""
    searcher = METHODS["coarse_to_fine"](SearcherContext(SPACE, seed))
    units, losses = np.empty((0, SPACE.dimensions)), np.empty(0)
    stopped, curves = np.empty(0, dtype=np.bool_), list[Floats]()
    used, best, tested = 0, np.inf, np.nan
    for number in range(MOST_TRIALS):
        unit = searcher.propose(number, Observations(units, losses, stopped, curves)).unit
        values = SPACE.values(unit[None])[0]
        curve, early, test = train(data, dict(values), 1000 * seed + number, history.rungs(EPOCHS))
        history.add(curve, stopped=early)
        used += len(curve)
        last = float(curve[-1]) if np.isfinite(curve[-1]) else np.nan
        if not early and last < best:
            best, tested = last, test
        units, losses = np.concatenate([units, unit[None]]), np.append(losses, last)
        stopped, curves = np.append(stopped, early), [*curves, curve]
        yield used, best, tested
        if used >= BUDGET:
            return


def run(arguments: argparse.Namespace) -> None:
    """Do the searches that the results file lacks."""
    done = {(row["data"], row["seed"], row["rule"]) for row in _rows(arguments.results)}
    for name in arguments.data:
        for seed in range(arguments.seeds):
            data = prepare(Rows(*DATA[name]()), shares=(0.25, 0.3), seed=seed)
            for rule, make in RULES.items():
                if (name, seed, rule) not in done:
                    trace = list(search(data, make(Halving()), seed))
                    row = {"data": name, "seed": seed, "rule": rule, "trace": trace}
                    with arguments.results.open("a") as file:
                        file.write(json.dumps(row) + "\n")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(path: Path) -> None:
    """Print the share of the epochs that each rule needs for what ``none`` ends with."""
    traces: dict[tuple[str, str], dict[int, list[list[float]]]] = {}
    for row in _rows(path):
        traces.setdefault((row["data"], row["rule"]), {})[row["seed"]] = row["trace"]
    grid = np.arange(1, 65) * EPOCHS
    for (name, rule), searches in traces.items():
        line = f"{name:14} {rule:8} seeds {len(searches):2}"
        for column, split in ((1, "validation"), (2, "test")):
            own = _mean_curve(searches, grid, column)
            target = _mean_curve(traces[name, "none"], grid, column)
            for budget in (31, 63):
                reached = np.flatnonzero(own <= target[budget])
                share = f"{(reached[0] + 1) / (budget + 1):.2f}" if len(reached) else "more"
                line += f"  {split} {budget + 1}: {share} ({own[budget]:.4f})"
        print(line)


def _mean_curve(searches: dict[int, list[list[float]]], grid: np.ndarray, column: int) -> Floats:
    """The geometric mean over seeds of the best loss after each number of epochs in ``grid``."""
    curves = []
    for trace in searches.values():
        steps = np.array(trace)
        at = np.searchsorted(steps[:, 0], grid, side="right") - 1
        curves.append(np.where(at >= 0, steps[np.maximum(at, 0), column], np.inf))
    with np.errstate(invalid="ignore"):
        mean = np.exp(np.log(np.maximum(curves, _LEAST)).mean(axis=0))
    return np.asarray(np.where(np.isfinite(mean), mean, np.inf))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--seeds", type=int, default=8)
    arguments = parser.parse_args()
    run(arguments)
    table(arguments.results)


if __name__ == "__main__":
    main()
