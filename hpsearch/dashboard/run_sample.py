"""The trials that figures are drawn from: all of them, or, in a large run, as many as a figure can show."""

from collections.abc import Mapping, Sequence
from itertools import islice

from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.reports.figures import RunData
from hpsearch.searchers import METHODS
from hpsearch.trial import Result, Trial

__all__ = ["MOST", "RunSample", "sampled"]

MOST = 3000
"""Trials in a figure: about as many dots as can be told apart, and drawn in a second."""

_BEST = 500


class RunSample:
    """The results of one run that are drawn; it follows the run, and reads each result once.

    Args:
        watched: The run.
    """

    def __init__(self, watched: WatchedRun) -> None:
        self._watched = watched
        self._trials: dict[int, Trial] = {}
        self._results: dict[int, tuple[int, Result]] = {}  # with the checksum of its row
        self.left_out = 0

    def data(self) -> RunData:
        """The run in its present state."""
        run, config = self._watched.run, self._watched.config
        rows = run.losses()
        unfinished = run.unfinished()
        numbers = sampled({number: loss for number, (loss, _) in rows.items()})
        self.left_out = len(rows) - len(numbers)
        self._read(numbers, {number: checksum for number, (_, checksum) in rows.items()}, unfinished)
        shown = sorted({*numbers, *islice(unfinished, MOST)})
        return RunData(
            space=config.space,
            metric=config.metric,
            trials=[self._trials[number] for number in shown],
            results=[self._results[number][1] for number in numbers if number in self._results],
            repeats=config.search.repeats,
            # To compute what random search would have reached takes a second, which a running search needs.
            adaptive=METHODS[config.search.method].adaptive and not run.searching(),
            times={} if self.left_out else run.times(),
        )

    def _read(self, numbers: Sequence[int], checksums: Mapping[int, int], unfinished: Sequence[int]) -> None:
        run = self._watched.run
        self._results = {number: kept for number, kept in self._results.items() if number in checksums}
        for number in [*numbers, *islice(unfinished, MOST)]:
            if number not in self._trials:
                self._trials[number] = run.trial(number)
        for number in numbers:
            kept = self._results.get(number)
            if kept is None or kept[0] != checksums[number]:
                result = run.result(number)
                if result is not None:  # it may have been dropped in the meantime, to run again
                    self._results[number] = checksums[number], result


def sampled(losses: Mapping[int, float | None], most: int = MOST, best: int = _BEST) -> list[int]:
    """The numbers of the trials to draw, ascending.

    Args:
        losses: The loss of every trial with a result, by number, ascending.
        most: The approximate maximum to draw.
        best: How many of the best to draw.

    Returns:
        All, if they are few. Otherwise each that was the best so far when it arrived, the best of all, and an
        even selection of the others.
    """
    numbers = list(losses)
    if len(numbers) <= most:
        return numbers
    valued = {number: loss for number, loss in losses.items() if loss is not None}
    kept = set(sorted(valued, key=lambda number: (valued[number], number))[:best])
    lowest = float("inf")
    for number, loss in valued.items():
        if loss < lowest:
            lowest = loss
            kept.add(number)
    others = [number for number in numbers if number not in kept]
    count = max(most - len(kept), 1)
    return sorted(kept.union(others[index * len(others) // count] for index in range(count)))
