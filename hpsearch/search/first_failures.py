"""Is it the computer's fault that the first trials fail after a search was resumed?

A library that was removed, a disk that is not mounted or a tool that is not on the PATH makes every trial
fail, which says nothing about their values. Such failures are not results of the search.
"""

import re
from collections.abc import Sequence

from hpsearch.trial import Result

ALIKE = 3
"""If this many of the first trials fail for the same reason, it is not chance."""

_DIGITS = re.compile(r"[0-9]+")


def alike(result: Result) -> str:
    """The first line of a reason without its numbers: equal for trials that fail for the same reason."""
    return _DIGITS.sub("", result.reason.partition("\n")[0])


class FirstFailures:
    """Holds back the first results of a resumed search, while all fail for a reason that no trial had before.

    Args:
        known: The earlier results. Only if a trial had a value can the computer be to blame.
        left: How many trials have no result yet; if fewer than :data:`ALIKE`, nothing is held back.
    """

    def __init__(self, known: Sequence[Result], left: int) -> None:
        self._watching = left >= ALIKE and any(result.value is not None for result in known)
        self._before = {alike(result) for result in known if result.value is None}
        self._held: list[Result] = []

    @property
    def held(self) -> Sequence[Result]:
        """The results that are held back."""
        return tuple(self._held)

    @property
    def conclusive(self) -> bool:
        """Whether enough trials have failed for one reason to suspect the computer instead of the trials."""
        return len(self._held) >= ALIKE

    def sift(self, results: Sequence[Result]) -> list[Result]:
        """The results to record now, including those held back once a result points to another cause."""
        if not self._watching:
            return list(results)
        self._held += results
        reasons = {alike(result) if result.status.is_fault else "" for result in self._held}
        if len(reasons) > 1 or reasons & {"", *self._before}:
            return self.release()
        return []

    def release(self) -> list[Result]:
        """The results that were held back, because no others will come."""
        self._watching = False
        held, self._held = self._held, []
        return held
