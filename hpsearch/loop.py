"""The loop: propose, run, record, propose.

It is single-threaded. Everything concurrent is behind the executor.
"""

import contextlib
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, Protocol

from hpsearch.commands import command
from hpsearch.errors import HpsearchError, Interrupted, SearchFailed
from hpsearch.executors.executor import Executor
from hpsearch.machine.signals import SearchSignals, StopNow
from hpsearch.search import Search
from hpsearch.search.first_failures import FirstFailures
from hpsearch.space import Space
from hpsearch.store import Run
from hpsearch.trial import Epoch, Metric, Result, Trial


@dataclass(frozen=True)
class SearchStart:
    """A search at the start of its loop.

    Attributes:
        directory: The run directory.
        strategy: Where trials run (``panda``, ``caviar``, or an engine), and the reason.
        metric: The metric.
        space: The space to search.
        total: The total number of trials.
        slots: How many trials run at once.
        trials: The trials of ``results``.
        results: The results that exist already, by number.
        rows: The number of rows, if the metric is a share of them.
        stops_early: Whether trials may be stopped early.
        draining: Returns whether no new trials start any more, and only running ones finish.
    """

    directory: Path
    strategy: str
    metric: Metric
    space: Space
    total: int
    slots: int
    trials: Sequence[Trial] = ()
    results: Sequence[Result] = ()
    rows: int | None = None
    stops_early: bool = False
    draining: Callable[[], bool] = lambda: False


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
        """A result is on disk."""
        ...

    def on_message(self, text: str) -> None:
        """There is another message for the user."""
        ...


class Changes(Protocol):
    """The changes in the user's code: names of files.

    Attributes:
        code: Changed code, whose results are not comparable.
        inputs: Other changed files.
        touched: Whether a file was written, even if its content is unchanged.
    """

    @property
    def code(self) -> Sequence[str]:
        """Code."""
        ...

    @property
    def inputs(self) -> Sequence[str]:
        """Other files."""
        ...

    @property
    def touched(self) -> bool:
        """Whether a file was written."""
        ...


