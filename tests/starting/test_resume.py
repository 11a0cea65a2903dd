"""Tests of resuming a search, on real trials in this process."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import (
    CodeChanged,
    ConfigError,
    RunDamaged,
    RunLocked,
    RunMismatch,
    RunNotFound,
    SearchFailed,
    UsageError,
)
from hpsearch.search import ALGORITHM, ALGORITHMS
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
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
    """The first twelve trials are kept, and eight are added."""
    directory = start(config, Recorder())
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 20})
    assert [result.number for result in callback.results] == list(range(12, 20))


@pytest.mark.parametrize("changes", [{"search.trials": 5}, {"search.lag": 2}, {"seed": 9}])
def test_what_would_be_another_search_is_refused(
    in_tmp: Path, config: Config, changes: dict[str, int]
) -> None:
    """Fewer trials, another lag and another seed give a diff, and nothing is changed."""
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


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"search.trials": "many"}, 'argument search.trials="many": search.trials: must be a whole number'),
        ({"search.trials": 10**30}, "argument search.trials=1"),
        ({"run.workers": 0}, "argument run.workers=0: run.workers: must be auto or a whole number"),
    ],
)
def test_a_wrong_option_is_not_taken_for_a_damaged_run(
    in_tmp: Path, config: Config, change: dict[str, Any], says: str
) -> None:
    """The message names the argument that is wrong."""
    directory = start(config, Recorder())
    with pytest.raises(ConfigError, match=re.escape(says)) as caught:
        resume(directory, Recorder(), changes=change)
    assert not isinstance(caught.value, RunDamaged)


def test_an_edited_number_of_trials_is_taken(in_tmp: Path, config: Config) -> None:
    """Settings that may change can be edited in config.yaml in the run directory."""
    directory = start(config, Recorder())
    (directory / "config.yaml").write_text(TINY.replace("trials: 12", "trials: 14"))
    resume(directory, Recorder())
    assert len(rows(directory)) == 14
    resume(directory, Recorder(), changes={"search.trials": 16})
    resume(directory, Recorder())
    assert len(rows(directory)) == 16


def test_a_value_that_ends_a_search_may_become_harder_to_reach(in_tmp: Path, tiny: Path) -> None:
    """With a lower value, or none, a search continues; with an easier one it would be another search."""
    text = TINY.replace("lag: 3", "lag: 3, stop_at: {val_error: 0.5}")
    tiny.write_text(text)
    directory = start(load(tiny), Recorder())
    stopped = len(rows(directory))
    assert stopped < 12
    callback = Recorder()
    resume(directory, callback)
    assert "reached val_error" in callback.texts[-1]
    assert len(rows(directory)) == stopped
    (directory / "config.yaml").write_text(text.replace("val_error: 0.5", "val_error: 0.6"))
    with pytest.raises(RunMismatch, match=r"search.stop_at: {'val_error': 0.5} → {'val_error': 0.6}"):
        resume(directory, Recorder())
    (directory / "config.yaml").write_text(TINY)
    resume(directory, Recorder())
    tiny.write_text(TINY)
    assert rows(directory) == rows(start(load(tiny), Recorder()))


def data_file(path: Path, shift: int) -> None:
    """A CSV file with two linearly separable classes."""
    lines = [f"{(k * 7) % 13 + shift},{(k * 5) % 11},{'ab'[(k * 7) % 13 > 6]}" for k in range(60)]
    path.write_text("\n".join(["x,y,label", *lines]) + "\n")


def test_changed_data_are_refused_with_both_hashes(in_tmp: Path, tiny: Path) -> None:
    """Results on different data do not mix; --accept-data-change starts a new run next to the old one."""
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
    """The second one is refused; the message names the first."""
    directory = start(config, Recorder())
    with Run.open(directory), pytest.raises(RunLocked, match="is searching in it"):
        resume(directory, Recorder())


def test_no_run_to_resume(in_tmp: Path) -> None:
    """This is reported, and nothing is created."""
    with pytest.raises(RunNotFound):
        resume(Path("runs/none"), Recorder())
    assert not Path("runs").exists()


def test_other_versions_are_warned_of(in_tmp: Path, config: Config) -> None:
    """A run that began with another NumPy warns when it is resumed."""
    directory = start(config, Recorder())
    with Run.open(directory) as run:
        run.set_meta(versions={**run.meta("versions"), "numpy": "1.0"})
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 13})
    assert any("numpy 1.0" in text for text in callback.texts)


def test_another_algorithm_is_warned_of(in_tmp: Path, config: Config) -> None:
    """When a run of an older version continues, it says what has changed, and keeps its recorded values."""
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
    """--retry-failed deletes their results and keeps the others."""
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
    """There is nothing to run, and still no trial has a value."""
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
    """This happens after a kill between storing the result and writing the file."""
    directory = start(config, Recorder())
    expected = (directory / "best.yaml").read_text()
    (directory / "best.yaml").unlink()
    with Run.open(directory) as run:
        run.delete_results([11])
    resume(directory, Recorder())
    assert (directory / "best.yaml").read_text() == expected


def test_an_edit_wins_over_the_first_commands_arguments(in_tmp: Path, tiny: Path) -> None:
    """An edited setting replaces an argument that overrode it; others remain overridden."""
    directory = start(load(tiny, ["search.trials=6", "run.retries=0"]), Recorder())
    (directory / "config.yaml").write_text(TINY.replace("trials: 12", "trials: 9"))
    resume(directory, Recorder())
    assert len(rows(directory)) == 9
    with Run.read(directory) as run:
        assert run.meta("config")["run"]["retries"] == 0


CODE = """\
name: c
metric: {name: v}
objective: OBJECTIVE
space: {x: {min: 0, max: 1}}
search: {method: random, trials: 5, early_stopping: false}
run: {strategy: panda}
"""
FUNCTION, COMMAND = "{function: 'train:f'}", "{command: 'python train.py {x}'}"
TRAIN = """\
import sys, helper
def f(x):
    return x + helper.SHIFT
