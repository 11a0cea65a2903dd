"""Tests of starting and resuming, and of the loop in between, on real trials in this process."""

import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

import hpsearch
from hpsearch.blas import AVX512_FLAGS
from hpsearch.config import Config, load
from hpsearch.errors import (
    ConfigError,
    DataError,
    RunExists,
    RunLocked,
    RunMismatch,
    RunNotFound,
    RunUnwritable,
    SearchFailed,
)
from hpsearch.executors.panda import Panda
from hpsearch.loop import run_search
from hpsearch.resuming import resume
from hpsearch.search import Search
from hpsearch.starting import start
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial
from tests.conftest import TINY, Recorder
from tests.executors.objectives import Simple


def rows(directory: Path) -> list[tuple[int, str, float | None]]:
    """What a leaderboard is made of."""
    with Run.read(directory) as run:
        return [(result.number, str(result.status), result.value) for result in run.ranking()]


def test_a_search_leaves_its_results_and_no_data(in_tmp: Path, config: Config) -> None:
    """All trials are there, the best is a config, prepared data and checkpoints are gone."""
    callback = Recorder()
    directory = start(config, callback)
    assert directory == Path("runs/tiny-001")
    assert len(rows(directory)) == 12
    assert sorted(path.name for path in directory.iterdir()) == [
        "best.yaml",
        "config.yaml",
        "lock",
        "search.db",
    ]
    assert (directory / "config.yaml").read_text() == TINY
    best = load(directory / "best.yaml")
    assert best.search.trials == 1
    assert [result.number for result in callback.results] == list(range(12))


def test_what_is_shown_is_stored(in_tmp: Path, config: Config) -> None:
    """A result is on the disk, for every reader, when the watcher hears of it."""

    def check(trial: Trial, result: Result) -> None:
        with Run.read(Path("runs/tiny-001")) as run:
            assert run.result(trial.number) == result

    start(config, Recorder(check))


def test_the_config_decides_alone(in_tmp: Path, tiny: Path) -> None:
    """Two runs of one config are equal; with another seed they differ."""
    first = rows(start(load(tiny), Recorder()))
    assert rows(start(load(tiny, ["run.strategy=caviar", "run.workers=2"]), Recorder())) == first
    assert rows(start(load(tiny, ["seed=4"]), Recorder())) != first


def test_wrong_data_create_nothing(in_tmp: Path, tiny: Path) -> None:
    """Data are read before the run directory is made."""
    Path("d.csv").write_text("x,label\n1,a\n2,oops\nz,b\n")
    with pytest.raises((DataError, ConfigError)):
        start(load(tiny, ["objective.network.data=d.csv"]), Recorder())
    assert not Path("runs").exists()


def test_an_existing_directory_is_refused(in_tmp: Path, config: Config) -> None:
    """With what to type instead."""
    directory = start(config, Recorder(), directory=Path("here"))
    with pytest.raises(RunExists, match="hpsearch resume here"):
        start(config, Recorder(), directory=directory)


def test_resuming_a_complete_search_changes_nothing(in_tmp: Path, config: Config) -> None:
    """There is nothing to do."""
    directory = start(config, Recorder())
    before = rows(directory)
    callback = Recorder()
    assert resume(directory, callback) == directory
    assert rows(directory) == before
    assert callback.results == []


def test_more_trials_go_on_where_the_search_ended(in_tmp: Path, config: Config) -> None:
    """The first twelve stay, eight come."""
    directory = start(config, Recorder())
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 20})
    assert [result.number for result in callback.results] == list(range(12, 20))


@pytest.mark.parametrize("changes", [{"search.trials": 5}, {"search.lag": 2}, {"seed": 9}])
def test_what_would_be_another_search_is_refused(
    in_tmp: Path, config: Config, changes: dict[str, int]
) -> None:
    """Fewer trials, another lag, another seed: a diff, and nothing is changed."""
    directory = start(config, Recorder())
    before = rows(directory)
    (key, value) = next(iter(changes.items()))
    old, new = {
        "search.trials": ("trials: 12", "trials: 5"),
        "search.lag": ("lag: 3", "lag: 2"),
        "seed": ("seed: 3", "seed: 9"),
    }[key]
    (directory / "config.yaml").write_text(TINY.replace(old, new))
    with pytest.raises(RunMismatch, match=rf"{key}: {old.split()[1]} → {value}"):
        resume(directory, Recorder())
    assert rows(directory) == before


def test_an_edited_number_of_trials_is_taken(in_tmp: Path, config: Config) -> None:
    """config.yaml in the run directory may be edited in what may change."""
    directory = start(config, Recorder())
    (directory / "config.yaml").write_text(TINY.replace("trials: 12", "trials: 14"))
    resume(directory, Recorder())
    assert len(rows(directory)) == 14
    resume(directory, Recorder(), changes={"search.trials": 16})
    resume(directory, Recorder())
    assert len(rows(directory)) == 16


