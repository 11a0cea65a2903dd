"""Running user code with all seeds of a trial, one after another."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import json
import math
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from hpsearch.files import open_own
from hpsearch.objectives.network_records import mean_over_seeds
from hpsearch.trial import Epoch, Result, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hpsearch.trial import Metric, Trial

    Run = Callable[[Trial, Path], Result]
    """Runs a trial with one seed in a directory."""


def run_seeds(trial: Trial, metric: Metric, directory: Path, run: Run) -> Result:
    """Run a trial with its first seed and, if it still has a chance to be the best, with the others.

    Only the first seed may be stopped early. The others have their own directories in the trial's, named
    ``seed-2`` and so on. The results of seeds that have ended are kept next to the checkpoint, so a trial
    that is killed continues with the next one.

    Args:
        trial: The trial to run.
        metric: The search's metric.
        directory: The trial's directory.
        run: Runs one seed.

    Returns:
        The mean over the seeds; the first seed's own result, if the others do not run; or that of the first
        seed without a value, which fails the trial.
    """
    kept = _KeptResults(directory / "checkpoint" / "seeds.jsonl")
    results = kept.read(trial)
    for index in range(len(results), len(trial.seeds)):
        place = directory / f"seed-{index + 1}" if index else directory
        rungs = () if index else trial.rungs
        result = run(replace(trial, seed=trial.seeds[index], more_seeds=(), rungs=rungs), place)
        if not index and not _is_repeated(result, trial, metric):
            return result
        if result.value is None:
            seconds = sum(each.seconds for each in results) + result.seconds
            why = f"with seed {trial.seeds[index]}, number {index + 1} of {len(trial.seeds)}: {result.reason}"
            return replace(result, reason=why, seconds=seconds)
        results.append(result)
        kept.add(result)
        if index:
            shutil.rmtree(place / "checkpoint", ignore_errors=True)
            with contextlib.suppress(OSError):  # it contains files
                place.rmdir()
    return mean_result(results, metric)


def _is_repeated(result: Result, trial: Trial, metric: Metric) -> bool:
    """Whether a trial is run with its other seeds, given the result with the first one."""
    if result.status is not Status.DONE or result.value is None:
        return False
    return trial.repeat_below is None or metric.loss(result.value) <= trial.repeat_below


def mean_result(results: Sequence[Result], metric: Metric) -> Result:
    """The result of a trial from the results of its seeds, all of which have a value.

    Its learning curve has the means over the seeds, and their standard errors as ``NAME_se``. A seed whose
    curve has ended counts with its last epoch.
    """
    longest = max(len(result.curve) for result in results)
    curve = tuple(
        _mean_epoch(number, [result.curve[min(number, len(result.curve)) - 1] for result in results])
        for number in range(1, longest + 1)
    )
    worth, _ = metric.worths(curve)[-1]
    return Result(
        results[0].number,
        Status.DONE,
        metric.loss(worth),
        curve,
        _means([result.final for result in results]),
        results[0].reason,
        sum(result.seconds for result in results),
    )


def _mean_epoch(number: int, epochs: Sequence[Epoch]) -> Epoch:
    return Epoch(number, _means([epoch.metrics for epoch in epochs]), sum(epoch.seconds for epoch in epochs))


def _means(stack: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """The mean of every metric that all seeds have, and its standard error; None if one is not finite."""
    names = [name for name in stack[0] if all(name in figures for figures in stack)]
    finite = [name for name in names if all(figures[name] is not None for figures in stack)]
    means: dict[str, float | None] = dict.fromkeys(names)
    return means | mean_over_seeds([{name: figures[name] or 0.0 for name in finite} for figures in stack])


class _KeptResults:
    """A file with the results of a trial's first seeds.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, trial: Trial) -> list[Result]:
        """The results, as far as they can be read; a kill may have truncated the last one."""
        results: list[Result] = []
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError), self._open(os.O_RDONLY) as file:
            for line in file:
                result = Result.from_json(json.loads(line))
                if not _is_of(result, trial):
                    break
                results.append(result)
        return results[: len(trial.seeds)]

    def add(self, result: Result) -> None:
        """Append a result."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._open(os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
            file.write(json.dumps(result.to_json()) + "\n")

    def _open(self, flags: int) -> TextIO:
        return os.fdopen(open_own(self._path, flags), "w" if flags & os.O_WRONLY else "r", encoding="utf-8")


def _is_of(result: Result, trial: Trial) -> bool:
    """Whether a result that was read can belong to one of a trial's seeds."""
    figures = [result.final, *(epoch.metrics for epoch in result.curve)]
    numbers: list[object] = [value for each in figures for value in each.values() if value is not None]
    numbers += [result.value, result.seconds, *(epoch.seconds for epoch in result.curve)]
    return (
        result.number == trial.number
        and len(figures) > 1
        and all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
    )
