"""Tests of importing NNI search spaces and experiments."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.config import Config
from hpsearch.errors import ConfigError, UsageError
from hpsearch.exchange.draft import Draft
from hpsearch.exchange.nni.import_experiment import import_experiment
from hpsearch.space import Number


def imported(text: str, directory: Path, name: str = "space.json") -> tuple[Draft, Config]:
    """The config that a file becomes, as a draft and loaded."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    for program in ("train.py", "mnist.py"):
        (directory / program).touch()
    draft = import_experiment(path)
    return draft, Config.parse(draft.as_yaml(), directory / "config.yaml")


def choice(*options: Any) -> dict[str, Any]:
    """An NNI parameter with some options."""
    return {"_type": "choice", "_value": list(options)}


@pytest.mark.parametrize(
    ("kind", "value", "spec"),
    [
        ("choice", [16, 32.5], {"values": [16, 32.5]}),
        ("choice", ["a", "b"], {"values": ["a", "b"]}),
        ("choice", [True, False], {"values": [True, False]}),
        ("choice", ["only"], "only"),
        ("choice", ["a", 1, True, None, [1, 2]], {"values": ["a", 1, True, None, [1, 2]]}),
        ("choice", [None], {"values": [None]}),
        ("randint", [2, 8], {"type": "int", "min": 2, "max": 7}),
        ("uniform", [0.1, 0.5], {"min": 0.1, "max": 0.5}),
        ("loguniform", [1e-4, 0.1], {"prior": "log", "min": 1e-4, "max": 0.1}),
        ("quniform", [0, 100, 10], {"type": "int", "min": 0, "max": 100, "step": 10}),
        ("quniform", [0.05, 0.5, 0.1], {"min": 0.1, "max": 0.5, "step": 0.1}),
        ("quniform", [0, 1, 1], {"type": "int", "min": 0, "max": 1}),
        ("qloguniform", [5, 128, 8], {"prior": "log", "type": "int", "min": 8, "max": 128, "step": 8}),
        ("normal", [0, 2.5], {"prior": "normal", "mean": 0, "sd": 2.5}),
        ("qnormal", [10, 3, 2], {"type": "int", "prior": "normal", "mean": 10, "sd": 3, "step": 2}),
        ("lognormal", [-7, 1], {"prior": "log_normal", "mean": -7, "sd": 1}),
        ("qlognormal", [1, 1, 0.5], {"prior": "log_normal", "mean": 1, "sd": 1, "step": 0.5}),
        ("uniform", [3, 3], 3),
    ],
)
def test_each_type_becomes_a_parameter(kind: str, value: list[Any], spec: Any, tmp_path: Path) -> None:
    """This includes types without their upper end, and with multiples of q."""
    draft, _ = imported(json.dumps({"x": {"_type": kind, "_value": value}, "y": choice(1, 2)}), tmp_path)
    assert draft.config["space"]["x"] == spec


def test_a_lognormal_parameter_has_the_quantiles_of_nni(tmp_path: Path) -> None:
    """Its median is e to the power of mu."""
    _, config = imported('{"x": {"_type": "lognormal", "_value": [-3, 1]}}', tmp_path)
    (x,) = config.space.parameters
    assert isinstance(x, Number)
    assert float(x.decode(np.array([0.5]))[0]) == pytest.approx(math.exp(-3), rel=1e-3)


def test_nested_choices_become_conditions(tmp_path: Path) -> None:
    """The parameters of an option are active with it; their names have a dot."""
    conv = {
        "_name": "Conv",
        "kernel": {"_type": "choice", "_value": [1, 3]},
        "n": {"_type": "choice", "_value": [8]},
    }
    layer = {"_type": "choice", "_value": [{"_name": "Empty"}, conv]}
    draft, config = imported(json.dumps({"layer": layer}), tmp_path)
    assert draft.config["space"] == {
        "layer": {"values": ["Empty", "Conv"]},
        "layer.kernel": {"values": [1, 3], "when": {"layer": "Conv"}},
        "layer.n": {"values": [8], "when": {"layer": "Conv"}},
    }
    assert config.space.size == 3


