"""Tests of figures in a terminal."""

import functools
from collections.abc import Callable

import pytest

from hpsearch.analysis import anova
from hpsearch.config import parse_space
from hpsearch.reports.figures import FIGURES
from hpsearch.reports.figures.braille import figure_text
from hpsearch.reports.figures.figure import Figure
from hpsearch.reports.figures.history import history
from hpsearch.reports.figures.importance_bars import importance_bars
from hpsearch.reports.figures.zoom import zoom
from tests.reports.figures.make import narrowing, run_data
from tests.reports.figures.test_figures import FOUR, importance


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("history", history(run_data(FOUR, [0.4, 0.2, None, 0.1]))),
        ("zoom", zoom(run_data(FOUR, [0.4, 0.2, 0.3, 0.1]))),
        ("importance", importance_bars(narrowing(10), importance(rate=0.6, layers=0.2))),
    ],
)
def test_a_figure_in_eighty_columns(name: str, figure: Figure, golden: Callable[..., None]) -> None:
    """The whole text of a figure equals the golden file."""
    text = "\n".join(line.rstrip() for line in figure_text(figure, 80).plain.split("\n"))
    golden(f"plot-{name}.txt", text)


@functools.cache
def wide(kind: str) -> Figure:
    """A figure with something to say."""
    return FIGURES[kind](narrowing(40), importance(rate=0.6, layers=0.2, optimizer=0.1, beta2=0.0))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("kind", ["history", "zoom", "slices", "maps", "parallel", "importance", "grid"])
def test_no_line_is_too_wide(kind: str, width: int) -> None:
    """Marks, ticks and labels fit; captions are wrapped by the terminal."""
    lines = figure_text(wide(kind), width).plain.split("\n")
    marks = [line for line in lines if "│" in line or "└" in line]
    assert marks
    assert max(map(len, marks)) <= width


def test_hostile_names_are_made_visible() -> None:
    """No control character reaches the terminal."""
    figure = Figure("zoom", "\x1b[31m", "\x1b", [], legend=[("best", "\x07")])
    assert "\x1b" not in figure_text(figure, 80).plain
    assert "\x07" not in figure_text(figure, 80).plain


def test_every_axis_of_parallel_coordinates_is_named() -> None:
    """The names are on a second line if they are too long for one."""
    text = figure_text(wide("parallel"), 36).plain
    assert all(name in text for name in ("rate", "layers", "optimizer", "beta2"))


def test_only_the_title_is_bold() -> None:
    """The marks, ticks and caption below it are not bold."""
    text = figure_text(wide("zoom"), 80)
    bold = [text.plain[span.start : span.end] for span in text.spans if span.style == "bold"]
    assert (text.style, bold) == ("", [f"{wide('zoom').title}\n"])


@pytest.mark.parametrize("kind", ["parallel", "zoom", "slices", "marginal"])
def test_wide_characters_move_nothing(kind: str) -> None:
    """Choices such as 日本語 take two cells per character; text to the right of them stays in place."""
    lines = []
    for names in (("日本語", "e\u0301🙂"), ("abcdef", "xyz")):
        space = parse_space({"rate": {"min": 0, "max": 1}, "kind": {"values": list(names)}})
        tried = [{"rate": at / 12, "kind": names[at % 2]} for at in range(12)]
        data = run_data(tried, [at / 12 for at in range(12)], space=space)
        text = figure_text(FIGURES[kind](data, anova.importance(space, data.observations, 1)), 80).plain
        for name, stand_in in zip(names, ("######", "***"), strict=True):
            text = text.replace(name, stand_in)
        lines.append(text)
    assert lines[0] == lines[1]
    assert "######" in lines[0]
