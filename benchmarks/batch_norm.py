"""Two measurements of batch normalisation: its noise, and its statistics at test time.

    python -m benchmarks.batch_norm [--seeds 12]

Handwritten digits, two hidden layers of 64 units, Adam at 0.002, 20 epochs; each seed has its own split and
initial weights, which are the same on both sides of a comparison. Intervals are 90 % intervals, by bootstrap
over the seeds.

Noise: for each size of the mini-batch, by how much the loss of the validation rows is above that of the
training rows, both at test time, without and with batch normalisation.

Test time: the validation error of the networks trained with mini-batches of 64, normalised with the moving
averages, and with the mean and variance of the rows that are evaluated together.
"""

import argparse

import numpy as np
from threadpoolctl import threadpool_limits

from hpsearch.data.dataset import Dataset
from hpsearch.data.load import load
from hpsearch.network.diagnostics import inside
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.passes import EvaluationPass
from hpsearch.network.train import Training
from hpsearch.space import Floats

SIZES = (8, 32, 128)
TOGETHER = (2, 8, 32, 128)
VALUES = {"hidden_layers": 2, "hidden_units": 64, "optimizer": "adam", "learning_rate": 0.002, "epochs": 20}


def trained(dataset: Dataset, seed: int, batch_size: int, batch_norm: bool) -> Training:
    """A training run at its end."""
    values = {**VALUES, "batch_size": batch_size, "batch_norm": batch_norm}
    training = Training(dataset, Hyperparameters.from_values(values), (seed,))
    while not training.ended:
        training.train_epoch()
    return training


def loss(training: Training, x: Floats, y: Floats) -> float:
    """The mean cross-entropy at test time."""
    log_probabilities = EvaluationPass(training.network).log_probabilities(x)[0]
    return float(-log_probabilities[np.arange(len(y)), y].mean())


def gap(training: Training) -> float:
    """By how much the loss of the validation rows is above that of the training rows."""
    data = training.dataset
    return loss(training, data.x_validation, data.y_validation) - loss(training, data.x_train, data.y_train)


def error_together(training: Training, rows: int) -> float:
    """The validation error when each batch of rows is normalised with its own mean and variance."""
    data = training.dataset
    wrong = [
        inside(training.network, data.x_validation[first : first + rows])[-1][0].argmax(axis=1)
        != data.y_validation[first : first + rows]
        for first in range(0, len(data.y_validation) // rows * rows, rows)
    ]
    return float(np.mean(wrong))


def shown(values: Floats) -> str:
    """A mean with its interval."""
    drawn = np.random.default_rng(0).choice(values, (4000, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [0.05, 0.95])
    return f"{np.mean(values):.4f} [{low:.4f}, {high:.4f}]"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    seeds = range(parser.parse_args().seeds)
    with threadpool_limits(1):
        data = [load("digits", seed=seed) for seed in seeds]
        print("mini-batch  gap without        gap with        difference")
        for size in SIZES:
            plain, normed = (
                np.array([gap(trained(data[seed], seed, size, norm)) for seed in seeds])
                for norm in (False, True)
            )
            print(f"{size:10}  {shown(plain)}  {shown(normed)}  {shown(normed - plain)}", flush=True)
        networks = [trained(data[seed], seed, 64, True) for seed in seeds]
        averages = np.array([float(np.mean(wrong(each))) for each in networks])
        print(f"moving averages: error {shown(averages)}")
        for rows in TOGETHER:
            own = np.array([error_together(each, rows) for each in networks])
            print(f"{rows:4} rows together: error {shown(own)}, more by {shown(own - averages)}")


def wrong(training: Training) -> Floats:
    """Which validation rows are classified wrongly with the moving averages."""
    data = training.dataset
    return (
        EvaluationPass(training.network).log_probabilities(data.x_validation)[0].argmax(axis=1)
        != data.y_validation
    )


if __name__ == "__main__":
    main()
