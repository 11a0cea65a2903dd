"""Tests of resuming a search, on real trials in this process."""

from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import (
    RunLocked,
    RunMismatch,
    RunNotFound,
    SearchFailed,
)
from hpsearch.resuming import resume
from hpsearch.search import ALGORITHM, ALGORITHMS
from hpsearch.starting import start
from hpsearch.store import Run
from hpsearch.trial import Result, Status
from tests.conftest import TINY, Recorder
from tests.runs import rows


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
    """A CSV file with two classes that a line separates."""
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
    """The second is refused with the name of the first."""
    directory = start(config, Recorder())
    with Run.open(directory), pytest.raises(RunLocked, match="is searching in it"):
        resume(directory, Recorder())


def test_no_run_to_resume(in_tmp: Path) -> None:
    """Said, and nothing made."""
    with pytest.raises(RunNotFound):
        resume(Path("runs/none"), Recorder())
    assert not Path("runs").exists()


def test_other_versions_are_warned_of(in_tmp: Path, config: Config) -> None:
    """A run that began with another NumPy says so when it is resumed."""
    directory = start(config, Recorder())
    with Run.open(directory) as run:
        run.set_meta(versions={**run.meta("versions"), "numpy": "1.0"})
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 13})
    assert any("numpy 1.0" in text for text in callback.texts)


def test_another_algorithm_is_warned_of(in_tmp: Path, config: Config) -> None:
    """A run of an older version says what has changed when it goes on, and keeps the values it recorded."""
    directory = start(config, Recorder())
    with Run.open(directory) as run:
        recorded = [trial.values for trial in run.trials()]
        assert run.meta("algorithm") == ALGORITHM
        run.set_meta(algorithm=None)
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 13})
    assert any("began with version 1 of the search algorithm" in text for text in callback.texts)
    assert any(ALGORITHMS[2] in text for text in callback.texts)
    with Run.read(directory) as run:
        assert [trial.values for trial in run.trials()][: len(recorded)] == recorded


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
        with pytest.raises(SearchFailed, match="Every trial diverged"):
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
