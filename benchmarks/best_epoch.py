"""How much does the best epoch gain, and how lucky is it?

::

    python -m benchmarks.best_epoch --results runs/best_epoch.jsonl --seeds 12

A random search trains 48 networks for 27 epochs each, on data that every seed splits differently. Its winner
is chosen by the validation rows in three ways: by the error at the last epoch, by that at the best epoch, and
by that with ties ordered by the loss. The table shows the winner's error and loss on the validation rows, by
which it was chosen, and on the test rows, which chose nothing; their difference is luck. Errors are means
over the seeds, and losses are geometric means, as a network that is confident of a wrong class has an
unbounded loss.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_stopping import DATA
from benchmarks.search_training import SPACE
from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.searchers import METHODS, Observations, SearcherContext

TRIALS = 48
FIGURES = "val_error", "val_loss", "test_error", "test_loss"


def curves(name: str, seed: int) -> list[list[list[float]]]:
    """The figures of every trial after every epoch: trials × epochs × figures."""
    data = prepare(Rows(*DATA[name]()), shares=(0.25, 0.3), seed=seed)
    searcher = METHODS["random"](SearcherContext(SPACE, seed))
    nothing = Observations.nothing(SPACE.dimensions)
    found = []
    for number in range(TRIALS):
        values = SPACE.values(searcher.propose(number, nothing).unit[None])[0]
        training, curve = Training(data, Hyperparameters.from_values(values), [1000 * seed + number]), []
        for (metrics,) in training:
            (tested,) = training.evaluate(data.x_test, data.y_test)
            figures = {**metrics, **{f"test_{key}": value for key, value in tested.items()}}
            curve.append([figures[key] for key in FIGURES])
        if not training.diverged:
            found.append(curve)
    return found


def winners(trials: list[list[list[float]]]) -> dict[str, list[float]]:
    """The figures of the trial that each way chooses, at the epoch that it counts."""
    last = [curve[-1] for curve in trials]
    every = [epoch for curve in trials for epoch in curve]  # min takes the first of equal ones
    return {
        "last": min(last, key=lambda figures: figures[0]),
        "last, ties": min(last, key=lambda figures: figures[:2]),
        "best": min((min(curve, key=lambda figures: figures[0]) for curve in trials), key=lambda f: f[0]),
        "best, ties": min(every, key=lambda figures: figures[:2]),
    }


def table(rows: list[dict[str, Any]]) -> None:
    """Print the mean figures of the winners, and by how much the test error is larger."""
    for name in dict.fromkeys(row["data"] for row in rows):
        chosen = [winners(row["curves"]) for row in rows if row["data"] == name]
        for way in chosen[0]:
            figures = np.array([each[way] for each in chosen])
            luck = figures[:, 2] - figures[:, 0]
            logarithms = np.log(np.maximum(figures, 1e-4)).mean(axis=0)
            means = np.where(
                [key.endswith("loss") for key in FIGURES], np.exp(logarithms), figures.mean(axis=0)
            )
            error = luck.std(ddof=1) / np.sqrt(len(luck))
            listed = "  ".join(f"{key} {mean:.4f}" for key, mean in zip(FIGURES, means, strict=True))
            print(f"{name:14} {way:10} seeds {len(luck):2}  {listed}  luck {luck.mean():.4f} ± {error:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    path = arguments.results
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(row["data"], row["seed"]) for row in rows}
    for seed in range(arguments.seeds):
        for name in arguments.data:
            if (name, seed) not in done:
                rows.append({"data": name, "seed": seed, "curves": curves(name, seed)})
                with path.open("a") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
    table(rows)


if __name__ == "__main__":
    main()