if __name__ == "__main__":
    print("v =", f(float(sys.argv[1])))
"""


def code_config(objective: str) -> Config:
    """A search of user code in the current directory: a script and a module next to it."""
    Path("c.yaml").write_text(CODE.replace("OBJECTIVE", objective))
    Path("train.py").write_text(TRAIN)
    Path("helper.py").write_text("SHIFT = 0\n")
    return load(Path("c.yaml"))


def editor(text: str, path: str = "helper.py", number: int = 1) -> Recorder:
    """A callback that saves a file when a trial is complete."""
    return Recorder(lambda trial, _: Path(path).write_text(text) and None if trial.number == number else None)


def values(directory: Path) -> list[float | None]:
    """The values of a run by trial number."""
    with Run.read(directory) as run:
        return [result.value for result in sorted(run.results(), key=lambda result: result.number)]


def expected(objective: str) -> list[float | None]:
    """The values that an undisturbed search gives."""
    return values(start(code_config(objective), Recorder(), directory=Path("runs/undisturbed")))


@pytest.mark.parametrize("text", ["SHIFT = 100\n", "def (\n"])
def test_a_function_is_called_as_it_was_when_the_search_began(in_tmp: Path, text: str) -> None:
    """Later edits have no effect; resuming reports them and continues with the code in the run directory."""
    undisturbed = expected(FUNCTION)
    directory = start(code_config(FUNCTION), editor(text))
    assert values(directory) == undisturbed
    callback = Recorder()
    resume(directory, callback, changes={"search.trials": 7})
    assert values(directory)[:5] == undisturbed
    assert all(value is not None and value < 1 for value in values(directory))
    assert any("helper.py changed since this run began" in line for line in callback.texts)


def test_new_code_of_a_function_is_taken_on_purpose(in_tmp: Path) -> None:
    """This needs --accept-code-change, and the leaderboard mentions it."""
    directory = start(code_config(FUNCTION), Recorder())
    Path("helper.py").write_text("SHIFT = 100\n")
    resume(directory, Recorder(), changes={"search.trials": 7}, accept_code_change=True)
    assert [value is not None and value > 1 for value in values(directory)] == [False] * 5 + [True] * 2
    with Run.read(directory) as run:
        events = [text for _, kind, text in run.events() if kind == "code changed"]
    assert events == ["from trial 5 on, with changed code: helper.py"]


@pytest.mark.parametrize("text", ["SHIFT = 100\n", "def (\n"])
def test_a_command_whose_code_changes_stops_the_search(in_tmp: Path, text: str) -> None:
    """The trial that was running has no result; with the old code, the search ends as if undisturbed."""
    undisturbed = expected(COMMAND)
    with pytest.raises(
        CodeChanged, match=r"helper\.py changed while trial 2 ran, which runs again; 2 finished"
    ):
        start(code_config(COMMAND), editor(text))
    directory = Path("runs/c-001")
    assert values(directory) == undisturbed[:2]
    with pytest.raises(CodeChanged, match=r"helper\.py changed since runs/c-001 began"):
        resume(directory, Recorder())
    assert values(directory) == undisturbed[:2]
    shutil.copy(directory / "code/helper.py", "helper.py")
    resume(directory, Recorder())
    assert values(directory) == undisturbed


def test_the_new_code_of_a_command_is_taken_on_purpose(in_tmp: Path) -> None:
    """The search continues where it stopped."""
    with pytest.raises(CodeChanged, match="--accept-code-change"):
        start(code_config(COMMAND), editor("SHIFT = 100\n"))
    resume(Path("runs/c-001"), Recorder(), accept_code_change=True)
    found = values(Path("runs/c-001"))
    assert [value is not None and value > 1 for value in found] == [False] * 2 + [True] * 3


@pytest.mark.parametrize(
    ("path", "text"),
    [("helper.py", "# a comment\nSHIFT = 0\n"), ("plot.py", "SHIFT = 100\n"), ("train.py", TRAIN + "\n\n")],
)
def test_what_changes_nothing_does_not_stop_a_search(in_tmp: Path, path: str, text: str) -> None:
    """Examples are comments, layout, and files that the command does not import."""
    undisturbed = expected(COMMAND)
    directory = start(code_config(COMMAND), editor(text, path))
    assert values(directory) == undisturbed


def test_a_module_that_hides_another_one_is_a_change(in_tmp: Path) -> None:
    """This is a new file that the command would import in place of an installed module."""
    config = code_config(COMMAND)
    Path("train.py").write_text("import numpy\n" + TRAIN)
    with pytest.raises(CodeChanged, match=r"numpy\.py changed while trial 2 ran"):
        start(config, editor("", "numpy.py"))


def test_other_files_that_a_command_names_are_reported(in_tmp: Path) -> None:
    """The search continues, as the command may have written them itself; they are reported once."""
    Path("data.csv").write_text("1\n")
    callback = editor("2\n", "data.csv")
    directory = start(code_config(COMMAND.replace("{x}", "{x} data.csv")), callback)
    assert len(values(directory)) == 5
    (text,) = (text for text in callback.texts if "data.csv has changed" in text)
    assert "results from trial 2 on may not be comparable with earlier ones" in text


def test_code_without_results_may_change(in_tmp: Path) -> None:
    """If every trial failed, the code can be fixed, and nothing has to be accepted."""
    config = code_config(FUNCTION)
    Path("helper.py").write_text("SHIFT = None\n")
    with pytest.raises(SearchFailed):
        start(config, Recorder())
    Path("helper.py").write_text("SHIFT = 0\n")
    callback = Recorder()
    resume(Path("runs/c-001"), callback, retry_failed=True)
    assert len([value for value in values(Path("runs/c-001")) if value is not None]) == 5
    assert callback.texts == []


def test_a_copy_of_the_code_that_was_changed_is_damage(in_tmp: Path) -> None:
    """The copy is not run."""
    directory = start(code_config(FUNCTION), Recorder())
    (directory / "code/helper.py").write_text("SHIFT = 7\n")
    with pytest.raises(RunDamaged, match=r"code/helper\.py was changed"):
        resume(directory, Recorder(), changes={"search.trials": 6})
    assert len(values(directory)) == 5


def test_a_script_that_is_missing_costs_no_trial(in_tmp: Path) -> None:
    """It is reported before a trial runs."""
    directory = start(code_config(COMMAND), Recorder())
    before = rows(directory)
    Path("train.py").unlink()
    with pytest.raises(
        UsageError, match=r"must name an existing script, not train\.py(.|\n)*No trial has run"
    ):
        resume(directory, Recorder(), changes={"search.trials": 6})
    assert rows(directory) == before


def test_a_search_on_few_rows_is_resumed(in_tmp: Path) -> None:
    """This works even though the default mini-batches have more rows than the data."""
    Path("rows.csv").write_text("a,b,y\n" + "".join(f"{i % 7},{i % 5},{'uv'[i % 2]}\n" for i in range(60)))
    Path("c.yaml").write_text(
        "objective: {network: {data: rows.csv, label: y, epochs: 1}}\n"
        "space: {learning_rate: {prior: log, min: 1e-3, max: 1}}\nsearch: {trials: 2}\n"
    )
    directory = start(load(Path("c.yaml")), Recorder())
    resume(directory, Recorder(), changes={"search.trials": 3})
    assert len(values(directory)) == 3


def pasted(error: pytest.ExceptionInfo[Exception]) -> list[list[str]]:
    """The commands that an error tells the user to type, split as by a shell."""
    lines = str(error.value).splitlines()
    return [shlex.split(line, posix=True) for line in lines if line.startswith("    ")]


def test_a_script_that_is_missing_comes_back_from_the_copy(in_tmp: Path) -> None:
    """The error has the commands that restore it and continue, with the original options."""
    config = code_config(COMMAND)
    Path("lib").mkdir()
    Path("lib/part.py").touch()
    Path("helper.py").write_text("import lib.part\nSHIFT = 0\n")
    directory = start(config, Recorder())
    for name in ("train.py", "helper.py"):
        Path(name).unlink()
    shutil.rmtree("lib")
    with pytest.raises(UsageError) as error:
        resume(directory, Recorder(), changes={"search.trials": 6}, retry_failed=True)
    *steps, again = pasted(error)
    assert steps[0][:2] == ["mkdir", "-p"]
    for step in steps:
        subprocess.run(step, check=True)
    assert again[2:] == ["runs/c-001", "--trials", "6", "--retry-failed"]
    resume(directory, Recorder(), changes={"search.trials": 6})
    assert len(values(directory)) == 6


def test_what_to_type_after_a_change_has_the_options_that_were_typed(in_tmp: Path) -> None:
    """A new run accepts the options that it knows."""
    directory = start(code_config(COMMAND), Recorder())
    Path("helper.py").write_text("SHIFT = 100\n")
    changes = {"search.trials": 9, "run.workers": 1, "run.strategy": "panda", "run.stop_after": "2h"}
    options = ["--trials", "9", "--workers", "1", "--strategy", "panda", "--stop-after", "2h"]
    with pytest.raises(CodeChanged) as error:
        resume(
            directory, Recorder(), changes=changes, retry_failed=True, accept_failures=True, project=in_tmp
        )
    _, restored, anew, accepted = pasted(error)
    more = ["--retry-failed", "--accept-failures", "--project", str(in_tmp)]
    assert restored[2:] == ["runs/c-001", *options, *more]
    assert anew[2:] == ["runs/c-001/config.yaml", *options]
    assert accepted[2:] == ["runs/c-001", *options, *more, "--accept-code-change"]


def test_a_library_that_is_missing_costs_no_trial(
    in_tmp: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function's module is imported before a trial runs."""
    site = tmp_path_factory.mktemp("site")
    (site / "library.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(site))
    config = code_config(FUNCTION)
    Path("train.py").write_text("import library\n" + TRAIN)
    directory = start(config, Recorder())
    before = rows(directory)
    (site / "library.py").unlink()
    with pytest.raises(ConfigError, match="No module named 'library'"):
        resume(directory, Recorder(), changes={"search.trials": 6})
    assert rows(directory) == before


@pytest.mark.parametrize("objective", [FUNCTION, COMMAND])
def test_a_moved_project_continues_as_if_it_had_not_moved(in_tmp: Path, objective: str) -> None:
    """So does a copy of it next to the original."""
    Path("p").mkdir()
    os.chdir("p")
    undisturbed = expected(objective)
    config = load(Path("c.yaml"), ["search.trials=2"])
    start(config, Recorder())
    os.chdir("..")
    Path("p").rename("q")
    shutil.copytree("q", "copy")
    for place in ("q", "copy"):
        os.chdir(in_tmp / place)
        resume(Path("runs/c-001"), Recorder(), changes={"search.trials": 5})
        assert values(Path("runs/c-001")) == undisturbed


@pytest.mark.parametrize(("objective", "workers"), [(FUNCTION, 2), (COMMAND, 1)])
def test_a_file_that_only_a_trial_misses_costs_no_trial(in_tmp: Path, objective: str, workers: int) -> None:
    """Three trials fail and are not recorded; once the file is back, the search is as if undisturbed."""
    config = code_config(objective)
    Path("rows.txt").touch()
    Path("train.py").write_text(TRAIN.replace("return", "open('rows.txt'); return"))
    undisturbed = start(config.with_overrides(["search.trials=9"]), Recorder(), directory=Path("runs/whole"))
    directory = start(config, Recorder())
    before = rows(directory)
    Path("rows.txt").unlink()
    changes = {
        "search.trials": 9,
        "run.workers": workers,
        "run.strategy": "panda" if workers == 1 else "caviar",
    }
    for _ in range(2):
        with pytest.raises(SearchFailed, match=r"none had before(.|\n)*rows\.txt(.|\n)*not recorded"):
            resume(directory, Recorder(), changes=changes)
        assert rows(directory) == before
    Path("rows.txt").touch()
    resume(directory, Recorder(), changes=changes)
    assert rows(directory) == rows(undisturbed)


def test_failures_after_a_resume_are_recorded_on_purpose(in_tmp: Path) -> None:
    """This includes failures that are too few to tell."""
    config = code_config(FUNCTION)
    Path("rows.txt").touch()
    Path("train.py").write_text(TRAIN.replace("return", "open('rows.txt'); return"))
    directory = start(config, Recorder())
    Path("rows.txt").unlink()
    resume(directory, Recorder(), changes={"search.trials": 7})
    assert len(rows(directory)) == 7
    with pytest.raises(SearchFailed, match="Too many trials failed in a row"):
        resume(
            directory,
            Recorder(),
            changes={"search.trials": 16, "run.strategy": "panda"},
            accept_failures=True,
        )
    assert len(rows(directory)) == 15
