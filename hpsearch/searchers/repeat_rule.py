"""Which configurations are run with more seeds: those that their first seed leaves a chance to be the best.

Reproducible as early stopping is: the bound comes from the results that a trial's proposal may use, and is
sent with it.
"""

import math

from hpsearch.trial import Metric, Result

MARGIN = 2.0
"""In standard deviations: one seed in 40 is worse than its configuration's mean by that much."""


class RepeatRule:
    """What the trials that ran with several seeds were worth, in the order of their numbers.

    Args:
        metric: What the search optimizes.
        seeds: How many seeds a configuration is run with.

    Attributes:
        counted: How many results were added.
    """

    def __init__(self, metric: Metric, seeds: int) -> None:
        self.counted = 0
        self._metric = metric
        self._seeds = seeds
        self._best = math.inf
        self._repeated = 0
        self._variances = 0.0

    def add(self, result: Result) -> None:
        """The next result; one of a single seed says nothing."""
        self.counted += 1
        error = self._metric.standard_error(result)
        if error is None or result.value is None:
            return
        self._repeated += 1
        self._variances += error**2 * self._seeds
        self._best = min(self._best, self._metric.loss(result.value))

    def bound(self) -> float | None:
        """The largest loss of a first seed whose configuration is run with more; None for any loss.

        A first seed and the mean of another configuration's seeds differ, if both are equally good, with
        the variance s² (1 + 1/seeds), where s² is the mean variance over the seeds of a configuration. A
        first seed that is worse than the best mean by more than :data:`MARGIN` deviations is not repeated.
        """
        if not self._repeated:
            return None
        variance = self._variances / self._repeated
        return self._best + MARGIN * math.sqrt(variance * (1 + 1 / self._seeds))
