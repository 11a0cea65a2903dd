"""The results of a run as arrays, for a model of the metric."""

import itertools
import math
from collections.abc import Sequence
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from hpsearch.config import Config
from hpsearch.searchers.searcher import Observations
from hpsearch.standing import Place
from hpsearch.store import Run
from hpsearch.trial import Metric, Status

__all__ = ["stored_observations"]

_PART = 1000
"""How many trials are in memory at once."""


def stored_observations(run: Run, config: Config) -> Observations:
    """All results of a run; learning curves are read on demand.

    Args:
        run: The run, which must stay open as long as curves are read.
        config: Its config.
    """
    standings = run.standings([Place(number) for number in sorted(run.statuses())])
    numbers: list[int] = []  # some results may have been deleted, as their trials run again
    units, losses, stopped = [np.empty((0, config.space.dimensions))], [], []
    while part := list(itertools.islice(standings, _PART)):
        numbers += [each.place.number for each in part]
        units.append(config.space.units([each.values for each in part]))
        losses += [math.nan if each.value is None else config.metric.loss(each.value) for each in part]
        stopped += [each.status is Status.STOPPED for each in part]
    return Observations(
        np.concatenate(units),
        np.array(losses, dtype=np.float64),
        np.array(stopped, dtype=np.bool_),
        _StoredCurves(run, config.metric, numbers),
    )


class _StoredCurves(Sequence[NDArray[np.float64]]):
    """The losses of trials, epoch by epoch, each read from the run on demand.

    Args:
        run: The run, open.
        metric: The metric of the losses.
        numbers: The trials.
    """

    def __init__(self, run: Run, metric: Metric, numbers: Sequence[int]) -> None:
        self._run = run
        self._metric = metric
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.float64]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> NDArray[np.float64] | Self:
        if isinstance(index, slice):
            return type(self)(self._run, self._metric, self._numbers[index])
        result = self._run.result(self._numbers[index])
        curve = () if result is None else result.curve  # the trial may have been restarted since
        return np.array([loss for loss, _ in self._metric.worths(curve)], dtype=np.float64)
