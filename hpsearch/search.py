"""Ask and tell: which trial comes next, as a pure function of the config and of earlier results.

Trial *k* may start when every trial numbered ≤ *k − lag − 1* has a result; its proposal and its rungs
use exactly those results, and the values (not the results) of the trials in between. They do not
depend on time, the number of workers or the order of completion.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.config import Config, parse_space
from hpsearch.errors import SpaceExhausted, UsageError
from hpsearch.searchers import ENQUEUED, METHODS, ObservationBuffer, PriorObservation, SearcherContext
from hpsearch.searchers.stopping import Halving
from hpsearch.space import Space
from hpsearch.trial import Metric, Result, Rung, Status, Trial, Value, real_number

ALGORITHM = 2
"""The version of what chooses trials. It goes up when a config's trials change; see :data:`ALGORITHMS`."""
ALGORITHMS = {2: "values are drawn with few digits"}
"""What each version changed. Runs that record none were made by version 1."""

SEED_PURPOSE = 2**16  # searchers number their purposes from 0
FAULTS = (Status.FAILED, Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)
"""The statuses that count towards ``max_failures``. A diverged trial does not: its result is informative."""


class Search:
    """A search with the ask-and-tell interface: ask for a trial, run it, tell its result.

    ::

        search = Search({"learning_rate": {"prior": "log", "min": 1e-4, "max": 1}}, seed=7, trials=64)
        while (trial := search.ask()) is not None:
            search.tell(trial, train(**trial.values))
        search.best

    Args:
        space: The space: a mapping as under ``space:`` in a config, or a Space.
        seed: The search's seed.
        trials: The number of trials.
        method: The name of a searcher, one of :data:`hpsearch.searchers.METHODS`.
        lag: The number of trials that may be asked for beyond the first one without a result.
        goal: Whether to ``minimize`` or ``maximize`` the values.
        metric: A full description of the values, instead of ``goal``.
        halving: Early stopping, for trials that report learning curves.
        epochs: The epochs of a full trial, unless its values contain ``epochs``.
        max_failures: The search gives up after this many failed trials in a row; None for never.
        repeats: The number of seeds of every configuration.
        enqueue: Configurations to try first, each with a value for every active parameter.
        prior_observations: Results of earlier searches, from :func:`hpsearch.searchers.match_observations`.

    Raises:
        ConfigError: The space is wrong.
        UsageError: Another argument is.
    """

    def __init__(
        self,
        space: Space | Mapping[str, Any],
        *,
        seed: int = 0,
        trials: int = 64,
        method: str = "coarse_to_fine",
        lag: int = 0,
        goal: Literal["minimize", "maximize"] = "minimize",
        metric: Metric | None = None,
        halving: Halving | None = None,
        epochs: int | None = None,
        max_failures: int | None = None,
        repeats: int = 1,
        enqueue: Sequence[Mapping[str, Value]] = (),
        prior_observations: Sequence[PriorObservation] = (),
    ) -> None:
        for name, number, least in (
            ("seed", seed, 0),
            ("trials", trials, 1),
            ("lag", lag, 0),
            ("repeats", repeats, 1),
        ):
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                raise UsageError(f"{name} must be a whole number of at least {least}; found {number!r}")
        if method not in METHODS:
            raise UsageError(f"method must be one of {', '.join(METHODS)}; found {method!r}")
        if goal not in ("minimize", "maximize"):
            raise UsageError(f"goal must be minimize or maximize; found {goal!r}")
        self.space = space if isinstance(space, Space) else parse_space(space)
        for values in enqueue:
            for name, what in self.space.problems(values):
                raise UsageError(
                    f"enqueue must hold configurations of the space; {name} {what} in {dict(values)}"
                )
        self.metric = metric or Metric("value", goal)
        self.trials = trials
        self.lag = lag
        self._seed = seed
        self._searcher = METHODS[method](SearcherContext(self.space, seed, repeats, prior_observations))
        self._halving = halving
        self._epochs = epochs
        self._repeats = repeats
        self._enqueued = [self.space.complete(values) for values in enqueue]
        self._max_failures = max_failures
        self._blas = ThreadpoolController()
        self._asked: list[Trial] = []
        self._again: deque[Trial] = deque()
        self._results: dict[int, Result] = {}
        self._buffer = ObservationBuffer(self.space, self.metric)
        self._exhausted = False
        self._failures = 0
        self.best: Result | None = None

    @classmethod
    def from_config(cls, config: Config, prior_observations: Sequence[PriorObservation] = ()) -> Self:
        """The search that a config describes."""
        stopping = config.search.early_stopping
        return cls(
            config.space,
            seed=config.seed,
            trials=config.search.trials,
            method=config.search.method,
            lag=config.search.lag,
            metric=config.metric,
            halving=Halving(stopping.min_epochs, stopping.reduction) if stopping else None,
            epochs=config.objective.epochs,
            max_failures=config.search.max_failures,
            repeats=config.search.repeats,
            enqueue=config.search.enqueue,
            prior_observations=prior_observations,
        )

    @property
    def results(self) -> list[Result]:
        """Every result, in the order of the trials' numbers."""
        return [self._results[number] for number in sorted(self._results)]

    @property
    def asked(self) -> int:
        """The number of trials asked for."""
        return len(self._asked)

    def trial(self, number: int) -> Trial:
        """The trial of that number, which was asked for."""
        return self._asked[number]

    @property
    def exhausted(self) -> bool:
        """Whether every configuration of a finite space has been asked for."""
        return self._exhausted

    @property
    def gave_up(self) -> bool:
        """Whether too many trials have failed in a row."""
        return self._max_failures is not None and self._failures >= self._max_failures

    @property
    def finished(self) -> bool:
        """Whether there are no more trials to ask for."""
        return not self._again and (self.gave_up or self._exhausted or len(self._asked) >= self.trials)

    @property
    def ready(self) -> bool:
        """Whether :meth:`ask` has a trial now, before any further result."""
        if self.finished:
            return False
        number = len(self._asked)
        return bool(self._again) or not self.waits(number) or self._buffer.results >= number - self.lag

    def waits(self, number: int) -> bool:
        """Whether a trial depends on earlier results: its proposal, or its rungs."""
        enqueued = len(self._enqueued)
        return self._halving is not None or (
            number >= enqueued and self._searcher.uses_results(number - enqueued)
        )

    def ask(self) -> Trial | None:
        """The next trial; None when there are no more.

        Raises:
            UsageError: It must not start before the result of an earlier trial.
        """
        if self._again:
            return self._again.popleft()
        if self.finished:
            return None
        if not self.ready:
            raise UsageError(
                f"with a lag of {self.lag}, trial {len(self._asked)} needs the result of trial "
                f"{self._buffer.results}; tell that first, or make the lag larger"
            )
        try:
            trial = self._propose(len(self._asked))
        except SpaceExhausted:
            self._exhausted = True
            return None
        self._remember(trial)
        return trial

    def tell(self, trial: Trial | int, value: object) -> Result:
        """Record the result of a trial.

        Args:
            trial: The trial, or its number.
            value: A number; None or a number that is not finite for a trial that failed; or a Result.

        Returns:
            The result.

        Raises:
            UsageError: The trial was not asked for, or has a result already.
        """
        number = trial.number if isinstance(trial, Trial) else trial
        if not 0 <= number < len(self._asked):
            raise UsageError(f"trial {number} was not asked for; call ask() first")
        if number in self._results:
            raise UsageError(
                f"trial {number} already has a result, with the value {self._results[number].value}"
            )
        result = value if isinstance(value, Result) else _as_result(number, value)
        self._results[number] = result
        if result.value is not None and (self.best is None or self._loss(result) < self._loss(self.best)):
            self.best = result
        while (following := self._results.get(self._buffer.results)) is not None:
            self._add_result(following)
        return result

    def restore(self, trials: Iterable[Trial], results: Iterable[Result]) -> None:
        """Continue a search of an earlier process.

        Its trials without a result are asked for again first, unchanged.
        """
        for trial in sorted(trials, key=lambda trial: trial.number):
            self._remember(trial)
        for result in results:
            self.tell(result.number, result)
        self._again = deque(trial for trial in self._asked if trial.number not in self._results)

    def _propose(self, number: int) -> Trial:
        results = max(0, number - self.lag) if self.waits(number) else 0
        values, origin = self._values(number, results)
        sequence = np.random.SeedSequence([self._seed, number, SEED_PURPOSE])
        seed, *more_seeds = sequence.generate_state(self._repeats).tolist()
        return Trial(number, values, seed, self._rungs(values, results), origin, tuple(more_seeds))

    def _values(self, number: int, results: int) -> tuple[Mapping[str, Value], Mapping[str, Any]]:
        """The values of a trial and their origin, from the first ``results`` results."""
        enqueued = len(self._enqueued)
        if number < enqueued:
            return self._enqueued[number], {"phase": ENQUEUED}
        with self._blas.limit(limits=1, user_api="blas"):  # the number of threads changes the last bits
            # Enqueued trials come in addition to the coarse phase; they do not replace it.
            proposal = self._searcher.propose(number - enqueued, self._buffer.observations(number, results))
        (values,) = self.space.values(proposal.unit[None, :])
        return values, proposal.origin

    def _rungs(self, values: Mapping[str, Value], results: int) -> tuple[Rung, ...]:
        if self._halving is None:
            return ()
        curves = self._buffer.curves(results)
        epochs = values.get("epochs", self._epochs)
        if not isinstance(epochs, int):  # then the longest curve is taken for a full one
            epochs = max(map(len, curves), default=0)
        return self._halving.rungs(curves, epochs)

    def _remember(self, trial: Trial) -> None:
        self._asked.append(trial)
        self._buffer.add_trial(trial)

    def _add_result(self, result: Result) -> None:
        """The next result in the order of the trials' numbers."""
        self._buffer.add_result(result)
        if not self.gave_up:
            self._failures = self._failures + 1 if result.status in FAULTS else 0

    def _loss(self, result: Result) -> tuple[float, int]:
        assert result.value is not None  # noqa: S101 -- callers compare ranked results only
        return self.metric.loss(result.value), result.number


def _as_result(number: int, value: object) -> Result:
    if value is None:
        return Result(number, Status.FAILED, reason="no value was given")
    try:
        worth = real_number(value)
    except TypeError as error:
        return Result(number, Status.FAILED, reason=str(error))
    if not math.isfinite(worth):
        return Result(number, Status.DIVERGED, reason=f"its value was {worth}")
    return Result(number, Status.DONE, worth)
