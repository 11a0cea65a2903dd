"""Which trial may start? The trials asked for and their results, without threads and without a disk.

Trial *k* may start when every trial numbered ≤ *k − lag − 1* has a result. Its proposal and its rungs
use exactly those results, and the values (not the results) of the trials in between, so they do not
depend on time, the number of workers or the order of completion.
"""

import contextlib
import copy
from collections import deque
from collections.abc import Sequence
from typing import Self

from hpsearch.errors import SpaceExhausted
from hpsearch.search.consecutive_failures import ConsecutiveFailures
from hpsearch.search.proposals import Proposals
from hpsearch.trial import Metric, Result, Trial


class AskOrder:
    """The trials of a search in the order in which they may start.

    Args:
        proposals: Proposes the trials.
        metric: The metric to optimize.
        trials: The number of trials.
        lag: The number of trials that may be asked for beyond the first one without a result.
        max_failures: The search gives up after this many failed trials in a row; None for never.
        stop_at: A value that ends the search: no trial starts whose visible results have reached it.

    Attributes:
        asked: The trials asked for, by number.
        again: Trials of an earlier process without a result; they are asked for again first.
        results: The results, by the number of their trial.
        failures: The failures in a row, and whether they end the search.
        exhausted: Whether every configuration of a finite space has been asked for.
        best: The best result; None without any.
        reached: The first result, in the order of the trials' numbers, that reaches ``stop_at``.
    """

    def __init__(
        self,
        proposals: Proposals,
        metric: Metric,
        trials: int,
        lag: int,
        *,
        max_failures: int | None,
        stop_at: float | None,
    ) -> None:
        self._proposals = proposals
        self._metric = metric
        self._trials = trials
        self._lag = lag
        self._stop_at = stop_at
        self.asked: list[Trial] = []
        self.again: deque[Trial] = deque()
        self.results: dict[int, Result] = {}
        self.failures = ConsecutiveFailures(max_failures)
        self.exhausted = False
        self.best: Result | None = None
        self.reached: Result | None = None

    @property
    def finished(self) -> bool:
        """Whether there are no more trials to ask for."""
        ended = self.failures.too_many or self.exhausted or len(self.asked) >= self._end
        return ended and not self.again

    @property
    def _end(self) -> int:
        """How many trials there are, as far as known."""
        if self.reached is None:
            return self._trials
        # The first trial that can see it does not start.
        return min(self._trials, self.reached.number + self._lag + 1)

    @property
    def ready(self) -> bool:
        """Whether a trial may start now, before any further result."""
        if self.finished:
            return False
        number = len(self.asked)
        return bool(self.again) or not self.waits(number) or self.awaited >= number - self._lag

    @property
    def awaited(self) -> int:
        """The number of the first trial without a result."""
        return self._proposals.results

    def waits(self, number: int) -> bool:
        """Whether a trial depends on earlier results: its proposal, its rungs, or whether it starts."""
        return self._stop_at is not None or self._proposals.depends_on_results(number)

    def copy(self) -> Self:
        """A separate copy that continues, and asks again for the trials without a result."""
        unchanging = {id(each): each for each in (*self.asked, *self.results.values())}
        other = copy.deepcopy(self, unchanging)
        other.ask_again()
        return other

    def ask_again(self) -> None:
        """Ask first for the trials without a result, because their process has ended."""
        self.again = deque(trial for trial in self.asked if trial.number not in self.results)

    def propose(self) -> Trial | None:
        """The next new trial, not added yet, if it has nothing to wait for; None if there are no more."""
        if self.finished:
            return None
        number = len(self.asked)
        results = max(0, number - self._lag) if self.waits(number) else 0
        try:
            return self._proposals.trial(number, results)
        except SpaceExhausted:
            self.exhausted = True
            return None

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """The next trials, in the order of their numbers."""
        self.asked += trials
        self._proposals.add_trials(trials)

    def add_result(self, result: Result) -> None:
        """Add the result of a trial that has none; in any order."""
        self.results[result.number] = result
        if self.again:
            with contextlib.suppress(ValueError):  # it was waiting to be asked for again
                self.again.remove(self.asked[result.number])
        if self._is_better(result, self.best):
            self.best = result
        while (following := self.results.get(self.awaited)) is not None:
            self._proposals.add_result(following)
            self.failures.add(following)
            if self.reached is None and self._reaches(following):
                self.reached = following

    def _is_better(self, result: Result, best: Result | None) -> bool:
        """Whether a result comes before the best one so far."""
        if best is None or best.value is None or result.value is None:
            return result.value is not None
        loss, least = self._metric.loss(result.value), self._metric.loss(best.value)
        # The order looks at learning curves only if losses are equal.
        return loss < least or (loss == least and self._metric.order(result) < self._metric.order(best))

    def _reaches(self, result: Result) -> bool:
        if self._stop_at is None or result.value is None:
            return False
        return self._metric.loss(result.value) <= self._metric.loss(self._stop_at)