class Deadline:
    """When no new trials start any more.

    Args:
        seconds: The time from now.
        after: The same time as in a config, such as ``2h``.
        clock: The time in seconds, from any start.
    """

    def __init__(self, seconds: float, after: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.after = after
        self._clock = clock
        self._at = clock() + seconds
        self._said = False

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return self._clock() >= self._at

    def look(self, callback: Callback, running: int) -> bool:
        """Whether it has passed; the first time, the user is notified of what is still running."""
        if self.passed and not self._said and running:
            self._said = True
            trials = "1 running trial" if running == 1 else f"{running} running trials"
            callback.on_message(f"{self.after} have passed: finishing {trials} and starting no new ones.")
        return self.passed


class _NoChanges:
    code: Sequence[str] = ()
    inputs: Sequence[str] = ()
    touched = False


class Watch(Protocol):
    """Checks whether the user's code is still the code that the search began with."""

    def look(self) -> Changes:
        """The changes."""
        ...

    def error(self, what: str) -> HpsearchError:
        """Why the search stops; ``what`` says when the last check found a change."""
        ...


def run_search(
    search: Search,
    executor: Executor,
    run: Run,
    callback: Callback,
    as_config: Callable[[Trial], str],
    watch: Watch | None = None,
    deadline: Deadline | None = None,
    *,
    accept_failures: bool = False,
    why: str = "",
    rows: int | None = None,
) -> bool:
    """Run a search to its end.

    Args:
        search: The search to ask for trials.
        executor: Where they run.
        run: Where they are recorded; a result is shown only after it is on disk.
        callback: Shows what happens.
        as_config: Writes the best trial as a config.
        watch: Checks after every trial whether the user's code is still the same.
        deadline: When no new trials start any more.
        accept_failures: Whether the first trials may all fail for a reason that no trial had before.
        why: Why that executor was chosen, if there was a choice.
        rows: The number of rows, if the metric is a share of them.

    Returns:
        Whether it has ended; if not, the deadline has stopped it.

    Raises:
        CodeChanged: The code is not the same; the trials that were running run again.
        Interrupted: A signal interrupted it.
        SearchFailed: No trial has a value, or too many failed in a row. Or the first trials failed for a
            reason that no trial had before: they are not recorded, and run again.
        RunUnwritable: The disk is full, or fails.
    """
    first = FirstFailures(() if accept_failures else search.results, search.trials - len(search.results))
    flight: dict[int, Trial] = {}
    changed: Sequence[str] = _look(watch, run, callback).code
    with SearchSignals(callback.on_message, lambda: len(flight)) as signals, executor:
        begun = _search_start(search, executor, run, why, rows)
        callback.on_search_start(
            replace(begun, draining=lambda: signals.draining or (deadline is not None and deadline.passed))
        )
        results: list[Result] = []
        best = None  # so that best.yaml is written even if an earlier kill prevented it
        with contextlib.suppress(StopNow):
            while not changed and not first.conclusive:
                for result in results:
                    search.tell(result.number, result)
                finished = [(flight.pop(result.number), result) for result in results]
                # Give workers their next trials first, so that they train while we wait for the disk.
                late = deadline is not None and not search.finished and deadline.look(callback, len(flight))
                room = 0 if late or signals.draining else executor.slots - len(flight) + len(first.held)
                started = _start(search, executor, room)
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
                if len(flight) == len(first.held):  # nothing is running
                    results = first.release()
                    continue
                with signals.breakable():
                    results = executor.wait()
                changes = _look(watch, run, callback)
                changed = changes.code
                if changes.touched and not changed:
                    results = _without_victims(results, executor, flight)
                results = first.sift(results)
    _refuse(run, watch, changed, flight, first)
    if signals.received is not None and (flight or not search.finished):
        _interrupted(run, signals.received)
    if deadline is not None and deadline.passed and not search.finished:
        _stopped(search, run, callback, deadline.after)
        return False
    report_outcome(search, run, callback)
    return True


def _refuse(
    run: Run, watch: Watch | None, changed: Sequence[str], flight: Iterable[int], first: FirstFailures
) -> None:
    """Raises the error for a search whose code has changed, or whose first trials fail for a new reason."""
    if changed and watch is not None:
        _code_changed(run, watch, changed, sorted(flight))
    if first.conclusive:
        _failed_as_none_before(run, first.held)


def _stopped(search: Search, run: Run, callback: Callback, after: str) -> None:
    """Report and record that a deadline has stopped a search."""
    run.event("stopped", f"after {after}")
    callback.on_message(
        f"Stopped after {after}; {len(search.results)} of {search.trials} trials are finished. Continue with"
        f" {command('resume', run.directory)}."
    )


def _search_start(search: Search, executor: Executor, run: Run, why: str, rows: int | None) -> SearchStart:
    """A search at the start of its loop; see :func:`run_search` for the arguments."""
    known = search.results
    return SearchStart(
        run.directory,
        type(executor).__name__.lower() + (f", for {why}" if why else ""),
        search.metric,
        search.space,
        search.trials,
        executor.slots,
        [search.trial(result.number) for result in known],
        known,
        rows,
        search.stops_early,
    )


def _look(watch: Watch | None, run: Run, callback: Callback) -> Changes:
    """Check the user's code; a change in a file that is not code is reported at once."""
    if watch is None:
        return _NoChanges()
    changes = watch.look()
    if changes.inputs:
        first = min(set(range(run.asked() + 1)) - run.statuses().keys())
        text = f"from trial {first} on, with changed files: {', '.join(changes.inputs)}"
        run.event("input changed", text)
        callback.on_message(
            f"{', '.join(changes.inputs)} has changed since the run began, and the command names it. If the"
            f" command reads it, results from trial {first} on may not be comparable with earlier ones."
        )
    return changes


def _without_victims(results: list[Result], executor: Executor, flight: Mapping[int, Trial]) -> list[Result]:
    """The results without trials that failed while a file was being written; these run again."""
    for result in results:
        if result.status.is_fault:
            executor.submit(flight[result.number])
    return [result for result in results if not result.status.is_fault]


def _code_changed(run: Run, watch: Watch, names: Sequence[str], numbers: Sequence[int]) -> NoReturn:
    """Stop, without the results of the trials that were running."""
    for number in numbers:  # a checkpoint may come from the old or the new code
        run.drop_checkpoint(number)
    listed, trials = ", ".join(names), ", ".join(map(str, numbers))
    run.event("interrupted", f"{listed} changed")
    when = "changed before a trial started"
    if len(numbers) == 1:
        when = f"changed while trial {trials} ran, which runs again"
    elif numbers:
        when = f"changed while trials {trials} ran, which run again"
    done = len(run.statuses())
    raise watch.error(f"{listed} {when}; {done} finished trials are saved")


def _failed_as_none_before(run: Run, failures: Sequence[Result]) -> NoReturn:
    """Stop, without the results of the trials that failed since the search was resumed."""
    run.event("failed", "The first trials failed in a way that none had before; they are not recorded")
    again, accept = (command("resume", run.directory, *option) for option in ((), ("--accept-failures",)))
    numbers = ", ".join(str(result.number) for result in failures)
    raise SearchFailed(
        f"The first {len(failures)} trials since the search was resumed failed for a reason that none had"
        f" before:\n  {failures[0].reason.partition(chr(10))[0]}\n"
        f"Is something missing that was there when the search began? Trials {numbers} are not recorded: fix"
        f" the cause, then run {again}. If their values are the cause, {accept} records them."
    )


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
    """Report and record how a search without further trials ended.

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
        if any(result.status.is_fault for result in unranked):
            options = [
                "--retry-failed",
                *(["--accept-code-change"] if (run.meta("code") or {}).get("files") else []),
            ]
            then = f"Fix the cause, then run {command('resume', run.directory, *options)}."
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
    ending = f"{len(search.results)} trials"
    if search.reached is not None and search.asked < search.trials:
        reached = f"trial {search.reached.number} reached {search.metric.name} {search.reached.value:.6g}"
        callback.on_message(f"{reached[0].upper()}{reached[1:]} (search.stop_at), so the search ends here.")
        ending += f"; {reached}"
    run.event("completed", ending)
