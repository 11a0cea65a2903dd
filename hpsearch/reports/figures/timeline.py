"""The timeline: when each trial ran, and in which slot."""

import heapq
from datetime import datetime

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import count_axis
from hpsearch.reports.figures.figure import Axis, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData

__all__ = ["timeline"]

_UNITS = ((3 * 86400.0, 86400.0, "days"), (2 * 3600.0, 3600.0, "hours"), (300.0, 60.0, "minutes"))
_GROUPS = {"done": "series0", "stopped": "series1", "diverged": "series3"}


def timeline(data: RunData) -> Figure:
    """Time since the search began against slot, a bar per trial, coloured by status.

    Raises:
        UsageError: No trial has both a start and an end.
    """
    spans = sorted((start, end, number) for number, (start, end) in data.times.items() if end is not None)
    if not spans:
        raise UsageError("No trial has ended yet, so there is no timeline to show.")
    begin = spans[0][0]
    length = max((end - begin).total_seconds() for _, end, _ in spans)
    unit, name = next(((unit, name) for least, unit, name in _UNITS if length >= least), (1.0, "seconds"))
    slots = _slots([(start, end) for start, end, _ in spans])
    groups: dict[str, list[int]] = {}
    for index, (_, _, number) in enumerate(spans):
        result = data.by_number.get(number)
        status = "failed" if result is None else str(result.status)
        groups.setdefault(status if status in _GROUPS else "no value", []).append(index)
    count = max(slots) + 1
    thick = max(3.0, min(16.0, 0.55 * 240 / count))
    marks: list[Mark] = []
    for group, rows in groups.items():
        lines = [_bar(begin, *spans[row][:2], slots[row], unit) for row in rows]
        numbers = [spans[row][2] for row in rows]
        marks.append(Lines(lines, _GROUPS.get(group, "series4"), numbers, thick))
    y = Axis("", count_axis("", count, low=1).ticks, 0.4, count + 0.6)
    x = count_axis(f"{name} since the search began", length / unit)
    legend = [(_GROUPS.get(group, "series4"), group) for group in groups]
    where = "the one slot" if count == 1 else f"one of {count} slots"
    caption = f"Each bar is a trial, from its start to its recorded result, in {where}."
    panel = Panel(x, y, marks, "slot")
    height = min(360, 100 + 24 * count)
    return Figure("timeline", "Timeline", caption, [panel], height=height, legend=legend)


def _bar(
    begin: datetime, start: datetime, end: datetime, slot: int, unit: float
) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array([(each - begin).total_seconds() / unit for each in (start, end)])
    ends[1] = max(ends[1] - 0.1 * (ends[1] - ends[0]), ends[0])  # a gap before the next one
    return ends, np.array([slot + 1.0, slot + 1.0])


def _slots(spans: list[tuple[datetime, datetime]]) -> list[int]:
    """The lowest free slot for each span, in the order of their starts."""
    free: list[int] = []
    busy: list[tuple[datetime, int]] = []
    found = []
    for start, end in spans:
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        slot = heapq.heappop(free) if free else len(busy)
        found.append(slot)
        heapq.heappush(busy, (end, slot))
    return found
