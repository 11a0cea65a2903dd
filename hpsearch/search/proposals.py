"""A trial's values, seed and thresholds: a pure function of its number and of earlier results."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpsearch.search.enqueued import EnqueuedConfigurations
from hpsearch.searchers import ObservationBuffer
from hpsearch.searchers.repeat_rule import RepeatRule
from hpsearch.searchers.searcher import Searcher
from hpsearch.searchers.stopping import RungHistory
from hpsearch.space import Space
from hpsearch.trial import Metric, Result, Rung, Trial, Value

SEED_PURPOSE = 2**16  # searchers number their purposes from 0; enqueued configurations have the next


class Proposals:
    """The trials of a search, each a function of the trials before it and the first results.

    Args:
        space: The space to search.
        metric: The metric to optimize.
        searcher: Proposes configurations, after those that are enqueued.
        enqueued: The configurations of the first trials.
        seed: The search's seed.
        repeats: The number of seeds of every configuration.
        epochs: The epochs of a full trial, unless its values contain ``epochs``.
        rungs: The thresholds of early stopping; None without it.
        repeat_rule: Which trials run with all their seeds; None if all do.
    """

    def __init__(
        self,
        space: Space,
        metric: Metric,
        searcher: Searcher,
        enqueued: EnqueuedConfigurations,
        *,
        seed: int,
        repeats: int,
        epochs: int | None,
        rungs: RungHistory | None,
        repeat_rule: RepeatRule | None,
    ) -> None:
        self._space = space
        self._searcher = searcher
        self._enqueued = enqueued
        self._seed = seed
        self._repeats = repeats
        self._epochs = epochs
        self._rungs = rungs
        self._repeat_rule = repeat_rule
        self._buffer = ObservationBuffer(space, metric)
        self._results: list[Result] = []

    @property
    def results(self) -> int:
        """How many results were added."""
        return len(self._results)

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """The next trials, in the order of their numbers."""
        self._buffer.add_trials(trials)

    def add_result(self, result: Result) -> None:
        """Add the result of the first trial that has none."""
        self._buffer.add_result(result)
        self._results.append(result)

    def depends_on_results(self, number: int) -> bool:
        """Whether a trial's values or its thresholds depend on earlier results."""
        enqueued = len(self._enqueued)
        return self._rungs is not None or (
            number >= enqueued and self._searcher.uses_results(number - enqueued)
        )

    def trial(self, number: int, results: int) -> Trial:
        """The trial of that number.

        Args:
            number: Its number; all trials before it were added.
            results: How many of the first results it uses.

        Raises:
            SpaceExhausted: Every configuration has been tried.
        """
        values, origin = self._values(number, results)
        sequence = np.random.SeedSequence([self._seed, number, SEED_PURPOSE])
        seed, *more_seeds = sequence.generate_state(self._repeats).tolist()
        rungs, below = self._thresholds(values, results), self._repeat_below(results)
        return Trial(number, values, seed, rungs, origin, tuple(more_seeds), below)

    def _values(self, number: int, results: int) -> tuple[Mapping[str, Value], Mapping[str, Any]]:
        """The values of a trial and their origin."""
        enqueued = len(self._enqueued)
        if number < enqueued:
            return self._enqueued.values(number)
        # Enqueued trials come in addition to the coarse phase; they do not replace it.
        proposal = self._searcher.propose(number - enqueued, self._buffer.observations(number, results))
        (values,) = self._space.values(proposal.unit[None, :])
        return values, proposal.origin

    def _thresholds(self, values: Mapping[str, Value], results: int) -> tuple[Rung, ...]:
        if self._rungs is None:
            return ()
        while self._rungs.counted < results:
            self._buffer.add_to(self._rungs)
        epochs = values.get("epochs", self._epochs)
        if not isinstance(epochs, int):  # then the longest curve counts as a full one
            epochs = self._rungs.longest
        return self._rungs.rungs(epochs)

    def _repeat_below(self, results: int) -> float | None:
        """The bound from the first results; None for a trial that waits for no results."""
        if self._repeat_rule is None or not results:
            return None
        while self._repeat_rule.counted < results:
            self._repeat_rule.add(self._results[self._repeat_rule.counted])
        return self._repeat_rule.bound()
