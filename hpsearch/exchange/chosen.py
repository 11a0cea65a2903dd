"""The trials of a run to export."""

from collections.abc import Iterator
from dataclasses import dataclass

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.inspection.querying import Vocabulary
from hpsearch.store import Run
from hpsearch.trial import Result, Trial

__all__ = ["Chosen"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The trials that meet conditions.

    Attributes:
        where: The conditions, as :class:`hpsearch.inspection.querying.Vocabulary` reads them; "" for all
            trials, including those without a result.
    """

    where: str = ""

    def records(self, run: Run) -> Iterator[tuple[Trial, Result | None]]:
        """The trials and their results, by number.

        Raises:
            UsageError: The conditions cannot be read.
        """
        if not self.where.strip():
            return run.records()
        numbers = set(self._numbers(run))
        return ((trial, result) for trial, result in run.records() if trial.number in numbers)

    def best(self, run: Run) -> int:
        """The number of the best of them.

        Raises:
            UsageError: None has a value, or the conditions cannot be read.
        """
        if not self.where.strip():
            return run.trial_number("best")
        number = next(iter(self._numbers(run)), None)
        result = None if number is None else run.result(number)
        if result is None or result.value is None:
            raise UsageError(f"{run.directory} has no trial with a value that matches {self.where}")
        return result.number

    def _numbers(self, run: Run) -> list[int]:
        vocabulary = Vocabulary([Config.from_resolved(run.meta("config"))])
        return [place.number for place in run.places(vocabulary.query(self.where))]
