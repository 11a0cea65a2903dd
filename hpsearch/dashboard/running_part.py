"""The running trials: their learning curves, and a row for each."""

from collections.abc import Sequence

import numpy as np

from hpsearch.dashboard.layout import address, grid, link
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.reports.figures.axes import count_axis, metric_axis
from hpsearch.reports.figures.figure import SERIES, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.html.page import figure_section
from hpsearch.reports.running_trials import next_demand
from hpsearch.reports.text import plain, value_text
from hpsearch.running import RunningTrial
from hpsearch.trial import Metric

__all__ = ["running_html"]

_DRAWN = 12
_ROWS = 64


def running_html(watched: WatchedRun) -> str:
    """The running trials of a run."""
    running = watched.run.running()
    if not running:
        idle = (
            "No trial is running now." if watched.run.searching() else "No search is running in this run now."
        )
        return f'<p class="muted">{idle}</p>'
    figure = _curves(watched.config.metric, running)
    rest = f'<p class="muted">and {len(running) - _ROWS} more</p>' if len(running) > _ROWS else ""
    return _rows(watched, running[:_ROWS]) + rest + (figure_section(figure) if figure else "")


def _rows(watched: WatchedRun, running: Sequence[RunningTrial]) -> str:
    metric = watched.config.metric
    stops = watched.config.search.early_stopping is not None
    rows = []
    for each in running:
        value = each.value(metric)
        trial = link(address("runs", watched.name, "trials", each.trial.number), str(each.trial.number))
        values = ", ".join(f"{name} {value_text(value)}" for name, value in each.trial.values.items())
        cells = (
            f'<td class="number">{trial}</td>',
            f'<td class="number">{len(each.curve) or ""}</td>',
            f'<td class="number">{escape(plain(value))}</td>',
            f"<td>{escape(next_demand(each.trial, len(each.curve), metric, stops_early=stops))}</td>",
            f'<td title="{escape(values)}">{escape(values)}</td>',
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    names = ("trial", "epoch", metric.name, "next rung", "values")
    return grid((f"<th>{escape(name)}</th>" for name in names), rows)


def _curves(metric: Metric, running: Sequence[RunningTrial]) -> Figure | None:
    """The learning curves with more than one epoch; None if there are none."""
    curves = []
    for each in running:
        points = [(epoch.number, epoch.metrics.get(metric.name)) for epoch in each.curve]
        known = [(number, value) for number, value in points if value is not None]
        if len(known) > 1:
            curves.append((each.trial.number, np.array(known, dtype=np.float64)))
    if not curves:
        return None
    scale = metric_axis(metric, np.concatenate([curve[:, 1] for _, curve in curves]))
    marks: list[Mark] = []
    legend = []
    for index, (number, curve) in enumerate(curves[:_DRAWN]):
        role = f"series{index % SERIES}"
        dash = ("", "7 3")[index // SERIES % 2]
        marks.append(Lines([(curve[:, 0], scale.at(curve[:, 1]))], role, [number], 2, dash))
        legend.append((role, f"trial {number}"))
    x = count_axis("epoch", max(float(curve[-1, 0]) for _, curve in curves), low=1)
    return Figure("running", "", "", [Panel(x, scale.axis, marks)], height=240, legend=legend)
