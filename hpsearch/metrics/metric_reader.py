"""Readers of a program's output: blocks of lines in, one mapping of metrics for every epoch out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hpsearch.metrics.names import Mentions, canonical, is_counter, last_letters, looks_like_a_metric
from hpsearch.metrics.numbers import UnclearNumber, has_decimal_comma, plain_line
from hpsearch.metrics.objects import depth, read_object
from hpsearch.metrics.pairs import contradictory, pairs, unclear_numbers
from hpsearch.metrics.patterns import Pattern
from hpsearch.metrics.text_tables import TableReader

LONGEST_LINE = 2**14
"""How many characters of a line are searched for names with numbers."""

MOST_OBJECT_LINES = 200
"""The largest number of lines of one JSON object."""

MOST_OTHER_LINES = 1000
"""How many lines without a metric's name are read, so that an error can say what was there instead."""

MOST_KINDS = 5
"""The largest number of kinds of lines with the search's metric."""

MOST_SEEN = 500
"""The largest number of names that are remembered."""

_CONTINUES = re.compile(r"\s*(?:[\"'}]|\Z)")
"""The second line of an object."""

_NUMBERS = re.compile(r"[0-9.,eE+\-−%]+|\bnan\b|\binf\b", re.IGNORECASE)
_COUNTER = re.compile(
    r"\b(?:epochs?|(?:global_?)?steps?|iter(?:ation)?s?|rounds?)\b\W{0,4}([0-9][0-9.]*)", re.IGNORECASE
)
_ANY_VALUE = re.compile(r"[0-9]|nan|inf", re.IGNORECASE)


@dataclass(slots=True)
class Sighting:
    """Where a metric was found.

    Attributes:
        line: The first line that it came from, as a terminal shows it.
        style: ``pattern``, ``object``, ``table`` or ``text``.
        value: Its value there.
        times: How often it was found.
        kinds: For the search's metric, the first line of each kind, by the text before the metric.
    """

    line: str
    style: str
    value: Any
    times: int = 1
    kinds: list[str] = field(default_factory=list)


EPOCH = "epoch"
"""The only counter that an object reports: it shows where a trial continued from its checkpoint."""


class MetricReader(Protocol):
    """Reads the metrics of one trial.

    Attributes:
        found: Whether the search's metric was found.
        seen: Every metric, by name, with the line that it came from.
    """

    found: bool
    seen: dict[str, Sighting]

    def records(self, block: bytes) -> Iterator[dict[str, Any]]:
        """A record for each epoch that some lines complete: the search's metric completes an epoch."""
        ...

    def final(self) -> dict[str, Any]:
        """Metrics after the last epoch, which are final. Call it once, at the end of the output."""
        ...


@dataclass(frozen=True, slots=True)
class _Report:
    """A line that reported the search's metric.

    Attributes:
        value: Its value.
        shape: The line without its numbers.
        counters: The epochs and steps that it counts.
    """

    value: Any
    shape: str
    counters: tuple[str, ...]

    @classmethod
    def of(cls, value: Any, line: str) -> "_Report":
        """The content of a line."""
        return cls(value, _NUMBERS.sub("", line).strip(), tuple(_COUNTER.findall(line)))

    def repeats(self, before: "_Report | None") -> bool:
        """Whether this repeats what was reported before in other words: ``new best val_loss: 0.25``."""
        return (
            before is not None
            and self.value == before.value
            and self.shape != before.shape
            and self.counters in ((), before.counters)
        )


class _Gatherer:
    """Collects metrics until the search's own completes an epoch."""

    def __init__(self) -> None:
        self.found = False
        self.seen: dict[str, Sighting] = {}
        self._record: dict[str, Any] = {}

    def final(self) -> dict[str, Any]:
        """The metrics after the last epoch."""
        record, self._record = self._record, {}
        return record

    def _see(self, name: str, value: Any, line: str, style: str) -> None:
        sighting = self.seen.get(name)
        if sighting is not None:
            sighting.times += 1
        elif len(self.seen) < MOST_SEEN:
            self.seen[name] = Sighting(line.strip(), style, value)

    def _complete(self) -> dict[str, Any]:
        self.found = True
        record, self._record = self._record, {}
        return record


class PatternReader(_Gatherer):
    """Metrics from lines that match the user's patterns.

    Args:
        patterns: The patterns by metric.
        metric: The name of the search's metric.
    """

    def __init__(self, patterns: Mapping[str, str], metric: str) -> None:
        super().__init__()
        self._metric = metric
        self._patterns = {name: Pattern(text) for name, text in patterns.items()}

    def records(self, block: bytes) -> Iterator[dict[str, Any]]:
        """See :meth:`MetricReader.records`.

        Raises:
            MisreadNumber: A pattern matched a line, but not exactly one complete number.
        """
        for line in _lines(block):
            for name, pattern in self._patterns.items():
                value = pattern.find(line)
                if value is not None:
                    self._see(name, value, line, "pattern")
                    self._record[name] = value
            if self._metric in self._record:
                yield self._complete()


