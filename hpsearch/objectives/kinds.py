"""The kinds of objectives, and what has to be done before a search can run one."""

from __future__ import annotations  # types are imported for annotations only

from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from hpsearch.commands import NO_OPTIONS
from hpsearch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hpsearch.commands import ResumeOptions
    from hpsearch.config import Config
    from hpsearch.objective import Objective
    from hpsearch.objectives.project_code import Watch
    from hpsearch.store import Run


class Preparation(Protocol):
    """What precedes the trials of a search: checks, a fingerprint, and files that all trials read.

    Attributes:
        must_match: Whether results with another fingerprint cannot be compared at all.
    """

    must_match: ClassVar[bool]

    def check(self) -> Sequence[str]:
        """Find what is wrong before anything is created.

        Returns:
            What the user should know, as sentences.

        Raises:
            UsageError: The search could not run.
        """
        ...

    def fingerprint(self) -> str:
        """The SHA-256 of the files that results depend on."""
        ...

    def rows(self) -> Mapping[str, int] | None:
        """How many rows each split of the data has, so how far a metric can be trusted; None if not known."""
        ...

    def files(self) -> Mapping[str, bytes]:
        """Files that a new run directory is made with, by relative path."""
        ...

    def record(self) -> Mapping[str, Any] | None:
        """What is stored about the user's code with a new run; None if there is none."""
        ...

    def resume(
        self, run: Run, kept: Sequence[int], *, accept: bool, typed: ResumeOptions = NO_OPTIONS
    ) -> Sequence[str]:
        """Compare the user's code with what a run began with.

        Args:
            run: Open for writing.
            kept: The trials whose results stay; without any, any code will do.
            accept: Whether to continue with other code.
            typed: With which options the search was to be resumed.

        Returns:
            What the user should know, as sentences.

        Raises:
            CodeChanged: It has changed, and cannot be restored.
            RunDamaged: The run's copy of it has changed.
        """
        ...

    def watch(self, run: Run) -> Watch | None:
        """What looks for changes of the user's code while trials run, if that is necessary."""
        ...

    def changes(self, run: Run) -> Sequence[str]:
        """What differs from what a run began with, for who runs one of its trials again, as sentences.

        Raises:
            RunDamaged: As :meth:`resume`.
            RunMismatch: What would run is another trial.
        """
        ...

    def objective(self, run: Run, place: Path | None = None) -> Objective:
        """What runs a trial.

        Args:
            run: What it belongs to.
            place: Where the files are kept that it reads and writes; by default in the run directory.
        """
        ...

    def close(self) -> None:
        """End what trials have left in this process for the next ones."""
        ...


def prepare(config: Config, function: Callable[..., Any] | None = None) -> Preparation:
    """The preparation of a config's objective; nothing is read yet.

    Args:
        config: What is searched.
        function: What the trials of an objective ``python`` call.

    Raises:
        UsageError: The objective is ``python``, and there is no function; or the other way round.
    """
    kind = config.objective.kind
    if kind == "python":
        if function is None:
            raise UsageError(
                "The trials of this search run in a Python program (objective: python). Continue it there,"
                " with hpsearch.Search(…, directory=…) or hpsearch.resume(…, function=…)"
            )
        from hpsearch.objectives.local_function import LocalFunction

        return LocalFunction.prepare(config, function)
    if function is not None:
        raise UsageError(f"This search runs a {kind}, as its config says; leave function= out")
    module, _, name = KINDS[kind].partition(":")
    prepare_kind: Callable[[Config, Any], Preparation] = attrgetter(name)(import_module(module))
    return prepare_kind(config, config.objective)


KINDS = {
    "network": "hpsearch.objectives.network:NetworkPreparation",
    "function": "hpsearch.objectives.function:Function.prepare",
    "command": "hpsearch.objectives.command:Command.prepare",
}
"""By the key in a config's ``objective`` section: what makes the preparation of a search.

Imported when it is used: a search of one kind does not wait for what the others need."""
