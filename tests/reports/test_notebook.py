"""Tests of the progress in a notebook, with a stand-in for the parts of a notebook."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

import hpsearch
from hpsearch.reports.notebook import NotebookDisplay, in_notebook
from hpsearch.trial import Epoch, Trial
from tests.reports.html.conftest import ANSI, HOSTILE
from tests.reports.test_displays import begun, done, trial


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Makes this process the kernel of a notebook, and returns the HTML that it shows."""
    pages: list[str] = []
    handle = SimpleNamespace(update=pages.append)

    def display(page: str, *, display_id: bool) -> Any:
        pages.append(page)
        return handle

    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=str, display=display))
    return pages


def test_only_a_kernel_is_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Python nor IPython in a terminal is a notebook."""
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert not in_notebook()


def test_the_display_shows_counts_the_best_and_what_runs(shown: list[str]) -> None:
    """It has the epochs of running trials and the best trial's values, escaped; after Ctrl-C nothing runs."""
    hostile = Trial(1, {"text": HOSTILE[0] + ANSI}, 1)
    with NotebookDisplay(lambda text: None) as display:
        display.on_search_start(begun(4))
        for each in (hostile, trial(2), trial(3)):
            display.on_trial_start(each)
        display.on_trial_complete(hostile, done(1, 0.25))
        display.on_epoch(trial(2), Epoch(1, {"val_error": 0.75}, 0.1))
        html = display.html()
        display.__exit__(KeyboardInterrupt, None, None)
        ended = shown[-1]
    assert '<progress value="1" max="4">' in html
    assert "best: val_error 0.25 in trial 1: text=" in html
    assert "trial 2, epoch 1, val_error 0.75" in html
    assert "trial 3, no epoch yet" in html
    assert "<script" not in html
    assert "\x1b" not in html
    assert "ended early" in ended
    assert "trial 3" not in ended


def test_a_notebook_that_cannot_be_updated_is_reported_and_the_search_continues(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message gives the reason; nothing is raised."""

    def lost(_: str) -> None:
        raise ConnectionError("the kernel has gone")

    messages: list[str] = []
    with NotebookDisplay(messages.append) as display:
        display.on_search_start(begun(4))
        monkeypatch.setattr(display._handle, "update", lost)
    assert messages == ["The progress of the search is no longer shown: ConnectionError: the kernel has gone"]


def test_run_shows_its_progress_in_a_notebook(
    shown: list[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last page has all trials; nothing is shown anywhere else."""
    monkeypatch.chdir(tmp_path)
    space = {"x": {"min": 0, "max": 1}}
    with pytest.warns(UserWarning, match="one trial at a time"):
        hpsearch.run(space=space, function=lambda x: x, trials=3).close()
    assert "3/3" in shown[-1]
    shown.clear()
    monkeypatch.setitem(sys.modules, "IPython", None)
    with pytest.warns(UserWarning, match="one trial at a time"):
        hpsearch.run(space=space, function=lambda x: x, trials=1).close()
    assert shown == []
