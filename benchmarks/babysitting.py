"""How much does a careful nurse help? Training with learning rates from the whole prior, with and without.

    python -m benchmarks.babysitting [--seeds 48]

There are four data sets, learning rates log-uniform over 1e-4 … 10, and optimizers and batch normalisation in
turn. Each training run is done twice, with the same values and seed. It prints for each data set: the share
that diverged, the median final validation error (1 for a diverged run), how many were better or worse with
the nurse, the mean difference with a 90 % bootstrap interval over the pairs, and the epochs that were
trained.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from hpsearch.data.load import load
from hpsearch.objectives.network import NetworkObjective
from hpsearch.touches.babysitting import RETURNS
from hpsearch.trial import Metric, Result, Trial

DATA = ("digits", "moons", "spirals", "blobs")
OPTIMIZERS = ("momentum", "adam", "rmsprop", "sgd")
EPOCHS = 27
LOW, HIGH = -4.0, 1.0


def final_error(result: Result) -> float:
    """The validation error after the last epoch; 1 for a training run that diverged."""
    value = result.curve[-1].metrics["val_error"] if result.curve else None
    return 1.0 if value is None or not result.status.ranked else value


def epochs(result: Result) -> float:
    """How many epochs were trained, including those from which the model returned."""
    return len(result.curve) + sum(epoch.metrics.get(RETURNS) or 0 for epoch in result.curve)


def compare(name: str, seeds: int) -> None:
    """Print a data set's row."""
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as directory, threadpool_limits(1):
        load(name, seed=0).save(Path(directory) / "data")
        both: list[list[Result]] = [[], []]
        for seed in range(seeds):
            values = {
                "learning_rate": float(10 ** rng.uniform(LOW, HIGH)),
                "optimizer": OPTIMIZERS[seed % 4],
                "batch_norm": bool(rng.integers(2)),
            }
            for watched in (0, 1):
                objective = NetworkObjective(
                    Path(directory) / "data",
                    Path(directory) / "trials",
                    Metric("val_error"),
                    {"epochs": EPOCHS},
                    babysit=bool(watched),
                    checkpoint_seconds=1e9,
                )
                both[watched].append(objective(Trial(seed, values, seed)))
    plain, nursed = (np.array([final_error(result) for result in results]) for results in both)
    diverged = [np.mean([not result.status.ranked for result in results]) for results in both]
    work = [np.mean([epochs(result) for result in results]) for results in both]
    difference = nursed - plain
    means = rng.choice(difference, (10_000, seeds)).mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    medians = f"{np.median(plain):.3f} / {np.median(nursed):.3f}"
    print(
        f"| {name} | {diverged[0]:.0%} / {diverged[1]:.0%} | {medians} "
        f"| {(difference < 0).sum()} / {(difference > 0).sum()} "
        f"| {difference.mean():+.3f} [{low:+.3f}, {high:+.3f}] | {work[0]:.1f} / {work[1]:.1f} |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=48)
    arguments = parser.parse_args()
    print("| data | diverged | median error | better / worse | mean difference | epochs |")
    print("|---|---|---|---|---|---|")
    for name in DATA:
        compare(name, arguments.seeds)


if __name__ == "__main__":
    main()
