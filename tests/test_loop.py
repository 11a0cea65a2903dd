"""Tests of the loop on real trials in this process: what it leaves on disk and in memory."""

import gc
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hpsearch.config import Config
from hpsearch.data.dataset import Dataset
from hpsearch.data.load import load as load_data
from hpsearch.errors import (
    RunUnwritable,
    SearchFailed,
)
from hpsearch.executors.panda import Panda
from hpsearch.loop import Deadline, SearchStart, run_search
from hpsearch.objective import OnEpoch
from hpsearch.objectives.network import NetworkObjective
from hpsearch.search import Search
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial
from tests.conftest import Recorder
from tests.executors.objectives import Simple
from tests.runs import rows


def test_checkpoints_go_when_the_result_is_stored(in_tmp: Path, config: Config) -> None:
    """Every trial writes checkpoints, and none is left when its result is shown."""
    load_data("blobs", seed=0).save(in_tmp / "data")
    trials = in_tmp / "run" / "trials"
    objective = NetworkObjective(in_tmp / "data", trials, config.metric, {"epochs": 2}, checkpoint_seconds=0)
    left: dict[int, bool] = {}
    written: dict[int, bool] = {}

    def run_trial(trial: Trial, on_epoch: OnEpoch | None = None) -> Result:
        result = objective(trial, on_epoch)
        written[trial.number] = (trials / f"{trial.number:05d}" / "checkpoint").exists()
        return result

    def look(trial: Trial, result: Result) -> None:
        left[trial.number] = (trials / f"{trial.number:05d}").exists()

    search = Search.from_config(replace(config, search=replace(config.search, trials=3)))
    with Run.create(in_tmp / "run", "", {"config": config.resolved()}) as run:
        run_search(search, Panda(run_trial), run, Recorder(look), lambda trial: "")
    assert written == dict.fromkeys(range(3), True)
    assert left == dict.fromkeys(range(3), False)


class Weigher(Recorder):
    """Looks for data in memory when the trials are about to begin."""

    def __init__(self, known: set[int]) -> None:
        super().__init__()
        self.found: list[Dataset] = []
        self._known = known

    def on_search_start(self, search: SearchStart) -> None:
        gc.collect()
        self.found = [each for each in datasets() if id(each) not in self._known]


def datasets() -> list[Dataset]:
    """All data that this process has in memory."""
    return [each for each in gc.get_objects() if isinstance(each, Dataset)]


def test_prepared_data_are_not_kept_in_memory(in_tmp: Path, config: Config) -> None:
    """When trials begin, the data are only on disk, where all workers map them."""
    before = datasets()
    callback = Weigher({id(each) for each in before})
    start(config, callback)
    assert callback.found == []


def test_data_in_memory_are_seen() -> None:
    """This shows that the test above can fail."""
    dataset = load_data("blobs", seed=0)
    assert any(each is dataset for each in datasets())


def test_what_is_shown_is_stored(in_tmp: Path, config: Config) -> None:
    """When the callback is called, the result is on disk for every reader."""

    def check(trial: Trial, result: Result) -> None:
        with Run.read(Path("runs/tiny-001")) as run:
            assert run.result(trial.number) == result

    start(config, Recorder(check))


@dataclass(frozen=True)
class Broken(Simple):
    """All trials fail with a reason; not every fourth with ``some``; each with its own with ``letters``.

    Attributes:
        reason: The reason.
    """

    reason: str

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        if trial.number % 4 == 0 and self.reason == "some":
            return Result(trial.number, Status.DONE, float(trial.number))
        reason = "abcdefghijkl"[trial.number] if self.reason == "letters" else self.reason
        return Result(trial.number, Status.FAILED, reason=f"{reason}\nTraceback")


def run_broken(directory: Path, config: Config, reason: str) -> Recorder:
    """Run a search with such an objective."""
    callback = Recorder()
    meta = {"config": config.resolved()}
    search = Search(config.space, metric=config.metric, trials=12, lag=3, method="random", max_failures=5)
    with Run.create(directory, "", meta) as run:
        run_search(search, Panda(Broken(reason)), run, callback, lambda trial: "")
    return callback


