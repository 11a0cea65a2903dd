"""Tests of importing Hydra sweeps."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hpsearch.config import Config
from hpsearch.errors import ConfigError
from hpsearch.exchange.draft import Draft
from hpsearch.exchange.hydra.import_sweeper import import_sweeper

HEAD = "defaults:\n  - override hydra/sweeper: optuna\nhydra:\n  sweeper:\n"


def imported(text: str, directory: Path) -> tuple[Draft, Config]:
    """The config that a file becomes, as a draft and loaded."""
    path = directory / "sphere.yaml"
    path.write_text(text, encoding="utf-8")
    (directory / "train.py").touch()
    draft = import_sweeper(path)
    return draft, Config.parse(draft.as_yaml(), directory / "config.yaml")


@pytest.mark.parametrize(
    ("override", "spec"),
    [
        ("interval(0.001, 0.1)", {"min": 0.001, "max": 0.1}),
        ("interval(-5.0, 5)", {"min": -5.0, "max": 5}),
        ("interval(1, 9)", {"type": "int", "min": 1, "max": 9}),
        ("float(interval(1, 9))", {"min": 1, "max": 9}),
        ("tag(log, interval(1e-5, 1.0))", {"prior": "log", "min": 1e-5, "max": 1.0}),
        ("tag(log, interval(1, 1_000))", {"type": "int", "prior": "log", "min": 1, "max": 1000}),
        ("int(interval(1.0, 8.0))", {"type": "int", "min": 1, "max": 8}),
        ("range(1, 4)", {"type": "int", "min": 1, "max": 4}),
        ("range(5)", {"type": "int", "min": 0, "max": 5}),
        ("range(0, 9, 3)", {"type": "int", "min": 0, "max": 9, "step": 3}),
        ("range(-5.5, 5.5, step=0.5)", {"min": -5.5, "max": 5.5, "step": 0.5}),
        ("shuffle(range(1, 3))", {"values": [1, 2, 3]}),
        ("choice(32, 64)", {"values": [32, 64]}),
        ("choice(true, false)", {"values": [True, False]}),
        ("choice(64, null)", {"values": [64, None]}),
        ("choice([64,64], [128])", {"values": ["[64,64]", "[128]"]}),
        ("choice(adam)", "adam"),
        ("adam, sgd", {"values": ["adam", "sgd"]}),
        ("relu", "relu"),
        ("0.5", 0.5),
    ],
)
def test_each_sweep_becomes_a_parameter(override: str, spec: Any, tmp_path: Path) -> None:
    """Sweeps are read in the same way as by the plugin for Optuna."""
    draft, _ = imported(f"{HEAD}    params:\n      x: {override}\n      y: choice(1, 2)\n", tmp_path)
    assert draft.config["space"]["x"] == spec


def test_ranges_of_its_own_sweeper_have_no_end(tmp_path: Path) -> None:
    """Hydra's basic sweeper leaves the end of a range out."""
    draft, _ = imported("hydra: {sweeper: {params: {x: 'range(1, 4)', y: 'range(0, 1, 0.25)'}}}", tmp_path)
    assert draft.config["space"]["x"] == {"type": "int", "min": 1, "max": 3}
    assert draft.config["space"]["y"] == {"min": 0, "max": 0.75, "step": 0.25}


def test_an_experiment_becomes_a_config(tmp_path: Path) -> None:
    """Settings are carried over, signs and unusual names become flags, and the rest is named."""
    text = f"""\
optimized_metric: val/acc
{HEAD}    direction: maximize
    n_trials: 20
    n_jobs: 2
    study_name: sphere search
    storage: null
    sampler: {{_target_: optuna.samplers.TPESampler, seed: 5, multivariate: true}}
    params:
      model.lr: tag(log, interval(1e-4, 1.0))
      +model.width: choice(64, 128)
      model@net: choice(small, large)
      data: glob(*)
"""
    draft, config = imported(text, tmp_path)
    assert (config.name, config.seed, config.search.trials, config.run.workers) == ("sphere-search", 5, 20, 2)
    assert (config.metric.name, config.metric.goal) == ("val/acc", "maximize")
    assert draft.config["objective"]["command"] == {
        "run": ["python", "train.py", "{args:k=v}"],
        "flags": {"model.width": "+model.width={}", "model_net": "model@net={}"},
    }
    notes = {note.key: note.text for note in draft.notes}
    assert notes["renamed"].startswith("model@net → model_net")
    assert notes["hydra.sweeper.params.data"].startswith("dropped: it means the files of a group")
    assert {"hydra.sweeper.storage", "hydra.sweeper.sampler.multivariate"} <= notes.keys()


