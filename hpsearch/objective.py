"""How one trial runs: the protocol of objectives, and their reports during a trial."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from hpsearch.trial import Epoch, Result, Status, Trial

OnEpoch = Callable[[Trial, Epoch], None]
"""Called after every epoch of a trial."""

Heartbeat = Callable[[], None]
"""Called about once a second, or once per epoch, while a trial runs; an exception from it ends the trial."""

Records = Generator[Mapping[str, Any], None, Mapping[str, Any] | None]
"""Metrics by name, one mapping per epoch; the generator's return value contains final metrics."""


class LastRecord(dict[str, Any]):
    """The record of a trial whose code has ended by itself, so that nothing can be stopped early."""


class AtRest(dict[str, Any]):
    """Not a record: in the nursery, the code waits between two epochs to be told what changes."""


class Objective(Protocol):
    """Runs one trial. It can be pickled, and never raises an exception because of the trial's code."""

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial to its end."""
        ...

    def files(self) -> Mapping[str, bytes]:
        """The files that it reads, by relative path, for a machine without them."""
        ...

    def with_root(self, root: Path) -> Self:
        """The same objective with those files below ``root``, where trials may also keep their own files."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How a trial ended: its result without the numbers."""

    status: Status
    reason: str = ""


class TrialEnded(Exception):
    """Raised by a trial's records to end it with a status.

    Attributes:
        ending: How it ends.
    """

    def __init__(self, status: Status, reason: str) -> None:
        self.ending = Ending(status, reason)
        super().__init__(reason)
