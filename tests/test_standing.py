"""Tests of the standard error of values, and of where it is shown."""

import io
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import hpsearch
from hpsearch.loop import SearchStart
from hpsearch.reports.live import LiveDisplay
from hpsearch.reports.notebook import NotebookDisplay
from hpsearch.reports.progress import Progress
from hpsearch.space import Number, Space
from hpsearch.standing import standard_error
from hpsearch.trial import Metric, Result, Status, Trial
from tests.cli.conftest import example  # noqa: F401 -- a fixture

SHARE = (0.0625 * 16 + 1) / (16 + 2)
SHOWN = f"{math.sqrt(SHARE * (1 - SHARE) / 16):.2g}"
"""The standard error of an error rate of 0.0625 on 16 rows, as it is shown."""


@given(st.integers(1, 10**6), st.data())
def test_the_error_of_a_share_is_that_of_its_complement(rows: int, data: st.DataObject) -> None:
    """An error rate is as certain as the matching accuracy, and never completely certain."""
    hits = data.draw(st.integers(0, rows))
    error = standard_error(hits / rows, None, rows)
    assert error is not None
    assert error > 0
    assert standard_error(1 - hits / rows, None, rows) == pytest.approx(error)


def test_seeds_tell_more_than_rows() -> None:
    """If a trial ran with several seeds, their spread gives the standard error."""
    assert standard_error(0.5, 0.25, 100) == 0.25
    assert standard_error(0.5, None, None) is None
    assert standard_error(None, None, 100) is None


def start(total: int = 4) -> SearchStart:
    """The start of a search for an error rate on 16 rows."""
    space = Space((Number("rate", 0, 1),))
    return SearchStart(Path("runs/x"), "panda", Metric("val_error"), space, total, 1, rows=16)


def test_the_live_display_shows_it() -> None:
    """It is next to the best value."""
    with LiveDisplay(Console(file=io.StringIO(), force_terminal=True), "x") as display:
        display.on_search_start(start())
        display.on_trial_complete(Trial(0, {"rate": 0.5}, 0), Result(0, Status.DONE, 0.0625))
        lines = [line.plain for line in display.lines(80, 24)]
    assert any(line.startswith(f"best  val_error 0.0625 ± {SHOWN}  trial 0") for line in lines)


def test_the_display_of_a_notebook_shows_it() -> None:
    """It is next to the best value."""
    display = NotebookDisplay(print)
    display._progress = Progress(start())  # without IPython, which would show it
    display.on_trial_complete(Trial(0, {"rate": 0.5}, 0), Result(0, Status.DONE, 0.0625))
    assert f"best: val_error 0.0625 ± {SHOWN} in trial 0" in display.html()


def test_python_shows_it(example: Path) -> None:  # noqa: F811 -- the fixture that is imported
    """It is in the representation of a run, and a column of its table."""
    with hpsearch.load(example) as run:
        assert f"best val_error 0.0625 ± {SHOWN} in trial 2" in repr(run)
        pytest.importorskip("pandas")
        table = run.to_pandas()
    assert f"{table['standard_error'][2]:.2g}" == SHOWN
    assert math.isnan(table["standard_error"][3])


def test_the_dashboard_shows_it(example: Path) -> None:  # noqa: F811 -- the fixture that is imported
    """It is in the list of runs, at the top of a run, in its table, and at the top of a trial."""
    pytest.importorskip("starlette")
    from hpsearch.dashboard.list_page import list_page
    from hpsearch.dashboard.run_page import state_html
    from hpsearch.dashboard.trial_page import trial_page
    from hpsearch.dashboard.trial_table import TableView, trials_html
    from hpsearch.dashboard.watched_runs import WatchedRuns

    runs = WatchedRuns(example.parent)
    watched = runs.get(example.name)
    assert f"0.0625 ± {SHOWN}" in list_page(runs).parts[0].render()
    assert f"0.0625 ± {SHOWN}" in state_html(watched)
    assert f"0.0625 ± {SHOWN}" in trial_page(watched, 2).parts[0].render()
    assert f'<td class="number">{SHOWN}</td>' in trials_html(watched, TableView())
