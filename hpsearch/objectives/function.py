"""A user's function as a trial: called in its own Python process."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import json
import os
import signal
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Self

from hpsearch.errors import ConfigError, SystemLacking
from hpsearch.machine.environment import user_environment
from hpsearch.objective import AtRest, LastRecord, TrialEnded
from hpsearch.objectives.code_preparation import CodePreparation, environment_of
from hpsearch.objectives.epochs_used import uses_epochs
from hpsearch.objectives.project_code import ProjectCode
from hpsearch.objectives.python_files import NOT_CODE, imports, python_files
from hpsearch.objectives.user_code import TRIAL_VARIABLES, variable_names
from hpsearch.process import kept_modules
from hpsearch.process.child import Child, Exit, Timeout
from hpsearch.process.parents import PYTHON, RUNNER, Fork, Origin, Unfit, parents
from hpsearch.process.running_time import running_time
from hpsearch.process.supervised import GRACE_SECONDS, SupervisedCommand
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpsearch.config import Config
    from hpsearch.config.code_settings import FunctionSettings
    from hpsearch.objective import Records
    from hpsearch.objectives.project_code import CodeCopy
    from hpsearch.objectives.user_code import TrialContext
    from hpsearch.trial import Result, Trial

PROBE_SECONDS = 120.0
"""Seconds that the import of a module may take when it is checked."""


@dataclass(frozen=True)
class Function:
    """A function that returns the metric of a trial, or yields it epoch by epoch.

    Every trial has its own process: nothing that a trial leaves behind in memory, and no state of a
    random generator, reaches another one. If it is as good as a fresh process, a fork of a process that
    has imported the user's module is used; see :mod:`hpsearch.process.watched_import`. If a fork is not
    possible, or is lost with its parent, the trial runs in a fresh process, with the same result.

    Attributes:
        name: ``module:function``.
        directory: The directory of the module.
        epochs: The value of ``trial.epochs``; None if not in the config.
        copy: The copy of the project to import modules from; None to import from the project.
        warm: Whether trials may be forks.
    """

    name: str
    directory: Path
    epochs: int | None = None
    copy: CodeCopy | None = None
    warm: bool = True

    runs_copy: ClassVar[bool] = True

    @classmethod
    def prepare(cls, config: Config, settings: FunctionSettings) -> CodePreparation:
        """The preparation of a search that calls a function."""
        directory = Path(settings.directory)
        function = cls(settings.name, directory, settings.epochs, warm=config.run.start == "warm")
        return CodePreparation(config, function, directory)

    def with_copy(self, copy: CodeCopy) -> Self:
        """The same function, imported from a copy."""
        return replace(self, copy=copy)

    def check(self, config: Config) -> Sequence[str]:
        """Import it in another process, and compare its parameters with the space."""
        space = config.space
        names = {parameter.name: not parameter.when for parameter in space.parameters}
        names |= dict.fromkeys(space.constants, True)
        run = config.run
        found = probe(self, names, environment_of(config), variable_names(run.devices), run.memory)
        if found.wrong:
            rule = f"must be a function that can be called with the values of a trial: {found.wrong}"
            call = ", ".join(f"{name}=…" for name in names)
            hint = f"A trial calls {self.name.rpartition(':')[2]}({call})"
            raise ConfigError([config.problem("objective.function", rule, hint=hint)])
        module = self.name.partition(":")[0]
        notes = []
        if self.epochs is None and "epochs" not in names and uses_epochs(self.directory, self.name):
            notes.append(
                "objective.function: counts to trial.epochs, which is None. Write how many there are:"
                f" objective: {{function: {{name: '{self.name}', epochs: 20}}}}"
            )
        if not self.warm or not found.unfit:
            return notes
        return [*notes, f"Every trial imports {module} again (run.start: fresh), because {found.unfit}."]

    def epochs_of(self, trial: Trial) -> int | None:
        """The ``epochs`` of the trial's values or of the config, if it is a number."""
        return epochs_of(trial, self.epochs)

    def run_trial(self, context: TrialContext, follow: Callable[[Callable[[], Records]], Result]) -> Result:
        """Call it for a trial, in a fork if that is as good as a fresh process."""
        if self.warm:
            try:
                return follow(lambda: self._forked_records(context))
            except Unfit:
                pass
            except SystemLacking:  # a fresh process may still have what it needs
                parents.close()
            context = replace(context, deadline=context.limits.deadline())
        return follow(lambda: self.records(context))

    def records(self, context: TrialContext) -> Records:
        """Start calling it for a trial, in a fresh process."""

        def begin(answers: int, messages: int, metrics: int) -> Child:
            command = [*PYTHON, RUNNER, str(answers), str(messages)]
            fds, environment = (answers, messages), self.environment()
            return context.child(command, metrics=metrics, pass_fds=fds, environment=environment)

        with _running(begin) as (child, answers):
            return (yield from self._called(child, answers, context))

    def _forked_records(self, context: TrialContext) -> Records:
        """Start calling it for a trial, in a fork of a process that has imported it.

        Raises:
            Unfit: It has to be called in a fresh process.
        """
        origin = self._origin(context)
        with parents.borrow(origin) as parent:

            def begin(answers: int, messages: int, metrics: int) -> Child:
                lock = context.files.lock_fd
                fork = Fork(parent, context.variables, answers=answers, messages=messages, lock=lock)
                return context.follow(fork, metrics)

            with _running(begin) as (child, answers):
                try:
                    return (yield from self._called(child, answers, context))
                except TrialEnded:
                    how = "running" if child.exit is None else child.exit.how
                    if how == "unfit" or (how == "running" and not child.began):  # it is still importing
                        parents.refuse(origin)
                    elif how != "lost":
                        raise
                    raise Unfit from None

    def _called(self, child: Child, answers: BinaryIO, context: TrialContext) -> Records:
        """Let a child process call it for a trial."""
        try:
            _send(answers, self._job(context))
            return (yield from _conversation(child, answers, context))
        except GeneratorExit:  # the function's own code is told
            answers.close()
            child.end(GRACE_SECONDS)
            raise

    def _origin(self, context: TrialContext) -> Origin:
        return Origin(
            self.name,
            str(self.directory),
            context.directory,
            {**context.environment, **self.environment()},
            tuple(context.variables),
            context.limits.memory or 0,
        )

    def code(self, root: Path) -> ProjectCode:
        """All Python files of the project; none if the module is in an installed package."""
        if NOT_CODE & set(self.directory.parts):
            return ProjectCode()
        found = python_files(root, self.directory)
        return ProjectCode(found.files, whole=found.whole)

    def used(self, root: Path, place: Path) -> set[str] | None:
        """The files that importing the module reads; None if it may import any."""
        directory = place / self.directory.relative_to(root)
        module = Path(self.name.partition(":")[0].replace(".", "/"))
        scripts = [directory / f"{module}.py"]
        scripts += [directory / package / "__init__.py" for package in (module, *module.parents[:-1])]
        found = imports(scripts, [directory, place, place / "src"])
        if found.by_name:
            return None
        return {path.relative_to(place).as_posix() for path in found.files if path.is_relative_to(place)}

    def files(self, root: Path) -> Mapping[str, bytes]:
        """The copy."""
        if self.copy is None:
            return self.code(root).files
        return python_files(self.copy.directory).files

    def with_root(self, root: Path, directory: Path) -> Self:
        """The same function with the project's files in another directory."""
        return replace(self, directory=directory / self.directory.relative_to(root), copy=None)

    def environment(self) -> dict[str, str]:
        """The environment variables that tell the runner about the copy."""
        if self.copy is None:
            return {}
        about = [self.copy.project, self.copy.directory, "whole" if self.copy.whole else "partial"]
        return {kept_modules.VARIABLE: "\n".join(map(str, about))}

    def _job(self, context: TrialContext) -> dict[str, Any]:
        trial = context.trial
        return {
            "function": self.name,
            "path": str(self.directory),
            "values": dict(trial.values),
            "metric": context.metric.name,
            "asks": context.changes is not None,
            "trial": {
                "number": trial.number,
                "seed": trial.seed,
                "directory": str(context.files.directory),
                "checkpoint_dir": str(context.files.checkpoint),
                "epochs": trial.values.get("epochs", self.epochs),
            },
        }


