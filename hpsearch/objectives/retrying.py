"""Running a trial again if the way it ended may not be its own fault."""

from __future__ import annotations  # types are imported for annotations only

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from hpsearch.trial import Result, Status, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hpsearch.config.schema import RunSection
    from hpsearch.objective import Heartbeat, Objective, OnEpoch

CAUSES = {"crash": Status.CRASHED, "timeout": Status.TIMED_OUT}
"""The statuses that ``run.retry_on`` names."""


@dataclass(frozen=True)
class Retrying:
    """An objective that runs a trial more than once if necessary.

    Attributes:
        objective: Runs a trial.
        statuses: The statuses after which a trial runs again.
        retries: How often it may run again.
    """

    objective: Objective
    statuses: tuple[Status, ...]
    retries: int

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial until it ends with another status."""
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


def with_retries(objective: Objective, settings: RunSection) -> Objective:
    """The objective, with the retries of a config's ``run`` section."""
    statuses = tuple(CAUSES[cause] for cause in settings.retry_on)
    return Retrying(objective, statuses, settings.retries) if statuses and settings.retries else objective
