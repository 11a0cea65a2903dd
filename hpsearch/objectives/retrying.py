"""Running a trial again that ended in a way that may be no fault of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from hpsearch.objective import Heartbeat, Objective, OnEpoch
from hpsearch.trial import Result, Status, Trial


@dataclass(frozen=True)
class Retrying:
    """An objective, tried more than once.

    Attributes:
        objective: Runs a trial.
        statuses: With which of them a trial runs again.
        retries: How often.
    """

    objective: Objective
    statuses: tuple[Status, ...]
    retries: int

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial until it ends otherwise."""
        for _ in range(self.retries):
            result = self.objective(trial, on_epoch, heartbeat)
            if result.status not in self.statuses:
                return result
        result = self.objective(trial, on_epoch, heartbeat)
        if result.status not in self.statuses:
            return result
        return replace(result, reason=f"{self.retries + 1} times: {result.reason}")

    def files(self) -> Mapping[str, bytes]:
        """The files that the objective reads."""
        return self.objective.files()

    def with_root(self, root: Path) -> Self:
        """The same with the objective's files below ``root``."""
        return replace(self, objective=self.objective.with_root(root))