def epochs_of(trial: Trial, configured: int | None) -> int | None:
    """The ``epochs`` of a trial's values or, without them, of the config, if that is a number."""
    epochs = trial.values.get("epochs", configured)
    return epochs if isinstance(epochs, int) and epochs >= 1 else None


@contextlib.contextmanager
def _running(begin: Callable[[int, int, int], Child]) -> Iterator[tuple[Child, BinaryIO]]:
    """The runner as a child process, and a file that it reads from.

    Args:
        begin: Starts it, given the descriptors to read from and to write to, and the other end of the latter.
    """
    theirs, ours = os.pipe()
    messages, message = os.pipe()
    with os.fdopen(ours, "wb", buffering=0) as answers, os.fdopen(messages, "rb"):
        try:
            child = begin(theirs, message, messages)
        finally:
            os.close(theirs)
            os.close(message)
        with child:
            yield child, answers


def _conversation(child: Child, answers: BinaryIO, context: TrialContext) -> Records:
    """Records as they arrive, each answered when the next one is requested; returns final metrics."""
    reported = False
    try:
        for source, block in child.blocks(context.deadline):
            for line in block.split(b"\n") if source == "metrics" else ():
                kind, content = json.loads(line)
                if kind in ("record", "returned"):
                    reported = True
                    yield content if kind == "record" else LastRecord(content)
                    _send(answers, "continue")
                elif kind == "touches":
                    if reported:
                        yield AtRest()
                    _send(answers, context.changed() if reported else {})
                    reported = False
                elif kind == "error":
                    status = Status.OUT_OF_MEMORY if content["memory"] else Status.FAILED
                    reason = content["reason"]
                    raise TrialEnded(status, _with_last_words(reason, child) if content["exit"] else reason)
                else:
                    child.end(GRACE_SECONDS)
                    return dict(content)
    except Timeout:
        raise context.timed_out(child.tail()) from None
    ended = child.exit or Exit("signal", signal.SIGKILL)
    if ended.how == "exit":
        reason = f"{ended} before the function returned"
        raise TrialEnded(Status.CRASHED, "\n".join(filter(None, (reason, child.tail()))))
    raise context.died(ended, child.tail())


