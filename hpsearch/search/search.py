"""Ask and tell from Python: any number of threads, and a directory that stores the search."""

import threading
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Self

from threadpoolctl import ThreadpoolController

from hpsearch.config import Config, parse_space
from hpsearch.errors import UsageError
from hpsearch.results import Results, results_html
from hpsearch.search.algorithm import ALGORITHM, changed_algorithm
from hpsearch.search.ask_order import AskOrder
from hpsearch.search.enqueued import EnqueuedConfigurations, check_enqueued
from hpsearch.search.proposals import Proposals
from hpsearch.search.search_arguments import check_types, finite_number, whole_number
from hpsearch.search.search_keeper import Keeper, kept_config
from hpsearch.search.tell_arguments import as_result, asked_trial
from hpsearch.searchers import METHODS, EarlierSearch, PriorObservation, SearcherContext
from hpsearch.searchers.repeat_rule import RepeatRule
from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.space import Parameter, Space
from hpsearch.trial import Metric, Result, Trial, Value


class Search:
    """A search with the ask-and-tell interface: ask for a trial, run it, tell its result.

    ::

        search = Search({"learning_rate": {"prior": "log", "min": 1e-4, "max": 1}}, seed=7, trials=64)
        while (trial := search.ask()) is not None:
            search.tell(trial, train(**trial.values))
        search.best.values

    Any number of threads may ask and tell at once. At most ``lag + 1`` trials run at the same time. The
    number of threads makes no difference: the trials are the same as with one thread.

    With a ``directory``, every trial and result is on disk when :meth:`ask` and :meth:`tell` return. The
    same Search with the same directory continues it: :meth:`ask` first returns trials without a result again.

    A search without a directory can be pickled, with its results; the copy also asks for trials without a
    result again.

    Args:
        space: The space: a mapping as under ``space:`` in a config, a list of parameters, or a Space.
        seed: The search's seed.
        trials: The number of trials.
        method: The name of a searcher, one of :data:`hpsearch.searchers.METHODS`.
        lag: The number of trials that may be asked for beyond the first one without a result.
        goal: Whether to ``minimize`` or ``maximize`` the values.
        metric: A full description of the values, instead of ``goal``.
        early_stopping: The rungs at which trials that report learning curves may be stopped; None for none.
        epochs: The epochs of a full trial, unless its values contain ``epochs``.
        max_failures: The search gives up after this many failed trials in a row; None for never.
        repeats: The number of seeds of every configuration.
        enqueue: Configurations to try first; values that they leave out are drawn.
        prior_observations: Results of earlier searches, from :func:`hpsearch.searchers.match_observations`.
        constraints: Conditions that every configuration must satisfy, such as ``hidden_1 >= hidden_2``.
        stop_at: A value that ends the search: a trial whose visible results have reached it does not start.
        directory: A run directory to store the search in, which ``hpsearch leaderboard`` and the other
            commands read; created if it does not exist.

    Raises:
        ConfigError: The space is wrong.
        UsageError: Another argument is wrong.
        RunMismatch: The directory contains another search.
        RunError: The directory cannot be used.
    """

    def __init__(
        self,
        space: Space | Sequence[Parameter] | Mapping[str, Any],
        *,
        seed: int = 0,
        trials: int = 64,
        method: str = "coarse_to_fine",
        lag: int = 0,
        goal: Literal["minimize", "maximize"] = "minimize",
        metric: Metric | None = None,
        early_stopping: Halving | None = None,
        epochs: int | None = None,
        max_failures: int | None = None,
        repeats: int = 1,
        enqueue: Sequence[Mapping[str, Value]] = (),
        prior_observations: Sequence[PriorObservation] = (),
        constraints: Sequence[str] = (),
        stop_at: float | None = None,
        directory: str | PathLike[str] | None = None,
        _checked: bool = False,
        _earlier: Sequence[EarlierSearch] = (),
        _portfolio: Sequence[Mapping[str, Value]] = (),
        _repeats_the_best: bool = False,
    ) -> None:
        seed, trials = whole_number("seed", seed, 0), whole_number("trials", trials, 1)
        lag, repeats = whole_number("lag", lag, 0), whole_number("repeats", repeats, 1)
        epochs = None if epochs is None else whole_number("epochs", epochs, 1)
        max_failures = None if max_failures is None else whole_number("max_failures", max_failures, 1)
        stop_at = None if stop_at is None else finite_number("stop_at", stop_at)
        check_types(metric, early_stopping, enqueue, constraints)
        if method not in METHODS:
            raise UsageError(f"method must be one of {', '.join(METHODS)}; found {method!r}")
        if goal not in ("minimize", "maximize"):
            raise UsageError(f"goal must be minimize or maximize; found {goal!r}")
        self.space = space if _checked and isinstance(space, Space) else parse_space(space, constraints)
        for values in [] if _checked else enqueue:
            check_enqueued(self.space, values)
        self.metric = metric or Metric("value", goal)
        self.trials = trials
        self.lag = lag
        earlier = (
            [EarlierSearch("prior_observations", prior_observations)] if prior_observations else _earlier
        )
        enqueued = EnqueuedConfigurations(self.space, seed, enqueue)
        proposals = Proposals(
            self.space,
            self.metric,
            METHODS[method](SearcherContext(self.space, seed, repeats, earlier, _portfolio)),
            enqueued,
            seed=seed,
            repeats=repeats,
            epochs=epochs,
            rungs=RungHistory(early_stopping) if early_stopping else None,
            repeat_rule=RepeatRule(self.metric, repeats) if _repeats_the_best and repeats > 1 else None,
        )
        self._order = AskOrder(
            proposals, self.metric, trials, lag, max_failures=max_failures, stop_at=stop_at
        )
        self._stops_early = early_stopping is not None
        self._keeper: Keeper | None = None
        self._begin_in_this_process()
        if directory is not None:
            config = kept_config(
                self.space,
                self.metric,
                name=Path(directory).name,
                seed=seed,
                epochs=epochs,
                method=method,
                trials=trials,
                lag=lag,
                early_stopping=early_stopping,
                enqueue=enqueued.configurations,
                repeats=repeats,
                stop_at=stop_at,
                max_failures=max_failures,
            )
            self._keep(config, Path(directory), prior_observations)

    def _keep(self, config: Config, directory: Path, prior_observations: Sequence[PriorObservation]) -> None:
        keeper = Keeper(config, prior_observations, directory, ALGORITHM)
        for text in changed_algorithm(keeper.run.meta("algorithm")):
            warnings.warn(text, stacklevel=3)
        self.restore(*keeper.run.history())
        self._keeper = keeper

    def close(self) -> None:
        """Close the run directory, if there is one; others may continue the search then."""
        with self._changed:
            if self._keeper is not None:
                self._keeper.run.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin_in_this_process(self) -> None:
        self._blas = ThreadpoolController()
        self._changed = threading.Condition()  # its lock is held whenever the search's state is used
        self._askers: dict[int, threading.Thread] = {}

    def __getstate__(self) -> dict[str, Any]:
        if self._keeper is not None:
            raise UsageError(
                "a search with a directory cannot be pickled; make it again with the same arguments"
            )
        with self._changed:
            here = ("_blas", "_changed", "_askers")
            state = {name: value for name, value in vars(self).items() if name not in here}
            return state | {"_order": self._order.copy()}  # no other thread changes the copy meanwhile

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._begin_in_this_process()

    @classmethod
    def from_config(
        cls,
        config: Config,
        earlier: Sequence[EarlierSearch] = (),
        portfolio: Sequence[Mapping[str, Value]] = (),
    ) -> Self:
        """The search that a config describes, with what is known beforehand."""
        stopping = config.search.early_stopping
        return cls(
            config.space,
            seed=config.seed,
            trials=config.search.trials,
            method=config.search.method,
            lag=config.search.lag,
            metric=config.metric,
            early_stopping=Halving(stopping.min_epochs, stopping.reduction) if stopping else None,
            epochs=config.objective.epochs,
            max_failures=config.search.max_failures,
            repeats=config.search.repeats,
            enqueue=config.search.enqueue,
            stop_at=next(iter(config.search.stop_at.values()), None),
            _checked=True,
            _earlier=earlier,
            _portfolio=portfolio,
            _repeats_the_best=config.objective.runs_user_code,
        )

    def __repr__(self) -> str:
        with self._changed:
            best = "" if self.best is None else f", best {self.metric.name} {self.best.value:.6g}"
            return f"<Search: {len(self._order.results)} of {self.trials} trials have a result{best}>"

    def _repr_html_(self) -> str:
        """Its progress and its best trial, in a notebook."""
        with self._changed:
            return results_html(repr(self), [] if self.best is None else [self.best])

    @property
    def results(self) -> Results:
        """Every result, in the order of the trials' numbers."""
        with self._changed:
            results = self._order.results
            return Results(results[number] for number in sorted(results))

    @property
    def best(self) -> Result | None:
        """The best result; None if there is none."""
        return self._order.best

    @property
    def reached(self) -> Result | None:
        """The first result, in the order of the trials' numbers, that reaches ``stop_at``."""
        return self._order.reached

    @property
    def asked(self) -> int:
        """The number of trials asked for."""
        return len(self._order.asked)

    def trial(self, number: int) -> Trial:
        """The trial with that number, which must have been asked for."""
        return self._order.asked[number]

    @property
    def exhausted(self) -> bool:
        """Whether every configuration of a finite space has been asked for."""
        return self._order.exhausted

    @property
    def gave_up(self) -> bool:
        """Whether too many trials have failed in a row."""
        return self._order.failures.too_many

    @property
    def failed_alike(self) -> bool:
        """Whether the first trials have all failed for the same reason, so that others would too."""
        return self._order.failures.all_alike

    @property
    def finished(self) -> bool:
        """Whether there are no more trials to ask for."""
        with self._changed:
            return self._order.finished

    @property
    def ready(self) -> bool:
        """Whether :meth:`ask` has a trial now, before any further result."""
        with self._changed:
            return self._order.ready

    @property
    def stops_early(self) -> bool:
        """Whether trials may be stopped early, at rungs."""
        return self._stops_early

    def waits(self, number: int) -> bool:
        """Whether a trial depends on earlier results: its proposal, its rungs, or whether it starts."""
        return self._order.waits(number)

    def ask(self, timeout: float | None = None) -> Trial | None:
        """The next trial; None when there are no more.

        It waits while the trial depends on a result that another thread has yet to tell. So a thread
        whose training raises an exception should tell None.

        Args:
            timeout: How many seconds to wait for other threads; None for as long as it takes.

        Raises:
            UsageError: The trial depends on the result of an earlier one, and no other thread will
                tell it in time.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not (self._order.finished or self._order.ready):
                self._wait_for_result(deadline)
            trial = self._next()
            if trial is not None:
                self._askers[trial.number] = threading.current_thread()
            else:
                self._note_completion()
            return trial

    def tell(self, trial: Trial | int, value: object) -> Result:
        """Record the result of a trial.

        Args:
            trial: The trial, or its number.
            value: A number, or an array or tensor of one element; None for a trial that failed, and NaN or
                an infinity for one that diverged; or a Result.

        Returns:
            The result.

        Raises:
            UsageError: The trial was not asked for, or has a result already; or the value is none of these.
        """
        with self._changed:
            asked = asked_trial(trial, self._order.asked)
            number, results = asked.number, self._order.results
            if number in results:
                raise UsageError(
                    f"trial {number} already has a result, with the value {results[number].value}"
                )
            result = as_result(asked, value, self.metric)
            if result.values is not asked.values:
                result = replace(result, values=asked.values)
            if self._keeper is not None:
                self._keeper.record(results=[result])
            before = self.best
            self._order.add_result(result)
            self._askers.pop(number, None)
            self._changed.notify_all()
            if self._keeper is not None and self.best is not before:
                self._keeper.write_best(asked)
            self._note_completion()
            return result

    def _note_completion(self) -> None:
        order = self._order
        if self._keeper is not None and order.finished and len(order.results) == len(order.asked):
            self._keeper.complete(len(order.results))

    def restore(self, trials: Iterable[Trial], results: Iterable[Result]) -> None:
        """Continue a search of an earlier process.

        :meth:`ask` first returns its trials without a result again, unchanged.
        """
        with self._changed:
            self._order.add_trials(sorted(trials, key=lambda trial: trial.number))
            for result in results:
                self.tell(result.number, result)
            self._order.ask_again()

    def _next(self) -> Trial | None:
        """The next trial, if there is nothing to wait for."""
        if again := self._order.again:
            self._record_start(again[0])
            return again.popleft()
        with self._blas.limit(limits=1, user_api="blas"):  # the number of threads changes the last bits
            trial = self._order.propose()
        if trial is None:
            return None
        self._record_start(trial)
        self._order.add_trials([trial])
        return trial

    def _record_start(self, trial: Trial) -> None:
        if self._keeper is not None:
            self._keeper.record([trial])

    def _wait_for_result(self, deadline: float | None) -> None:
        """Wait a while for the first missing result, which another thread has to tell."""
        missing = self._order.awaited
        asker = self._askers.get(missing)
        # The thread that asked for it may end without telling.
        left = 1.0 if deadline is None else min(1.0, deadline - time.monotonic())
        if asker in (None, threading.current_thread()) or not asker.is_alive() or left <= 0:
            raise UsageError(
                f"with a lag of {self.lag}, trial {self.asked} needs the result of trial {missing};"
                f" call tell({missing}, …) first, with None if it failed, or make the lag larger"
            )
        self._changed.wait(left)
