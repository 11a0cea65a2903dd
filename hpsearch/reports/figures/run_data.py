"""The data of figures: the space, the trials and the results of one run."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np

from hpsearch.analysis.learned import Learned, learn
from hpsearch.searchers import ObservationBuffer, Observations
from hpsearch.space import Floats, Space
from hpsearch.trial import Metric, Result, Trial

__all__ = ["RunData"]


@dataclass(frozen=True)
class RunData:
    """The parts of one run that figures need.

    Attributes:
        space: The space that was searched.
        metric: The search's metric.
        trials: Every trial that has started, by number.
        results: The results so far, by number.
        repeats: The number of seeds that each value is a mean over.
        adaptive: Whether the searcher uses results.
        times: When each trial started and ended; empty for a figure that must not depend on the clock.
    """

    space: Space
    metric: Metric
    trials: Sequence[Trial]
    results: Sequence[Result]
    repeats: int = 1
    adaptive: bool = True
    times: Mapping[int, tuple[datetime, datetime | None]] = field(default_factory=dict)

    @cached_property
    def by_number(self) -> Mapping[int, Result]:
        """The results by the numbers of their trials."""
        return {result.number: result for result in self.results}

    @cached_property
    def ranked(self) -> Sequence[Result]:
        """The results with a value, best first."""
        return sorted((result for result in self.results if result.value is not None), key=self.metric.order)

    @cached_property
    def units(self) -> Floats:
        """The canonical points of all trials, shape (trials, d)."""
        return self.space.units([trial.values for trial in self.trials])

    @cached_property
    def losses(self) -> Floats:
        """The loss of each trial, NaN without a value; shape (trials,)."""
        found = np.full(len(self.trials), np.nan)
        rows = {trial.number: row for row, trial in enumerate(self.trials)}
        for result in self.ranked:
            found[rows[result.number]] = self.metric.loss(result.value or 0.0)
        return found

    @cached_property
    def quality(self) -> Floats:
        """The rank of each trial: 1 for the best, 0 for the worst, NaN for none; shape (trials,).

        Tied trials share the middle of their ranks.
        """
        found = np.full(len(self.trials), np.nan)
        rows = {trial.number: row for row, trial in enumerate(self.trials)}
        first = 0
        for _, group in itertools.groupby(self.ranked, lambda result: self.metric.order(result)[:2]):
            tied = [rows[result.number] for result in group]
            found[tied] = 1.0 - (first + (len(tied) - 1) / 2) / max(len(self.ranked) - 1, 1)
            first += len(tied)
        return found

    @cached_property
    def numbers(self) -> Floats:
        """The trials' numbers, shape (trials,)."""
        return np.array([trial.number for trial in self.trials], dtype=np.float64)

    @cached_property
    def observations(self) -> Observations:
        """The trials with results, in the form that a surrogate uses."""
        tried = [trial for trial in self.trials if trial.number in self.by_number]
        results = [self.by_number[trial.number] for trial in tried]
        return ObservationBuffer.of(self.space, self.metric, tried, results)

    @cached_property
    def learned(self) -> Learned | None:
        """The model of the results; None if there are too few or they are too similar."""
        return learn(self.space, self.observations, self.repeats)

    def phase(self, trial: Trial) -> str:
        """The phase of the searcher that proposed a trial."""
        return str(trial.origin.get("phase", "unknown"))