def test_the_older_form_is_read(tmp_path: Path) -> None:
    """``search_space`` has types, bounds and choices."""
    text = """\
hydra:
  sweeper:
    search_space:
      x: {type: float, low: 0.1, high: 1.0, log: true}
      y: {type: int, low: 1, high: 9, step: 2}
      z: {type: categorical, choices: [a, 1, null]}
"""
    draft, _ = imported(text, tmp_path)
    assert draft.config["space"] == {
        "x": {"prior": "log", "min": 0.1, "max": 1.0},
        "y": {"type": "int", "min": 1, "max": 9, "step": 2},
        "z": {"values": ["a", 1, None]},
    }


def test_the_script_with_a_main_of_hydra_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs the script, which is found without executing it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "fit.py").write_text('import hydra\n@hydra.main(config_path="conf")\ndef main(cfg): ...\n')
    (tmp_path / "conf" / "x.yaml").write_text(f"{HEAD}    params: {{x: 'interval(0, 1)'}}\n")
    draft = import_sweeper(Path("conf/x.yaml"))
    assert draft.config["objective"]["command"]["run"] == ["python", "fit.py", "{args:k=v}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}    n_trials: 3", "hydra.sweeper.params: is missing"),
        (f"{HEAD}    params: {{}}", "hydra.sweeper.params: must have at least one parameter"),
        (
            f"{HEAD}    params: {{x: 'interval(1)'}}",
            "sphere.yaml:5:17: hydra.sweeper.params.x: must be a range",
        ),
        (f"{HEAD}    params: {{x: 'interval(a, b)'}}", "must be a range between numbers"),
        (f"{HEAD}    params: {{x: 'interval(2, 1)'}}", "must not be above max"),
        (f"{HEAD}    params: {{x: 'range(1, 2, 0)'}}", "must be a range between numbers"),
        (f"{HEAD}    params: {{x: 'tag(log, interval(0, 1))'}}", "must be above 0"),
        (
            f"{HEAD}    params: {{x: 'normal(0, 1)'}}",
            'normal(…) is not a sweep of Hydra; found "normal(0, 1)". Write interval',
        ),
        (f"{HEAD}    params: {{x: 'choice(1'}}", "must close its quotes and brackets"),
        (f"{HEAD}    params: {{x: 1}}\n    n_trials: many", "n_trials: must be a whole number; found many"),
        (f"{HEAD}    params: {{x: 1}}\n    direction: [minimize, maximize]", "must be one direction"),
        (f"{HEAD}    search_space: {{x: {{type: float, low: 1}}}}", "x: must have low and high"),
    ],
)
def test_mistakes_are_explained(text: str, message: str, tmp_path: Path) -> None:
    """Mistakes are reported at their lines, with advice on what to write."""
    with pytest.raises(ConfigError) as caught:
        imported(text, tmp_path)
    assert message in str(caught.value)


def test_the_draft_is_yaml_with_the_todo(tmp_path: Path) -> None:
    """Its comments say that the program must print its metric."""
    draft, _ = imported(f"{HEAD}    params: {{x: 'interval(0, 1)'}}", tmp_path)
    assert 'print(json.dumps({"value": value}), flush=True)' in draft.as_yaml()
    assert yaml.safe_load(draft.as_yaml())["space"] == {"x": {"type": "int", "min": 0, "max": 1}}
