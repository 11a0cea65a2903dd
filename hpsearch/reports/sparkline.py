"""Learning curves in one line of text."""

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], width: int = 12, *, bottom: float | None = None) -> str:
    """A curve as at most ``width`` bars.

    Args:
        values: From left to right; None and values that are not finite become gaps.
        width: If there are more values than this, each bar shows the last value of its part.
        bottom: The value of the lowest bar; by default the lowest value.
    """
    if len(values) > width:
        ends = [round((bar + 1) * len(values) / width) - 1 for bar in range(width)]
        values = [values[end] for end in ends]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return ""
    low = (min(finite) if bottom is None else bottom) / 2  # halves, as a difference may be too large
    span = max(finite) / 2 - low
    bars = []
    for value in values:
        if value is None or not math.isfinite(value):
            bars.append(" ")
        else:
            bars.append(_BARS[round((value / 2 - low) / span * (len(_BARS) - 1)) if span else 0])
    return "".join(bars)
