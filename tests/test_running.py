"""Tests of the learning curves of running trials: written by one process, read by another."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hpsearch.config import Config, load
from hpsearch.loop import SearchStart
from hpsearch.running import CurveFile, RunningCurve, curve_file, next_rung, read_curve, written_curve
from hpsearch.search import Search
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Epoch, Rung, Trial
from tests.conftest import Recorder

EPOCHS = [Epoch(number, {"loss": 1 / number, "other": None}, float(number)) for number in range(1, 6)]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a trial, not created yet."""
    return tmp_path / "trials" / "00003"


def test_a_slow_trial_is_read_as_it_was_written(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Epochs are read back with their metrics, even missing ones; only the owner may read them."""
    monkeypatch.setattr("hpsearch.running.WRITE_SECONDS", 0)
    curve = RunningCurve(CurveFile(curve_file(directory)).append, EPOCHS[:2])
    for epoch in EPOCHS[2:]:
        curve.add(epoch)
        assert read_curve(directory)[-1] == epoch
    assert read_curve(directory) == tuple(EPOCHS)
    assert curve_file(directory).stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_fast_trial_writes_nothing(directory: Path) -> None:
    """A trial that ends within a second leaves no file."""
    with written_curve(directory, None) as on_epoch:
        for epoch in EPOCHS:
            on_epoch(Trial(3, {}, 0), epoch)
    assert not directory.parent.exists()


def test_the_last_epoch_is_written_though_the_next_is_far(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An epoch that comes too soon after the last write is written a little later, even if it is the last."""
    monkeypatch.setattr("hpsearch.running.WRITE_SECONDS", 0.01)
    curve = RunningCurve(CurveFile(curve_file(directory)).append)
    curve.add(EPOCHS[0])
    if curve._timer is not None:  # on a slow machine, it was written at once
        curve._timer.join()
    assert read_curve(directory) == (EPOCHS[0],)


def test_another_callback_is_called_too(directory: Path) -> None:
    """Writing does not replace the caller's own callback."""
    seen: list[Epoch] = []
    with written_curve(directory, lambda trial, epoch: seen.append(epoch)) as on_epoch:
        on_epoch(Trial(3, {}, 0), EPOCHS[0])
    assert seen == [EPOCHS[0]]


def test_what_an_interrupted_run_left_is_not_mixed_in(directory: Path) -> None:
    """A trial that is run again starts a new curve."""
    curve_file(directory).parent.mkdir(parents=True)
    curve_file(directory).write_text('[1, {"loss": 5}, 1.0]\n')
    with written_curve(directory, None):
        assert read_curve(directory) == ()


@pytest.mark.parametrize("damage", ["[2, {", "2\n", '[2, 3, "x"]\n', "\x00\n", '{"a": 1}\n'])
def test_a_damaged_line_ends_the_curve(directory: Path, damage: str) -> None:
    """A line that is incomplete or not an epoch is left out, and so are those after it."""
    curve_file(directory).parent.mkdir(parents=True)
    curve_file(directory).write_text('[1, {"loss": 5}, 1.0]\n' + damage)
    assert read_curve(directory) == (Epoch(1, {"loss": 5}, 1.0),)


@pytest.mark.parametrize("kind", ["link", "pipe", "directory"])
def test_only_a_regular_file_is_read(directory: Path, kind: str) -> None:
    """A link is not followed, and a pipe does not block."""
    path = curve_file(directory)
    path.parent.mkdir(parents=True)
    if kind == "link":
        (directory / "elsewhere").write_text('[1, {"loss": 5}, 1.0]\n')
        path.symlink_to(directory / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert read_curve(directory) == ()


def test_the_next_rung_is_the_first_one_ahead() -> None:
    """After the last rung there is none."""
    trial = Trial(0, {}, 0, (Rung(1, 0.5), Rung(4, 0.25)))
    assert [next_rung(trial, epochs) for epochs in (0, 1, 3, 4)] == [*trial.rungs, trial.rungs[1], None]


class Observer(Recorder):
    """Looks at the run from outside after every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, int]] = []

    def on_search_start(self, search: SearchStart) -> None:
        """Remember where the run is."""
        self.directory = search.directory

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Read the running trials."""
        with Run.read(self.directory) as run:
            self.seen += [(each.trial.number, len(each.curve)) for each in run.running()]


def test_trials_that_wait_to_run_again_are_not_running(tmp_path: Path) -> None:
    """When failed trials are retried, only those that were started again count, from their new start on."""
    seen: list[list[int]] = []

    class Observer(Recorder):
        def on_trial_start(self, trial: Trial) -> None:
            with Run.read(tmp_path / "run") as run:
                running = run.running()
                assert run.started(trial.number) >= begun
                seen.append([each.trial.number for each in running])

    def objective(x: float, trial: Any) -> float:
        if broken and trial.number > 1:
            raise ValueError("broken")
        return x

    mapping = {
        "metric": {"name": "value"},
        "objective": {"python": {}},
        "space": {"x": {"min": 0, "max": 1}},
        "search": {"trials": 5, "lag": 0},
    }
    broken = True
    start(Config.from_mapping(mapping), Recorder(), directory=tmp_path / "run", function=objective)
    broken, begun = False, datetime.now(UTC).replace(microsecond=0)
    resume(tmp_path / "run", Observer(), retry_failed=True, function=objective)
    assert seen == [[2], [3], [4]]


def test_the_state_of_a_run_changes_with_all_that_is_shown(tmp_path: Path) -> None:
    """It changes with a trial's start, epochs and result, and the end of the search; with nothing else."""
    search = Search({"x": {"min": 0, "max": 1}}, directory=tmp_path / "run", trials=4)
    with Run.read(tmp_path / "run") as run:
        states = [run.state()]

        def changes() -> bool:
            states.append(run.state())
            return states[-1] != states[-2]

        assert not changes()
        asked = search.ask()
        assert asked is not None
        assert changes()
        CurveFile(curve_file(run.trial_directory(asked.number))).append(['[1, {"value": 0.5}, 0.1]'])
        assert changes()
        search.tell(asked, 0.5)
        assert changes()
        assert not changes()
        lost = search.ask()
        assert changes()
        search.close()
        assert changes()
        search = Search({"x": {"min": 0, "max": 1}}, directory=tmp_path / "run", trials=4)
        assert changes()
        assert search.ask() == lost
        assert changes()
        search.close()


def test_a_running_trial_is_seen_from_outside(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every epoch of each trial is seen through another connection; after the search there is none."""
    monkeypatch.setattr("hpsearch.running.WRITE_SECONDS", 0)
    observer = Observer()
    directory = start(load(tiny, ["search.trials=2", "search.early_stopping=false"]), observer)
    assert observer.seen == [(number, epoch) for number in (0, 1) for epoch in (1, 2, 3, 4)]
    with Run.read(directory) as run:
        assert run.running() == []
    assert not list(directory.rglob("running.jsonl"))
