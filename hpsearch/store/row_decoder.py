"""Trials and results from the rows of a run's database; rows that hpsearch did not write are damage."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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


class RowDecoder:
    """Reads rows whose columns are all those of their tables, in the tables' order.

    Args:
        path: The database, for messages.
        config: The stored config, of which the metric and the space are used.

    Attributes:
        metric: What the search optimizes.

    Every method raises :class:`hpsearch.errors.RunDamaged` for a row that is not as hpsearch wrote it.
    """

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        self._path = path
        self.metric = Metric.from_json(config["metric"])
        self._check_values = ValueCheck(config.get("space"))

    def record(self, row: tuple[Any, ...]) -> tuple[Trial, Result | None]:
        """The trial, the result and the learning curve of a row of all three tables."""
        trial_row, result_row = row[:_OF_TRIALS], row[_OF_TRIALS : _OF_TRIALS + _OF_RESULTS]
        number = result_row[0]
        if None in trial_row:
            raise damaged(self._path, f"trial {number} is missing, and has a result")
        if number is None:
            return self.trial(*trial_row), None
        check(self._path, f"the result of trial {number}", result_row)
        trial = self.trial(*trial_row)
        curve = self._curve(*row[_OF_TRIALS + _OF_RESULTS :])
        with decoding(self._path, f"the result of trial {number}"):
            return trial, read_result(result_row[:-1], curve, trial.values, self.metric)

    def standing(self, row: tuple[Any, ...], place: Place) -> Standing:
        """The row of a leaderboard that a row of the tables of results and trials holds."""
        result_row, trial_row = row[:_OF_RESULTS], row[_OF_RESULTS:]
        number = place.number
        if None in trial_row:
            raise damaged(self._path, f"trial {number} is missing, and has a result")
        check(self._path, f"trial {number}", trial_row)
        check(self._path, f"the result of trial {number}", result_row)
        with decoding(self._path, f"trial {number}"):
            values = read_values(trial_row[1], self._check_values)
        with decoding(self._path, f"the result of trial {number}"):
            return read_standing(result_row[:-1], place, values, self.metric)

    def trial(self, number: int, text: str, started: str, checksum: int) -> Trial:
        """The trial that a row of its table holds."""
        check(self._path, f"trial {number}", (number, text, started, checksum))
        with decoding(self._path, f"trial {number}"):
            return read_trial(number, text, started, self._check_values)

    def _curve(self, number: int | None, text: str, checksum: int) -> tuple[Epoch, ...]:
        if number is None:
            return ()
        what = f"the learning curve of trial {number}"
        check(self._path, what, (number, text, checksum))
        with decoding(self._path, what):
            return read_curve(text)


def check(path: Path, what: str, row: tuple[Any, ...]) -> None:
    """Check the checksum of a row, which is its last column.

    Raises:
        RunDamaged: It is another one.
    """
    if checksum_of(*row[:-1]) != row[-1]:
        raise damaged(path, f"{what} fails its checksum")


@contextlib.contextmanager
def decoding(path: Path, what: str) -> Iterator[None]:
    """Report rows that are not ours as damage; ``what`` is being read."""
    try:
        yield
    except (ValueError, TypeError) as error:
        why = str(error) if isinstance(error, Malformed) else "it is not what hpsearch writes"
        raise damaged(path, f"{what} is malformed: {why}") from error
