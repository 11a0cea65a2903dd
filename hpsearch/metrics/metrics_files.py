"""Files that a program writes its metrics to, followed as they grow: CSV, JSON, JSON lines, TensorBoard.

The records depend only on the content of the files, not on when they are read: they are the same
however often :meth:`MetricsFile.records` is called.
"""

import contextlib
import csv
import glob
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.metrics.event_files import EventFile
from hpsearch.metrics.metric_reader import LineReader, Sighting
from hpsearch.metrics.names import canonical, is_counter
from hpsearch.metrics.numbers import number
from hpsearch.metrics.objects import read_object

LARGEST_FILE = 2**28
"""Bytes; a larger one is an error."""

_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_LOGS = (".log", ".txt", ".out")
_MISSING = ("", "-", "na", "n/a", "none", "null")
"""Cells of a table for a metric that was not measured."""

Entries = Mapping[str, Any]


class UnreadableMetrics(ValueError):
    """A file of metrics cannot be read; the message names it and says why."""


class MetricsFile:
    """Follows the file, or the event files, that one trial writes.

    Files that already exist when this object is created, and do not change, belong to other trials and are
    left out.

    Args:
        path: A path, which may contain ``*`` and ``?``; a directory is one of event files. The suffix
            determines the format: ``.csv``, ``.tsv``, ``.json``, ``.jsonl``, ``.ndjson``; ``.log``, ``.txt``
            and ``.out`` are read like output; anything else is TensorBoard's.
        metric: The name of the search's metric, which completes an epoch.
        only_new: Whether to leave out existing content.

    Attributes:
        found: Whether the search's metric was found.
        seen: Every metric, by name, with the place that it came from.
    """

    def __init__(self, path: str, metric: str, *, only_new: bool = True) -> None:
        self.found = False
        self.seen: dict[str, Sighting] = {}
        self._path = path
        self._metric = metric
        self._canonical = canonical(metric)
        self._before = {file: _stamp(file) for file in self._files()} if only_new else {}
        self._contents = {file: _digest(file, stamp) for file, stamp in self._before.items()}
        self._stamp: tuple[int, ...] = ()
        self._given = 0  # records
        self._final: dict[str, Any] = {}
        self._events: dict[Path, tuple[EventFile, list[dict[str, Any]]]] = {}

    def records(self, *, ended: bool = False) -> Iterator[dict[str, Any]]:
        """The records of epochs that were added.

        Args:
            ended: Whether the program has ended, and the file is complete.

        Raises:
            UnreadableMetrics: The file does not have its format, or several files match the path.
        """
        files = [file for file in self._files() if self._before.get(file) != _stamp(file)]
        if not files:
            return
        try:
            if Path(self._path).suffix not in (*_SEPARATORS, *_LOGS, ".json", ".jsonl", ".ndjson"):
                lines = self._event_lines(files)
            elif len(files) > 1:
                names = " and ".join(str(file) for file in files[:2])
                raise UnreadableMetrics(f"{self._path} is several files: {names}; name one")
            elif (stamp := _stamp(files[0])) == self._stamp and not ended:
                return
            else:
                self._stamp = stamp
                lines = _lines(files[0], self._metric, ended=ended)[self._earlier(files[0]) :]
        except (OSError, ValueError, RecursionError) as error:
            if isinstance(error, FileNotFoundError) or (
                not ended and not isinstance(error, UnreadableMetrics)
            ):
                return  # it is still being written
            raise UnreadableMetrics(f"{files[0]} cannot be read: {error}") from error
        records = list(self._gathered(lines, files[0]))
        yield from records[self._given :]
        self._given = max(self._given, len(records))

    def final(self) -> dict[str, Any]:
        """Metrics after the last epoch, which are final."""
        return self._final

    def _files(self) -> list[Path]:
        paths = [Path(self._path)]
        if glob.has_magic(self._path):
            paths = [Path(name) for name in glob.glob(self._path)]  # noqa: PTH207 -- it may be absolute
        files = [
            file
            for path in paths
            for file in (path.rglob("*tfevents*") if path.is_dir() else [path])
            if file.is_file()
        ]
        return sorted(files)

    def _earlier(self, file: Path) -> int:
        """How many lines of a file belong to earlier trials, because the program appends to it."""
        stamp = self._before.get(file, ())
        if not stamp or _stamp(file)[1] <= stamp[1] or _digest(file, stamp) != self._contents[file]:
            return 0
        with file.open("rb") as stream:
            text = stream.read(stamp[1]).decode("utf-8", "backslashreplace")
        return len(_parsed(file, text[: text.rfind("\n") + 1], self._metric, ended=True))

    def _gathered(self, lines: Sequence[Entries], file: Path) -> Iterator[dict[str, Any]]:
        record: dict[str, Any] = {}
        self.seen = {}
        for line in lines:
            for name, value in line.items():
                named = self._metric if self._is_metric(name) else name
                if named != self._metric and (is_counter(named) or not _is_number(value)):
                    continue
                record[named] = value
                if named in self.seen:
                    self.seen[named].times += 1
                else:
                    self.seen[named] = Sighting(str(file), "file", value)
            if self._metric in record:
                self.found = True
                yield record
                record = {}
        self._final = record

    def _event_lines(self, files: Sequence[Path]) -> list[Entries]:
        for file in files:
            events, lines = self._events.setdefault(file, (EventFile(file), []))
            for scalar in events.scalars():
                tag = scalar.tag
                if self._canonical == canonical(f"{file.parent.name}/{tag}"):
                    tag = self._metric  # Keras writes train/ and validation/, with the same names in both
                lines.append({tag: scalar.value})
        with_metric = [
            file
            for file, (_, lines) in self._events.items()
            if any(self._is_metric(name) for line in lines for name in line)
        ]
        if len(with_metric) > 1:
            names = " and ".join(f"{file.parent.name}/{self._metric}" for file in with_metric[:2])
            raise UnreadableMetrics(f"{self._metric} is in several files: {names}; name one")
        chosen = with_metric[0] if with_metric else files[0]
        others = [line for file, (_, lines) in self._events.items() if file != chosen for line in lines]
        return [*self._events[chosen][1], *others]

    def _is_metric(self, name: str) -> bool:
        return name == self._metric or canonical(name) == self._canonical


