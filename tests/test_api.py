"""Tests of training a final model from Python."""

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hpsearch
from hpsearch.config import load
from hpsearch.errors import (
    RunMismatch,
    UsageError,
)
from hpsearch.machine.environment import user_environment
from hpsearch.network.model import Model
from hpsearch.space import Categorical, Number, Space
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Status, Trial

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the search


def test_a_model_is_trained_with_the_values_of_a_trial(tiny: Path, in_tmp: Path) -> None:
    """By default, it is the best trial; each epoch up to its best is reported; the model can be saved."""
    epochs: list[int] = []
    with hpsearch.run(tiny, "run.strategy=panda", trials=2) as run:
        final = hpsearch.train(run, on_epoch=lambda epoch, total, loss: epochs.append(epoch))
        best = run.trial_number("best")
        other = hpsearch.train(run, 1 - best)
        result = run.result(best)
    assert result is not None
    metric = load(tiny).metric
    assert epochs == list(range(1, metric.epoch_of(result.curve).number + 1))
    assert set(final.metrics) == {"test_loss", "test_error", "test_accuracy"}
    assert final.metrics != other.metrics
    final.model.save("model.npz")
    assert Model.open("model.npz").classes == final.model.classes


def test_only_the_network_can_be_trained(in_tmp: Path) -> None:
    """The run of a command is refused."""
    Path("c.yaml").write_text("objective: {command: 'true {x}'}\nspace: {x: {min: 0, max: 1}}\n")
    config = load(Path("c.yaml"))
    with Run.create(Path("run"), "", {"config": config.resolved(), "data": ""}) as run:
        run.record([Trial(0, {"x": 0.5}, 1)], [Result(0, Status.DONE, 1.0)])
        with pytest.raises(UsageError, match="run searches a command; only the built-in network"):
            hpsearch.train(run)


def test_the_main_job_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.run returns the same run that hpsearch.load opens."""
    run = hpsearch.run(tiny, trials=6)
    assert len(run.results()) == 6
    assert hpsearch.load(run.directory).ranking(1)[0].value == run.ranking(1)[0].value


def test_resuming_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.resume takes a total number of trials; the results are those of a search with that total."""
    run = hpsearch.resume(hpsearch.run(tiny, trials=6).directory, trials=9)
    assert [result.value for result in run.results()] == [
        result.value for result in hpsearch.run(tiny, trials=9).results()
    ]
    assert len(hpsearch.resume(run.directory).results()) == 9


def test_another_arithmetic_is_refused_from_python(in_tmp: Path, tiny: Path) -> None:
    """This process can no longer compute as the run did; if the CPU cannot either, a warning says so."""
    directory = hpsearch.run(tiny, trials=3).directory
    with Run.open(directory) as run:
        run.set_meta(versions={**run.meta("versions"), "arithmetic": "x86-64-v3/Zen"})
    with pytest.raises(RunMismatch, match="started with the arithmetic x86-64-v3/Zen, this process with"):
        hpsearch.resume(directory, trials=6)
    with Run.open(directory) as run:
        run.set_meta(kernels={"OPENBLAS_CORETYPE": "NoSuchKernel"})
    with pytest.warns(UserWarning, match="began with arithmetic x86-64-v3/Zen; this is arithmetic"):
        hpsearch.resume(directory, trials=6)


LATE = """
import sys, warnings
import numpy
import hpsearch
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    run = hpsearch.run(sys.argv[1], output="late", trials=1)
print([str(each.message) for each in caught])
"""


def test_numpy_loaded_before_is_said(in_tmp: Path, tiny: Path) -> None:
    """It is then too late to choose kernels: the run records its own arithmetic, and a warning names it."""
    environment = {**user_environment(), "OPENBLAS_CORETYPE": "Nehalem"}
    done = subprocess.run(
        [sys.executable, "-c", LATE, str(tiny)], capture_output=True, text=True, check=True, env=environment
    )
    with Run.read(in_tmp / "late") as run:
        arithmetic = run.meta("versions")["arithmetic"]
    assert arithmetic.endswith("/Nehalem")
    assert f"This search computes with {arithmetic}" in done.stdout


def test_notes_are_warnings_in_python(in_tmp: Path, tiny: Path) -> None:
    """Anything the command line would say about the config is a warning."""
    with pytest.warns(UserWarning, match="hidden_units_3: has no effect"):
        hpsearch.run(
            tiny, "space.hidden_layers=1", "space.hidden_units_3={type: int, min: 2, max: 4}", trials=2
        )


SPACE: dict[str, Any] = {"x": {"min": 0, "max": 1}, "y": {"values": [1, 2, 3]}}


def objective(x: float, y: int) -> float:
    """A function that other processes can import."""
    return float(abs(x - 0.3) + y)


def outcome(run: Run) -> list[tuple[dict[str, Any], float | None]]:
    """The values tried, and their results."""
    return [(dict(result.values), result.value) for result in run.results()]


def test_a_function_gives_the_same_search_wherever_it_runs(in_tmp: Path) -> None:
    """It may run in other processes, in this one, or with ask and tell."""
    settings: dict[str, Any] = {"space": SPACE, "trials": 10, "seed": 4}
    there = hpsearch.run(function=objective, **settings)
    here = hpsearch.run(function=lambda x, y: objective(x, y), **settings)
    assert there.meta("config")["objective"]["function"]["name"] == "tests.test_api:objective"
    assert here.meta("config")["objective"] == {"python": {}}
    assert outcome(here) == outcome(there)
    search = hpsearch.Search(SPACE, trials=10, seed=4, lag=there.meta("config")["search"]["lag"])
    while (trial := search.ask()) is not None:
        search.tell(trial, objective(**trial.values))
    assert [(result.values, result.value) for result in search.results] == outcome(there)


