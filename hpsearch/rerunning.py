"""What is a trial's result when it runs once more, with its own seed or with others?"""

from __future__ import annotations  # types are imported for annotations only

import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from hpsearch.config import Config
from hpsearch.machine.versions import changed_versions
from hpsearch.objectives.kinds import prepare
from hpsearch.starting.relocation import Relocation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hpsearch.store import Run
    from hpsearch.trial import Metric, Result, Trial

_SEEDS = 2**32


@dataclass(frozen=True)
class Rerun:
    """A trial, and its result when it ran once more.

    Attributes:
        metric: The search's metric.
        trial: The trial.
        recorded: Its recorded result; None if it has none yet.
        trials: The trials that ran: the trial itself, or the trial with other seeds.
        results: Their results.
        notes: Differences that may affect the result, as sentences.
    """

    metric: Metric
    trial: Trial
    recorded: Result | None
    trials: Sequence[Trial]
    results: Sequence[Result]
    notes: Sequence[str]


def rerun(
    run: Run,
    number: int,
    seed: int | None = None,
    times: int | None = None,
    on_result: Callable[[int, Result], None] = lambda seed, result: None,
) -> Rerun:
    """Run a trial once more, in a temporary directory; the run directory is unchanged.

    Without ``seed`` and ``times`` it runs exactly as it did, with its own seeds and rungs. With one of them
    it runs to its end, once for each of several other seeds.

    Args:
        run: The run, open.
        number: The trial's number.
        seed: The first seed; the next ones follow it.
        times: The number of seeds; without ``seed`` they are derived from the trial's.
        on_result: Called with each seed and its result.

    Raises:
        UsageError: Its code or data cannot be used.
        RunMismatch: Its data have changed.
        RunDamaged: The copy of its code has changed.
    """
    relocation = Relocation(run)
    config = replace(Config.from_resolved(relocation.resolved()), base=relocation.base)
    preparation = prepare(config)
    trial, recorded = run.trial(number), run.result(number)
    notes = [*preparation.changes(run), *changed_versions(run.meta("versions"))]
    notes += [f"In this run {text}." for _, kind, text in run.events() if kind == "code changed"]
    trials = _trials(trial, seed, times)
    results = []
    with (
        closing(preparation),
        tempfile.TemporaryDirectory(prefix="hpsearch-rerun-") as directory,
        threadpool_limits(limits=config.run.threads, user_api="blas"),
    ):
        for count, again in enumerate(trials):
            place = Path(directory) / str(count)
            place.mkdir()
            results.append(preparation.objective(run, place)(again))
            on_result(again.seed, results[-1])
    return Rerun(config.metric, trial, recorded, trials, results, notes)


def _trials(trial: Trial, seed: int | None, times: int | None) -> list[Trial]:
    """The trials to run: the trial itself, or the trial with other seeds, which no rung stops."""
    if seed is None and times is None:
        return [trial]
    if seed is None:
        seeds = np.random.SeedSequence([trial.seed, trial.number]).generate_state(times or 1).tolist()
    else:
        seeds = [(seed + count) % _SEEDS for count in range(times or 1)]
    if seeds == list(trial.seeds):
        return [trial]
    return [replace(trial, seed=each, more_seeds=(), rungs=()) for each in seeds]
