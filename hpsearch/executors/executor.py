"""The protocol of executors, and the plan that one is made from."""

from __future__ import annotations  # types are imported for annotations only

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from hpsearch.config.schema import RunSection
    from hpsearch.objective import Objective, OnEpoch
    from hpsearch.trial import Result, Trial


class Executor(Protocol):
    """A number of slots that trials run in.

    Used as a context manager; leaving it ends everything that still runs.

    Attributes:
        slots: How many trials may be submitted and not yet returned.
    """

    slots: int

    @classmethod
    def from_plan(cls, plan: Plan) -> Self:
        """The executor for a search."""
        ...

    def submit(self, trial: Trial) -> None:
        """Run a trial, now or as soon as a worker is free."""
        ...

    def wait(self) -> list[Result]:
        """The available results; waits for the first one.

        Every submitted trial is returned exactly once, in any order.
        """
        ...

    def close(self) -> None:
        """End every worker, and with it the trials that still run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class Plan:
    """Everything that an executor needs to know about a search.

    Attributes:
        objective: Runs a trial.
        workers: How many trials to run at once.
        settings: The ``run`` section of the config.
        run_directory: Where the objective may write; absolute.
        on_epoch: Called after every epoch of a trial that runs in this process.
        on_message: Called with messages for the user, as sentences.
    """

    objective: Objective
    workers: int
    settings: RunSection
    run_directory: Path
    on_epoch: OnEpoch
    on_message: Callable[[str], None]

    @property
    def retries(self) -> int:
        """How often a trial whose worker died runs again."""
        return self.settings.retries if "crash" in self.settings.retry_on else 0
