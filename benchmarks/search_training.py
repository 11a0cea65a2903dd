"""How many epochs of real training does early stopping save?

::

    python -m benchmarks.search_training --results runs/training.jsonl --seeds 10

Random search trains 64 networks for 27 epochs each. How many epochs does coarse to fine, with rungs,
need until its best validation error is at least as good as random search's final one?
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.load import load
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.searchers import METHODS, Observations, SearcherContext
from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.space import Categorical, Floats, Number, Space
from hpsearch.trial import Rung

EPOCHS, TRIALS, MOST_TRIALS = 27, 64, 400
SPACE = Space(
    (
        Number("learning_rate", 1e-4, 1.0, "log"),
        Number("momentum", 0.9, 0.999, "reverse_log"),
        Number("hidden_layers", 1, 3, integer=True),
        Number("hidden_units", 16, 128, "log", integer=True),
        Categorical("batch_size", (16, 32, 64, 128, 256)),
        Categorical("optimizer", ("momentum", "rmsprop", "adam")),
        Number("beta2", 0.9, 0.9999, "reverse_log", when={"optimizer": ("rmsprop", "adam")}),
    ),
    {"epochs": EPOCHS},
)


def breast_cancer() -> Dataset:
    """Benign or malignant, from 30 measurements; 569 rows."""
    from sklearn.datasets import load_breast_cancer

    return _split(*load_breast_cancer(return_X_y=True))


def clusters() -> Dataset:
    """Five classes of two clusters each among 20 features, a part of the labels wrong; 1,500 rows."""
    from sklearn.datasets import make_classification

    made = make_classification(
        1500, 20, n_informative=8, n_classes=5, n_clusters_per_class=2, flip_y=0.03, random_state=0
    )
    return _split(*made)


def _split(x: Floats, y: np.ndarray) -> Dataset:
    return prepare(Rows(x, y), shares=(0.25, 0.0), seed=0)


DATA: dict[str, Callable[[], Dataset]] = {
    "digits": lambda: load("digits", seed=0, validation=0.25, test=0.0),
    "breast_cancer": breast_cancer,
    "clusters": clusters,
}


def train(
    data: Dataset, metric: str, values: dict[str, Any], seed: int, rungs: tuple[Rung, ...]
) -> tuple[Floats, bool]:
    """The metric after each epoch, and whether a rung stopped training."""
    thresholds = {rung.epoch: rung.loss for rung in rungs}
    curve: list[float] = []
    for (metrics,) in Training(data, Hyperparameters.from_values(values), [seed]):
        curve.append(metrics[metric])
        if curve[-1] > thresholds.get(len(curve), np.inf):
            return np.array(curve), True
    return np.array(curve), False


def search(
    data: Dataset, metric: str, method: str, seed: int, halving: Halving | None, lag: int
) -> Iterator[tuple[int, float]]:
    """A search without end: after each trial, the epochs used so far and the best last metric."""
    searcher = METHODS[method](SearcherContext(SPACE, seed))
    units, losses = np.empty((0, SPACE.dimensions)), np.empty(0)
    stopped, curves = np.empty(0, dtype=np.bool_), list[Floats]()
    used, best, history = 0, np.inf, RungHistory(halving) if halving else None
    for number in range(MOST_TRIALS):
        seen = max(0, number - lag)
        observations = Observations(units, losses[:seen], stopped[:seen], curves[:seen])
        unit = searcher.propose(number, observations).unit
        while history and history.counted < seen:
            history.add(curves[history.counted], stopped=bool(stopped[history.counted]))
        rungs = history.rungs(EPOCHS) if history else ()
        curve, early = train(data, metric, SPACE.values(unit[None])[0], 1000 * seed + number, rungs)
        used += len(curve)
        last = curve[-1] if np.isfinite(curve[-1]) else np.nan
        best = np.fmin(best, last)
        units, losses = np.concatenate([units, unit[None]]), np.append(losses, last)
        stopped, curves = np.append(stopped, early), [*curves, curve]
        yield used, float(best)


def run(arguments: argparse.Namespace) -> None:
    rows = [json.loads(line) for line in _lines(arguments.results)]
    done = {(row["data"], row["seed"], row["search"]): row for row in rows}
    halving = Halving(1, arguments.reduction)
    name = f"{arguments.name} lag {arguments.lag}"
    metric = arguments.metric
    for base in arguments.data:
        data, data_name = DATA[base](), f"{base} {metric}"
        for seed in range(arguments.seeds):
            random = done.get((data_name, seed, "random"))
            if random is None:
                *_, last = zip(range(TRIALS), search(data, metric, "random", seed, None, 0), strict=False)
                random = _add(arguments.results, data_name, seed, "random", *last[1])
            if (data_name, seed, name) in done:
                continue
            budget, target = random["epochs"], random["loss"]
            for used, best in search(data, metric, "coarse_to_fine", seed, halving, arguments.lag):
                if best <= target or used >= 2 * budget:
                    break
            _add(arguments.results, data_name, seed, name, used, best)
    table(arguments.results)


def _add(path: Path, data: str, seed: int, name: str, epochs: int, loss: float) -> dict[str, Any]:
    row = {"data": data, "seed": seed, "search": name, "epochs": epochs, "loss": loss}
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")
    return row


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def table(path: Path) -> None:
    """Print the share of random search's epochs that each search needed, by data set."""
    rows = [json.loads(line) for line in _lines(path)]
    random = {(row["data"], row["seed"]): row for row in rows if row["search"] == "random"}
    for name in sorted({(row["search"], row["data"]) for row in rows if row["search"] != "random"}):
        own = [row for row in rows if (row["search"], row["data"]) == name]
        shares = [row["epochs"] / random[row["data"], row["seed"]]["epochs"] for row in own]
        reached = [row["loss"] <= random[row["data"], row["seed"]]["loss"] for row in own]
        print(
            f"{name[0]:24} {name[1]:24} seeds {len(own):2}  median {np.median(shares):.2f}  "
            f"mean {np.mean(shares):.2f}  reached {sum(reached)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--metric", choices=("val_error", "val_loss"), default="val_error")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--lag", type=int, default=0)
    parser.add_argument("--reduction", type=int, default=2)
    parser.add_argument("--name", default="coarse_to_fine", help="what to call this version in the table")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
