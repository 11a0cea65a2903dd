"""The outcome of an experiment, and the intervals and axes that experiments share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hpsearch.data.dataset import Dataset
from hpsearch.data.load import load
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.figure import Axis
from hpsearch.space import Floats

__all__ = ["Demonstration", "dataset", "interval", "log_axis", "validation_errors"]

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The outcome of an experiment.

    Attributes:
        figure: Its picture.
        findings: Its findings, in sentences.
    """

    figure: Figure
    findings: Sequence[str]


def interval(values: Sequence[float] | Floats) -> tuple[float, float, float]:
    """The mean, and its 90 % bootstrap interval over the values, (n,)."""
    array = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(0).integers(len(array), size=(_RESAMPLES, len(array)))
    low, high = np.quantile(array[draws].mean(axis=1), [0.05, 0.95])
    return float(array.mean()), float(low), float(high)


def log_axis(label: str, low: float, high: float) -> Axis:
    """An axis of powers of ten; positions are log₁₀ of the values."""
    powers = range(int(np.ceil(low)), int(np.floor(high)) + 1)
    return Axis(label, [(power, f"{10.0**power:g}") for power in powers], low, high)


@cache
def dataset(name: str) -> Dataset:
    """A built-in data set, split by seed 0."""
    return load(name, seed=0)


def validation_errors(data: str, values: dict[str, object], seeds: Sequence[int]) -> list[float]:
    """The last validation error of a network per seed; 1 if it diverged."""
    errors = []
    for seed in seeds:
        training = Training(dataset(data), Hyperparameters.from_values(values), seeds=[seed])
        last = 1.0
        for (metrics,) in training:
            last = metrics["val_error"]
        errors.append(1.0 if training.diverged else last)
    return errors
