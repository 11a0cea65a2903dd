"""One trial after another, in this process: babysitting one model."""

from collections import deque
from typing import Self

from hpsearch.executors.executor import Objective
from hpsearch.trial import Result, Trial


class Panda:
    """Runs each trial when it is waited for.

    Args:
        objective: Runs a trial.
    """

    slots = 1

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._waiting: deque[Trial] = deque()

    def submit(self, trial: Trial) -> None:
        """Keep a trial for :meth:`wait`."""
        self._waiting.append(trial)

    def wait(self) -> list[Result]:
        """Run the oldest trial to its end."""
        return [self._objective(self._waiting.popleft())]

    def close(self) -> None:
        """Forget the trials that have not run."""
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
