"""Tests of comparing runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.errors import UsageError
from hpsearch.inspection.comparing import compared, comparison_figure, verdicts
from hpsearch.reports.compare import comparison_tables, sentence
from hpsearch.reports.table_layout import TableTexts
from hpsearch.standing import Place
from hpsearch.store import Run
from tests.inspection.test_leaderboards import make
from tests.runs import write_nulls


def test_runs_of_one_config_are_compared_together(tmp_path: Path) -> None:
    """Runs that differ by seed are one config; differences and best trials are side by side."""
    with (
        make(tmp_path / "x", [3, 2, 4]) as x,
        make(tmp_path / "y", [3, 2.5, None], seed=1) as y,
        make(tmp_path / "z", [9, 8, 9], lag=1) as z,
    ):
        runs = compared([x, y, z])
    (verdict,) = verdicts(runs)
    assert (verdict.ours, verdict.theirs) == (["x", "y"], ["z"])
    assert verdict.found.loss == 8 - 2.25
    assert "x and y are, on average, better than z by value 5.75" in sentence(verdict, "value")
    _, settings, values = comparison_tables(runs)
    assert [row["setting"] for row in settings.rows] == ["seed", "search.lag"]
    assert [row["parameter"] for row in values.rows] == ["rate", "kind"]
    assert "<svg" in comparison_figure(runs)._repr_html_()
    captions = [comparison_figure(runs).caption, comparison_figure(runs, bounds=False).caption]
    assert ["dashed line" in caption for caption in captions] == [True, False]


def test_other_metrics_and_the_same_run_are_refused(tmp_path: Path) -> None:
    """A single run is refused, too; a path through a symlink is the same run."""
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with (
        make(tmp_path / "x", [1]) as x,
        Run.read(tmp_path / "link") as linked,
        make(tmp_path / "y", [1], goal="maximize") as y,
    ):
        for runs, message in (
            ([x], "at least two"),
            ([x, x], "found one twice"),
            ([x, linked], "found one twice"),
            ([x, y], r"value \(minimize\) of x, value \(maximize\) of y"),
        ):
            with pytest.raises(UsageError, match=message):
                compared(runs)


def test_runs_without_a_value_say_so(tmp_path: Path) -> None:
    """They have no verdict, and no figure."""
    with make(tmp_path / "x", [None]) as x, make(tmp_path / "y", [None], seed=1) as y:
        runs = compared([x, y])
    assert verdicts(runs) == []
    with pytest.raises(UsageError, match="nothing to compare"):
        comparison_figure(runs)


def test_null_is_a_value_of_the_best_trial(tmp_path: Path) -> None:
    """It is next to a best trial that does not use the parameter, and in a run named like a column."""
    with (
        Run.read(write_nulls(tmp_path, "parameter")) as null,
        Run.read(write_nulls(tmp_path, "other")) as other,
    ):
        first, second = compared([null, other])
        (sgd,) = other.standings([Place(13)])
    tables = comparison_tables([first, replace(second, best=sgd)])
    lines = [" ".join(map(str.strip, row)) for row in TableTexts(tables[-1]).rows()]
    assert lines == ["optimizer adam sgd", "schedule null ", 'words "null" ', "beta2 0.95 "]
