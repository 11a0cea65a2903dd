"""The progress of a search: the numbers that every display shows."""

from __future__ import annotations  # types are imported for annotations only

import bisect
import heapq
import itertools
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpsearch.reports.text import with_error
from hpsearch.running import read_curve
from hpsearch.standing import error_of_result
from hpsearch.trial import Epoch, Result, Status, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hpsearch.loop import SearchStart

LEADERS = 5
_FEWEST_RECENT = 10
_RECENT_SHARE = 0.125
_SIMULATED = 500  # trials; the time of more is estimated by their mean
_READ_SECONDS = 0.5
"""Seconds between two looks at the files that workers write."""


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
    curve: tuple[Epoch, ...] = ()


class Progress:
    """Counts, leaders, running trials and the time left; reads only the monotonic clock.

    Args:
        search: The search at its start.
        read_curve: Reads the learning curve of a running trial, by its number, if another process trains it.

    Attributes:
        finished: How many results there are.
        statuses: How many results there are with each status.
        reasons: How many trials failed for each reason.
        leaders: The best trials: their order, trial, result.
        best_so_far: The lowest loss after each result that has a value.
        values: The values of every finished trial, by number.
    """

    def __init__(
        self, search: SearchStart, read_curve: Callable[[int], tuple[Epoch, ...]] = lambda number: ()
    ) -> None:
        self.search = search
        self.metric = search.metric
        self.total = search.total
        self.running: dict[int, Running] = {}
        self.finished = 0
        self.statuses: Counter[Status] = Counter()
        self.reasons: Counter[str] = Counter()
        self.leaders: list[tuple[tuple[float, float, int], Trial, Result]] = []
        self.best_so_far: list[float] = []
        self.values: dict[int, Trial] = {}
        self._read_curve = read_curve
        self._read = 0.0
        self._seconds: dict[int, float] = {}  # of the trials that ended in this process, by number
        by_number = {trial.number: trial for trial in search.trials}
        for result in search.results:
            self._count(by_number[result.number], result)
        self._started = time.monotonic()

    def on_trial_start(self, trial: Trial) -> None:
        """Add a running trial."""
        self.running[trial.number] = Running(trial, time.monotonic())

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Add an epoch to a running trial."""
        self.running[trial.number].curve += (epoch,)

    def on_trial_complete(self, trial: Trial, result: Result) -> bool:
        """Count a result.

        Returns:
            Whether it is the best so far.
        """
        if (running := self.running.pop(trial.number, None)) is not None:
            self._seconds[trial.number] = time.monotonic() - running.since
        self._count(trial, result)
        return bool(self.leaders) and self.leaders[0][1].number == trial.number

    def read_curves(self) -> None:
        """Read what workers have written about running trials, about twice a second."""
        if time.monotonic() - self._read < _READ_SECONDS:
            return
        self._read = time.monotonic()
        for number, running in list(self.running.items()):
            curve = self._read_curve(number)
            if len(curve) > len(running.curve):
                running.curve = curve

    @property
    def failed(self) -> int:
        """How many results have no value."""
        return sum(count for status, count in self.statuses.items() if not status.ranked)

    @property
    def best_text(self) -> str:
        """The metric of the best trial, with its standard error; there is one."""
        result = self.leaders[0][2]
        error = error_of_result(result, self.metric, self.search.rows)
        return f"{self.metric.name} {with_error(result.value, error)}"

    @property
    def elapsed(self) -> float:
        """Seconds since the search started or resumed."""
        return time.monotonic() - self._started

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest will probably take; None while too little is known.

        We expect trials that have not started to take as long as recent ones, which early stopping makes
        shorter and shorter; running trials take the expected time of trials that have run for as long.
        """
        slots, now = self.search.slots, time.monotonic()
        here = len(self._seconds)
        if here < min(max(3, slots), max(1, self.total // 4)):
            return None
        running = list(self.running.values())
        recent = self._recent(running, now)
        left = [max(0.0, _expected(recent, now - each.since) - (now - each.since)) for each in running]
        to_start = 0 if self.search.draining() else max(0, self.total - self.finished - len(running))
        # Work between trials, such as writing results, takes a share of the time of all slots.
        used = (sum(self._seconds.values()) + sum(now - each.since for each in running)) / (
            self.elapsed * min(slots, here + len(running)) or 1.0
        )
        return _makespan(left, recent, to_start, slots) / min(1.0, max(used, 0.1))

    def _recent(self, running: Sequence[Running], now: float) -> list[float]:
        """How long the most recently started trials took; for running ones, the expected time.

        Recent by start, not by end: short trials are overrepresented among the last to end.
        """
        count = max(_FEWEST_RECENT, int(_RECENT_SHARE * self.total))
        started = sorted({*self._seconds, *(each.trial.number for each in running)})[-count - len(running) :]
        known = [self._seconds[number] for number in started if number in self._seconds]
        known = known or list(self._seconds.values())
        since = {each.trial.number: each.since for each in running}
        open_ended = [now - since[number] for number in started if number in since]
        return [*known, *(_expected(known, elapsed) for elapsed in open_ended if elapsed > min(known))]

    def _count(self, trial: Trial, result: Result) -> None:
        self.finished += 1
        self.statuses[result.status] += 1
        self.values[trial.number] = trial
        if result.value is None:
            self.reasons[result.reason.partition("\n")[0]] += 1
            return
        order = self.metric.order(result)
        self.best_so_far.append(min([order[0], *self.best_so_far[-1:]]))
        bisect.insort(self.leaders, (order, trial, result))
        del self.leaders[LEADERS:]


class ProgressDisplay:
    """A callback that keeps the progress of a search; subclasses display it."""

    def __init__(self) -> None:
        self._progress: Progress | None = None

    def on_search_start(self, search: SearchStart) -> None:
        """Begin; the epochs of running trials are read from the files that workers write."""
        trials = search.directory / "trials"
        self._progress = Progress(search, lambda number: read_curve(trials / f"{number:05d}"))

    def on_trial_start(self, trial: Trial) -> None:
        """Add it to the running trials."""
        if self._progress:
            self._progress.on_trial_start(trial)

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Add the epoch to its curve."""
        if self._progress:
            self._progress.on_epoch(trial, epoch)

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Count it."""
        if self._progress:
            self._progress.on_trial_complete(trial, result)


def _expected(known: Sequence[float], elapsed: float) -> float:
    """The expected total time of a trial that has run for some seconds, judging by others."""
    longer = [seconds for seconds in known if seconds > elapsed]
    return _mean(longer) if longer else 1.25 * elapsed


def _makespan(left: Sequence[float], recent: Sequence[float], to_start: int, slots: int) -> float:
    """When the last trial will end, if free slots get trials that take as long as the recent ones."""
    simulated = min(to_start, _SIMULATED)
    free = [*left, *[0.0] * (slots - len(left))]
    heapq.heapify(free)
    for seconds in itertools.islice(itertools.cycle(recent), simulated):
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free) + (to_start - simulated) * _mean(recent) / slots


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)  # importing statistics takes half as long as starting Python
