"""Tests of files of other tools given instead of a config."""

from pathlib import Path

import pytest
import yaml

from hpsearch.config import Config
from hpsearch.config.other_tools import TOOLS, recognized
from hpsearch.errors import ConfigError, UsageError
from hpsearch.exchange.importing import IMPORTERS, import_file

FILES = {
    "a sweep of Weights & Biases": [
        "method: bayes\nmetric: {name: loss}\nparameters: {lr: {min: 0.1, max: 1}}",
        "seed: 3\nsweep:\n  method: random\n  metric: {name: loss}\n  parameters: {lr: {values: [1, 2]}}",
        "program: t.py\nparameters: {lr: {distribution: normal}, wd: {value: null}}",
    ],
    "a file with a sweep of Hydra": [
        "hydra: {sweeper: {n_trials: 3, params: {lr: 'tag(log, interval(1e-5, 1))'}}}",
        "defaults:\n  - override /hydra/sweeper: optuna\nlr: 0.1",
    ],
    "a search space or experiment of NNI": [
        '{"lr": {"_type": "loguniform", "_value": [0.1, 1]}, "b": {"_type": "choice", "_value": [1, 2]}}',
        "experimentName: x\nsearchSpaceFile: space.json\ntrialCommand: python t.py",
    ],
    "an experiment of Katib": [
        "apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nspec: {parameters: [{name: lr}]}",
    ],
    "an experiment of Determined": [
        "name: x\nhyperparameters: {lr: {type: log, minval: -5, maxval: 0}}\nsearcher: {name: asha}",
    ],
    "a search space of Keras Tuner": [
        '{"hyperparameters": {"space": [{"class_name": "Float", "config": {"name": "lr"}}], "values": {}}}',
    ],
    "a search space of ConfigSpace (SMAC)": [
        '{"hyperparameters": [{"name": "lr", "type": "uniform_float", "lower": 0}], "conditions": []}',
    ],
    "a study of Vizier": [
        '{"studySpec": {"parameters": [{"parameterId": "lr", "doubleValueSpec": {"minValue": 0}}]}}',
        "parameters: [{parameter_id: lr}]\nmetrics: [{metric_id: loss}]",
    ],
    "an experiment of Ax": [
        "parameters:\n  - {name: lr, type: range, bounds: [1e-5, 1.0], log_scale: true}",
    ],
    "a tuning job of SageMaker": [
        '{"ParameterRanges": {"ContinuousParameterRanges": [{"Name": "lr", "MinValue": "0"}]}}',
    ],
    "a sweep of Azure ML": [
        "sampling_algorithm: random\nobjective: {goal: minimize}\nsearch_space: {lr: {type: uniform}}",
    ],
    "an operation of Polyaxon": [
        "kind: operation\nmatrix: {kind: random, params: {lr: {kind: uniform, value: [0, 1]}}}",
    ],
    "an experiment of Ray Tune": [
        "pong:\n  run: PPO\n  stop: {training_iteration: 3}\n  config: {lr: {grid_search: [0.1, 0.2]}}",
    ],
    "a project of Guild AI": [
        "- model: mnist\n  operations: {train: {flags: {lr: 0.1}}}",
        "train:\n  main: train\n  flags: {lr: 'loguniform[1e-5:1]', n: [1, 2]}",
    ],
    "a config of Orion": [
        "experiment: {name: x, algorithms: {tpe: {seed: 1}}}",
        "lr: 'orion~loguniform(1e-5, 1.0)'\nlayers: 3",
        "lr: '~uniform(0, 1)'",
    ],
}
CASES = [(name, text) for name, texts in FILES.items() for text in texts]


def test_every_tool_has_a_file() -> None:
    """The files below cover every kind that is recognized."""
    assert set(FILES) == {tool.name for tool in TOOLS}


@pytest.mark.parametrize(("name", "text"), CASES)
def test_a_file_of_another_tool_is_recognized(name: str, text: str, in_tmp: Path) -> None:
    """One problem says what it is and what to type, instead of one for each key."""
    path = Path("a file.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Config.load(path)
    (problem,) = caught.value.problems
    assert problem.rule == f"this is {name}, not a config"
    imports = "`hpsearch import 'a file.yaml' -o config.yaml`" in problem.hint
    assert imports == (next(tool for tool in TOOLS if tool.name == name).importer in IMPORTERS)
    assert imports or "below space" in problem.hint or "init train.py" in problem.hint


@pytest.mark.parametrize(
    ("name", "text"), [(n, t) for n, t in CASES if list(FILES).index(n) >= len(IMPORTERS)]
)
def test_what_cannot_be_imported_is_named(name: str, text: str, in_tmp: Path) -> None:
    """``import`` says so in one sentence, with what to do by hand."""
    path = Path("file.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="which cannot be imported") as caught:
        import_file(path)
    assert name in str(caught.value)


def test_the_name_of_an_import_is_free(in_tmp: Path) -> None:
    """The suggested command does not name an existing file."""
    for taken in ("config.yaml", "search.yaml"):
        Path(taken).write_text(FILES["a sweep of Weights & Biases"][0])
    with pytest.raises(ConfigError, match=r"hpsearch import config\.yaml -o imported\.yaml"):
        Config.load(Path("config.yaml"))


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml")), ids=str)
def test_configs_are_not_mistaken(path: Path) -> None:
    """None of our configs is recognized as a file of another tool."""
    assert recognized(yaml.safe_load(path.read_text(encoding="utf-8"))) is None


@pytest.mark.parametrize(
    "text", ["parameters: {lr: 3}", "metric: {name: loss}\nparameters: []", "a: ~", "[]", "3"]
)
def test_other_files_are_not_mistaken(text: str) -> None:
    """A config with a wrong section gets a message about the section."""
    assert recognized(yaml.safe_load(text)) is None


def test_a_python_program_is_not_read_as_yaml(in_tmp: Path) -> None:
    """The message says how to make a config for it."""
    Path("train.py").write_text("print('x: 1')\n")
    with pytest.raises(ConfigError, match=r"this is a Python program.*`hpsearch init train\.py` writes one"):
        Config.load(Path("train.py"))