EXPERIMENT = """\
experimentName: mnist
trialCommand: python3 mnist.py --data here
trialCodeDirectory: code
trialConcurrency: 2
maxTrialNumber: 10
maxExperimentDuration: 1h
searchSpace:
  lr: {_type: loguniform, _value: [0.0001, 0.1]}
  batch/size: {_type: choice, _value: [16, 32]}
tuner: {name: TPE, classArgs: {optimize_mode: maximize}}
trainingService: {platform: local}
"""
OLDER = """\
experimentName: mnist
trialConcurrency: 2
maxTrialNum: 10
searchSpacePath: space.json
tuner: {builtinTunerName: TPE, classArgs: {optimize_mode: maximize}}
trial: {command: python3 mnist.py --data here, codeDir: code, gpuNum: 0}
"""


@pytest.mark.parametrize("text", [EXPERIMENT, OLDER], ids=["new", "older"])
def test_an_experiment_becomes_a_config(text: str, tmp_path: Path) -> None:
    """Its settings are carried over; those without a counterpart are named."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "mnist.py").touch()
    space = {
        "lr": {"_type": "loguniform", "_value": [0.0001, 0.1]},
        "batch/size": {"_type": "choice", "_value": [1, 2]},
    }
    (tmp_path / "space.json").write_text(json.dumps(space))
    draft, config = imported(text, tmp_path, "config.yml")
    assert (config.name, config.search.trials, config.run.workers) == ("mnist", 10, 2)
    assert (config.metric.name, config.metric.goal) == ("value", "maximize")
    command = draft.config["objective"]["command"]
    assert command == {"run": "python3 mnist.py --data here {args}", "directory": "code"}
    assert set(config.space.names) == {"lr", "batch_size"}
    notes = {note.key for note in draft.notes}
    assert "renamed" in notes
    assert {"tuner.name", "tuner.builtinTunerName"} & notes
    assert "print(f" in draft.todo


def test_a_command_for_a_shell_stays_one(tmp_path: Path) -> None:
    """Braces in a shell command are literal."""
    text = EXPERIMENT.replace("python3 mnist.py --data here", "cd . && python3 mnist.py --x={a}")
    draft, _ = imported(text.replace("trialCodeDirectory: code\n", ""), tmp_path, "c.yml")
    command = draft.config["objective"]["command"]
    assert command == {"run": "cd . && python3 mnist.py --x={{a}} {args}", "shell": True}


def test_a_search_space_outside_is_not_read(tmp_path: Path) -> None:
    """The file has to be in the experiment's directory or below it."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "space.json").write_text("{}")
    path = tmp_path / "inner" / "config.yml"
    path.write_text("searchSpaceFile: ../space.json\n")
    with pytest.raises(UsageError, match=r"space\.json"):
        import_experiment(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"x": 3}', "space.json:1:7: x: must have _type and _value; found 3"),
        ('{"x": {"_type": "uniform"}}', "x._value: is missing"),
        ('{"x": {"_value": [1, 2]}}', "x._type: is missing"),
        ('{"x": {"_type": "unifrom", "_value": [1, 2]}}', 'found "unifrom". Did you mean uniform?'),
        ('{"x": {"_type": "uniform", "_value": [1]}}', "x._value: must be [low, high]; found a list of 1"),
        ('{"x": {"_type": "uniform", "_value": [2, 1]}}', "must have the smaller number first"),
        ('{"x": {"_type": "loguniform", "_value": [0, 1]}}', "x._value[0]: must be above 0"),
        ('{"x": {"_type": "quniform", "_value": [1, 2, 5]}}', "must have a multiple of q between its ends"),
        ('{"x": {"_type": "normal", "_value": [1, 0]}}', "x._value[1]: must be above 0"),
        ('{"x": {"_type": "choice", "_value": []}}', "must list at least one value"),
        ('{"x": {"_type": "uniform", "_value": ["a", 1]}}', "x._value[0]: must be a number; found"),
        ("searchSpace: {}", "searchSpace: must have at least one parameter"),
        (EXPERIMENT.replace("maximize", "best"), "must be minimize or maximize; found best"),
    ],
)
def test_mistakes_are_explained(text: str, message: str, tmp_path: Path) -> None:
    """Mistakes are reported at their lines, with advice on what to write."""
    with pytest.raises(ConfigError) as caught:
        imported(text, tmp_path)
    assert message in str(caught.value)
