"""Two runs side by side."""

from collections.abc import Sequence

from hpsearch.dashboard.figure_cache import FigureCache
from hpsearch.dashboard.layout import Page, Part, address, grid, link
from hpsearch.dashboard.run_page import figure_slots, state_html
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.reports.compare import setting_text
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.text import value_text, with_error
from hpsearch.standing import error_of_result
from hpsearch.trial import Result

__all__ = ["comparison_page"]

_KINDS = ("history", "zoom", "importance", "slices", "curves", "parallel")


def comparison_page(left: WatchedRun, right: WatchedRun, figures: FigureCache) -> Page:
    """The progress and results of both, the settings in which they differ, and their figures.

    Args:
        left: One run.
        right: The other.
        figures: Draws the best so far of both.
    """
    parts = [
        Part("heading", lambda: f"<h1>{_link(left)} and {_link(right)}</h1>", lambda: 0),
        Part("states", lambda: _side_by_side(state_html(left), state_html(right))),
        # It has no version: the cache decides when to redraw it.
        Part("best_so_far", lambda: figures.comparison(left, right), later=True),
        Part("best", lambda: _best(left, right), lambda: _versions(left, right), "Best values"),
        Part("settings", lambda: _settings(left, right), lambda: 0, "Different settings"),
        Part(
            "figures",
            lambda: _side_by_side(figure_slots(left, _KINDS), figure_slots(right, _KINDS)),
            lambda: 0,
            "Figures",
        ),
    ]
    title = f"{left.name} and {right.name}"
    return Page(title, parts, [("/", "Runs")], lambda: _versions(left, right), wide=True)


def _versions(left: WatchedRun, right: WatchedRun) -> tuple[object, object]:
    return left.version(), right.version()


def _link(watched: WatchedRun) -> str:
    return link(address("runs", watched.name), watched.name)


def _side_by_side(left: str, right: str) -> str:
    return f'<div class="sides"><div>{left}</div><div>{right}</div></div>'


def _best(left: WatchedRun, right: WatchedRun) -> str:
    found = [next(iter(each.run.ranking(1)), None) for each in (left, right)]
    values = [{} if best is None or best.value is None else best.values for best in found]
    rows = [
        (name, *(value_text(each[name]) if name in each else "" for each in values))
        for name in dict.fromkeys([*values[0], *values[1]])
    ]
    metrics = [each.config.metric.name for each in (left, right)]
    heading = " / ".join(dict.fromkeys(metrics))
    first = (heading, *map(_best_value, (left, right), found))
    return _table(left, right, [first, *rows], "parameter")


def _best_value(watched: WatchedRun, best: Result | None) -> str:
    if best is None:
        return ""
    return with_error(best.value, error_of_result(best, watched.config.metric, watched.rows))


def _settings(left: WatchedRun, right: WatchedRun) -> str:
    rows = [
        (each.key, setting_text(each.ours), setting_text(each.theirs))
        for each in left.config.differences(right.config)
    ]
    if not rows:
        return '<p class="muted">They have the same space and the same settings.</p>'
    return _table(left, right, rows, "setting")


def _table(left: WatchedRun, right: WatchedRun, rows: Sequence[tuple[str, ...]], what: str) -> str:
    body = []
    for row in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row)
        body.append(f'<tr class="{"same" if row[1] == row[2] else "different"}">{cells}</tr>')
    return grid((f"<th>{escape(text)}</th>" for text in (what, left.name, right.name)), body)
