"""A function of the user's as a trial: called in a Python process of its own."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import functools
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Self

from hpsearch.environment import user_environment
from hpsearch.errors import ConfigError
from hpsearch.objective import AtRest, LastRecord, TrialEnded
from hpsearch.objectives.code_preparation import CodePreparation
from hpsearch.objectives.project_code import ProjectCode
from hpsearch.objectives.python_files import NOT_CODE, imports, python_files
from hpsearch.process import kept_modules
from hpsearch.process.child import GRACE_SECONDS, Child, Exit, Timeout
from hpsearch.process.running_time import running_time
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpsearch.config import Config, FunctionSettings
    from hpsearch.objective import Records
    from hpsearch.objectives.project_code import CodeCopy
    from hpsearch.objectives.user_code import TrialContext
    from hpsearch.trial import Result, Trial

RUNNER = str(Path(kept_modules.__file__).with_name("runner.py"))

PROBE_SECONDS = 120.0
"""How long a module may take to be imported when it is checked."""


@dataclass(frozen=True)
class Function:
    """A function that returns what a trial is worth, or yields it epoch by epoch.

    Every trial has a fresh process: nothing that a trial leaves behind in memory, and no state of a random
    generator, reaches another one. That costs the start of Python and the imports of the user's module.

    Attributes:
        name: ``module:function``.
        directory: Where the module is found.
        epochs: What ``trial.epochs`` says; None if the config does not.
        copy: The copy of the project from which modules are imported; None to import the project's.
    """

    name: str
    directory: Path
    epochs: int | None = None
    copy: CodeCopy | None = None

    runs_copy: ClassVar[bool] = True

    @classmethod
    def prepare(cls, config: Config, settings: FunctionSettings) -> CodePreparation:
        """What precedes the trials of a search that calls a function."""
        directory = Path(settings.directory)
        return CodePreparation(config, cls(settings.name, directory, settings.epochs), directory)

    def with_copy(self, copy: CodeCopy) -> Self:
        """The same, importing from a copy."""
        return replace(self, copy=copy)

    def check(self, config: Config) -> Sequence[str]:
        """Import it in another process, and compare its parameters with the space."""
        space = config.space
        names = {parameter.name: not parameter.when for parameter in space.parameters}
        names |= dict.fromkeys(space.constants, True)
        if wrong := check_signature(self, names):
            rule = f"must be a function that can be called with the values of a trial: {wrong}"
            call = ", ".join(f"{name}=…" for name in names)
            hint = f"A trial calls {self.name.rpartition(':')[2]}({call})"
            raise ConfigError([config.problem("objective.function", rule, hint=hint)])
        return ()

    def epochs_of(self, trial: Trial) -> int | None:
        """The ``epochs`` of the trial's values or of the config, if it is a number."""
        return epochs_of(trial, self.epochs)

    def run_trial(self, context: TrialContext, follow: Callable[[Callable[[], Records]], Result]) -> Result:
        """Call it for a trial."""
        return follow(lambda: self.records(context))

    def records(self, context: TrialContext) -> Records:
        """Begin to call it for a trial."""
        with _running(functools.partial(context.child, environment=self.environment())) as (child, answers):
            try:
                _send(answers, self._job(context))
                return (yield from _conversation(child, answers, context))
            except GeneratorExit:  # the function's own code gets to know
                answers.close()
                child.end(GRACE_SECONDS)
                raise

    def code(self, root: Path) -> ProjectCode:
        """All Python files of the project; none of a package that is installed."""
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
        """The same with the project's files in another directory."""
        return replace(self, directory=directory / self.directory.relative_to(root), copy=None)

    def environment(self) -> dict[str, str]:
        """What the runner finds in its environment about the copy."""
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
def _running(context: Callable[..., Child]) -> Iterator[tuple[Child, BinaryIO]]:
    """The runner as a child, and a file that it reads from."""
    theirs, ours = os.pipe()
    messages, message = os.pipe()
    with os.fdopen(ours, "wb", buffering=0) as answers, os.fdopen(messages, "rb"):
        try:
            # The handler of faults prints where the function was when it crashed.
            command = [sys.executable, "-P", "-X", "faulthandler", RUNNER, str(theirs), str(message)]
            child = context(command, pass_fds=(theirs, message), metrics=messages)
        finally:
            os.close(theirs)
            os.close(message)
        with child:
            yield child, answers


def _conversation(child: Child, answers: BinaryIO, context: TrialContext) -> Records:
    """Records as they come, each answered when the next one is asked for; returns final figures."""
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
    """The reason of a program that has exited by itself, with the last line that it wrote to stderr."""
    child.end(GRACE_SECONDS)  # or the line may still be on its way
    head, *rest = reason.splitlines()
    last = child.last_error()
    return "\n".join([f"{head}: {last}" if last else head, *rest])


def _send(answers: BinaryIO, message: object) -> None:
    with contextlib.suppress(BrokenPipeError):  # the process has ended, as will be seen
        answers.write(json.dumps(message).encode() + b"\n")


def check_signature(function: Function, parameters: Mapping[str, bool]) -> str:
    """What is wrong with a function, found by importing it in another process; "" if nothing is.

    Args:
        function: What to check.
        parameters: The names it is called with, and whether every trial has them.
    """
    job = {"function": function.name, "path": str(function.directory), "parameters": dict(parameters)}
    with tempfile.TemporaryDirectory() as logs:
        context = functools.partial(
            Child,
            directory=function.directory,
            environment={**user_environment(), **function.environment()},
            logs=Path(logs),
        )
        with _running(context) as (child, answers):
            _send(answers, job)
            try:
                for source, block in child.blocks(running_time() + PROBE_SECONDS):
                    if source == "metrics":
                        wrong = str(json.loads(block)[1])
                        return _with_last_words(wrong, child) if "raises SystemExit" in wrong else wrong
            except Timeout:
                return f"its module was not imported within {PROBE_SECONDS:g} s"
            return f"importing its module ended the process: {child.exit}\n{child.tail()}".rstrip()
