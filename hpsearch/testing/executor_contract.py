"""The promises of every executor, as tests.

::

    from hpsearch.testing import ExecutorContract

    class TestMine(ExecutorContract):
        def make(self, objective):
            return Mine(objective)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from hpsearch.executors.executor import Executor
from hpsearch.objective import Objective
from hpsearch.trial import Result, Status, Trial


class Echo:
    """An objective whose value is the trial's number."""

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        """The number."""
        return Result(trial.number, Status.DONE, float(trial.number))

    def files(self) -> Mapping[str, bytes]:
        """None."""
        return {}

    def with_root(self, root: Path) -> Self:
        """Itself."""
        return self


def run_trials(executor: Executor, count: int) -> dict[int, Result]:
    """Run as many trials at once as the executor has slots.

    Args:
        executor: A new one; it is closed at the end.
        count: The number of trials.

    Returns:
        The results of trials 0 to count − 1, by number.
    """
    results: dict[int, Result] = {}
    submitted = 0
    with executor:
        while len(results) < count:
            while submitted < count and submitted - len(results) < executor.slots:
                executor.submit(Trial(submitted, {}, submitted))
                submitted += 1
            for result in executor.wait():
                assert result.number not in results
                results[result.number] = result
    return results


class ExecutorContract:
    """The laws of an executor."""

    def make(self, objective: Objective) -> Executor:
        """A new executor for trials of this objective."""
        raise NotImplementedError

    def test_every_trial_comes_back_once(self) -> None:
        """Seven trials in, the same seven results out."""
        results = run_trials(self.make(Echo()), 7)
        assert {number: result.value for number, result in results.items()} == {n: float(n) for n in range(7)}

    def test_closing_ends_what_has_not_run(self) -> None:
        """An executor can be closed immediately after a trial was submitted, repeatedly."""
        for number in range(5):
            with self.make(Echo()) as executor:
                executor.submit(Trial(number, {}, 0))