class LineReader(_Gatherer):
    """Metrics found without patterns: objects, names with numbers, and tables.

    A line is recorded if one of its names is the search's metric or looks like a metric; all names
    are in ``seen``. A name with two numbers in a line is left out of that line. A line that only repeats
    the value of the last epoch in other words, such as a summary, is not an epoch.

    Args:
        metric: The name of the search's metric; ``Val loss``, ``val/loss`` and ``val-loss`` are found as
            ``val_loss``.
    """

    def __init__(self, metric: str) -> None:
        super().__init__()
        self._metric = metric
        self._canonical = canonical(metric)
        self._table = TableReader((metric,))
        self._mentions = Mentions(metric)
        self._other_lines = 0
        self._last: _Report | None = None
        self._kinds: dict[str, str] = {}
        self._object: list[str] = []
        self._depth = 0

    def records(self, block: bytes) -> Iterator[dict[str, Any]]:
        """See :meth:`MetricReader.records`.

        Raises:
            UnclearNumber: The search's metric has a decimal comma, or a line of a kind that reported it
                before contains something like a number that is not one.
        """
        if self._is_noise(block):
            for line in _lines(block.rstrip().rpartition(b"\n")[2]):
                self._table.skip(line)
            return
        for line in _lines(block):
            for gathered in self._whole(line):
                self._read(gathered)
                if self._metric in self._record:
                    yield self._complete()

    def final(self) -> dict[str, Any]:
        """See :meth:`MetricReader.final`."""
        for line in self._object:
            self._read(line)
        self._object = []
        return super().final()

    def _whole(self, line: str) -> Iterable[str]:
        """The line; nothing inside a JSON object, then the object, or its lines if it was not one."""
        if not self._object and not line.rstrip().endswith(("{", ",")):
            return [line]
        if not self._object and (not line.lstrip().startswith("{") or depth(line) <= 0):
            return [line]
        if len(self._object) == 1 and not _CONTINUES.match(line):
            lines, self._object, self._depth = self._object, [], 0  # the brace did not start an object
            return [*lines, *self._whole(line)]
        self._object.append(line)
        self._depth += depth(line)
        if self._depth > 0 and len(self._object) < MOST_OBJECT_LINES:
            return ()
        lines, self._object, self._depth = self._object, [], 0
        whole = " ".join(lines)
        return [whole] if read_object(whole) is not None else lines

    def _is_noise(self, block: bytes) -> bool:
        """Whether some lines contain nothing of interest; programs may print millions of them."""
        if self._object or self._table.expects_row or b"{" in block:
            return False
        text = block.decode("latin-1")
        if self._other_lines < MOST_OTHER_LINES and _ANY_VALUE.search(text):
            return False
        return not self._mentions(text)

    def _read(self, line: str) -> None:
        if "{" in line and (entries := read_object(line)) is not None:
            self._add(entries, line, "object")
        elif not self._table.expects_row and not self._mentions(line):
            self._table.skip(line)
            if self._other_lines < MOST_OTHER_LINES and _ANY_VALUE.search(line):
                self._other_lines += 1
                self._read_text(line[:LONGEST_LINE])
        elif not self._table.expects_row and not _ANY_VALUE.search(line):
            self._table.row(line)
        elif row := self._table.row(line):
            self._add(row, line, "table")
        elif not self._table.reading:
            self._read_text(line[:LONGEST_LINE])

    def _read_text(self, line: str) -> None:
        found = pairs(line)
        if ("," in line or self._kinds) and not any(self._is_metric(pair.name) for pair in found):
            self._refuse_unclear_numbers(line)
        if not found:
            return
        left_out = contradictory(found)
        entries = {
            pair.name: pair.value
            for pair in found
            if canonical(pair.name) not in left_out
            and (pair.marked or self._is_metric(pair.name) or looks_like_a_metric(pair.name))
        }
        self._add(entries, line, "text")

    def _note_kind(self, line: str) -> None:
        """Remember the first line of each kind, by the text before the metric's name."""
        if len(self._kinds) < MOST_KINDS:
            self._kinds.setdefault(self._kind(line), line.strip())

    def _kind(self, line: str) -> str:
        before = line.lower().partition(last_letters(self._metric))[0]
        return " ".join(_NUMBERS.sub("", before).split())

    def _refuse_unclear_numbers(self, line: str) -> None:
        """Refuse a line if an earlier epoch would count as the last one without it."""
        for name, text in unclear_numbers(line):
            if not self._is_metric(name):
                continue
            if has_decimal_comma(text):
                raise UnclearNumber(
                    f"{self._metric} is {text} in the line {line.strip()!r:.200}."
                    " Print numbers with a decimal point: 1,500 would be read as 1500"
                )
            if self._kind(line) in self._kinds:
                raise UnclearNumber(
                    f"{self._metric} cannot be read as one number in the line {line.strip()!r:.200}."
                    " Print it in digits, such as 1234.5 or 1.2e-3, or as nan"
                )

    def _add(self, entries: Mapping[str, Any], line: str, style: str) -> None:
        """Add one line to the record, if it contains a metric."""
        metrics = {self._metric if self._is_metric(name) else name: value for name, value in entries.items()}
        if self._metric in metrics:
            report = _Report.of(metrics[self._metric], line)
            if report.repeats(self._last):
                del metrics[self._metric]
            else:
                self._last = report
                self._note_kind(line)
        for name, value in metrics.items():
            if name == self._metric or (_is_number(value) and not is_counter(name)):
                self._see(name, value, line, style)
        if self._metric in self.seen:
            self.seen[self._metric].kinds = [*self._kinds.values()]
        reported = style == "object" and self.found  # earlier objects may be settings
        if reported or self._metric in metrics or any(map(looks_like_a_metric, metrics)):
            self._record |= {
                name: value
                for name, value in metrics.items()
                if name == self._metric
                or (_is_number(value) and not is_counter(name))
                or (style == "object" and name == EPOCH and isinstance(value, int))
            }

    def _is_metric(self, name: str) -> bool:
        return name == self._metric or canonical(name) == self._canonical


def _lines(block: bytes) -> Iterator[str]:
    for line in block.decode("utf-8", "backslashreplace").split("\n"):
        yield plain_line(line)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
