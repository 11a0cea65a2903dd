"""Tests of training a final model from Python."""

import subprocess
import sys
from pathlib import Path

import pytest

import hpsearch
from hpsearch.config import load
from hpsearch.environment import user_environment
from hpsearch.errors import (
    RunMismatch,
    UsageError,
)
from hpsearch.network.model import Model
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the search


def test_a_model_is_trained_with_the_values_of_a_trial(tiny: Path, in_tmp: Path) -> None:
    """The best trial is the default; every epoch is reported; the model can be saved and used."""
    epochs: list[int] = []
    with hpsearch.run(tiny, "run.strategy=panda", trials=2) as run:
        final = hpsearch.train(run, on_epoch=lambda epoch, total, loss: epochs.append(epoch))
        best = run.trial_number("best")
        other = hpsearch.train(run, 1 - best)
    assert epochs == [1, 2, 3, 4]
    assert set(final.metrics) == {"test_loss", "test_error", "test_accuracy"}
    assert final.metrics != other.metrics
    final.model.save("model.npz")
    assert Model.open("model.npz").classes == final.model.classes


def test_only_the_network_can_be_trained(in_tmp: Path) -> None:
    """A run of a command is refused."""
    Path("c.yaml").write_text("objective: {command: 'true {x}'}\nspace: {x: {min: 0, max: 1}}\n")
    config = load(Path("c.yaml"))
    with Run.create(Path("run"), "", {"config": config.resolved(), "data": ""}) as run:
        run.record([Trial(0, {"x": 0.5}, 1)], [Result(0, Status.DONE, 1.0)])
        with pytest.raises(UsageError, match="run searches a command; only the built-in network"):
            hpsearch.train(run)


def test_the_main_job_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.run gives back the run that hpsearch.load opens."""
    run = hpsearch.run(tiny, trials=6)
    assert len(run.results()) == 6
    assert hpsearch.load(run.directory).ranking(1)[0].value == run.ranking(1)[0].value


def test_resuming_from_python(in_tmp: Path, tiny: Path) -> None:
    """hpsearch.resume takes a total of trials; the results are those of a search with that total."""
    run = hpsearch.resume(hpsearch.run(tiny, trials=6).directory, trials=9)
    assert [result.value for result in run.results()] == [
        result.value for result in hpsearch.run(tiny, trials=9).results()
    ]
    assert len(hpsearch.resume(run.directory).results()) == 9


def test_another_arithmetic_is_refused_from_python(in_tmp: Path, tiny: Path) -> None:
    """This process cannot compute as the run did any more; if the CPU cannot either, a warning says so."""
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
    """Then it is too late to choose kernels: the run records its own arithmetic, and a warning names it."""
    environment = {**user_environment(), "OPENBLAS_CORETYPE": "Nehalem"}
    done = subprocess.run(
        [sys.executable, "-c", LATE, str(tiny)], capture_output=True, text=True, check=True, env=environment
    )
    with Run.read(in_tmp / "late") as run:
        arithmetic = run.meta("versions")["arithmetic"]
    assert arithmetic.endswith("/Nehalem")
    assert f"This search computes with {arithmetic}" in done.stdout


def test_notes_are_warnings_in_python(in_tmp: Path, tiny: Path) -> None:
    """What the command line would say of the config is not lost."""
    with pytest.warns(UserWarning, match="hidden_units_3: has no effect"):
        hpsearch.run(
            tiny, "space.hidden_layers=1", "space.hidden_units_3={type: int, min: 2, max: 4}", trials=2
        )
