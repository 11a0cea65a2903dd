"""The loop: propose, run, record, propose.

It is single-threaded. Everything concurrent is behind the executor.
"""

import contextlib
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from hpsearch.commands import command
from hpsearch.errors import Interrupted, SearchFailed
from hpsearch.executors.executor import Executor
from hpsearch.search import FAULTS, Search
from hpsearch.signals import SearchSignals, StopNow
from hpsearch.space import Space
from hpsearch.store import Run
from hpsearch.trial import Epoch, Metric, Result, Trial


@dataclass(frozen=True)
class SearchStart:
    """What is known of a search when its loop starts.

    Attributes:
        directory: The run directory.
        strategy: Where trials run: ``panda``, ``caviar``, or an engine.
        metric: The metric.
        space: What is searched.
        total: The number of trials in all.
        slots: How many trials run at once.
        trials: The trials of ``results``.
        results: The results that are there already, by number.
    """

    directory: Path
    strategy: str
    metric: Metric
    space: Space
    total: int
    slots: int
    trials: Sequence[Trial] = ()
    results: Sequence[Result] = ()


class Callback(Protocol):
    """Shows what happens in a search."""

    def on_search_start(self, search: SearchStart) -> None:
        """The loop starts."""
        ...

    def on_trial_start(self, trial: Trial) -> None:
        """A trial was given to the executor."""
        ...

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """A trial in this process has finished an epoch."""
        ...

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """A result is on the disk."""
        ...

    def on_message(self, text: str) -> None:
        """There is something else that the user should know."""
        ...


def run_search(
    search: Search, executor: Executor, run: Run, callback: Callback, as_config: Callable[[Trial], str]
) -> None:
    """Run a search to its end.

    Args:
        search: What to ask for trials.
        executor: Where they run.
        run: Where they are recorded; a result is shown only after it is on the disk.
        callback: Shows what happens.
        as_config: Writes the best trial as a config.

    Raises:
        Interrupted: A signal interrupted it.
        SearchFailed: No trial has a value, or too many failed in a row.
        RunUnwritable: The disk is full, or fails.
    """
    flight: dict[int, Trial] = {}
    with SearchSignals(callback.on_message, lambda: len(flight)) as signals, executor:
        known = search.results
        trials = [search.trial(result.number) for result in known]
        strategy = type(executor).__name__.lower()
        callback.on_search_start(
            SearchStart(
                run.directory,
                strategy,
                search.metric,
                search.space,
                search.trials,
                executor.slots,
                trials,
                known,
            )
        )
        results: list[Result] = []
        best = None  # so that best.yaml is there again, if a kill came before it was written
        with contextlib.suppress(StopNow):
            while True:
                for result in results:
                    search.tell(result.number, result)
                finished = [(flight.pop(result.number), result) for result in results]
                # The workers get their next trials first, and train while the disk is waited for.
                started = [] if signals.draining else _start(search, executor, executor.slots - len(flight))
                flight |= {trial.number: trial for trial in started}
                run.record(started, results)
                if search.best is not best and search.best is not None:
                    best = search.best
                    run.write_file("best.yaml", as_config(search.trial(best.number)))
                for trial, result in finished:
                    run.drop_checkpoint(trial.number)
                    callback.on_trial_complete(trial, result)
                for trial in started:
                    callback.on_trial_start(trial)
                if not flight:
                    break
                with signals.breakable():
                    results = executor.wait()
    if signals.received is not None and (flight or not search.finished):
        _interrupted(run, signals.received)
    report_outcome(search, run, callback)


def _start(search: Search, executor: Executor, room: int) -> list[Trial]:
    started: list[Trial] = []
    while len(started) < room and search.ready and (trial := search.ask()) is not None:
        executor.submit(trial)
        started.append(trial)
    return started


def _interrupted(run: Run, number: int) -> NoReturn:
    name = signal.Signals(number).name
    run.event("interrupted", name)
    raise Interrupted(
        f"Interrupted by {name}; saved. Continue with {command('resume', run.directory)}.",
        number,
        run.directory,
    )


def report_outcome(search: Search, run: Run, callback: Callback) -> None:
    """Report and record how a search ended that has no further trial.

    Raises:
        SearchFailed: No trial has a value, or too many failed in a row.
    """
    if search.gave_up or search.best is None:
        why = "Too many trials failed in a row" if search.gave_up else "No trial succeeded"
        if search.failed_alike:
            why = "The first trials all failed for the same reason"
        run.event("failed", why)
        unranked = [result for result in search.results if result.value is None]
        reasons = Counter(result.reason.partition("\n")[0] for result in unranked)
        listed = "".join(f"\n  {count} × {reason}" for reason, count in reasons.most_common(3))
        if any(result.status in FAULTS for result in unranked):
            then = f"Fix the cause, then run {command('resume', run.directory, '--retry-failed')}."
        else:
            then = "Every trial diverged: search smaller learning rates."
        shown = command("show", run.directory, search.results[-1].number)
        raise SearchFailed(
            f"{why}, so the search ended after {len(search.results)} trials.{listed}\n"
            f"For one of them in full, run {shown}. {then}",
            run.directory,
        )
    if search.exhausted:
        callback.on_message("Every configuration of the space has been tried, so the search ends here.")
    run.event("completed", f"{len(search.results)} trials")
