"""Tests of what figures show: their marks are where the results put them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hpsearch.analysis.anova import Effect, Importance
from hpsearch.config import parse_space
from hpsearch.errors import UsageError
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from hpsearch.reports.figures import FIGURES, Figure, RunData
from hpsearch.reports.figures.best_so_far import best_so_far_figure
from hpsearch.reports.figures.figure import SCALE, Cells, Dots, Label, Lines, Panel
from hpsearch.reports.figures.grid_or_random import grid_levels, grid_or_random
from hpsearch.reports.figures.history import history
from hpsearch.reports.figures.importance_bars import importance_bars
from hpsearch.reports.figures.learning_curves import learning_curves
from hpsearch.reports.figures.pair_maps import pair_maps
from hpsearch.reports.figures.parallel_coordinates import parallel_coordinates
from hpsearch.reports.figures.slices import slices
from hpsearch.reports.figures.timeline import timeline
from hpsearch.reports.figures.zoom import dot_size, zoom
from hpsearch.trial import Metric
from tests.reports.figures.make import SPACE, narrowing, run_data

FOUR = [
    {"rate": 0.01, "layers": 1, "optimizer": "sgd"},
    {"rate": 0.1, "layers": 2, "optimizer": "adam", "beta2": 0.99},
    {"rate": 1.0, "layers": 3, "optimizer": "sgd"},
    {"rate": 0.001, "layers": 1, "optimizer": "sgd"},
]


def of(panel: Panel, kind: type, role: str) -> list:
    """The marks with a kind and a role."""
    return [mark for mark in panel.marks if isinstance(mark, kind) and mark.role == role]


def importance(**shares: float) -> Importance:
    """An importance with these main effects."""
    effects = [Effect((name,), share, share / 2, share * 1.2) for name, share in shares.items()]
    return Importance([*effects, Effect(("rate", "layers"), 0.05, 0.0, 0.1)], 0.8)


def test_the_kinds_of_the_command_line_are_those_that_are_drawn() -> None:
    """The light list of names and the registry agree, including their order."""
    assert list(FIGURE_KINDS) == list(FIGURES)


def test_trials_that_nothing_tells_apart_have_one_colour() -> None:
    """Tied trials share the middle of their ranks."""
    assert run_data(FOUR, [0.5, 0.1, 0.5, 0.5]).quality.tolist() == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3])
    assert run_data(FOUR, [0.5] * 4).quality.tolist() == [0.5] * 4


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_a_run_without_trials_says_what_is_missing(kind: str) -> None:
    """Without trials no figure is drawn; the reason is a sentence."""
    with pytest.raises(UsageError, match=r"^[A-Z].*\.$"):
        FIGURES[kind](RunData(SPACE, run_data([], []).metric, [], []), None)


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_names_and_figures_agree(kind: str) -> None:
    """A figure's kind is the name that draws it."""
    data = narrowing(40)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    data = RunData(
        data.space,
        data.metric,
        data.trials,
        run_data([t.values for t in data.trials], data.losses.tolist(), curves=[[0.9, 0.5]] * 40).results,
        times={trial.number: (start, start + timedelta(seconds=1)) for trial in data.trials},
    )
    figure = FIGURES[kind](data, importance(rate=0.7, layers=0.1, optimizer=0.0, beta2=0.0))
    assert figure.kind == kind
    assert figure.caption.endswith(".")


def test_the_best_so_far_is_a_staircase_through_the_records() -> None:
    """It falls at trials 1 and 3, and stays between."""
    figure = history(run_data(FOUR, [0.4, 0.2, 0.3, 0.1]))
    ((x, y),) = of(figure.panels[0], Lines, "ink")[0].lines
    assert x.tolist() == [0, 1, 1, 3, 3, 3]
    assert y.tolist() == [0.4, 0.4, 0.2, 0.2, 0.1, 0.1]


def test_the_best_of_a_metric_to_maximize_is_the_largest() -> None:
    """The staircase of a metric to maximize rises."""
    figure = history(run_data(FOUR, [0.1, 0.3, 0.2, 0.4], goal="maximize"))
    ((_, y),) = of(figure.panels[0], Lines, "ink")[0].lines
    assert y.tolist() == [0.1, 0.1, 0.3, 0.3, 0.4, 0.4]


def test_history_colours_phases_and_puts_failures_at_the_edge() -> None:
    """Two phases have two colours; a trial without a value is at the upper end."""
    figure = history(run_data(FOUR, [0.4, 0.2, None, 0.1]))
    (panel,) = figure.panels
    assert of(panel, Dots, "series0")[0].trials == [0, 1]
    assert of(panel, Dots, "series1")[0].trials == [2, 3]
    assert of(panel, Dots, "muted")[0].trials == [2]
    assert of(panel, Dots, "muted")[0].y.tolist() == [panel.y.high]


