"""The progress of a search: the numbers that every display shows."""

import bisect
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hpsearch.trial import Epoch, Metric, Result, Trial

LEADERS = 5


@dataclass
class Running:
    """A running trial.

    Attributes:
        trial: The trial.
        since: When it started, on the monotonic clock, in seconds.
        curve: Its epochs so far, if they are known.
    """

    trial: Trial
    since: float
    curve: list[Epoch] = field(default_factory=list)


class Progress:
    """Counts, leaders and running trials; reads only the monotonic clock.

    Args:
        metric: The metric of the search.
        total: The number of trials in all.
        trials: The trials of ``results``.
        results: The results that are there already.
    """

    def __init__(
        self, metric: Metric, total: int, trials: Sequence[Trial], results: Iterable[Result]
    ) -> None:
        self.metric = metric
        self.total = total
        self.running: dict[int, Running] = {}
        self.finished = 0
        self.failed = 0
        self.leaders: list[tuple[float, int, Trial, Result]] = []
        by_number = {trial.number: trial for trial in trials}
        for result in results:
            self._count(by_number[result.number], result)
        self._started = time.monotonic()
        self._before = self.finished

    def on_trial_start(self, trial: Trial) -> None:
        """Add a running trial."""
        self.running[trial.number] = Running(trial, time.monotonic())

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Add an epoch to a running trial."""
        self.running[trial.number].curve.append(epoch)

    def on_trial_complete(self, trial: Trial, result: Result) -> bool:
        """Count a result.

        Returns:
            Whether it is the best so far.
        """
        self.running.pop(trial.number, None)
        self._count(trial, result)
        return bool(self.leaders) and self.leaders[0][1] == trial.number

    @property
    def elapsed(self) -> float:
        """Seconds since the search started or resumed."""
        return time.monotonic() - self._started

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest will take at the pace so far; None before the first result."""
        here = self.finished - self._before
        return self.elapsed / here * (self.total - self.finished) if here else None

    def _count(self, trial: Trial, result: Result) -> None:
        self.finished += 1
        if result.value is None:
            self.failed += 1
        else:
            bisect.insort(self.leaders, (self.metric.loss(result.value), trial.number, trial, result))
            del self.leaders[LEADERS:]
