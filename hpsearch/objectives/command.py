"""A command of the user's as a trial: its metrics are read from what it prints."""

from __future__ import annotations  # types are imported for annotations only

import json
import math
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hpsearch.objective import TrialEnded
from hpsearch.objectives.code_objective import CodePreparation
from hpsearch.objectives.user_code import NothingReported
from hpsearch.process.child import Child, Exit, Timeout
from hpsearch.process.placeholders import filled, placeholders
from hpsearch.trial import Status, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hpsearch.config import CommandSettings, Config
    from hpsearch.objective import Records
    from hpsearch.objectives.user_code import TrialContext

SHELL = "/bin/sh"


@dataclass(frozen=True)
class Command:
    """A program that prints what a trial is worth.

    It prints JSON objects, one a line, to its standard output or the file ``$HPSEARCH_METRICS``; or, if there
    are patterns, lines that match them.

    Attributes:
        run: The program and its arguments, with placeholders; or, for a shell, a string.
        patterns: Regular expressions by metric, whose first group is the number.
        epochs: The value of ``{epochs}``; None if the config does not say.
    """

    run: tuple[str, ...] | str
    patterns: Mapping[str, str] = field(default_factory=dict)
    epochs: int | None = None

    @classmethod
    def prepare(cls, config: Config, settings: CommandSettings) -> CodePreparation:
        """What precedes the trials of a search that runs a command."""
        command = cls(settings.run, settings.patterns, settings.epochs)
        return CodePreparation(config, command, Path(settings.directory))

    def check(self, config: Config) -> None:
        """Nothing is left to check: the config has looked for the program."""

    def records(self, context: TrialContext) -> Records:
        """Run it for a trial."""
        metrics = context.files.directory / "metrics"
        metrics.unlink(missing_ok=True)
        os.mkfifo(metrics, 0o600)
        try:
            # Opened to write as well, or it would end when the first writer does.
            with os.fdopen(os.open(metrics, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as pipe:
                variables = {"HPSEARCH_METRICS": str(metrics)}
                with context.child(
                    self.arguments(context), metrics=pipe.fileno(), environment=variables
                ) as child:
                    return (yield from self._parse(child, context, metrics))
        finally:
            metrics.unlink(missing_ok=True)

    def files(self, directory: Path) -> Sequence[Path]:
        """Those that the command names."""
        try:
            words = shlex.split(self.run) if isinstance(self.run, str) else self.run
        except ValueError:  # a shell may see it otherwise
            return []
        paths = (directory / word for word in words)
        return [path for path in paths if path.is_relative_to(directory) and _is_file(path)]

    def with_root(self, directory: Path) -> Self:
        """Itself: it holds no path of its own."""
        return self

    def arguments(self, context: TrialContext) -> list[str]:
        """The command for a trial."""
        values = dict(context.trial.values)
        words = {
            "seed": str(context.trial.seed),
            "trial": str(context.trial.number),
            "trial_dir": str(context.files.directory),
            "checkpoint_dir": str(context.files.checkpoint),
            "epochs": "" if self.epochs is None else str(self.epochs),
            **{name: as_text(value) for name, value in values.items()},
        }
        if _mentions(self.run, "json"):
            path = context.files.directory / "values.json"
            path.write_text(json.dumps(values), encoding="utf-8")
            words["json"] = str(path)
        every = [word for name, value in values.items() for word in (f"--{name}", as_text(value))]
        if isinstance(self.run, str):
            quoted = {name: shlex.quote(word) for name, word in words.items()}
            return [SHELL, "-c", filled(self.run, {**quoted, "args": shlex.join(every)})]
        parts = (every if part == "{args}" else [filled(part, words)] for part in self.run)
        return [word for part in parts for word in part]

    def _parse(self, child: Child, context: TrialContext, metrics: Path) -> Records:
        metric = context.metric.name
        reader = _Patterns(self.patterns, metric) if self.patterns else _Objects(metric)
        direct = _Objects(metric)
        try:
            for source, block in child.blocks(context.deadline):
                if source == "metrics":
                    yield from direct.records(block)
                elif source == "stdout" or self.patterns:
                    yield from reader.records(block)
        except Timeout:
            raise context.timed_out(child.tail()) from None
        if metrics.is_file():  # the command has replaced the pipe with a file
            yield from direct.records(metrics.read_bytes())
        if child.exit is not None and child.exit.how == "start":
            raise TrialEnded(Status.FAILED, f"{self.arguments(context)[0]} cannot be run: {child.exit}")
        if child.exit is not None and child.exit != Exit("exit", 0):
            raise context.died(child.exit, child.tail())
        if not (reader.found or direct.found):
            seen = ", ".join(sorted(reader.seen | direct.seen)) or "none"
            reason = f"it ended without reporting the metric {metric!r}; metrics found: {seen}"
            raise NothingReported("\n".join(filter(None, (reason, child.tail()))))
        return None


class _Objects:
    """Metrics from lines that are JSON objects.

    Attributes:
        found: Whether there was the search's metric.
        seen: The names of all metrics.
    """

    def __init__(self, metric: str) -> None:
        self.found = False
        self.seen: set[str] = set()
        self._metric = metric

    def records(self, block: bytes) -> Iterator[dict[str, Any]]:
        """The objects among some lines that have the search's metric; there, null means NaN."""
        if b"{" not in block:
            return
        for line in block.split(b"\n"):
            shown = line.rstrip().rpartition(b"\r")[2].lstrip()
            if not shown.startswith(b"{"):
                continue
            try:
                record = json.loads(shown)
            except (ValueError, RecursionError):
                continue
            self.seen.update(record)
            if self._metric in record:
                self.found = True
                yield {name: math.nan if value is None else value for name, value in record.items()}


class _Patterns:
    """Metrics from lines that match regular expressions; the search's own completes an epoch.

    Attributes:
        found: Whether there was the search's metric.
        seen: The names of all metrics that matched.
    """

    def __init__(self, patterns: Mapping[str, str], metric: str) -> None:
        self.found = False
        self.seen: set[str] = set()
        self._metric = metric
        self._patterns = {name: re.compile(pattern) for name, pattern in patterns.items()}
        self._record: dict[str, float | str] = {}

    def records(self, block: bytes) -> Iterator[dict[str, Any]]:
        """A record for each line that matches the search's metric, with what matched since the last one."""
        for line in block.decode("utf-8", "backslashreplace").split("\n"):
            shown = line.rstrip("\r").rpartition("\r")[2]
            for name, pattern in self._patterns.items():
                if match := pattern.search(shown):
                    self.seen.add(name)
                    self._record[name] = _number(match[1])
            if self._metric in self._record:
                self.found = True
                yield self._record
                self._record = {}


def as_text(value: Value) -> str:
    """A value as an argument: ``true``, ``0.1``, ``adam``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mentions(run: tuple[str, ...] | str, name: str) -> bool:
    parts = [run] if isinstance(run, str) else run
    return any(name in placeholders(part) for part in parts)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # it cannot be the name of a file
        return False


def _number(text: str | None) -> float | str:
    try:
        return float(text or "")
    except ValueError:
        return text or ""
