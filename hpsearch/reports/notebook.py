"""The progress of a search below the cell of a notebook that runs it."""

from __future__ import annotations  # types are imported for annotations only

import sys
import threading
from typing import TYPE_CHECKING, Any, Self

from hpsearch.reports.figures.svg import escape
from hpsearch.reports.progress import Progress, ProgressDisplay, Running
from hpsearch.reports.running_trials import curve_line
from hpsearch.reports.text import duration, value_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from hpsearch.loop import SearchStart

__all__ = ["NotebookDisplay", "in_notebook"]

_SECONDS = 1.0  # between two looks
_RUNNING_SHOWN = 8


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, which shows HTML."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class NotebookDisplay(ProgressDisplay):
    """The progress of a search, the best and the running trials, kept up to date below the cell.

    A context manager; on exit the last state stays.

    Args:
        on_message: Called with other messages for the user.
    """

    def __init__(self, on_message: Callable[[str], None]) -> None:
        super().__init__()
        self.on_message = on_message
        self._handle: Any = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._update("" if kind is None else "ended early")

    def on_search_start(self, search: SearchStart) -> None:
        """Start the display."""
        from IPython.display import HTML, display

        super().on_search_start(search)
        self._handle = display(HTML(self.html()), display_id=True)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def html(self, state: str = "") -> str:
        """The present display; every text is escaped.

        Args:
            state: How the search ended, if it did not end by itself.
        """
        progress = self._progress
        if progress is None:
            return ""
        progress.read_curves()
        bar = f'<progress value="{progress.finished}" max="{max(progress.total, 1)}"></progress>'
        lines = [f"{bar} {escape(_head(progress, state))}", *map(escape, _best(progress))]
        if not state:
            running = sorted(progress.running.values(), key=lambda each: each.trial.number)
            shown = running[:_RUNNING_SHOWN]
            lines += [escape(self._line(progress, each)) for each in shown]
            if len(running) > _RUNNING_SHOWN:
                lines.append(f"and {len(running) - _RUNNING_SHOWN} more")
        body = "".join(f"<div>{line}</div>" for line in lines)
        return f'<div class="hpsearch-progress"><b>{escape(str(progress.search.directory))}</b>{body}</div>'

    @staticmethod
    def _line(progress: Progress, each: Running) -> str:
        stops = progress.search.stops_early
        return curve_line(each.trial, each.curve, progress.metric, stops_early=stops)

    def _follow(self) -> None:
        while not self._ended.wait(_SECONDS):
            self._update()

    def _update(self, state: str = "") -> None:
        from IPython.display import HTML

        if self._handle is None:
            return
        try:
            self._handle.update(HTML(self.html(state)))
        except Exception as error:  # a notebook that cannot be updated must not end the search
            self._ended.set()
            self._handle = None
            self.on_message(f"The progress of the search is no longer shown: {type(error).__name__}: {error}")


def _head(progress: Progress, state: str) -> str:
    """Counts and times."""
    parts = [duration(progress.elapsed)]
    left = None if state or progress.finished >= progress.total else progress.remaining
    if left is not None:
        parts.append(f"~{duration(left)} left")
    for status, count in sorted(progress.statuses.items()):
        parts.append(f"{count} {'stopped early' if status == 'stopped' else status}")
    return f"{progress.finished}/{progress.total}  {', '.join([*parts, *([state] if state else [])])}"


def _best(progress: Progress) -> list[str]:
    """The best trial, if there is one."""
    if not progress.leaders:
        return []
    (*_, number), trial, _ = progress.leaders[0]
    values = ", ".join(f"{name}={value_text(value)}" for name, value in trial.values.items())
    return [f"best: {progress.best_text} in trial {number}: {values}"]
