"""The points and results of a search, as arrays that grow."""

import math
from collections.abc import Sequence

import numpy as np

from hpsearch.searchers.searcher import Observations
from hpsearch.searchers.stopping import RungHistory
from hpsearch.space import Booleans, Floats, Space
from hpsearch.trial import Metric, Result, Status, Trial


class ObservationBuffer:
    """Points and results in the order of the trials' numbers; a view of the first ones costs nothing.

    Args:
        space: What is searched.
        metric: The metric of the search.

    Attributes:
        results: The number of results.
    """

    def __init__(self, space: Space, metric: Metric) -> None:
        self.results = 0
        self._space, self._metric = space, metric
        self._seen = 0
        self._units: Floats = np.empty((64, space.dimensions))
        self._losses: Floats = np.empty(64)
        self._stopped: Booleans = np.empty(64, dtype=np.bool_)
        self._curves: list[Floats] = []
        self._ties: list[Floats] = []  # epoch by epoch as well; only if the metric orders ties

    @classmethod
    def of(
        cls, space: Space, metric: Metric, trials: Sequence[Trial], results: Sequence[Result]
    ) -> Observations:
        """The observations of a search: its first trials, and the results of the first of these."""
        buffer = cls(space, metric)
        buffer.add_trials(trials)
        for result in results:
            buffer.add_result(result)
        return buffer.observations(len(trials), len(results))

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """The next trials."""
        following = self._seen + len(trials)
        while following > len(self._units):
            self._units = np.concatenate([self._units, np.empty_like(self._units)])
            self._losses = np.concatenate([self._losses, np.empty_like(self._losses)])
            self._stopped = np.concatenate([self._stopped, np.empty_like(self._stopped)])
        # From the values, not from a proposal: a resumed search has only those, to the last bit.
        self._units[self._seen : following] = self._space.units([trial.values for trial in trials])
        self._seen = following

    def add_result(self, result: Result) -> None:
        """The result of the first trial that has none."""
        self._losses[self.results] = math.nan if result.value is None else self._metric.loss(result.value)
        self._stopped[self.results] = result.status is Status.STOPPED
        losses, ties = zip(*self._metric.worths(result.curve), strict=True) if result.curve else ((), ())
        self._curves.append(np.array(losses, dtype=np.float64))
        if self._metric.ties is not None:
            self._ties.append(np.array(ties, dtype=np.float64))
        self.results += 1

    def add_to(self, rungs: RungHistory) -> None:
        """Add the learning curve of the first trial that a history of rungs lacks."""
        number = rungs.counted
        ties = self._ties[number] if self._ties else None
        rungs.add(self._curves[number], ties, stopped=bool(self._stopped[number]))

    def observations(self, points: int, results: int) -> Observations:
        """The first ``points`` points and the first ``results`` results."""
        losses, stopped, curves = self._losses[:results], self._stopped[:results], self._curves[:results]
        return Observations(
            self._units[:points], losses, stopped, curves, ties=self._ties[:results], history=self
        )
