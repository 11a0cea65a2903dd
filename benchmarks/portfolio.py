"""Learns the portfolio of the built-in network, and judges it on data that it was not learnt on.

::

    python -m benchmarks.portfolio learn --results runs/portfolio.jsonl     # a few minutes
    python -m benchmarks.portfolio choose --results runs/portfolio.jsonl
    python -m benchmarks.portfolio judge --results runs/judged.jsonl --seeds 12

``learn`` trains the same random configurations, the faster half of those drawn, on every data set of
:data:`LEARNT_ON`. ``choose`` first takes the one with the lowest mean regret, then in turn the one that most
reduces the mean regret of the best of those chosen; it prints the content of
:mod:`hpsearch.network.portfolio`. *Regret* is the validation loss above the lowest one found on the data set,
in units of that of the median configuration, at most 1. ``judge`` compares searches with and without the
portfolio on :data:`JUDGED_ON`, with the same seeds and a new split of the rows for each, by their regrets and
their processor time; none stops trials early.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_stopping import DATA as FEW_ROWS
from benchmarks.search_training import DATA as MORE_ROWS
from benchmarks.search_training import SPACE as JUDGED_SPACE
from hpsearch.data.builtin import moons, spirals
from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.searchers import CoarseToFine, Observations, SearcherContext
from hpsearch.space import Categorical, Floats, Number, Space
from hpsearch.starting.warm_start import fitting_portfolio
from hpsearch.trial import Value

EPOCHS, CONFIGURATIONS, MOST_ROWS, MEMBERS = 20, 320, 700, 4
FEATURES, CLASSES = 30, 4
"""The size of the data for which the cost of a configuration is estimated."""
SIZES, AFTER = (0, MEMBERS), (12, 20, 32)
SPACE = Space(
    (
        Number("learning_rate", 1e-4, 1.0, "log", precision=2),
        Number("momentum", 0.8, 0.999, "reverse_log", precision=2),
        Categorical("optimizer", ("momentum", "rmsprop", "adam")),
        Number("beta2", 0.9, 0.9999, "reverse_log", precision=2, when={"optimizer": ("rmsprop", "adam")}),
        Number("hidden_layers", 1, 3, integer=True),
        Number("hidden_units", 16, 256, "log", integer=True),
        Categorical("batch_size", (16, 32, 64, 128, 256)),
    )
)


def _toy(name: str) -> Callable[[], tuple[Floats, np.ndarray]]:
    def rows() -> tuple[Floats, np.ndarray]:
        from sklearn import datasets

        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        if y.dtype.kind == "f":
            y = np.searchsorted(np.quantile(y, [1 / 3, 2 / 3]), y)
        return x, y

    return rows


def _made(name: str, classes: int = 0, **options: Any) -> Callable[[], tuple[Floats, np.ndarray]]:
    """A generator of scikit-learn; a number to predict is cut into ``classes`` classes."""

    def rows() -> tuple[Floats, np.ndarray]:
        from sklearn import datasets

        x, y = getattr(datasets, f"make_{name}")(random_state=11, **options)
        if classes:
            y = np.searchsorted(np.quantile(y, np.arange(1, classes) / classes), y)
        return x, y.astype(int)

    return rows


def _photos(stripes: int) -> Callable[[], tuple[Floats, np.ndarray]]:
    """Patches of 8 × 8 pixels of scikit-learn's two photographs; the class is photograph and height."""

    def rows() -> tuple[Floats, np.ndarray]:
        from sklearn.datasets import load_sample_images

        rng = np.random.default_rng(11)
        patches, labels = [], []
        for photo, image in enumerate(load_sample_images().images):
            grey = image.mean(axis=2)
            for _ in range(700):
                top, left = rng.integers(grey.shape[0] - 8), rng.integers(grey.shape[1] - 8)
                patches.append(grey[top : top + 8, left : left + 8].ravel())
                labels.append(photo * stripes + top * stripes // grey.shape[0])
        return np.array(patches), np.array(labels)

    return rows


LEARNT_ON: dict[str, Callable[[], tuple[Floats, np.ndarray]]] = {
    "iris": _toy("iris"),
    "wine": _toy("wine"),
    "diabetes": _toy("diabetes"),
    "photos_2": _photos(1),
    "photos_8": _photos(4),
    "moons": lambda: moons()[:2],
    "spirals": lambda: spirals()[:2],
    "many_features": _made("classification", n_samples=900, n_features=60, n_informative=15, n_classes=4),
    "few_features": _made(
        "classification", n_samples=700, n_features=8, n_informative=6, n_classes=3, flip_y=0.1
    ),
    "hastie": _made("hastie_10_2", n_samples=1000),
    "friedman": _made("friedman1", 4, n_samples=800, n_features=10, noise=1.0),
    "rings": _made("gaussian_quantiles", n_samples=800, n_features=4, n_classes=5),
    "circuit": _made("friedman2", 3, n_samples=600, noise=30.0),
    "phase": _made("friedman3", 4, n_samples=600, noise=0.1),
    "roll": _made("swiss_roll", 6, n_samples=800, noise=0.5),
    "mostly_noise": _made("sparse_uncorrelated", 2, n_samples=500, n_features=20),
    "heaps": _made("blobs", n_samples=700, n_features=12, centers=8, cluster_std=6.0),
    "rare_class": _made("classification", n_samples=800, n_features=15, n_informative=8, weights=[0.85]),
}
JUDGED_ON = *MORE_ROWS, "shells"


def judged_data(name: str, seed: int) -> Dataset:
    """The rows of a data set on which nothing was learnt, split differently by every seed."""
    if name in FEW_ROWS and name not in MORE_ROWS:
        return _split(*FEW_ROWS[name](), seed)
    data = MORE_ROWS[name]()
    x = np.concatenate([data.x_train, data.x_validation])
    return _split(x, np.concatenate([data.y_train, data.y_validation]), seed)


def _split(x: Floats, y: np.ndarray, seed: int) -> Dataset:
    kept = np.random.default_rng(5).permutation(len(x))[:MOST_ROWS]
    return prepare(Rows(x[kept], y[kept]), shares=(0.25, 0.0), seed=seed)


def configurations() -> list[dict[str, Any]]:
    """The configurations to learn from: the half of random ones that trains faster."""
    rng = np.random.default_rng(7)
    units = SPACE.snap(rng.random((CONFIGURATIONS, SPACE.dimensions)))
    drawn = [dict(values) for values in SPACE.values(units)]
    costs = [microseconds_per_row(values) for values in drawn]
    return [values for values, cost in zip(drawn, costs, strict=True) if cost <= np.median(costs)]


def microseconds_per_row(values: Mapping[str, Any]) -> float:
    """The approximate time of training, from the steps of three networks in docs/performance.md.

    A formula and not a measurement, so that the choice is the same on every computer.
    """
    layers, units, batch = values["hidden_layers"], values["hidden_units"], values["batch_size"]
    parameters = FEATURES * units + (layers - 1) * units**2 + units * CLASSES
    step = 18 * (layers + 1) + 1.4e-3 * parameters + 4.7e-5 * parameters * batch
    return float(step / batch)


def best_loss(data: Dataset, values: dict[str, Any], seed: int, epochs: int = EPOCHS) -> float:
    """The lowest validation loss of an epoch of one training run; infinite if it diverges at once."""
    chosen = Hyperparameters.from_values({**values, "epochs": epochs})
    losses = [metrics["val_loss"] for (metrics,) in Training(data, chosen, [seed])]
    finite = [loss for loss in losses if np.isfinite(loss)]
    return min(finite, default=float("inf"))


def learn(path: Path) -> None:
    """Do the training that the results file lacks."""
    done = {row["data"] for row in rows_of(path)}
    for name, make in LEARNT_ON.items():
        if name in done:
            continue
        data = _split(*make(), 5)
        losses = [best_loss(data, values, seed) for seed, values in enumerate(configurations())]
        _add(path, {"data": name, "losses": losses})


def regrets(losses: Floats) -> Floats:
    """Regrets of the configurations on one data set, from 0 to 1, shape (n,)."""
    least, median = losses.min(), np.median(losses)
    return np.asarray(np.minimum((losses - least) / (median - least), 1.0))


def choose(path: Path) -> None:
    """Print the portfolio."""
    # Shape (data sets, configurations).
    table = np.array([regrets(np.array(row["losses"])) for row in rows_of(path)])
    best, members = np.ones(len(table)), list[int]()
    for _ in range(MEMBERS):
        member = int(np.minimum(best[:, None], table).mean(axis=0).argmin())
        best = np.minimum(best, table[:, member])
        members.append(member)
        print(f"# best of {len(members)}: mean regret {best.mean():.3f}")
        print(f"{json.dumps(configurations()[member])},")


def search(
    data: Dataset, seed: int, trials: int, portfolio: Sequence[Mapping[str, Value]]
) -> tuple[list[float], list[float]]:
    """The lowest validation loss after each trial of a search, and the seconds of processor time so far."""
    began, seconds = time.process_time(), list[float]()
    searcher = CoarseToFine(SearcherContext(JUDGED_SPACE, seed, portfolio=portfolio))
    units, losses = np.empty((0, JUDGED_SPACE.dimensions)), np.empty(0)
    for number in range(trials):
        known = Observations(units, losses, np.zeros(number, dtype=np.bool_), [np.empty(0)] * number)
        unit = searcher.propose(number, known).unit
        values = dict(JUDGED_SPACE.values(unit[None])[0])
        units = np.concatenate([units, unit[None]])
        losses = np.append(losses, best_loss(data, values, 1000 * seed + number))
        seconds.append(time.process_time() - began)
    return [float(loss) for loss in np.minimum.accumulate(losses)], seconds


def judge(path: Path, seeds: int) -> None:
    """Do the searches that the results file lacks, and print their regrets."""
    done = {(row["data"], row["seed"], row["portfolio"]) for row in rows_of(path)}
    for seed in range(seeds):
        for name in JUDGED_ON:
            data = judged_data(name, seed)
            for size in SIZES:
                if (name, seed, size) not in done:
                    members = fitting_portfolio(JUDGED_SPACE, {})[:size]
                    losses, seconds = search(data, seed, max(AFTER), members)
                    row = {"data": name, "seed": seed, "portfolio": size}
                    _add(path, {**row, "losses": losses, "seconds": seconds})
    table(path)


def table(path: Path) -> None:
    """Print regret and processor time with the portfolio as shares of those without, with 90 % intervals."""
    rows = {(row["data"], row["seed"], row["portfolio"]): row for row in rows_of(path)}
    found = {which: np.array(row["losses"]) for which, row in rows.items()}
    seeds = sorted({seed for _, seed, _ in found})
    for size in SIZES[1:]:
        for after in AFTER:
            regret = np.empty((2, len(JUDGED_ON), len(seeds)))
            for row, name in enumerate(JUDGED_ON):
                for column, seed in enumerate(seeds):
                    own = [found[name, seed, each] for each in SIZES]
                    least = min(losses.min() for losses in own)
                    for side, each in enumerate((0, size)):
                        regret[side, row, column] = found[name, seed, each][after - 1] - least
            print(f"portfolio of {size}, {after} trials: {_ratio(regret)}")
            print("   ", {name: _ratio(regret[:, [row]]) for row, name in enumerate(JUDGED_ON)})
        time_of = [
            [[rows[name, seed, each]["seconds"][-1] for seed in seeds] for name in JUDGED_ON]
            for each in (0, size)
        ]
        print(f"portfolio of {size}, processor time: {_ratio(np.array(time_of))}")


def _ratio(regret: Floats) -> str:
    """The geometric mean over data sets of the ratio of means over seeds; of shape (2, data sets, seeds)."""
    rng, scale = np.random.default_rng(0), regret[0].mean(axis=1, keepdims=True)

    def ratio(drawn: Floats) -> float:
        without, with_it = drawn.mean(axis=2) / scale[:, 0] + 1e-3
        return float(np.exp(np.log(with_it / without).mean()))

    draws = [ratio(regret[:, :, rng.integers(regret.shape[2], size=regret.shape[2])]) for _ in range(2000)]
    low, high = np.quantile(draws, [0.05, 0.95])
    return f"{ratio(regret):.2f} [{low:.2f}, {high:.2f}]"


def _add(path: Path, row: dict[str, Any]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a results file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("learn", "choose", "judge"))
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--seeds", type=int, default=12, help="of the searches that are judged")
    arguments = parser.parse_args()
    if arguments.step == "judge":
        judge(arguments.results, arguments.seeds)
    else:
        {"learn": learn, "choose": choose}[arguments.step](arguments.results)


if __name__ == "__main__":
    main()
