"""What does one trial of a config show? The trial runs by itself, in its own directory."""

from __future__ import annotations  # types are imported for annotations only

import json
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpsearch.config import Config
from hpsearch.config.command_settings import CommandSettings
from hpsearch.errors import SearchFailed
from hpsearch.invocation.command_line import pasteable
from hpsearch.metrics.names import looks_like_a_metric
from hpsearch.metrics.patterns import pattern_for
from hpsearch.objectives.command import Command
from hpsearch.starting.start import start
from hpsearch.store import Run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.metrics.metric_reader import Sighting
    from hpsearch.trial import Metric, Result, Trial


_LONGEST_KIND = 60
"""The largest number of characters of a line in a note."""


@dataclass(frozen=True)
class Attempt:
    """One trial, and the observations about it.

    Attributes:
        trial: The trial.
        result: Its result.
        command: The command line that ran it; "" if it is not a command.
        sightings: The metrics of a command, the search's first, with the first lines that they came from.
        memory: The most memory that one of its processes used, in bytes; None if it ran in this process.
        notes: Messages for the user, as sentences.
        others: The names of other numbers that it printed.
    """

    trial: Trial
    result: Result
    command: str
    sightings: Mapping[str, Sighting]
    memory: int | None
    notes: Sequence[str]
    others: Sequence[str] = ()


def try_config(config: Config, directory: Path) -> Attempt:
    """Run the first trial of a config.

    Args:
        config: The config. It runs the first configuration of ``search.enqueue``, or a search's first one.
        directory: The run directory to create.

    Raises:
        UsageError: The trial cannot run.
        HpsearchError: As :func:`hpsearch.starting.start.start`, but for a trial that fails.
    """
    first = config.search.enqueue[:1]
    search = replace(config.search, trials=1, enqueue=first, early_stopping=None, repeats=1)
    run_section = replace(config.run, strategy="panda", workers="auto", engine="local")
    notes = _Notes()
    with suppress(SearchFailed):
        start(replace(config, search=search, run=run_section), notes, directory=directory)
    with Run.read(directory) as run:
        trial, result = run.trial(0), run.result(0)
        trial_directory = run.trial_directory(0).resolve()
    assert result is not None  # noqa: S101 -- the search has ended
    notes.texts += _better_epoch(config.metric, result)
    settings = config.objective
    if not isinstance(settings, CommandSettings):
        return Attempt(trial, result, "", {}, None, notes.texts)
    command = Command.of(settings)
    sightings = command.sightings(config.metric.name, trial, Path(settings.directory), trial_directory)
    line = command_line(config, trial, trial_directory)
    notes.texts[:0] = _several_kinds(config.metric.name, sightings)
    shown = [name for name in sightings if name == config.metric.name]
    shown += [name for name in sightings if looks_like_a_metric(name) and name not in shown]
    others = [name for name in sightings if name not in shown]
    seen = {name: sightings[name] for name in shown}
    return Attempt(trial, result, line, seen, _memory(), notes.texts, others)


def _several_kinds(metric: str, sightings: Mapping[str, Sighting]) -> list[str]:
    """Whether several kinds of line report the metric, such as for training and for validation."""
    kinds = sightings[metric].kinds if metric in sightings else []
    if len(kinds) < 2:
        return []
    shown = " and ".join(repr(line[:_LONGEST_KIND]) for line in kinds[:2])
    note = f"{metric} is in lines of {len(kinds)} kinds, such as {shown}. If only one is meant, describe it"
    kind = json.dumps({metric: pattern_for(kinds[-1], metric)}, ensure_ascii=False)  # JSON is also YAML
    return [f"{note}, the last one as objective.command.metrics: {kind}"]


def _better_epoch(metric: Metric, result: Result) -> list[str]:
    """Whether a trial with the value of its last epoch had a better one, as sentences."""
    if metric.at == "best" or result.value is None or not result.curve:
        return []
    best = replace(metric, at="best").epoch_of(result.curve)
    value = best.metrics[metric.name]
    if best is result.curve[-1] or value is None or value == result.value:
        return []
    seen = f"{metric.name} was {value:.6g} after epoch {best.number}, and {result.value:.6g} after the last"
    return [f"{seen}. If the code keeps the checkpoint of its best epoch, write metric: {{at: best}}"]


def command_line(config: Config, trial: Trial, trial_directory: Path, *, anywhere: bool = False) -> str:
    """The shell command line that runs a trial of a config's command; "" if its objective is not a command.

    Args:
        config: The config.
        trial: The trial to run.
        trial_directory: The directory with the trial's files.
        anywhere: Whether to leave out the directory where it runs.

    Raises:
        ExpressionError: An expression in the command has no value.
    """
    settings = config.objective
    if not isinstance(settings, CommandSettings):
        return ""
    directory = Path(settings.directory)
    words, variables = Command.of(settings).line(trial, directory, trial_directory)
    where = trial_directory if settings.in_trial_directory else directory
    return pasteable(words, variables, "" if anywhere or where == Path.cwd() else str(where))


def _memory() -> int:
    """The most memory that a child process has used, in bytes."""
    kilobytes = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * kilobytes


class _Notes:
    """A callback that keeps messages for the user."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_message(self, text: str) -> None:
        self.texts.append(text)

    def on_search_start(self, *_: Any) -> None: ...
    def on_trial_start(self, *_: Any) -> None: ...
    def on_epoch(self, *_: Any) -> None: ...
    def on_trial_complete(self, *_: Any) -> None: ...