def test_the_band_is_where_random_search_would_be() -> None:
    """On a problem that the surrogate learns, the best of 60 random trials is in the band."""
    data = narrowing(60)
    (cells,) = of(history(data).panels[0], Cells, "band")
    low, high = cells.boxes[-1, [1, 3]]
    rng = np.random.default_rng(1)
    best = (0.1 + 0.1 * (4 * rng.random((200, 60)) - 2) ** 2).min(axis=1)
    assert ((best >= low - 0.01) & (best <= high)).mean() >= 0.9
    assert cells.boxes[0, 3] > cells.boxes[-1, 3]


def test_the_zoom_narrows() -> None:
    """The band of the rate is three times as wide at the start as at the end; the optimizer has none."""
    rate, _, optimizer, _ = zoom(narrowing(120)).panels
    boxes = of(rate, Cells, "band")[0].boxes
    assert boxes[0, 3] - boxes[0, 1] > 3 * (boxes[-1, 3] - boxes[-1, 1])
    assert not of(optimizer, Cells, "band")


def test_the_zoom_ranks_by_colour() -> None:
    """The best has a different colour, and every active trial is drawn once with its number."""
    data = narrowing(40)
    beta2 = zoom(data).panels[3]
    ranked = [
        number
        for level in range(SCALE)
        for dots in of(beta2, Dots, f"scale{level}")
        for number in dots.trials
    ]
    assert sorted(ranked) == [trial.number for trial in data.trials if "beta2" in trial.values]
    rate = zoom(data).panels[0]
    assert of(rate, Dots, "best")[0].trials == [data.ranked[0].number]
    assert data.ranked[-1].number in of(rate, Dots, "scale0")[0].trials


def test_learning_curves_colour_the_best_five_and_show_the_rungs() -> None:
    """Of eight trials, three are faint; a bar spans the middle 90 % of the thresholds at epoch 2."""
    finals = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    data = run_data([FOUR[0]] * 8, finals, curves=[[0.9, final] for final in finals])
    (panel,) = learning_curves(data).panels
    assert [of(panel, Lines, f"series{index}")[0].trials for index in range(5)] == [[7], [6], [5], [4], [3]]
    assert len({of(panel, Lines, f"series{index}")[0].dash for index in range(5)}) == 5
    assert of(panel, Lines, "faint")[0].trials == [0, 1, 2]
    first, second = of(panel, Lines, "ink")[0].lines
    assert first[0].tolist() == [1, 1]
    assert second[1].tolist() == pytest.approx(np.quantile(0.5 + np.arange(2, 8) / 100, [0.05, 0.95]))


def test_of_many_learning_curves_a_part_is_drawn() -> None:
    """At most 400 faint ones are drawn, and the caption says so."""
    data = run_data([FOUR[0]] * 900, [0.5] * 900, curves=[[0.9, 0.5]] * 900)
    figure = learning_curves(data)
    drawn = len(of(figure.panels[0], Lines, "faint")[0].lines)
    assert drawn <= 400
    assert f"Of the others, {drawn} are drawn" in figure.caption


def test_slices_come_by_importance_with_bars() -> None:
    """The most important parameter is first, with its share; a bar spans the middle 90 % of its bin."""
    data = narrowing(60)
    figure = slices(data, importance(rate=0.2, layers=0.7, optimizer=0.0, beta2=0.1))
    assert [panel.title for panel in figure.panels] == [
        "layers · 70 %",
        "rate · 20 %",
        "beta2 · 10 %",
        "optimizer · 0 %",
    ]
    one = [loss for trial, loss in zip(data.trials, data.losses, strict=True) if trial.values["layers"] == 1]
    _, y = of(figure.panels[0], Lines, "ink")[0].lines[0]
    assert y.tolist() == pytest.approx(np.quantile(one, [0.05, 0.95]).tolist())


def test_maps_show_where_the_surrogate_is_low() -> None:
    """The cells of the best eighth are around the best rate."""
    panel = pair_maps(narrowing(80), None).panels[0]
    boxes = of(panel, Cells, f"scale{SCALE - 1}")[0].boxes
    assert abs(boxes[:, [0, 2]].mean() - 0.5) < 0.1
    total = sum(len(cells.boxes) for cells in panel.marks if isinstance(cells, Cells))
    assert total == 24 * 24


