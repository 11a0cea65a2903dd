"""Trials and results from the rows of a run's database; rows that hpsearch did not write are damage."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from hpsearch.errors import RunDamaged
from hpsearch.standing import Place, Standing
from hpsearch.store.database_file import checksum_of, damaged
from hpsearch.store.json_checks import Malformed
from hpsearch.store.row_checks import (
    ValueCheck,
    read_curve,
    read_result,
    read_standing,
    read_trial,
    read_values,
)
from hpsearch.trial import Epoch, Metric, Result, Trial

COLUMNS = "trials.*, results.*, curves.*"
_OF_TRIALS, _OF_RESULTS = 4, 12
"""How many columns the tables have."""

_NOT_OURS = ValueError, TypeError, RecursionError
"""Errors raised by rows that hpsearch did not write."""

_Read = TypeVar("_Read")


class RowDecoder:
    """Reads rows that have all columns of their tables, in the tables' order.

    Args:
        path: The database, for messages.
        config: The stored config; its metric and space are used.

    Attributes:
        metric: The search's metric.

    Every method raises :class:`hpsearch.errors.RunDamaged` for a row that hpsearch did not write.
    """

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        self._path = path
        self.metric = Metric.from_json(config["metric"])
        self._check_values = ValueCheck(config.get("space"))

    def record(self, row: tuple[Any, ...]) -> tuple[Trial, Result | None]:
        """The trial, the result and the learning curve in a row of all three tables."""
        trial_row, result_row = row[:_OF_TRIALS], row[_OF_TRIALS : _OF_TRIALS + _OF_RESULTS]
        number = result_row[0]
        if None in trial_row:
            raise damaged(self._path, f"trial {number} is missing, and has a result")
        if number is None:
            return self.trial(*trial_row), None
        what = "the result of trial"
        self._check(what, result_row)
        trial = self.trial(*trial_row)
        curve = self._curve(*row[_OF_TRIALS + _OF_RESULTS :])
        return trial, self._read(what, number, read_result, result_row[:-1], curve, trial.values, self.metric)

    def standing(self, row: tuple[Any, ...], place: Place) -> Standing:
        """The row of a leaderboard, from a row of the tables of results and trials."""
        result_row, trial_row = row[:_OF_RESULTS], row[_OF_RESULTS:]
        number = place.number
        if None in trial_row:
            raise damaged(self._path, f"trial {number} is missing, and has a result")
        self._check("trial", trial_row)
        self._check("the result of trial", result_row)
        values = self._read("trial", number, read_values, trial_row[1], self._check_values)
        return self._read(
            "the result of trial", number, read_standing, result_row[:-1], place, values, self.metric
        )

    def trial(self, number: int, text: str, started: str, checksum: int) -> Trial:
        """The trial in a row of its table."""
        self._check("trial", (number, text, started, checksum))
        return self._read("trial", number, read_trial, number, text, started, self._check_values)

    def _curve(self, number: int | None, text: str, checksum: int) -> tuple[Epoch, ...]:
        if number is None:
            return ()
        what = "the learning curve of trial"
        self._check(what, (number, text, checksum))
        return self._read(what, number, read_curve, text)

    def _check(self, what: str, row: tuple[Any, ...]) -> None:
        if checksum_of(*row[:-1]) != row[-1]:
            raise damaged(self._path, f"{what} {row[0]} fails its checksum")

    def _read(self, what: str, number: int, read: Callable[..., _Read], *arguments: object) -> _Read:
        """The trial in a row, without :func:`decoding`, which would take as long as reading it."""
        try:
            return read(*arguments)
        except _NOT_OURS as error:
            raise _malformed(self._path, f"{what} {number}", error) from error


@contextlib.contextmanager
def decoding(path: Path, what: str) -> Iterator[None]:
    """Report rows that hpsearch did not write as damage; ``what`` names what is being read."""
    try:
        yield
    except _NOT_OURS as error:
        raise _malformed(path, what, error) from error


def _malformed(path: Path, what: str, error: Exception) -> RunDamaged:
    why = str(error) if isinstance(error, Malformed) else "it is not what hpsearch writes"
    return damaged(path, f"{what} is malformed: {why}")
