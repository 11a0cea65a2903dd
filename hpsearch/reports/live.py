"""The live display of a search on a terminal."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpsearch.reports.progress import Progress, Running
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import duration, number, plain, printable, value_text
from hpsearch.trial import Epoch, Metric, Result, Trial, Value

_FRAMES_PER_SECOND = 8
_RUNNING_SHOWN = 8


class LiveDisplay:
    """Progress with the time left, the best trials with their learning curves, the running trials.

    A context manager; on exit the display disappears and messages stay.

    Args:
        console: A console on a terminal.
        title: The name of the search.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._progress: Progress | None = None
        # The refreshing thread only reads; a frame that is one trial behind is corrected by the next.
        self._live = Live(
            console=console, refresh_per_second=_FRAMES_PER_SECOND, transient=True, get_renderable=self.render
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def on_search_start(
        self, metric: Metric, total: int, slots: int, trials: Sequence[Trial], results: Sequence[Result]
    ) -> None:
        """Start the display."""
        self._progress = Progress(metric, total, trials, results)
        self._live.start()

    def on_trial_start(self, trial: Trial) -> None:
        """Show it among the running trials."""
        if self._progress:
            self._progress.on_trial_start(trial)

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Add the epoch to its curve."""
        if self._progress:
            self._progress.on_epoch(trial, epoch)

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Count it, and show it if it is among the best."""
        if self._progress:
            self._progress.on_trial_complete(trial, result)

    def on_message(self, text: str) -> None:
        """Print a line above the display."""
        self._console.print(Text(printable(text)))

    def render(self) -> RenderableType:
        """The display as it is now."""
        if self._progress is None:
            return Text("")
        progress = self._progress
        blocks: list[RenderableType] = [self._overall(progress)]
        if progress.leaders:
            blocks += [Text(""), self._leaders(progress)]
        if progress.running:
            blocks += [Text(""), self._running(progress)]
        # The cursor stays on an empty line: a terminal that echoes ^C at the end of a full line would scroll.
        return Group(*blocks, Text(""))

    def _overall(self, progress: Progress) -> RenderableType:
        line = Table.grid(padding=(0, 2))
        failed = f"{progress.failed} without a value" if progress.failed else ""
        line.add_row(
            Text(printable(self._title), style="bold"),
            ProgressBar(total=progress.total, completed=progress.finished, width=24),
            f"{progress.finished}/{progress.total}",
            f"{duration(progress.elapsed)}, {duration(progress.remaining)} left",
            Text(failed, style="yellow"),
        )
        return line

    def _leaders(self, progress: Progress) -> RenderableType:
        table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
        table.add_column("trial", justify="right")
        table.add_column(printable(progress.metric.name), justify="right")
        table.add_column("curve", no_wrap=True)
        table.add_column("values", no_wrap=True, overflow="ellipsis", ratio=1)
        for rank, (_, _, trial, result) in enumerate(list(progress.leaders)):
            curve = sparkline([epoch.metrics.get(progress.metric.name) for epoch in result.curve])
            cells = (str(trial.number), plain(result.value), curve, _values(trial.values))
            table.add_row(*map(Text, cells), style="bold green" if rank == 0 else "")
        return table

    def _running(self, progress: Progress) -> RenderableType:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        running = sorted(progress.running.values(), key=lambda running: running.trial.number)
        for each in running[:_RUNNING_SHOWN]:
            table.add_row(*map(Text, self._one(each, progress.metric)))
        if len(running) > _RUNNING_SHOWN:
            table.add_row(Text(f"and {len(running) - _RUNNING_SHOWN} more", style="dim"))
        return table

    def _one(self, running: Running, metric: Metric) -> Sequence[str]:
        head = (f"trial {running.trial.number}", duration(time.monotonic() - running.since))
        curve = [epoch.metrics.get(metric.name) for epoch in list(running.curve)]
        if not curve:
            return (*head, _values(running.trial.values))
        last = "–" if curve[-1] is None else number(curve[-1])
        return (*head, f"epoch {len(curve)}  {metric.name} {last}  {sparkline(curve, width=30)}")


def _values(values: Mapping[str, Value]) -> str:
    return printable("  ".join(f"{name}={value_text(value)}" for name, value in values.items()))
