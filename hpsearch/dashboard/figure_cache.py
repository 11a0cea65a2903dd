"""Figures of runs, drawn when somebody looks at them.

Drawing takes time that a search on the same machine needs. So redrawing a figure of a running search takes at
most 2 % of the time, and figures are drawn one at a time.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hpsearch.analysis import anova
from hpsearch.analysis.anova import Importance
from hpsearch.dashboard.run_sample import MOST, RunSample
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.errors import UsageError
from hpsearch.inspection.comparing import compared, comparison_figure
from hpsearch.reports.figures import FIGURES, RunData
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.html.page import figure_section
from hpsearch.reports.html.report import choice_data
from hpsearch.reports.text import printable

__all__ = ["FigureCache"]

Key = TypeVar("Key")
Item = TypeVar("Item")

_RUNS = 4  # how many runs, and pairs of runs, keep their figures
_REST = 50.0  # how long a drawing is kept during a search, in multiples of the time that it took
_USE_IMPORTANCE = ("importance", "slices", "maps")


@dataclass
class _Drawn:
    """A drawing: the version of the run that it shows, when it was drawn, and how long that took."""

    text: str
    version: object
    at: float
    seconds: float


@dataclass
class _Kept:
    """The figures and data of one run."""

    watched: WatchedRun
    sample: RunSample
    data: tuple[object, RunData] | None = None
    importance: tuple[object, Importance | None] | None = None
    drawn: dict[str, _Drawn] = field(default_factory=dict)

    def now(self) -> tuple[object, RunData]:
        """The run's version, and its data, which are read again after a change."""
        version = self.watched.version()
        if self.data is None or self.data[0] != version:
            self.data = version, self.sample.data()
        return self.data


class FigureCache:
    """The figures of the runs viewed most recently. Thread-safe.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        # By the runs' names and how often they were opened.
        self._compared: OrderedDict[tuple[object, ...], _Drawn] = OrderedDict()

    def figure(self, watched: WatchedRun, kind: str) -> str:
        """A figure as HTML, or the reason why there is none.

        Args:
            watched: The run.
            kind: One of :data:`hpsearch.reports.figures.FIGURES`.
        """
        return self._get(watched, kind, lambda kept: _draw(kept, kind))

    def trials(self, watched: WatchedRun) -> str:
        """The trials in the figures, as JSON, for the page's script to show when one is pointed at."""
        return self._get(watched, "trials", lambda kept: _trials(kept))

    def comparison(self, left: WatchedRun, right: WatchedRun) -> str:
        """The best so far of two runs on one axis as HTML, or the reason why it cannot be drawn.

        Args:
            left: One run.
            right: The other.
        """
        with self._lock:
            pair = left.name, left.opened, right.name, right.opened
            self._compared[pair] = self._current(
                self._compared.get(pair), (left, right), lambda: _comparison(left, right)
            )
            return _last_used(self._compared, pair).text

    def _get(self, watched: WatchedRun, name: str, make: Callable[[_Kept], str]) -> str:
        with self._lock:
            kept = self._kept.get(watched.name)
            if kept is None or kept.watched is not watched:
                self._kept[watched.name] = _Kept(watched, RunSample(watched))
            kept = _last_used(self._kept, watched.name)
            drawn = self._current(kept.drawn.get(name), (watched,), lambda: make(kept))
            kept.drawn[name] = drawn
            return drawn.text

    def _current(self, before: _Drawn | None, runs: Sequence[WatchedRun], draw: Callable[[], str]) -> _Drawn:
        """The earlier drawing while it is recent enough; otherwise a new one."""
        version, begin = tuple(each.version() for each in runs), self._clock()
        if before is not None and (before.version == version or self._is_fresh(runs, before)):
            return before
        text = draw()
        end = self._clock()
        return _Drawn(text, version, end, end - begin)

    def _is_fresh(self, runs: Sequence[WatchedRun], drawn: _Drawn) -> bool:
        searching = any(each.run.searching() for each in runs)
        return searching and self._clock() - drawn.at < _REST * drawn.seconds


def _last_used(kept: OrderedDict[Key, Item], key: Key) -> Item:
    """The entry of a key, now the most recently used; the least recently used one is dropped."""
    kept.move_to_end(key)
    while len(kept) > _RUNS:
        kept.popitem(last=False)
    return kept[key]


def _draw(kept: _Kept, kind: str) -> str:
    version, data = kept.now()
    if kind == "timeline" and kept.sample.left_out:
        return f'<p class="muted">A timeline is drawn of at most {MOST} trials.</p>'
    try:
        found = _importance(kept, version, data) if kind in _USE_IMPORTANCE else None
        html = figure_section(FIGURES[kind](data, found))
    except UsageError as error:
        return f'<p class="muted">{escape(str(error))}</p>'
    if kept.sample.left_out:
        shown, total = len(data.results), len(data.results) + kept.sample.left_out
        html += (
            f'<p class="muted">Drawn from {shown} of {total} trials: those that were the best when they came,'
            " the best of all, and an even spread over the others.</p>"
        )
    return html


def _comparison(left: WatchedRun, right: WatchedRun) -> str:
    try:
        return figure_section(comparison_figure(compared([left.run, right.run]), bounds=False))
    except UsageError as error:
        return f'<p class="muted">{escape(str(error))}</p>'


def _importance(kept: _Kept, version: object, data: RunData) -> Importance | None:
    if kept.importance is None or kept.importance[0] != version:
        found = anova.importance(data.space, data.observations, data.repeats)
        kept.importance = version, found
    return kept.importance[1]


def _trials(kept: _Kept) -> str:
    _, data = kept.now()
    names = list(data.space.names)
    by_number = {trial.number: trial for trial in data.trials}
    rows = []
    for result in data.results:
        values = by_number[result.number].values
        row = [result.number, result.value, str(result.status), len(result.curve)]
        rows.append([*row, *(_shown(choice_data(values, name)) for name in names), _shown(result.reason)])
    columns = ["trial", data.metric.name, "status", "epochs", *names, "reason"]
    return json.dumps({"columns": list(map(printable, columns)), "trial": 0, "rows": rows}, allow_nan=False)


def _shown(value: Any) -> Any:
    return printable(value.partition("\n")[0]) if isinstance(value, str) else value