def _lines(file: Path, metric: str, *, ended: bool) -> list[Entries]:
    """The content of a file, in order: one mapping per row, line or element.

    Raises:
        ValueError: It does not have its format, or the metric is not a number.
        OSError: It cannot be read.
    """
    if file.stat().st_size > LARGEST_FILE:
        raise UnreadableMetrics(f"{file} is larger than {LARGEST_FILE >> 20} MiB")
    text = file.read_text(encoding="utf-8", errors="backslashreplace")
    if not ended and file.suffix != ".json":
        text = text[: text.rfind("\n") + 1]
    return _parsed(file, text, metric, ended=ended)


def _parsed(file: Path, text: str, metric: str, *, ended: bool) -> list[Entries]:
    """The content of a text in a file's format."""
    if file.suffix == ".json":
        return _json_lines(json.loads(text), ended=ended) if text else []
    if file.suffix in _SEPARATORS:
        return _rows(text, _SEPARATORS[file.suffix], metric)
    if file.suffix in _LOGS:
        reader = LineReader(metric)
        return [*reader.records(text.encode("utf-8", "surrogateescape")), reader.final()]
    objects = (read_object(line) for line in text.splitlines())
    return [entries for entries in objects if entries is not None]


def _rows(text: str, separator: str, metric: str) -> list[Entries]:
    lines = [line for line in text.splitlines() if line.strip()]
    if separator == "," and lines and ";" in lines[0] and "," not in lines[0]:
        separator = ";"  # used by spreadsheets in countries with decimal commas
    rows = csv.reader(lines, delimiter=separator)
    names = [name.strip() for name in next(rows, [])]
    entries: list[Entries] = []
    for count, row in enumerate(rows, 1):
        if len(row) > len(names):
            raise UnreadableMetrics(f"row {count} has {len(row)} cells, and the header {len(names)}")
        numbers = {}
        for name, cell in zip(names, row, strict=False):
            value = number(cell)
            if value is not None and name:
                numbers[name] = value
            elif canonical(name) == canonical(metric) and cell.strip().lower() not in _MISSING:
                raise UnreadableMetrics(f"row {count} has {cell!r:.50} for {name}, which is not a number")
        entries.append(numbers)
    return entries


def _json_lines(data: Any, *, ended: bool) -> list[Entries]:
    """The epochs of a JSON document: a list of objects, an object with one, or an object of lists."""
    if isinstance(data, list):
        return [read_object(json.dumps(entry)) or {} for entry in data if isinstance(entry, dict)]
    if not isinstance(data, dict):
        raise UnreadableMetrics("expected an object or a list of objects")
    for entry in data.values():  # HF's trainer_state.json has them in log_history
        if isinstance(entry, list) and entry and all(isinstance(element, dict) for element in entry):
            return _json_lines(entry, ended=ended)
    columns = {name: entry for name, entry in data.items() if isinstance(entry, list) and entry}
    columns = {name: entry for name, entry in columns.items() if all(map(_is_number, entry))}
    if columns:  # Keras' history
        length = max(map(len, columns.values()))
        return [
            {name: entry[index] for name, entry in columns.items() if index < len(entry)}
            for index in range(length)
        ]
    # A single object may be replaced after every epoch; how often we see it would depend on timing.
    return [read_object(json.dumps(data)) or {}] if ended else []


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        stat = file.stat()
    except OSError:
        return ()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _digest(file: Path, stamp: tuple[int, ...]) -> str:
    """The hash of the first bytes of a file, as many as it had at some time."""
    total = hashlib.sha256()
    with contextlib.suppress(OSError), file.open("rb") as stream:
        total.update(stream.read(stamp[1] if stamp else 0))
    return total.hexdigest()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
