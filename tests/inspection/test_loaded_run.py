"""Tests of the display of a run in Python."""

from pathlib import Path

import pytest

import hpsearch
from hpsearch.errors import UsageError
from hpsearch.inspection.loaded_run import LoadedRun, Plots
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from tests.reports.html.conftest import ANSI, HOSTILE, write_run


@pytest.fixture
def run(tmp_path: Path) -> LoadedRun:
    """A run of 120 trials with hostile values, two of them failed."""
    return hpsearch.load(write_run(tmp_path / "small", 120))


def test_a_run_is_shown_in_one_line(run: LoadedRun) -> None:
    """It shows the number of results and the best one, even after the run was closed."""
    with run:
        best = run.ranking(1)[0]
        found = f"120 results, best val_error {best.value:.4g} in trial {best.number}"
        assert repr(run) == f"<Run {run.directory}: {found}>"
    assert repr(run) == f"<Run {run.directory}: closed>"


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_every_figure_is_a_method(kind: str, run: LoadedRun) -> None:
    """A method draws the same figure as the command line, and a notebook displays it."""
    with run:
        figure = getattr(run.plot, kind)()
    assert figure.kind == kind
    assert figure._repr_html_().startswith("<svg")


def test_there_are_no_other_methods() -> None:
    """Completion offers exactly the kinds of figures."""
    assert {name for name in dir(Plots) if not name.startswith("_")} == set(FIGURE_KINDS)


def test_a_figure_saves_itself(run: LoadedRun, tmp_path: Path) -> None:
    """The suffix determines the format."""
    with run:
        run.plot.zoom().save(tmp_path / "zoom.svg")
    assert (tmp_path / "zoom.svg").read_text(encoding="utf-8").startswith("<svg")


def test_to_pandas_has_a_row_for_each_trial(run: LoadedRun) -> None:
    """Rows go from best to worst, indexed by trial; values that a trial does not use are missing."""
    pytest.importorskip("pandas")
    with run:
        table, ranking = run.to_pandas(), run.ranking()
        trials = {trial.number: trial for trial in run.trials()}
    assert list(table.index) == [result.number for result in ranking]
    assert table["val_error"].iloc[0] == ranking[0].value
    assert table["val_error"].isna().sum() == 2
    unused = [number for number in table.index if "beta2" not in trials[number].values]
    assert table["beta2"].isna().sum() == len(unused)
    assert table["learning_rate"].dtype == "float64"


def test_without_pandas_the_message_says_what_to_install(
    run: LoadedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has a command line that pip understands."""
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with run, pytest.raises(UsageError, match="pip install pandas"):
        run.to_pandas()


def test_a_notebook_shows_the_best_trials(run: LoadedRun) -> None:
    """A notebook shows the ten best trials, with escaped texts."""
    with run:
        text = run._repr_html_()
    assert text.count("<tr>") == 11
    assert "<th>val_error</th>" in text
    assert not any(hostile in text for hostile in HOSTILE if "<" in hostile)
    assert ANSI not in text
