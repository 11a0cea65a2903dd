"""A user's command as a trial: it gets values as words, and reports by what it prints or writes."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from hpsearch.expressions import ExpressionError
from hpsearch.invocation.command_line import SHELL, CommandLine
from hpsearch.invocation.flags import Passing
from hpsearch.invocation.placeholders import filled, placeholders
from hpsearch.metrics.metrics_files import MetricsFile, UnreadableMetrics
from hpsearch.metrics.numbers import UnclearNumber
from hpsearch.objective import AtRest, TrialEnded
from hpsearch.objectives.code_preparation import CodePreparation
from hpsearch.objectives.command_code import command_code
from hpsearch.objectives.command_output import CommandOutput, Output
from hpsearch.objectives.questions import ASK_SECONDS, Questions
from hpsearch.objectives.user_code import NothingReported
from hpsearch.process.child import Child, Exit, Timeout
from hpsearch.process.running_time import running_time
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpsearch.config import Config
    from hpsearch.config.command_settings import CommandSettings
    from hpsearch.metrics.metric_reader import Sighting
    from hpsearch.objective import Records
    from hpsearch.objectives.project_code import CodeCopy, ProjectCode
    from hpsearch.objectives.user_code import TrialContext
    from hpsearch.trial import Result, Trial

POLL_SECONDS = 0.5
"""Seconds between two looks at a file of metrics."""


@dataclass(frozen=True)
class Command:
    """A program that prints or writes the metrics of a trial.

    Metrics are found in its output, by patterns if there are any, in the file ``$HPSEARCH_METRICS``, and in
    the file that it writes.

    Attributes:
        run: The program and its arguments, with placeholders; or a string for a shell.
        patterns: Patterns by metric: texts with ``{}``, or regular expressions with a group.
        epochs: The value of ``{epochs}``; None if not in the config.
        passing: How values become words.
        environment: Variables with placeholders.
        templates: Templates by the path of the filled-in file in the trial's directory.
        metrics_file: The file that the program writes metrics to, with placeholders.
        output: Where metrics are printed.
        in_trial_directory: Whether it runs in the trial's directory.
        directory: The directory with the files that it names.
    """

    run: tuple[str, ...] | str
    patterns: Mapping[str, str] = field(default_factory=dict)
    epochs: int | None = None
    passing: Passing = field(default_factory=Passing)
    environment: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    metrics_file: str | None = None
    output: Output = "both"
    in_trial_directory: bool = False
    directory: Path = Path()

    runs_copy: ClassVar[bool] = False

    @classmethod
    def of(cls, settings: CommandSettings) -> Self:
        """The command of a config."""
        return cls(
            settings.run,
            settings.patterns,
            settings.epochs,
            Passing(settings.flags, settings.spellings),
            settings.environment,
            settings.files,
            settings.metrics_file,
            settings.output,
            settings.in_trial_directory,
            directory=Path(settings.directory),
        )

    @classmethod
    def prepare(cls, config: Config, settings: CommandSettings) -> CodePreparation:
        """The preparation of a search that runs a command."""
        return CodePreparation(config, cls.of(settings), Path(settings.directory))

    def check(self, config: Config) -> Sequence[str]:
        """Check which values reach the command.

        Raises:
            ConfigError: No searched value reaches it, or a template cannot be filled in.
        """
        from hpsearch.objectives.reach import check_reach  # imports yaml

        return check_reach(config)

    def epochs_of(self, trial: Trial) -> int | None:
        """None for any number, because a program may print more than epochs."""
        return None

    def run_trial(self, context: TrialContext, follow: Callable[[Callable[[], Records]], Result]) -> Result:
        """Run it for a trial."""
        return follow(lambda: self.records(context))

    def records(self, context: TrialContext) -> Records:
        """Start it for a trial."""
        metrics = context.files.directory / "metrics"
        metrics.unlink(missing_ok=True)
        os.mkfifo(metrics, 0o600)
        try:
            # Also opened for writing; otherwise it would end when the first writer closes it.
            with os.fdopen(os.open(metrics, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as pipe:
                arguments, variables = self._begin(context)
                metric, files = context.metric.name, context.files
                file = self._file(context.trial, context.directory, files.directory, metric)
                output = CommandOutput(self.patterns, metric, self.output, file)
                questions = None if context.changes is None else Questions(files.directory / "touches")
                asked = {} if questions is None else {"HPSEARCH_TOUCHES": str(questions.path)}
                where = context.files.directory if self.in_trial_directory else context.directory
                with (
                    replace(context, directory=where).child(
                        arguments,
                        metrics=pipe.fileno(),
                        environment={**variables, "HPSEARCH_METRICS": str(metrics), **asked},
                    ) as child,
                    questions or contextlib.nullcontext(),
                ):
                    return (yield from self._parse(child, context, output, metrics, questions))
        finally:
            metrics.unlink(missing_ok=True)

    def with_copy(self, copy: CodeCopy) -> Self:
        """Itself: a command does not run from a copy."""
        return self

    def code(self, root: Path) -> ProjectCode:
        """The files that the command names, the templates, and the imports of its Python files."""
        return command_code(self.run, self.templates.values(), self.directory, root)

    def used(self, root: Path, place: Path) -> set[str] | None:
        """All of them."""
        return None

    def files(self, root: Path) -> Mapping[str, bytes]:
        """The same files, including those that are not code."""
        code = self.code(root)
        inside = [name for name in code.inputs if not name.startswith("../")]
        return {**code.files, **{name: (root / name).read_bytes() for name in inside}}

    def with_root(self, root: Path, directory: Path) -> Self:
        """Itself, because it runs where its files are."""
        return self

    def line(self, trial: Trial, directory: Path, trial_directory: Path) -> tuple[list[str], dict[str, str]]:
        """The words of the command for a trial, and the variables of its environment.

        Args:
            trial: The trial to run.
            directory: The directory with the code.
            trial_directory: The directory with the trial's files.

        Raises:
            ExpressionError: An expression has no value.
        """
        special = self._special(trial, trial_directory)
        line = CommandLine(self.run, self.passing, self.environment)
        words = line.words(trial.values, special)
        if self.in_trial_directory and not isinstance(self.run, str):
            words = [str(directory / word) if _is_file(directory / word) else word for word in words]
        return words, line.variables(trial.values, special)

    def sightings(
        self, metric: str, trial: Trial, directory: Path, trial_directory: Path
    ) -> Mapping[str, Sighting]:
        """The metrics that a finished trial reported, from the files in its directory.

        Args:
            metric: The name of the search's metric.
            trial: The trial.
            directory: The directory with the code.
            trial_directory: The directory with the trial's files.
        """
        file = self._file(trial, directory, trial_directory, metric, only_new=False)
        output = CommandOutput(self.patterns, metric, self.output, file)
        with contextlib.suppress(UnclearNumber, UnreadableMetrics, TrialEnded):
            for name in ("stdout", "stderr"):
                log = trial_directory / f"{name}.log"
                for _ in output.records(name, log.read_bytes() if log.is_file() else b""):
                    pass
            for _ in output.last_records():
                pass
        return output.seen

    def _special(self, trial: Trial, trial_directory: Path) -> dict[str, str]:
        return {
            "seed": str(trial.seed),
            "trial": str(trial.number),
            "trial_dir": str(trial_directory),
            "checkpoint_dir": str(trial_directory / "checkpoint" / "files"),
            "epochs": "" if self.epochs is None else str(self.epochs),
            "json": str(trial_directory / "values.json"),
        }

    def _begin(self, context: TrialContext) -> tuple[list[str], dict[str, str]]:
        """Write the files that a trial needs; returns the words and the variables of its command."""
        trial, directory = context.trial, context.files.directory
        if any("json" in placeholders(text) for text in self._texts()):
            (directory / "values.json").write_text(json.dumps(dict(trial.values)), encoding="utf-8")
        if self.templates:
            self._fill_in(context)
        try:
            return self.line(trial, context.directory, directory)
        except ExpressionError as error:
            raise TrialEnded(Status.FAILED, str(error)) from error

    def _fill_in(self, context: TrialContext) -> None:
        from hpsearch.objectives.filled_files import BadTemplate, write_filled  # imports yaml

        directory = context.files.directory
        special = self._special(context.trial, directory)
        for target, template in self.templates.items():
            source = context.directory / template
            try:
                write_filled(source, directory / target, context.trial.values, special, self.passing)
            except BadTemplate as error:
                raise TrialEnded(Status.FAILED, str(error)) from error

    def _texts(self) -> Iterator[str]:
        yield from [self.run] if isinstance(self.run, str) else self.run
        yield from self.environment.values()

    def _file(
        self, trial: Trial, directory: Path, trial_directory: Path, metric: str, *, only_new: bool = True
    ) -> MetricsFile | None:
        if self.metrics_file is None:
            return None
        special = self._special(trial, trial_directory)
        text = filled(self.metrics_file, lambda inner: self.passing.placeholder(inner, trial.values, special))
        where = trial_directory if self.in_trial_directory else directory
        return MetricsFile(str(where / text), metric, only_new=only_new)

    def _parse(
        self,
        child: Child,
        context: TrialContext,
        output: CommandOutput,
        metrics: Path,
        questions: Questions | None,
    ) -> Records:
        reported = False
        try:
            for source, block in self._blocks(child, context.deadline, questions):
                if source == "question" and questions is not None:
                    if reported:
                        yield AtRest()
                    questions.answer(context.changed() if reported else {})
                    reported = False
                    continue
                for record in output.poll() if source == "file" else output.records(source, block):
                    reported = True
                    yield record
            if metrics.is_file():  # the command has replaced the pipe with a file
                yield from output.records("metrics", metrics.read_bytes())
            yield from output.last_records()
        except Timeout:
            raise context.timed_out(child.tail()) from None
        except (UnclearNumber, UnreadableMetrics) as error:
            raise TrialEnded(Status.FAILED, str(error)) from error
        self._check_end(child, context, output)
        return output.final()

    def _blocks(
        self, child: Child, deadline: float | None, questions: Questions | None
    ) -> Iterator[tuple[str, bytes]]:
        """The blocks of the child's output, and sometimes a hint to look elsewhere.

        The hint is ``file`` for the file of metrics, or ``question``, after everything printed before it.
        """
        while (self.metrics_file is not None or questions is not None) and child.exit is None:
            soon = running_time() + (POLL_SECONDS if questions is None else ASK_SECONDS)
            try:
                yield from child.blocks(soon if deadline is None else min(soon, deadline))
            except Timeout:
                if deadline is not None and running_time() >= deadline:
                    raise
                asked = questions is not None and questions.asked()
                # The first look reads what is there, the second one yields it.
                for _ in range(2 if asked else 0):
                    with contextlib.suppress(Timeout):
                        yield from child.blocks(running_time())
                yield "file", b""
                if asked:
                    yield "question", b""
        yield from child.blocks(deadline)

    def _check_end(self, child: Child, context: TrialContext, output: CommandOutput) -> None:
        """Raise the error for a command that did not end well."""
        if child.exit is not None and child.exit.how == "start":
            program = SHELL if isinstance(self.run, str) else self.run[0]
            raise TrialEnded(Status.FAILED, f"{program} cannot be run: {child.exit}")
        if child.exit is not None and child.exit != Exit("exit", 0):
            raise context.died(child.exit, child.tail())
        if not output.found:
            metric = context.metric.name
            seen = ", ".join(sorted(output.seen)) or "none"
            reason = f"it ended without reporting the metric {metric!r}; metrics found: {seen}"
            line = ""
            if (likely := output.likely()) is not None:
                name, sighting = likely
                reason += f". Write metric.name: {name}"
                line = f"The line of {name}: {sighting.line[:100]!r}"
            raise NothingReported("\n".join(filter(None, (reason, line, child.tail()))))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # it is not a valid file name
        return False