def data_file(path: Path, shift: int) -> None:
    """A CSV file with two classes that a line tells apart."""
    lines = [f"{(k * 7) % 13 + shift},{(k * 5) % 11},{'ab'[(k * 7) % 13 > 6]}" for k in range(60)]
    path.write_text("\n".join(["x,y,label", *lines]) + "\n")


def test_changed_data_are_refused_with_both_hashes(in_tmp: Path, tiny: Path) -> None:
    """Results on different data do not mix; --accept-data-change starts a new run beside the old."""
    data_file(Path("d.csv"), 0)
    directory = start(load(tiny, ["objective.network.data=d.csv"]), Recorder())
    with Run.read(directory) as run:
        recorded = run.meta("data")
    data_file(Path("d.csv"), 1)
    with pytest.raises(RunMismatch, match=recorded):
        resume(directory, Recorder(), changes={"search.trials": 13})
    other = resume(directory, Recorder(), changes={"search.trials": 13}, accept_data_change=True)
    assert other == Path("runs/tiny-002")
    assert (len(rows(directory)), len(rows(other))) == (12, 13)


def test_only_one_process_searches_in_a_run(in_tmp: Path, config: Config) -> None:
    """The second is told who holds it."""
    directory = start(config, Recorder())
    with Run.open(directory), pytest.raises(RunLocked, match="is searching in it"):
        resume(directory, Recorder())


def test_no_run_to_resume(in_tmp: Path) -> None:
    """Said, and nothing made."""
    with pytest.raises(RunNotFound):
        resume(Path("runs/none"), Recorder())
    assert not Path("runs").exists()


def test_other_versions_are_warned_of(in_tmp: Path, config: Config) -> None:
    """A run that began with another NumPy says so when it goes on."""
    directory = start(config, Recorder())
    with Run.open(directory) as run:
        run.set_meta(versions={**run.meta("versions"), "numpy": "1.0"})
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 13})
    assert any("numpy 1.0" in text for text in callback.texts)


