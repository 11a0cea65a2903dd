"""What every executor does."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from hpsearch.trial import Result, Trial

Objective = Callable[[Trial], Result]
"""Runs one trial. It pickles, and never raises for what the trial's code does."""


class Executor(Protocol):
    """A number of slots that trials run in.

    Used as a context manager; leaving it ends whatever still runs.

    Attributes:
        slots: How many trials may be submitted and not yet given back.
    """

    slots: int

    def submit(self, trial: Trial) -> None:
        """Run a trial, now or as soon as there is a worker."""
        ...

    def wait(self) -> list[Result]:
        """The results that are there; waits for the first one.

        Every submitted trial is given back exactly once, in any order.
        """
        ...

    def close(self) -> None:
        """End every worker, and with it the trials that still run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