def test_a_run_of_a_local_function_is_resumed_with_it(in_tmp: Path) -> None:
    """Only the program that has the function can continue; the results are as without interruption."""
    local = functools.partial(objective, y=1)
    settings: dict[str, Any] = {"space": {"x": SPACE["x"]}, "function": local}
    run = hpsearch.run(trials=5, **settings)
    with pytest.raises(UsageError, match=r"hpsearch.resume\(…, function=…\)"):
        hpsearch.resume(run.directory, trials=8)
    resumed = hpsearch.resume(run.directory, trials=8, function=local)
    assert outcome(resumed) == outcome(hpsearch.run(trials=8, **settings))


def test_a_function_of_a_run_is_not_replaced(in_tmp: Path) -> None:
    """A run whose config names its function continues with that function."""
    run = hpsearch.run(space=SPACE, function=objective, trials=2)
    with pytest.raises(UsageError, match="runs a function, as its config says; leave function= out"):
        hpsearch.resume(run.directory, function=lambda x, y: 0.0)


def test_metric_goal_and_epochs_are_arguments(in_tmp: Path) -> None:
    """They correspond to settings of the config."""
    run = hpsearch.run(
        space=SPACE, function=lambda x, y: {"gain": x}, metric="gain", goal="maximize", epochs=3, trials=4
    )
    assert run.metric == Metric("gain", "maximize")
    assert run.meta("config")["objective"] == {"python": {"epochs": 3}}
    assert run.ranking(1)[0].value == max(result.value or 0 for result in run.results())


def test_a_config_may_be_a_path_a_mapping_or_a_config(in_tmp: Path, tiny: Path) -> None:
    """All three give the same search; further settings are applied to each."""
    mapping = load(tiny).resolved()
    runs = [hpsearch.run(config, "seed=9", trials=3) for config in (tiny, mapping, load(tiny))]
    assert len({str(outcome(run)) for run in runs}) == 1
    assert all(run.meta("config") == runs[0].meta("config") for run in runs)


def test_what_is_stored_of_a_mapping_is_a_config(in_tmp: Path, tiny: Path) -> None:
    """config.yaml in the run directory describes the same search as the mapping, and may be edited."""
    space = [Number("learning_rate", 1e-4, 1, prior="log"), Categorical("optimizer", ("sgd", "adam"))]
    mapping = {"objective": {"network": {"data": "blobs", "epochs": 2}}, "space": space}
    run = hpsearch.run(mapping, "run.strategy=panda", trials=2)
    stored = load(run.directory / "config.yaml", ["run.strategy=panda", "search.trials=2"])
    assert stored.resolved() | {"name": "search"} == run.meta("config")
    text = (run.directory / "config.yaml").read_text()
    (run.directory / "config.yaml").write_text(text + "search: {trials: 3}\n")
    assert len(hpsearch.resume(run.directory).results()) == 3


def test_a_function_replaces_the_objective_of_a_file(in_tmp: Path) -> None:
    """The file needs no objective; a space replaces the file's."""
    Path("c.yaml").write_text("space: {z: {min: 0, max: 1}}\nsearch: {trials: 3}\n")
    run = hpsearch.run("c.yaml", space=Space((Number("x", 0, 1),), {"y": 2}), function=objective)
    assert [result.values["y"] for result in run.results()] == [2, 2, 2]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "run\\(\\) takes the path of a config, a mapping or a Config"),
        ({"config": 3}, "Found 3"),
        ({"config": {"space": SPACE}}, "hpsearch.run: objective: is missing"),
        ({"config": {"space": SPACE}, "epochs": 3}, "epochs is an argument for function="),
        ({"function": "train:objective", "space": SPACE}, "function must be callable; found 'train"),
        ({"function": objective, "space": {"x": {"min": 1, "max": 0}}}, r"space\.x"),
        ({"function": objective, "space": [Number("x", 0, 1), Number("x", 0, 2)]}, "two of 'x'"),
    ],
)
def test_wrong_arguments_of_run_are_explained(in_tmp: Path, arguments: dict[str, Any], text: str) -> None:
    """The error names the wrong argument, and nothing is created."""
    with pytest.raises(UsageError, match=text):
        hpsearch.run(**arguments)
    assert not list(in_tmp.iterdir())


BODY = """
import hpsearch
def train(x):
    return x
def main():
    run = hpsearch.run(space={"x": {"min": 0, "max": 1}}, function=train, trials=3)
    print(len(run.results()))
"""


def script(path: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in its directory."""
    path.write_text(text)
    return subprocess.run(
        [sys.executable, path], capture_output=True, text=True, check=False, cwd=path.parent, timeout=100
    )


def test_a_script_searches_its_own_function(in_tmp: Path) -> None:
    """Other processes import the script by its name."""
    done = script(in_tmp / "own.py", BODY + 'if __name__ == "__main__":\n    main()\n')
    assert done.stdout == "3\n", done.stderr


def test_a_script_without_a_guard_is_told_so(in_tmp: Path) -> None:
    """Otherwise each process that imports it would start a search, without end."""
    done = script(in_tmp / "own.py", BODY + "main()\n")
    assert (
        'own starts a search whenever it is imported. Call it under `if __name__ == "__main__":`'
        in done.stderr
    )