def test_parallel_coordinates_have_a_rung_for_what_is_not_used() -> None:
    """A trial without beta2 passes below the axis; all others stay on it."""
    (panel,) = parallel_coordinates(run_data(FOUR, [0.4, 0.2, 0.3, 0.1])).panels
    lines = {
        number: y
        for mark in panel.marks
        if isinstance(mark, Lines)
        for number, (_, y) in zip(mark.trials, mark.lines, strict=False)
    }
    assert set(lines) == {0, 1, 2, 3}
    assert [bool(lines[number][3] < 0) for number in range(4)] == [True, False, True, True]
    assert all((y[[0, 1, 2, 4]] >= 0).all() for y in lines.values())
    assert any(isinstance(mark, Label) and mark.text == "not used" for mark in panel.marks)


def test_parallel_coordinates_of_many_parameters_leave_some_out() -> None:
    """Of 30 parameters, the 14 in which good trials differ most are shown, including the decisive one."""
    space = parse_space({f"p{index}": {"min": 0.0, "max": 1.0} for index in range(30)})
    rng = np.random.default_rng(0)
    units = rng.random((60, 30))
    values = [dict(zip(space.names, row.tolist(), strict=True)) for row in units]
    data = run_data(values, units[:, 17].tolist(), space=space)
    figure = parallel_coordinates(data)
    names = [text for _, text in figure.panels[0].x.ticks]
    assert len(names) == 15
    assert "p17" in names
    assert "16 parameters" in figure.caption


def test_importance_has_bars_and_intervals_in_order() -> None:
    """The largest share is at the top; pairs and single parameters have different colours."""
    (panel,) = importance_bars(narrowing(10), importance(rate=0.6, layers=0.2)).panels
    assert [text for _, text in panel.y.ticks] == ["rate", "layers", "rate × layers"]
    assert of(panel, Cells, "main")[0].boxes[:, 2].tolist() == [0.6, 0.2]
    assert of(panel, Cells, "series1")[0].boxes[:, 2].tolist() == [0.05]
    assert of(panel, Lines, "ink")[0].lines[0][0].tolist() == pytest.approx([0.3, 0.72])


def test_the_timeline_gives_overlapping_trials_slots_of_their_own() -> None:
    """Two trials at a time need two slots; the third trial gets the free one."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    spans = [(0, 10), (1, 4), (5, 8), (9, None)]
    times = {
        number: (start + timedelta(seconds=begin), None if end is None else start + timedelta(seconds=end))
        for number, (begin, end) in enumerate(spans)
    }
    (panel,) = timeline(run_data(FOUR, [0.4, 0.2, None, 0.1], times=times)).panels
    slots = {
        number: y[0]
        for mark in panel.marks
        if isinstance(mark, Lines)
        for number, (_, y) in zip(mark.trials, mark.lines, strict=True)
    }
    assert slots == {0: 1, 1: 2, 2: 2}
    assert of(panel, Lines, "series4")[0].trials == [2]


def test_the_grid_is_as_large_as_fits() -> None:
    """With 64 points and four parameters, no parameter can get another value."""
    levels = grid_levels(SPACE, 64)
    assert np.prod(levels) <= 64
    assert levels[2] == 2
    assert max(levels) - min(levels) <= 1


def test_the_grid_repeats_values_that_the_search_does_not() -> None:
    """The search tries 40 rates, the grid a few."""
    data = narrowing(40)
    panel = grid_or_random(data).panels[0]
    assert len(of(panel, Dots, "main")[0].x) == len({trial.values["rate"] for trial in data.trials})
    assert len(of(panel, Dots, "best")[0].x) == grid_levels(SPACE, 40)[0]


def test_many_dots_are_small() -> None:
    """Their size falls with their number."""
    sizes = [dot_size(count) for count in (10, 1000, 5000, 50_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4


def test_the_repr_of_a_figure_is_short() -> None:
    """The repr does not list the points."""
    assert repr(Figure("zoom", "", "", [])) == "<Figure zoom: 0 panels>"


def test_the_axis_of_the_best_so_far_has_no_room_for_what_is_not_drawn() -> None:
    """Without the bounds of luck, which are far above, the best alone fills the axis."""
    losses = {"a": [0.1, 0.9, 0.8, 0.09]}
    with_bounds, without = (
        best_so_far_figure(Metric("loss"), losses, bounds=bounds).panels[0].y for bounds in (True, False)
    )
    assert with_bounds.high > 0.5
    assert without.high < 0.2


def test_names_at_the_ends_of_lines_do_not_overlap() -> None:
    """Only the first of lines that end at one place has its name there; the legend has all."""
    figure = best_so_far_figure(Metric("loss"), {"a": [0.5, 0.1], "b": [0.4, 0.1], "c": [0.5, 0.3]})
    labels = [mark.text for mark in figure.panels[0].marks if isinstance(mark, Label)]
    assert labels == ["a", "c"]
    assert [name for _, name in figure.legend] == ["a", "b", "c"]
