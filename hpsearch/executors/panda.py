"""One trial after another, in this process, as when babysitting a single model."""

from collections import deque
from typing import Self

from hpsearch.executors.executor import Plan
from hpsearch.objective import Objective, OnEpoch
from hpsearch.trial import Result, Trial


class Panda:
    """Runs each trial when its result is requested.

    Args:
        objective: Runs a trial.
        on_epoch: Called after every epoch.
    """

    def __init__(self, objective: Objective, on_epoch: OnEpoch | None = None) -> None:
        self.slots = 1
        self._objective = objective
        self._on_epoch = on_epoch
        self._waiting: deque[Trial] = deque()

    @classmethod
    def from_plan(cls, plan: Plan) -> Self:
        """The executor for a search."""
        return cls(plan.objective, plan.on_epoch)

    def submit(self, trial: Trial) -> None:
        """Keep a trial for :meth:`wait`."""
        self._waiting.append(trial)

    def wait(self) -> list[Result]:
        """Run the oldest trial to its end."""
        return [self._objective(self._waiting.popleft(), self._on_epoch)]

    def close(self) -> None:
        """Drop the trials that have not run."""
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
