"""The kinds of objectives, and the preparation that each needs before a search."""

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
    """The preparation of a search: checks, a fingerprint, and files that all trials read.

    Attributes:
        must_match: Whether results with another fingerprint cannot be compared at all.
    """

    must_match: ClassVar[bool]

    def check(self) -> Sequence[str]:
        """Find problems before anything is created.

        Returns:
            Messages for the user, as sentences.

        Raises:
            UsageError: The search could not run.
        """
        ...

    def fingerprint(self) -> str:
        """The SHA-256 of the files that results depend on."""
        ...

    def rows(self) -> Mapping[str, int] | None:
        """How many rows each split of the data has, which limits a metric's precision; None if unknown."""
        ...

    def files(self) -> Mapping[str, bytes]:
        """Files to put into a new run directory, by relative path."""
        ...

    def record(self) -> Mapping[str, Any] | None:
        """The record of the user's code to store with a new run; None if there is none."""
        ...

    def resume(
        self, run: Run, kept: Sequence[int], *, accept: bool, typed: ResumeOptions = NO_OPTIONS
    ) -> Sequence[str]:
        """Compare the user's code with the code that a run began with.

        Args:
            run: The run, open for writing.
            kept: The trials whose results stay; without any, any code is accepted.
            accept: Whether to continue with changed code.
            typed: The options that the user gave to ``resume``.

        Returns:
            Messages for the user, as sentences.

        Raises:
            CodeChanged: It has changed, and cannot be restored.
            RunDamaged: The run's copy of it has changed.
        """
        ...

    def watch(self, run: Run) -> Watch | None:
        """The watch for changes in the user's code while trials run, if necessary."""
        ...

    def changes(self, run: Run) -> Sequence[str]:
        """Differences from the code that a run began with, for a rerun of one of its trials, as sentences.

        Raises:
            RunDamaged: As in :meth:`resume`.
            RunMismatch: A different trial would run.
        """
        ...

    def objective(self, run: Run, place: Path | None = None) -> Objective:
        """The objective that runs trials.

        Args:
            run: The run that it belongs to.
            place: The directory of the files that it reads and writes; by default the run directory.
        """
        ...

    def close(self) -> None:
        """Release what trials keep in this process for later ones."""
        ...


def prepare(config: Config, function: Callable[..., Any] | None = None) -> Preparation:
    """The preparation of a config's objective; nothing is read yet.

    Args:
        config: The search's config.
        function: The function that the trials of an objective ``python`` call.

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
"""By the key in a config's ``objective`` section: the function that creates the preparation of a search.

Modules are imported when they are needed: a search of one kind does not wait for the imports of others."""
