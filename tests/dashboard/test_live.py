"""Tests of what is sent to a page while its run changes, appears or disappears."""

import shutil
import threading
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.running import CurveFile, RunningCurve, curve_file
from hpsearch.trial import Epoch
from tests.dashboard.conftest import CONFIG, Events, Site, result, trial, write_run


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the dashboard look often."""
    monkeypatch.setattr("hpsearch.dashboard.application.POLL_SECONDS", 0.02)


def test_a_new_result_is_sent(site: Site) -> None:
    """State, table and failures change; unchanged parts are not sent."""
    with site.events("/runs/one") as events:
        first = events.next()
        assert {"state", "running", "trials", "failures", "config"} <= first["parts"].keys()
        site.runs["one"].record([trial(62)], [result(60)])
        second = events.until(lambda message: "61 results" in message["parts"].get("trials", ""))
        assert second["version"] != first["version"]
        assert "61 of 200 trials finished" in second["parts"]["state"]
        assert not {"config", "failures", "figures"} & second["parts"].keys()


def test_the_epochs_of_a_running_trial_are_sent(site: Site) -> None:
    """Epochs are sent as the worker writes them, with the curve and the next rung's threshold."""
    path = curve_file(site.runs["one"].trial_directory(61))
    path.parent.mkdir(parents=True)
    with site.events("/runs/one") as events:
        events.next()
        curve = RunningCurve(CurveFile(path).append)
        curve._last -= 60  # as if the trial had begun a minute ago
        curve.add(Epoch(1, {"val_error": 0.75}, 1.0))
        parts = events.until(lambda message: "0.75" in message["parts"].get("running", ""))["parts"]
        assert "needs at most 0.9 at epoch 2" in parts["running"]
        curve._last -= 60
        curve.add(Epoch(2, {"val_error": 0.625}, 2.0))
        parts = events.until(lambda message: "0.625" in message["parts"].get("running", ""))["parts"]
        assert '<figure id="running"' in parts["running"]
        curve.close()


def best_so_far_of(message: dict[str, Any]) -> str:
    """The figure of a comparison, in the form in which a page gets it."""
    return str(message["parts"].get("best_so_far", ""))


def test_a_comparison_has_the_best_so_far_of_both_runs(site: Site) -> None:
    """Each run has a line, named in the legend, that falls when a trial is better than all before."""
    with site.events("/compare?run=one&run=two") as events:
        first = best_so_far_of(events.next())
        assert first.startswith('<figure id="compare"')
        legend = first[: first.index("</figcaption>")]
        assert legend.count("</span>") >= 2
        assert ("one" in legend, "two" in legend) == (True, True)
        site.runs["one"].record([trial(62)], [replace(result(60), value=0.01)])
        second = best_so_far_of(events.until(lambda message: best_so_far_of(message) not in ("", first)))
        assert second.startswith('<figure id="compare"')


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (CONFIG, ""),
        (CONFIG.replace("minimize", "maximize"), "found val_error (minimize) of one, val_error (maximize)"),
    ],
)
def test_a_comparison_that_cannot_be_drawn_says_why(site: Site, config: str, said: str) -> None:
    """The reason is different metrics or no values; a single run with values is drawn."""
    write_run(site.root, "three", 5, 0, config).close()
    write_run(site.root, "four", 5, 0, config).close()
    with site.events("/compare?run=one&run=three") as events:
        figure = best_so_far_of(events.next())
        assert said in figure
        assert ("<figure" in figure) == (not said)
    with site.events("/compare?run=three&run=four") as events:
        assert "No trial has a value yet" in best_so_far_of(events.next())


def test_a_run_that_is_made_meanwhile_appears(site: Site) -> None:
    """A new run appears, and a removed one disappears."""
    with site.events("/") as events:
        events.next()
        write_run(site.root, "three", 5, 1).close()
        events.until(lambda message: ">three</a>" in message["parts"]["runs"])
        shutil.rmtree(site.root / "three")
        events.until(lambda message: ">three</a>" not in message["parts"]["runs"])


def test_a_run_that_vanishes_is_said_to_be_gone(site: Site) -> None:
    """The stream continues, and shows the run that replaces it."""
    with site.events("/runs/two") as events:
        events.next()
        shutil.rmtree(site.root / "two")
        assert (
            "two is not, or no longer, a run" in events.until(lambda message: "problem" in message)["problem"]
        )
        write_run(site.root, "two", 30, 10).close()
        events.until(lambda message: "10 of 30 trials" in message.get("parts", {}).get("state", ""))


def test_a_search_that_ends_is_interrupted(site: Site) -> None:
    """The lock is free, although nothing in the database has changed."""
    with site.events("/") as events:
        assert ">searching<" in events.next()["parts"]["runs"]
        site.runs["one"].close()
        events.until(lambda message: ">interrupted<" in message["parts"]["runs"])


def test_streams_end_with_the_server(site: Site) -> None:
    """Streams end, so that Ctrl-C does not have to wait for the browser."""
    with site.events("/runs/one") as events:
        events.next()
        ended = threading.Thread(target=Events.rest, args=[events])
        ended.start()
        site.stop()
        ended.join()
