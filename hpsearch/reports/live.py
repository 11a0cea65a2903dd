"""The live display of a search in a terminal."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from hpsearch.reports.live_tables import leader_lines, running_lines
from hpsearch.reports.progress import Progress, ProgressDisplay
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import duration, printable
from hpsearch.reports.zoom_bars import zoom_lines
from hpsearch.trial import Result, Trial

if TYPE_CHECKING:
    from hpsearch.loop import SearchStart

_FRAMES_PER_SECOND = 2
_RUNNING_SHOWN = 8
_ZOOMS_SHOWN = 8
_BAR = 24
_FEWEST_FOR_ZOOM = 6
_WIDE = 80


class LiveDisplay(ProgressDisplay):
    """The progress of a search, where it looks, the best and the running trials.

    A context manager; on exit the display disappears and messages stay. It fits the terminal: if there is
    little room, the running trials, then the zoom, then the leaders lose lines, and the head stays.

    Args:
        console: A console on a terminal.
        title: The name of the search.
    """

    def __init__(self, console: Console, title: str) -> None:
        super().__init__()
        self._console = console
        self._title = title
        # The refreshing thread only reads; a frame that is one trial behind is corrected by the next one.
        self._live = Live(
            console=console,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
            get_renderable=lambda: self,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            self._live.stop()

    def on_search_start(self, search: SearchStart) -> None:
        """Start the display."""
        super().on_search_start(search)
        self._live.start()

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Count it; print a line if it failed in a new way."""
        super().on_trial_complete(trial, result)
        reason = result.reason.partition("\n")[0]
        if self._progress and result.value is None and self._progress.reasons[reason] == 1:
            self.on_message(f"trial {trial.number} {result.status}: {reason}")

    def on_message(self, text: str) -> None:
        """Print a line above the display."""
        with contextlib.suppress(OSError):  # a closed terminal must not end a search
            self._console.print(Text(printable(text)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The present display, for rich."""
        height = options.height or console.size.height
        yield from self.lines(options.max_width, height)

    def lines(self, width: int, height: int) -> list[Text]:
        """The present display.

        Args:
            width: The columns of the terminal; no line is wider.
            height: The lines of the terminal; the display has fewer, so that a message fits above it.
        """
        if self._progress is None:
            return []
        self._progress.read_curves()
        head = self._head(self._progress, width)
        room = height - len(head) - 2
        leaders = leader_lines(self._progress, width)
        running = running_lines(self._progress, width)
        zoom = self._zoom(self._progress, width)
        # First two lines of the best and of the running trials, then the zoom, then more of both.
        spare = room - min(len(leaders), 2) - min(len(running), 2) - 2
        shown_zoom = zoom[: spare - 1] if spare > 2 else []
        spare -= len(shown_zoom) + bool(shown_zoom)
        shown_leaders = leaders[: 2 + max(0, spare)]
        spare -= max(0, len(shown_leaders) - 2)
        shown_running = running[: min(_RUNNING_SHOWN + 1, 2 + max(0, spare))]
        blocks = [block for block in (head, shown_zoom, shown_leaders, shown_running) if block]
        lines = [line for block in blocks for line in (*block, Text(""))]
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        # The cursor stays on an empty line: a terminal that echoes ^C at the end of a full line would scroll.
        return lines

    def _head(self, progress: Progress, width: int) -> list[Text]:
        search = progress.search
        directory = f"  {printable(str(search.directory))}"
        title = Text.assemble((printable(self._title), "bold"))
        title.append(
            _longest_fitting(
                width - title.cell_len,
                f"{directory}  {search.strategy}, {search.slots} at a time",
                f"{directory}  {search.strategy}",
                directory,
            ),
            style="dim",
        )
        length = _BAR if width >= _WIDE else _BAR // 2
        done = int(length * progress.finished / max(progress.total, 1))
        counts = ", ".join(
            f"{count} {'stopped early' if status == 'stopped' else status}"
            for status, count in sorted(progress.statuses.items())
        )
        left = progress.remaining
        head = f"  {progress.finished}/{progress.total}  {duration(progress.elapsed)}"
        bar = Text.assemble(("━" * done, "green"), ("━" * (length - done), "dim"), head)
        if left is not None:
            room = width - bar.cell_len
            bar.append(_longest_fitting(room, f", ~{duration(left)} left", f", ~{duration(left)}"))
        lines = [title, bar]
        if counts and bar.cell_len + 2 + len(counts) <= width:
            bar.append(f"  {counts}", style="dim")
        elif counts:
            lines.append(Text(counts, style="dim"))
        if progress.leaders:
            lines.append(self._best(progress, width))
        return lines

    def _best(self, progress: Progress, width: int) -> Text:
        (*_, number), _, _ = progress.leaders[0]
        line = Text.assemble("best  ", (printable(progress.best_text), "bold green"), f"  trial {number}  ")
        history = [progress.metric.loss(loss) for loss in progress.best_so_far]
        room = max(1, min(_BAR, width - line.cell_len))
        return line.append(sparkline(history, room), style="cyan")

    def _zoom(self, progress: Progress, width: int) -> list[Text]:
        if not progress.leaders or len(progress.values) < _FEWEST_FOR_ZOOM or width < 60:
            return []
        tried = [progress.values[number].values for number in sorted(progress.values)]
        best = progress.leaders[0][1].values
        bar = _BAR // 2 if width < _WIDE else _BAR if width < 100 else 2 * _BAR
        rows = zoom_lines(progress.search.space, tried, best, bar)[:_ZOOMS_SHOWN]
        values = max((len(value) for _, _, value in rows), default=0)
        names = [_without_middle(printable(name), width - bar - values - 4) for name, _, _ in rows]
        longest = max(map(len, names), default=0)
        legend = (
            ("first third of the trials", "last third") if width >= _WIDE else ("first third", "last third")
        )
        head = Text(f"zoom: · range  ─ {legend[0]}  ━ {legend[1]}  ● best", style="dim")
        lines = [
            Text(f"{name:{longest}}  {drawn}  {value}")
            for name, (_, drawn, value) in zip(names, rows, strict=True)
        ]
        return [head, *lines] if lines else []


def _longest_fitting(room: int, *texts: str) -> str:
    """The first of some texts, ordered from the longest, that fits into the width; or nothing."""
    return next((text for text in texts if len(text) <= room), "")


def _without_middle(name: str, room: int) -> str:
    """A name, cut in the middle if it is too long, because its end matters as much as its beginning."""
    half = max(room - 1, 2) // 2
    return name if len(name) <= room else f"{name[:half]}…{name[-half:]}"
