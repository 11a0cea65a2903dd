"""Where a search has zoomed in, one line of text per parameter."""

from collections.abc import Mapping, Sequence

from hpsearch.analysis.narrowing import narrowing
from hpsearch.reports.text import value_text
from hpsearch.space import Number, Parameter, Space
from hpsearch.trial import Value

__all__ = ["zoom_bar", "zoom_lines"]

_RANGE, _EARLY, _LATE, _BEST = "·", "─", "━", "●"


def zoom_lines(
    space: Space, configurations: Sequence[Mapping[str, Value]], best: Mapping[str, Value], width: int
) -> list[tuple[str, str, str]]:
    """For each numeric parameter its name, its bar and its best value.

    A bar shows the whole range on the prior's own scale: ``·``; the middle four fifths of the values in the
    first third of the trials: ``─``; those in the last third: ``━``; and the best value: ``●``.

    Args:
        space: The space that is searched.
        configurations: The values of the trials, in the order of their numbers, at least one.
        best: The values of the best trial.
        width: The characters of a bar.
    """
    found = {each.name: each for each in narrowing(space, configurations)}
    lines = []
    for parameter in space.parameters:
        if not isinstance(parameter, Number):
            continue
        early, late = found[parameter.name].early, found[parameter.name].late
        bar = zoom_bar(parameter, early, late, best.get(parameter.name), width)
        lines.append((parameter.name, bar, value_text(best.get(parameter.name))))
    return lines


def zoom_bar(
    parameter: Number,
    early: Mapping[str, Value] | None,
    late: Mapping[str, Value] | None,
    best: Value | None,
    width: int,
) -> str:
    """The bar of one parameter; see :func:`zoom_lines`."""
    bar = [_RANGE] * width
    for band, mark in ((early, _EARLY), (late, _LATE)):
        if band is not None:
            low, high = _cell(parameter, band["low"], width), _cell(parameter, band["high"], width)
            bar[low : high + 1] = mark * (high + 1 - low)
    if best is not None:
        bar[_cell(parameter, best, width)] = _BEST
    return "".join(bar)


def _cell(parameter: Parameter, value: Value, width: int) -> int:
    assert isinstance(parameter, Number)  # noqa: S101 -- for the type checker; callers have asked
    share = parameter.position(float(value))
    return min(width - 1, max(0, int(share * width)))
