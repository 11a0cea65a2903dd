"""The progress of a search as plain lines that begin with the time, for logs and pipes."""

from __future__ import annotations  # types are imported for annotations only

from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from hpsearch.reports.progress import Progress
from hpsearch.reports.text import duration, number, plain, printable
from hpsearch.trial import Epoch, Result, Trial

if TYPE_CHECKING:
    from hpsearch.loop import SearchStart


class Lines:
    """Writes a line for every result.

    Args:
        file: The file to write to; None for no output.
    """

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self._progress: Progress | None = None

    def on_search_start(self, search: SearchStart) -> None:
        """Write how many trials there are, and how many were finished before."""
        self._progress = Progress(search)
        took = [result.seconds for result in search.results if result.status.ranked]
        each = ""
        if took:  # if the search was resumed
            from statistics import median  # 6 ms

            each = f" ({duration(median(took))} each)"
        before = f", {len(search.results)} finished before{each}" if search.results else ""
        self.on_message(f"{search.total} trials{before}; {search.slots} at a time ({search.strategy})")

    def on_trial_start(self, trial: Trial) -> None:
        """Remember that it is running."""
        if self._progress:
            self._progress.on_trial_start(trial)

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Do nothing: a line per epoch is too much for a log."""

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Write a line with its result."""
        if self._progress is None:
            return
        progress = self._progress
        best = progress.on_trial_complete(trial, result)
        outcome = (
            f"{progress.metric.name} {number(result.value)}"
            if result.value is not None
            else plain(result.reason)
        )
        epochs = len(result.curve)
        trained = f"{epochs} {'epoch' if epochs == 1 else 'epochs'}, " if epochs else ""
        star = "  best so far" if best else ""
        self.on_message(
            f"[{progress.finished}/{progress.total}] trial {trial.number} {result.status}: {outcome},"
            f" {trained}{duration(result.seconds)}{star}"
        )

    def on_message(self, text: str) -> None:
        """Write a line."""
        if self._file is None:
            return
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        try:
            self._file.write(f"{now} {printable(text)}\n")
            self._file.flush()
        except OSError:  # a full disk or a closed pipe must not end a search
            self._file = None