def test_a_search_whose_first_trials_fail_alike_gives_up(in_tmp: Path, config: Config) -> None:
    """It ends after three trials, with the reason and what to type next."""
    with pytest.raises(
        SearchFailed, match=r"(?s)The first trials.*after 3 trials.*3 × because.*--retry-failed"
    ):
        run_broken(Path("r"), config, "because")


def test_a_search_whose_trials_all_fail_gives_up(in_tmp: Path, config: Config) -> None:
    """It ends after five consecutive failures for different reasons."""
    with pytest.raises(SearchFailed, match=r"(?s)Too many.*after 5 trials.*1 × .*--retry-failed"):
        run_broken(Path("r"), config, "letters")


def test_some_failures_hurt_nobody(in_tmp: Path, config: Config) -> None:
    """The other trials finish, and the search succeeds."""
    assert len(run_broken(Path("r"), config, "some").results) == 12


def test_a_disk_that_fills_up_ends_the_search_with_the_reason(
    in_tmp: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything shown before is stored, and the search continues from there."""
    real = Run.record
    calls: list[int] = []

    def record(self: Run, *arguments: object, **named: object) -> None:
        calls.append(1)
        if len(calls) > 6:
            raise RunUnwritable("database or disk is full")
        real(self, *arguments, **named)

    monkeypatch.setattr(Run, "record", record)
    callback = Recorder()
    with pytest.raises(RunUnwritable, match="full"):
        start(config, callback)
    monkeypatch.undo()
    monkeypatch.chdir(in_tmp)
    shown = {result.number for result in callback.results}
    assert {number for number, *_ in rows(Path("runs/tiny-001"))} == shown
    resume(Path("runs/tiny-001"), Recorder())
    assert rows(Path("runs/tiny-001")) == rows(start(config, Recorder()))


def test_a_search_in_another_thread_leaves_signals_alone(in_tmp: Path, config: Config) -> None:
    """Only the main thread may set handlers."""
    outcome: list[Path] = []
    thread = threading.Thread(target=lambda: outcome.append(start(config, Recorder())))
    thread.start()
    thread.join()
    assert len(rows(outcome[0])) == 12


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_stops_a_search_as_one_that_is_resumed(in_tmp: Path, config: Config) -> None:
    """No trial starts after it, running ones finish, and the run says why; resumed, it ends normally."""
    clock = Clock()

    def look(trial: Trial, result: Result) -> None:
        clock.now += 10
        draining.append(callback.draining())

    draining: list[bool] = []
    data = load_data("blobs", seed=0)
    data.save(in_tmp / "data")
    objective = NetworkObjective(in_tmp / "data", in_tmp / "run" / "trials", config.metric, {"epochs": 2})
    search = Search.from_config(config)
    callback = Recorder(look)
    with Run.create(in_tmp / "run", "", {"config": config.resolved()}) as run:
        deadline = Deadline(25, "25s", clock)
        assert not run_search(search, Panda(objective), run, callback, lambda trial: "", None, deadline)
        assert [result.number for result in run.results()] == [0, 1, 2, 3]
        assert draining == [False, False, True, True]
        assert run.unfinished() == []
        assert run.events()[-1][1:] == ("stopped", "after 25s")
        assert callback.texts[-1].startswith("Stopped after 25s; 4 of 12 trials are finished. Continue with")
        first = run.results()
        assert run_search(search, Panda(objective), run, callback, lambda trial: "", None, None)
        assert run.results()[:4] == first
        assert len(run.results()) == 12
        assert run.events()[-1][1] == "completed"


def test_a_deadline_says_once_what_is_awaited() -> None:
    """This is said when it has passed and trials are running, not again for each result."""
    clock, callback = Clock(), Recorder()
    deadline = Deadline(60, "1m", clock)
    assert not deadline.look(callback, 2)
    clock.now = 60
    assert deadline.look(callback, 2)
    assert deadline.look(callback, 1)
    assert callback.texts == ["1m have passed: finishing 2 running trials and starting no new ones."]


def test_a_search_that_is_complete_at_its_deadline_is_complete(in_tmp: Path, config: Config) -> None:
    """There is nothing left to stop at that time."""
    short = replace(config, search=replace(config.search, trials=2))
    directory = start(replace(short, run=replace(config.run, stop_after=3600.0)), Recorder())
    with Run.read(directory) as run:
        assert run.events()[-1][1] == "completed"
