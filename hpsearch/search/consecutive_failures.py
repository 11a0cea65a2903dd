"""Failures in a row, after which a search gives up."""

from hpsearch.search.first_failures import ALIKE, alike
from hpsearch.trial import Result, Status


class ConsecutiveFailures:
    """Counts the trials that fail in a row, in the order of their numbers.

    Args:
        most: The number after which the search gives up; None for never.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._count = 0
        self._first_reasons: list[str] | None = []  # None once one of the first trials has not failed

    @property
    def all_alike(self) -> bool:
        """Whether the first trials have all failed for the same reason, so that others would too."""
        reasons = self._first_reasons
        return reasons is not None and len(reasons) == ALIKE and len(set(reasons)) == 1

    @property
    def too_many(self) -> bool:
        """Whether the search gives up; once true, it stays true."""
        return self._most is not None and (self._count >= self._most or self.all_alike)

    def add(self, result: Result) -> None:
        """Count the next result."""
        if not self.too_many:
            self._count = self._count + 1 if result.status.is_fault else 0
        if self._first_reasons is not None and result.number < ALIKE:
            reason = alike(result)
            failed = result.status is Status.FAILED and reason
            self._first_reasons = [*self._first_reasons, reason] if failed else None
