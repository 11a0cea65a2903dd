"""A function in this process as a trial, if other processes cannot import it."""

from __future__ import annotations  # types are imported for annotations only

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hpsearch.errors import ConfigError
from hpsearch.objective import TrialEnded
from hpsearch.objectives.code_preparation import CodePreparation
from hpsearch.objectives.function import epochs_of
from hpsearch.objectives.project_code import ProjectCode
from hpsearch.objectives.pushed_records import follow_calls
from hpsearch.process.reporting import StopTrial, call
from hpsearch.process.user_function import signature_problem
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hpsearch.config import Config
    from hpsearch.objective import Records
    from hpsearch.objectives.project_code import CodeCopy
    from hpsearch.objectives.user_code import TrialContext
    from hpsearch.process.reporting import Push
    from hpsearch.trial import Result, Trial


@dataclass(frozen=True)
class LocalFunction:
    """A function in a notebook, a lambda, or one that refers to data of this process.

    It is called and followed like :class:`hpsearch.objectives.function.Function`, but in this process: one
    trial at a time, and without a limit on its memory.

    Attributes:
        function: The function.
        epochs: The value of ``trial.epochs``; None if not in the config.
    """

    function: Callable[..., Any]
    epochs: int | None = None

    runs_copy: ClassVar[bool] = True

    @classmethod
    def prepare(cls, config: Config, function: Callable[..., Any]) -> CodePreparation:
        """The preparation of a search that calls the function."""
        return CodePreparation(config, cls(function, config.objective.epochs), Path.cwd())

    def check(self, config: Config) -> Sequence[str]:
        """Compare its parameters with the space."""
        problems = []
        names = {parameter.name: not parameter.when for parameter in config.space.parameters}
        names |= dict.fromkeys(config.space.constants, True)
        if wrong := signature_problem(self.function, names):
            rule = f"must be a function that can be called with the values of a trial: {wrong}"
            hint = f"A trial calls it with {', '.join(f'{name}=…' for name in names)}"
            problems.append(config.problem("objective.python", rule, found="", hint=hint))
        if problems:
            raise ConfigError(problems)
        name = getattr(self.function, "__qualname__", type(self.function).__name__)
        note = (
            f"{name} runs in this process, one trial at a time, because no other process can import it. For"
            " parallel trials, define it at the top level of a module, and call hpsearch.run under"
            ' `if __name__ == "__main__":`.'
        )
        return [note]

    def with_copy(self, copy: CodeCopy) -> Self:
        """Itself."""
        return self

    def code(self, root: Path) -> ProjectCode:
        """None, because it is only in memory."""
        return ProjectCode()

    def used(self, root: Path, place: Path) -> set[str] | None:
        """No files."""
        return set()

    def files(self, root: Path) -> Mapping[str, bytes]:
        """No files."""
        return {}

    def with_root(self, root: Path, directory: Path) -> Self:
        """Itself."""
        return self

    def epochs_of(self, trial: Trial) -> int | None:
        """The same as for a function in its own process."""
        return epochs_of(trial, self.epochs)

    def run_trial(self, context: TrialContext, follow: Callable[[Callable[[], Records]], Result]) -> Result:
        """Call it for a trial, in this thread, while another one follows what it reports."""
        return follow_calls(lambda push: self._call(context, push), follow)

    def _call(self, context: TrialContext, push: Push) -> dict[str, Any]:
        trial, files = context.trial, context.files
        about = {
            "number": trial.number,
            "seed": trial.seed,
            "directory": files.directory,
            "checkpoint_dir": files.checkpoint,
            "epochs": trial.values.get("epochs", self.epochs),
        }
        try:
            return call(self.function, trial.values, about, context.metric.name, push)
        except StopTrial:
            return {}
        except SystemExit as error:
            raise TrialEnded(Status.FAILED, f"SystemExit: {error}") from None
