"""Does a trial that runs once more give the same result? Pure functions."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.trial import Metric, Result


@dataclass(frozen=True)
class Agreement:
    """How a result compares with the recorded one of the same trial and seed.

    Attributes:
        equal: Whether status, value and the metric after every epoch are equal to the last bit.
        epoch: The first epoch after which the metric differs, or that only one of them has; None otherwise.
        others: Other metrics and final metrics that differ, such as measured times.
    """

    equal: bool
    epoch: int | None
    others: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """The values of a trial with several seeds.

    Attributes:
        mean: The mean of the values.
        error: The standard error of the mean; None for a single value.
        deviation: The standard deviation of the values; None for a single value.
    """

    mean: float
    error: float | None
    deviation: float | None


def agreement(recorded: Result, again: Result, metric: Metric) -> Agreement:
    """Compare two results of the same trial with the same seed."""
    curves = [[epoch.metrics for epoch in result.curve] for result in (recorded, again)]
    pairs = list(zip(*curves, strict=False))
    key = metric.name
    unlike = (number for number, (old, new) in enumerate(pairs, 1) if old.get(key) != new.get(key))
    epoch = next(unlike, None)
    if epoch is None and len(curves[0]) != len(curves[1]):
        epoch = len(pairs) + 1
    pairs.append((recorded.final, again.final))
    names = dict.fromkeys(
        name for old, new in pairs for name in (*old, *new) if old.get(name) != new.get(name)
    )
    equal = epoch is None and (recorded.status, recorded.value) == (again.status, again.value)
    return Agreement(equal, epoch, tuple(name for name in names if name != key))


def spread(values: Sequence[float]) -> Spread:
    """The mean, standard error and standard deviation of one or more values."""
    mean = statistics.fmean(values)
    if len(values) == 1:
        return Spread(mean, None, None)
    deviation = statistics.stdev(values)
    return Spread(mean, deviation / math.sqrt(len(values)), deviation)
