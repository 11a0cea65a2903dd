"""Results from elsewhere: the rows of a CSV file with a column for each parameter and one for the metric."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hpsearch.errors import UsageError
from hpsearch.space import Number, Parameter, Space
from hpsearch.trial import Metric, Value

LARGEST_FILE = 20_000_000
"""The largest file, in bytes."""

_MOST_NOTES = 5
"""The largest number of omitted rows that are named one by one."""


@dataclass
class KnownResults:
    """The rows of a file that fit a space.

    Attributes:
        values: The values in each row, by parameter; an absent parameter is inactive or unknown.
        losses: Lower is better; NaN for a failure.
        left_out: For each row that does not fit, its line in the file and the reason, as a sentence.
        ignored: Columns that are neither a parameter nor the metric.
    """

    values: list[dict[str, Value]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def notes(self, path: Path) -> list[str]:
        """A summary of what was read, as sentences."""
        sentences = [f"Known results: {len(self.losses)} rows of {path}."]
        if self.ignored:
            sentences.append(
                f"{path}: columns that are not parameters of the space: {', '.join(self.ignored)}"
            )
        sentences += self.left_out[:_MOST_NOTES]
        if (more := len(self.left_out) - _MOST_NOTES) > 0:
            sentences.append(f"{path}: {more} more rows are left out")
        return sentences


def read_known_results(path: Path, space: Space, metric: Metric) -> KnownResults:
    """Read a file of results.

    Args:
        path: A CSV file, or one with tabs if its name ends in ``.tsv``; its first line names the columns.
        space: The space to search.
        metric: The metric; its column has its name, or is ``value``.

    Raises:
        UsageError: It cannot be read, or has no column for the metric; the message is a rule, to be read
            after the file's name.
    """
    rows = _rows(path)
    header = [name.strip() for _, cells in [next(rows, (0, []))] for name in cells]
    if repeated := [name for name in header if header.count(name) > 1]:
        raise UsageError(f"must have one column for each name; found two of {repeated[0] or 'no name'}")
    column = next((name for name in (metric.name, "value") if name in header), None)
    if column is None:
        found = ", ".join(header[:10]) or "none"
        raise UsageError(f"must have a column {metric.name}, the metric; found {found}")
    if not set(header) & set(space.names):
        raise UsageError(f"must have a column for a parameter of the space: {', '.join(space.names[:10])}")
    known = KnownResults(
        ignored=[name for name in header if name not in {*space.names, *space.constants, column}]
    )
    for line, cells in rows:
        row = dict(zip(header, map(str.strip, cells), strict=False))
        try:
            if len(cells) > len(header):
                raise _Unfit(f"has {len(cells)} cells, and the first line names {len(header)} columns")
            loss, values = _loss(row.get(column, ""), metric), _values(row, space)
        except _Unfit as error:
            known.left_out.append(f"{path}:{line}: {error}. The row is left out")
            continue
        known.values.append(values)
        known.losses.append(loss)
    return known


class _Unfit(ValueError):
    """A row does not fit the space; the message says why."""


def _rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """The lines that are not empty, each with its number."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"must be a file that can be read: {error.strerror or error}") from error
    if len(data) > LARGEST_FILE:
        raise UsageError(f"must have at most {LARGEST_FILE:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("must be UTF-8 text") from None
    reader = csv.reader(text.splitlines(keepends=True), delimiter="\t" if path.suffix == ".tsv" else ",")
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield reader.line_num, cells
    except csv.Error as error:
        raise UsageError(f"must be a CSV file; line {reader.line_num}: {error}") from error


def _loss(cell: str, metric: Metric) -> float:
    """The loss of a row; NaN for a failure, which has no number or one that is not finite."""
    try:
        value = float(cell or "nan")
    except ValueError:
        raise _Unfit(f"{metric.name} must be a number, or empty for a failure; found {cell!r:.40}") from None
    return metric.loss(value) if math.isfinite(value) else math.nan


def _values(row: Mapping[str, str], space: Space) -> dict[str, Value]:
    """The values of a row, without those of inactive parameters."""
    values: dict[str, Value] = {}
    for parameter in space.parameters:
        if cell := row.get(parameter.name):
            values[parameter.name] = _value(parameter, cell)
    for name, constant in space.constants.items():
        if (cell := row.get(name)) and not _means(constant, cell):
            raise _Unfit(f"{name} is the constant {constant} here; found {cell!r:.40}")
    for name, rule in list(space.problems(values, partial=True)):
        if "not active" in rule:
            del values[name]
        else:
            raise _Unfit(f"{name} {rule}; found {row[name]!r:.40}")
    if not values:
        raise _Unfit("has no value for any parameter")
    if space.is_complete(values) and (broken := space.broken_constraint(values)):
        raise _Unfit(f"breaks the constraint {broken}")
    return values


def _value(parameter: Parameter, cell: str) -> Value:
    """The value that a cell means."""
    if isinstance(parameter, Number):
        try:
            number = float(cell)
        except ValueError:
            raise _Unfit(f"{parameter.name} must be {parameter.rule}; found {cell!r:.40}") from None
        return int(number) if parameter.integer and number.is_integer() else number
    meant = next((own for own in parameter.values if _means(own, cell)), None)
    if meant is None:
        raise _Unfit(f"{parameter.name} must be {parameter.rule}; found {cell!r:.40}")
    return meant


def _means(value: Value, cell: str) -> bool:
    """Whether a cell is a spelling of a value: 2.0 for 2, True for true."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell == str(value) or (isinstance(value, bool) and cell.lower() == str(value).lower())
    try:
        return float(cell) == value
    except ValueError:
        return False