def test_more_workers_than_the_lag_allows_is_explained(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large machine, auto uses lag + 1 of its workers, and says which lag would use all."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 8)
    callback = Recorder()
    start(load(tiny, ["search.trials=9", "search.lag=1", "run.strategy=auto"]), callback)
    assert callback.slots == 2
    assert any("`search.lag: 7`" in text for text in callback.texts)


@dataclass(frozen=True)
class Broken(Simple):
    """All trials fail with a reason; with the reason ``some``, every fourth one does not.

    Attributes:
        reason: The reason.
    """

    reason: str

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        if trial.number % 4 == 0 and self.reason == "some":
            return Result(trial.number, Status.DONE, float(trial.number))
        return Result(trial.number, Status.FAILED, reason=f"{self.reason}\nTraceback")


def run_broken(directory: Path, config: Config, reason: str) -> Recorder:
    """Run a search with such an objective."""
    callback = Recorder()
    meta = {"config": config.resolved()}
    search = Search(config.space, metric=config.metric, trials=12, lag=3, method="random", max_failures=5)
    with Run.create(directory, "", meta) as run:
        run_search(search, Panda(Broken(reason)), run, callback, lambda trial: "")
    return callback


def test_a_search_whose_trials_all_fail_gives_up(in_tmp: Path, config: Config) -> None:
    """After five failures in a row, with the reasons and what to type next."""
    with pytest.raises(SearchFailed, match=r"(?s)Too many.*after 5 trials.*5 × because.*--retry-failed"):
        run_broken(Path("r"), config, "because")


def test_some_failures_hurt_nobody(in_tmp: Path, config: Config) -> None:
    """The trials beside them finish, and the search succeeds."""
    assert len(run_broken(Path("r"), config, "some").results) == 12


def test_failed_trials_can_be_run_again(in_tmp: Path, config: Config) -> None:
    """--retry-failed forgets their results and keeps the others."""
    directory = start(config, Recorder())
    with Run.open(directory) as run:
        expected = run.results()
        run.delete_results([2, 5])
        run.record(results=[Result(2, Status.FAILED, reason="x"), Result(5, Status.DIVERGED, reason="y")])
    callback = Recorder()
    resume(directory, callback, retry_failed=True)
    assert [result.number for result in callback.results] == [2]
    assert callback.results[0].value == expected[2].value


def test_a_disk_that_fills_up_ends_the_search_with_the_reason(
    in_tmp: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown before is stored, and the search goes on from there."""
    real = Run.record
    calls: list[int] = []

    def record(self: Run, *arguments: object, **named: object) -> None:
        calls.append(1)
        if len(calls) > 6:
            raise RunUnwritable("database or disk is full")
        real(self, *arguments, **named)  # type: ignore[arg-type]

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


def test_the_main_job_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.run gives back the run that hpsearch.load opens."""
    run = hpsearch.run(tiny, trials=6)
    assert len(run.results()) == 6
    assert hpsearch.load(run.directory).ranking(1)[0].value == run.ranking(1)[0].value


def test_resuming_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.resume takes a total of trials; the results are those of a search of so many."""
    run = hpsearch.resume(hpsearch.run(tiny, trials=6).directory, trials=9)
    assert [result.value for result in run.results()] == [
        result.value for result in hpsearch.run(tiny, trials=9).results()
    ]
    assert len(hpsearch.resume(run.directory).results()) == 9


def test_another_kernel_is_refused_from_python(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process cannot take that of the run any more; a kernel that the CPU cannot run is no reason."""
    directory = hpsearch.run(tiny, trials=3).directory
    with Run.open(directory) as run:
        run.set_meta(blas_kernel="SkylakeX")
    assert len(hpsearch.resume(directory).results()) == 3
    monkeypatch.setattr("hpsearch.blas.cpu_flags", lambda: frozenset({*AVX512_FLAGS, "avx2", "fma"}))
    with pytest.raises(RunMismatch, match="started with OPENBLAS_CORETYPE=SkylakeX, this process with"):
        hpsearch.resume(directory, trials=6)


def test_notes_are_warnings_in_python(in_tmp: Path, tiny: Path) -> None:
    """What the command line would say of the config is not lost."""
    with pytest.warns(UserWarning, match="hidden_units_3: has no effect"):
        hpsearch.run(
            tiny, "space.hidden_layers=1", "space.hidden_units_3={type: int, min: 2, max: 4}", trials=2
        )


def test_a_search_in_another_thread_leaves_signals_alone(in_tmp: Path, config: Config) -> None:
    """Only the main thread may set handlers."""
    outcome: list[Path] = []
    thread = threading.Thread(target=lambda: outcome.append(start(config, Recorder())))
    thread.start()
    thread.join()
    assert len(rows(outcome[0])) == 12


def test_what_earlier_runs_found_out_is_kept_in_the_run(in_tmp: Path, tiny: Path) -> None:
    """A warm search is resumed as it was begun, though the earlier run is gone; its results are its own."""
    earlier = start(load(tiny), Recorder())
    directory = start(load(tiny, [f"search.warm_start=[{earlier}]", "seed=9"]), Recorder())
    whole = rows(directory)
    assert len(whole) == 12
    with Run.open(directory) as run:
        assert run.trial(0).origin["phase"] == "warm"
        run.delete_results(range(4, 12))
    shutil.rmtree(earlier)
    resume(directory, Recorder())
    assert rows(directory) == whole


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        (["metric.name=val_accuracy"], "must be a run that maximizes its metric"),
        (["space={dropout: {min: 0, max: 0.5}}"], "must be a run that shares a parameter"),
        (["space={hidden_units: {type: int, min: 6000, max: 7000}}"], "values that this space has"),
    ],
)
def test_runs_that_teach_nothing_are_refused(
    in_tmp: Path, tiny: Path, overrides: list[str], text: str
) -> None:
    """The opposite goal, no parameter in common, no trial in this space: said before anything is made."""
    earlier = start(load(tiny), Recorder())
    with pytest.raises(ConfigError, match=text):
        start(load(tiny, [f"search.warm_start=[{earlier}]", *overrides]), Recorder())
    assert [path.name for path in Path("runs").iterdir()] == [earlier.name]


def test_a_search_that_failed_has_failed_when_it_is_resumed(in_tmp: Path, tiny: Path) -> None:
    """There is nothing to run, and still no trial with a value."""
    wild = load(
        tiny,
        [
            "space={learning_rate: {prior: log, min: 1e30, max: 1e35}}",
            "objective.network.optimizer=sgd",
            "objective.network.batch_norm=false",
        ],
    )
    for again in (False, True):
        with pytest.raises(SearchFailed, match="every trial diverged"):
            resume(Path("runs/tiny-001"), Recorder()) if again else start(wild, Recorder())
    with Run.read(Path("runs/tiny-001")) as run:
        assert [kind for _, kind, _ in run.events()] == ["failed", "failed"]


def test_a_best_config_that_is_missing_is_written_again(in_tmp: Path, config: Config) -> None:
    """As after a kill between the result and the file."""
    directory = start(config, Recorder())
    expected = (directory / "best.yaml").read_text()
    (directory / "best.yaml").unlink()
    with Run.open(directory) as run:
        run.delete_results([11])
    resume(directory, Recorder())
    assert (directory / "best.yaml").read_text() == expected


def test_an_edit_wins_over_the_first_commands_arguments(in_tmp: Path, tiny: Path) -> None:
    """What is edited changes, though an argument had overridden it; what is not edited stays overridden."""
    directory = start(load(tiny, ["search.trials=6", "run.retries=0"]), Recorder())
    (directory / "config.yaml").write_text(TINY.replace("trials: 12", "trials: 9"))
    resume(directory, Recorder())
    assert len(rows(directory)) == 9
    with Run.read(directory) as run:
        assert run.meta("config")["run"]["retries"] == 0
