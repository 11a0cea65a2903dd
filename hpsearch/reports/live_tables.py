"""The tables of the live display: the best trials, and the running ones."""

from __future__ import annotations  # types are imported for annotations only

import time
from typing import TYPE_CHECKING

from rich.text import Text

from hpsearch.reports.cells import cell_width, padded
from hpsearch.reports.running_trials import short_demand
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import duration, plain, printable, short_choices, value_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.reports.progress import Progress
    from hpsearch.trial import Value

__all__ = ["leader_lines", "running_lines"]

_CURVE = 12


def leader_lines(progress: Progress, width: int) -> list[Text]:
    """The best trials below a header; none before there is one.

    Args:
        progress: The progress of the search.
        width: The columns of the terminal.
    """
    leaders = list(progress.leaders)
    name = progress.metric.name
    columns = [
        ("trial", [str(number) for (*_, number), _, _ in leaders]),
        (name, [plain(result.value) for _, _, result in leaders]),
        ("curve", [sparkline([epoch.metrics.get(name) for epoch in each.curve]) for _, _, each in leaders]),
        *_values(progress.search.space.names, [trial.values for _, trial, _ in leaders]),
    ]
    return _table(columns, width, "bold green") if leaders else []


def running_lines(progress: Progress, width: int) -> list[Text]:
    """The running trials by number, below a header with their count; nothing if none runs.

    Args:
        progress: The progress of the search.
        width: The columns of the terminal.
    """
    running = sorted(progress.running.values(), key=lambda each: each.trial.number)
    if not running:
        return []
    metric, now = progress.metric, time.monotonic()
    stops = progress.search.stops_early
    latest = [each.curve[-1].metrics.get(metric.name) if each.curve else None for each in running]
    columns = [
        (f"{len(running)} running", [str(each.trial.number) for each in running]),
        ("epoch", [str(len(each.curve) or "") for each in running]),
        (
            metric.name,
            [
                "not finite" if value is None and each.curve else plain(value)
                for each, value in zip(running, latest, strict=True)
            ],
        ),
        (
            "next rung",
            [short_demand(each.trial, len(each.curve), metric, stops_early=stops) for each in running],
        ),
        (
            "curve",
            [sparkline([epoch.metrics.get(metric.name) for epoch in each.curve], _CURVE) for each in running],
        ),
        ("time", [duration(now - each.since) for each in running]),
        *_values(progress.search.space.names, [each.trial.values for each in running]),
    ]
    return _table(columns, width, "")


def _values(names: Sequence[str], values: Sequence[Mapping[str, Value]]) -> list[tuple[str, list[str]]]:
    """A column for each parameter."""
    return [
        (name, short_choices([value_text(each[name]) if name in each else "" for each in values]))
        for name in names
    ]


def _table(columns: Sequence[tuple[str, Sequence[str]]], width: int, first_style: str) -> list[Text]:
    """Columns below their names; empty ones, and those on the right that do not fit, are left out."""
    filled = [
        [printable(text) for text in (name, *texts)]
        for at, (name, texts) in enumerate(columns)
        if at == 0 or any(texts)
    ]
    widths = [max(map(cell_width, column)) for column in filled]
    fits = next(
        (count for count in range(len(filled), 0, -1) if sum(widths[:count]) + 2 * (count - 1) <= width), 1
    )
    lines = [
        "  ".join(padded(cell, size) for cell, size in zip(row[:fits], widths, strict=False)).rstrip()
        for row in zip(*filled, strict=True)
    ]
    return [Text(lines[0], style="dim"), Text(lines[1], style=first_style), *map(Text, lines[2:])]