def _with_last_words(reason: str, child: Child) -> str:
    """The reason for a program that exited by itself, with the last line that it wrote to stderr."""
    child.end(GRACE_SECONDS)  # otherwise the line may still be on its way
    head, *rest = reason.splitlines()
    last = child.last_error()
    return "\n".join([f"{head}: {last}" if last else head, *rest])


def _send(answers: BinaryIO, message: object) -> None:
    with contextlib.suppress(BrokenPipeError):  # the process has ended, which is detected later
        answers.write(json.dumps(message).encode() + b"\n")


@dataclass(frozen=True)
class Findings:
    """The outcome of importing a function.

    Attributes:
        wrong: The problem with it; "" if there is none.
        unfit: Why trials cannot be forks of a process that has imported it; "" if they can.
    """

    wrong: str
    unfit: str = ""


def probe(
    function: Function,
    parameters: Mapping[str, bool],
    environment: Mapping[str, str] | None = None,
    variables: Sequence[str] = TRIAL_VARIABLES,
    memory: int | None = None,
) -> Findings:
    """Import a function in another process, as trials do.

    Args:
        function: The function to import.
        parameters: The names that it is called with, and whether every trial has them.
        environment: Variables that all trials have in addition to those of this process.
        variables: The names of variables whose values differ between trials.
        memory: The largest memory of a trial, in bytes; None for no limit.
    """
    about = {"parameters": dict(parameters), "variables": list(variables), "memory": memory or 0}
    job = {"function": function.name, "path": str(function.directory), **about}
    with tempfile.TemporaryDirectory() as logs:

        def begin(answers: int, messages: int, metrics: int) -> Child:
            processes = SupervisedCommand(
                [*PYTHON, RUNNER, str(answers), str(messages)],
                directory=function.directory,
                environment={**user_environment(), **function.environment(), **(environment or {})},
                pass_fds=(answers, messages),
            )
            return Child(processes, logs=Path(logs), metrics=metrics)

        with _running(begin) as (child, answers):
            _send(answers, job)
            try:
                for source, block in child.blocks(running_time() + PROBE_SECONDS):
                    if source == "metrics":
                        found = Findings(**json.loads(block)[1])
                        exits = "raises SystemExit" in found.wrong
                        return Findings(_with_last_words(found.wrong, child)) if exits else found
            except Timeout:
                return Findings(f"its module was not imported within {PROBE_SECONDS:g} s")
            ended = f"importing its module ended the process: {child.exit}\n{child.tail()}"
            return Findings(ended.rstrip())
