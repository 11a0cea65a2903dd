"""The metrics of a command: from its output, from ``$HPSEARCH_METRICS`` and from the file that it writes."""

from __future__ import annotations  # types are imported for annotations only

import re
from typing import TYPE_CHECKING, Any, Literal

from hpsearch.metrics.metric_reader import LineReader, PatternReader
from hpsearch.metrics.names import canonical, likeliness, looks_like_a_metric
from hpsearch.objective import TrialEnded
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hpsearch.metrics.metric_reader import MetricReader, Sighting
    from hpsearch.metrics.metrics_files import MetricsFile

Output = Literal["both", "stdout", "stderr"]

_BAR = re.compile(rb"\d%\|")
"""A progress bar in tqdm's style. How often it is drawn depends on the time."""


class CommandOutput:
    """Reads all sources of one trial's metrics.

    Without patterns, stdout and stderr are read separately. If both contain the search's metric, the trial
    fails, because the order of their lines is not known. Of progress bars on stderr, only the last state
    counts, and only if the metric is nowhere else.

    Args:
        patterns: By metric; empty to find metrics without them.
        metric: The name of the search's metric.
        output: Where to look.
        file: The file that the program writes metrics to.
    """

    def __init__(
        self,
        patterns: Mapping[str, str],
        metric: str,
        output: Output = "both",
        file: MetricsFile | None = None,
    ) -> None:
        self._metric = metric
        self._direct = LineReader(metric)
        self._file = file
        self._bars: list[bytes] = []
        names = ["stdout", "stderr"] if output == "both" else [output]
        self._readers: dict[str, MetricReader] = {}
        if patterns:
            reader = PatternReader(patterns, metric)
            self._readers = dict.fromkeys(names, reader)
        elif file is None:
            self._readers = {name: LineReader(metric) for name in names}
        self._one = bool(patterns)

    @property
    def _all(self) -> list[MetricReader | MetricsFile]:
        return [*self._readers.values(), self._direct, *([] if self._file is None else [self._file])]

    @property
    def seen(self) -> dict[str, Sighting]:
        """Every metric, with the first line that it came from."""
        found: dict[str, Sighting] = {}
        for reader in self._all:
            for name, sighting in reader.seen.items():
                found.setdefault(name, sighting)
        return found

    @property
    def found(self) -> bool:
        """Whether the search's metric was found."""
        return any(reader.found for reader in self._all)

    def records(self, source: str, block: bytes) -> Iterator[dict[str, Any]]:
        """The records that some lines complete.

        Raises:
            UnclearNumber: A pattern cut off part of a number, or the metric has a decimal comma.
            TrialEnded: Both streams contain the metric.
        """
        if source == "metrics":
            yield from self._direct.records(block)
        elif source in self._readers:
            if source == "stderr" and not self._one and _BAR.search(block):
                block = self._without_bars(block)
            for record in self._readers[source].records(block):
                self._check_streams()
                yield record

    def poll(self, *, ended: bool = False) -> Iterator[dict[str, Any]]:
        """The new records in the program's file.

        Raises:
            UnreadableMetrics: The file does not have its format.
        """
        if self._file is not None:
            yield from self._file.records(ended=ended)

    def last_records(self) -> Iterator[dict[str, Any]]:
        """The records that are known only at the end of the output."""
        yield from self.poll(ended=True)
        if not self.found and self._bars:
            yield from self._readers["stderr"].records(b"\n".join(self._bars))

    def final(self) -> dict[str, Any]:
        """The metrics after the last epoch."""
        figures: dict[str, Any] = {}
        for reader in self._all:
            figures |= reader.final()
        figures.pop(self._metric, None)
        return figures

    def likely(self) -> tuple[str, Sighting] | None:
        """The metric that was probably meant, if it was not found: one with a similar name, or any."""
        wanted = set(canonical(self._metric).split("_"))
        like = [name for name in self.seen if wanted & set(canonical(name).split("_"))]
        like = like or [name for name in self.seen if looks_like_a_metric(name)]
        if not like:
            return None
        best = min(like, key=lambda name: (-len(wanted & set(canonical(name).split("_"))), likeliness(name)))
        return best, self.seen[best]

    def _check_streams(self) -> None:
        if (
            not self._one
            and len(self._readers) == 2
            and all(reader.found for reader in self._readers.values())
        ):
            raise TrialEnded(
                Status.FAILED,
                f"{self._metric} is printed on stdout and on stderr. "
                "Write objective.command.output: stdout, or stderr",
            )

    def _without_bars(self, block: bytes) -> bytes:
        lines = block.split(b"\n")
        self._bars += [line for line in lines if _BAR.search(line)]
        del self._bars[:-1000]
        return b"\n".join(line for line in lines if not _BAR.search(line))
