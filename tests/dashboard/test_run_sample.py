"""Tests of the data that figures are drawn from, and of how often they are drawn."""

import shutil
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.dashboard.figure_cache import FigureCache
from hpsearch.dashboard.layout import Updates
from hpsearch.dashboard.run_page import run_page
from hpsearch.dashboard.run_sample import RunSample, sampled
from hpsearch.dashboard.trial_table import TableView
from hpsearch.dashboard.watched_runs import WatchedRuns
from tests.dashboard.conftest import result, trial, write_run


@given(st.lists(st.none() | st.floats(-1, 1), min_size=1, max_size=300), st.integers(20, 400))
def test_a_sample_has_the_best_and_every_record(losses: list[float | None], most: int) -> None:
    """Few trials are all drawn; of many, the best and each that was the best so far."""
    numbers = sampled(dict(enumerate(losses)), most, best=5)
    assert numbers == sorted(set(numbers))
    valued = [(loss, number) for number, loss in enumerate(losses) if loss is not None]
    if len(losses) <= most:
        assert numbers == list(range(len(losses)))
    else:
        assert {number for _, number in sorted(valued)[:5]} <= set(numbers)
        lowest = 2.0
        for number, loss in enumerate(losses):
            if loss is not None and loss < lowest:
                lowest = loss
                assert number in numbers
        assert len(numbers) < len(losses)


def test_a_result_that_was_dropped_and_came_again_is_read_again(tmp_path: Path) -> None:
    """A result may be dropped and come again after ``resume --retry-failed``."""
    with write_run(tmp_path, "r", 20, 10) as run:
        sample = RunSample(WatchedRuns(tmp_path).get("r"))
        assert sample.data().by_number[9].value is None
        run.delete_results([9])
        assert 9 not in sample.data().by_number
        run.record(results=[result(8).__class__(9, result(8).status, 0.5)])
        assert sample.data().by_number[9].value == 0.5


def test_a_figure_of_a_running_search_is_drawn_rarely(tmp_path: Path) -> None:
    """It takes at most 2 % of the time; after the search, it is redrawn whenever it differs."""
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0  # drawing takes a second
        return now[0]

    with write_run(tmp_path, "r", 20, 5) as run:
        cache, watched = FigureCache(clock), WatchedRuns(tmp_path).get("r")
        first = cache.trials(watched)
        run.record([trial(7)], [result(5)])
        assert cache.trials(watched) == first
        now[0] += 60.0
        assert cache.trials(watched) != first
        second = cache.trials(watched)
        run.record([trial(8)], [result(6)])
        assert cache.trials(watched) == second
    assert cache.trials(watched) != second


def test_a_comparison_is_drawn_rarely_while_a_search_runs(tmp_path: Path) -> None:
    """This applies to either run; if another run replaces one, the figure is redrawn."""
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0  # drawing takes a second
        return now[0]

    write_run(tmp_path, "done", 20, 20).close()
    with write_run(tmp_path, "r", 20, 5) as run:
        cache, watched = FigureCache(clock), WatchedRuns(tmp_path)
        pair = watched.get("done"), watched.get("r")
        first = cache.comparison(*pair)
        assert first.startswith("<figure")
        run.record([trial(7)], [replace(result(5), value=0.01)])
        assert cache.comparison(*pair) == first
        now[0] += 60.0
        second = cache.comparison(*pair)
        assert second != first
        run.record([trial(8)], [replace(result(6), value=0.001)])
        assert cache.comparison(*pair) == second
    shutil.rmtree(tmp_path / "r")
    with write_run(tmp_path, "r", 20, 5):
        assert cache.comparison(watched.get("done"), watched.get("r")) == first


def test_failures_that_came_again_with_another_reason_are_grouped_again(tmp_path: Path) -> None:
    """This happens after ``resume --retry-failed``, even if nobody looked in between."""
    with write_run(tmp_path, "r", 20, 10) as run:
        updates = Updates(run_page(WatchedRuns(tmp_path).get("r"), TableView()))
        assert "red" in updates.changed()["failures"]
        assert "failures" not in updates.changed()
        run.delete_results([9])
        run.event("resumed", "")
        run.record(results=[replace(result(9), reason="no such file")])
        assert "no such file" in updates.changed()["failures"]
