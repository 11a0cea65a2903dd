import json
import pickle
from pathlib import Path

import pytest

from hpsearch.config import Config, load, trial_config
from hpsearch.errors import ConfigError
from hpsearch.network.hyperparameters import HYPERPARAMETERS
from hpsearch.trial import Metric, Trial

GOOD = Path(__file__).parent / "good.yaml"
SHORT = "objective: {network: {data: blobs}}\nspace: {learning_rate: {prior: log, min: 1e-4, max: 1}}\n"


def write(directory: Path, text: str, name: str = "config.yaml") -> Path:
    """A config file."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults(tmp_path: Path) -> None:
    """A config needs only its data and its space; everything else has defaults."""
    config = load(write(tmp_path, SHORT, "my first.yaml"))
    assert config.name == "my-first"
    assert config.seed == 0
    assert config.metric == Metric("val_error", "minimize", "best", Metric("val_loss"))
    assert config.search.to_json() == {
        "method": "coarse_to_fine",
        "trials": 64,
        "lag": 3,
        "early_stopping": {"min_epochs": 1, "reduction": 2},
        "warm_start": [],
        "babysit": False,
        "portfolio": "auto",
        "known_results": [],
        "enqueue": [],
        "repeats": 1,
        "stop_at": {},
        "max_failures": 10,
    }
    assert config.run.to_json() == {
        "strategy": "auto",
        "workers": "auto",
        "threads": 1,
        "kernels": "portable",
        "start": "warm",
        "timeout": "none",
        "stop_after": "none",
        "memory": "none",
        "retries": 1,
        "retry_on": ["crash"],
        "devices": [],
        "engine": "local",
        "scheduler": "none",
        "scheduler_file": "none",
    }
    assert (config.notes, config.overrides, config.source) == ((), (), SHORT)


def test_hyperparameters_not_searched_are_constants(tmp_path: Path) -> None:
    """Every hyperparameter is in the space or has a fixed value, so changed defaults have no effect."""
    config = load(write(tmp_path, SHORT))
    assert set(config.objective.constants) | set(config.space.names) == set(HYPERPARAMETERS)
    assert config.objective.epochs == HYPERPARAMETERS["epochs"].default
    assert (
        load(GOOD, ["space.epochs={values: [5, 10]}", "objective={network: {data: moons}}"]).objective.epochs
        is None
    )


@pytest.mark.parametrize(
    "arguments", [(), ("search.early_stopping=false", "run.timeout=1.5s", "run.workers=2")]
)
def test_resolved_round_trip(arguments: tuple[str, ...]) -> None:
    """A config survives a round trip through its resolved form and JSON."""
    config = load(GOOD, arguments)
    resolved = json.loads(json.dumps(config.resolved(), allow_nan=False))
    again = Config.from_resolved(resolved)
    assert again == config
    assert json.dumps(again.resolved()) == json.dumps(resolved)
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 -- our own bytes


def test_resolved_is_a_config(tmp_path: Path) -> None:
    """The resolved form is itself a config that can be loaded."""
    config = load(GOOD)
    assert load(write(tmp_path, json.dumps(config.resolved()))) == config


def test_damaged_stored_config() -> None:
    """A damaged stored config is refused in the same way as a damaged file."""
    with pytest.raises(ConfigError, match=r"the config stored in search\.db: objective: is missing"):
        Config.from_resolved({"seed": float("nan"), "space": {}})


def test_spellings(tmp_path: Path) -> None:
    """Other tools' names for the same keys are accepted."""
    theirs = """
        learning_rate: {log: true, low: 1e-4, high: 1}
        dropout: {lower: 0, upper: 0.5, q: 0.1}
        batch_size: {choices: [16, 32]}
        momentum: {log: false, min: 0.5, max: 0.9}
    """
    ours = """
        learning_rate: {type: float, prior: log, min: 1e-4, max: 1}
        dropout: {prior: linear, min: 0, max: 0.5, step: 0.1}
        batch_size: {values: [16, 32]}
        momentum: {min: 0.5, max: 0.9}
    """
    objective = "objective: {network: {data: blobs}}\nspace:"
    assert load(write(tmp_path, objective + theirs)) == load(write(tmp_path, objective + ours))


def test_notes(tmp_path: Path) -> None:
    """Notes report settings that were read differently from how they were written."""
    config = load(
        write(
            tmp_path,
            """
            objective: {network: {data: blobs}}
            space:
              optimizer: sgd
              learning_rate: {min: 0.1, max: 0.1}
              beta2: {min: 0.9, max: 0.99, when: {optimizer: adam}}
              hidden_layers: {min: 1, max: 2}
              hidden_units_3: {min: 8, max: 64}
            """,
        )
    )
    assert config.notes == (
        "space.learning_rate: has only one value, 0.1, and is treated as a constant",
        'space.beta2: is left out because it is never active: optimizer is "sgd"',
        "space.hidden_units_3: has no effect because there are at most 2 hidden layers",
    )


def test_notes_about_the_search(tmp_path: Path) -> None:
    """Notes report probable mistakes: repeated points, more trials than points."""
    config = load(
        write(
            tmp_path,
            """
            objective: {command: "true"}
            space: {a: {values: [1, 2]}}
            search: {trials: 4, enqueue: [{a: 1}, {a: 2}, {a: 1.0}, {a: 1}, {a: 2}]}
            """,
        )
    )
    assert config.notes == (
        "search.enqueue[2]: repeats search.enqueue[0], which runs again",
        "search.enqueue[3]: repeats search.enqueue[0], which runs again",
        "search.enqueue[4]: repeats search.enqueue[1], which runs again",
        "search.enqueue: has 5 configurations, but search.trials is 4; the others do not run",
        "search.trials: is 4, but the space has only 2 configurations; the search ends after trying all",
    )


def test_goal_follows_the_metric(tmp_path: Path) -> None:
    """The goal may be left out for a metric that the network reports."""
    config = load(write(tmp_path, SHORT + "metric: {name: val_accuracy, at: best}\n"))
    assert config.metric == Metric("val_accuracy", "maximize", "best", Metric("val_loss"))


@pytest.mark.parametrize(
    ("written", "seconds", "resolved"),
    [
        ("none", None, "none"),
        ("90s", 90, "1m30s"),
        ("10m", 600, "10m"),
        ("1h30m", 5400, "1h30m"),
        ("2h", 7200, "2h"),
        ("0.5s", 0.5, "0.5s"),
        ("1h0.25s", 3600.25, "1h0.25s"),
    ],
)
def test_timeout(written: str, seconds: float | None, resolved: str) -> None:
    """A timeout is a duration in hours, minutes and seconds."""
    config = load(GOOD, [f"run.timeout={written}"])
    assert config.run.timeout == seconds
    assert config.resolved()["run"]["timeout"] == resolved


@pytest.mark.parametrize(
    ("written", "stopping"), [("true", {"min_epochs": 1, "reduction": 2}), ("false", False)]
)
def test_early_stopping_switch(written: str, stopping: object) -> None:
    """Early stopping is switched on with its defaults, or off."""
    config = load(GOOD, [f"search.early_stopping={written}"])
    assert config.resolved()["search"]["early_stopping"] == stopping


def test_paths_are_relative_to_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of data files are relative to the directory of the config."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("a,b,kind\n1,2,x\n")
    (tmp_path / "test.csv").write_text("a,b,kind\n1,2,x\n")
    network = "{data: data/rows.csv, label: kind, test: ./data/../test.csv}"
    path = write(tmp_path, f"objective: {{network: {network}}}\nspace: {{dropout: {{min: 0, max: 0.5}}}}\n")
    monkeypatch.chdir("/")
    config = load(path)
    assert config.objective.data == str(tmp_path / "data" / "rows.csv")
    assert config.objective.test == str(tmp_path / "test.csv")
    elsewhere = write(tmp_path / "data", path.read_text())
    assert load(elsewhere, base=tmp_path) == config


def test_stored_config_needs_no_files(tmp_path: Path) -> None:
    """A stored config can be read after its data files are gone."""
    data = tmp_path / "rows.npz"
    data.touch()
    config = load(write(tmp_path, SHORT.replace("blobs", "rows.npz")))
    data.unlink()
    assert Config.from_resolved(config.resolved()) == config


def test_data_of_a_directory(tmp_path: Path) -> None:
    """A data set may be a directory."""
    assert load(write(tmp_path, SHORT.replace("blobs", "."))).objective.data == str(tmp_path)


def test_differences_name_every_setting() -> None:
    """Settings that only one of two configs has are differences."""
    ours, theirs = load(GOOD), load(GOOD, ["space.dropout=0.1", "metric.at=last", "space.momentum.max=0.99"])
    assert [(each.key, each.ours, each.theirs) for each in ours.differences(theirs)] == [
        ("metric.at", "best", "last"),
        ("objective.network.dropout", 0.0, None),
        ("space.momentum.max", 0.999, 0.99),
        ("space.dropout", None, 0.1),
    ]
    assert ours.differences(ours) == []


def test_order_of_parameters_is_a_difference(tmp_path: Path) -> None:
    """The order of the space, which affects proposals, is part of the config."""
    space = "{dropout: {min: 0, max: 0.5}, momentum: {min: 0, max: 0.9}}"
    turned = "{momentum: {min: 0, max: 0.9}, dropout: {min: 0, max: 0.5}}"
    objective = "objective: {network: {data: blobs}}\nspace: "
    ours, theirs = (load(write(tmp_path, objective + text)) for text in (space, turned))
    assert [(each.key, each.ours, each.theirs) for each in ours.differences(theirs)] == [
        ("space", ["dropout", "momentum"], ["momentum", "dropout"])
    ]


def test_late_problem_has_a_position() -> None:
    """A problem found only with the data has a position in the file."""
    problem = load(GOOD).problem("objective.network.data", "must have two classes", hint="Add one")
    assert (
        str(problem) == f"{GOOD}:6:19: objective.network.data: must have two classes; found digits. Add one"
    )


@pytest.mark.parametrize(
    ("arguments", "position"),
    [
        ((), f"{GOOD}:13:40: space.batch_size.values[3]"),
        (("space.batch_size=128",), "argument space.batch_size=128: space.batch_size"),
        (("space.batch_size={type: int, min: 1, max: 128}",), "space.batch_size.max"),
    ],
)
def test_batches_above_the_rows(arguments: tuple[str, ...], position: str) -> None:
    """A mini-batch larger than the training split is refused at the position of its size."""
    config = load(GOOD, arguments)
    config.check_rows(1000)
    with pytest.raises(
        ConfigError, match="must be at most 100, the number of training rows; found 128"
    ) as error:
        config.check_rows(100)
    assert position in str(error.value)


def test_default_batch_above_the_rows(tmp_path: Path) -> None:
    """A default mini-batch size above the number of rows is allowed, even in a resolved config."""
    config = load(write(tmp_path, SHORT))
    best = Config.parse(trial_config(config, Trial(0, {"learning_rate": 0.1}, 0)), tmp_path / "best.yaml")
    for each in (config, Config.from_resolved(config.resolved()), best):
        each.check_rows(50)


def test_trial_config_is_a_config(tmp_path: Path) -> None:
    """The values of a trial become a config with one trial."""
    config = load(GOOD)
    values = {"learning_rate": 1e-5, "momentum": 0.9, "hidden_layers": 2, "optimizer": "sgd"}
    path = tmp_path / "best.yaml"
    path.write_text(trial_config(config, Trial(3, values, 7)))
    best = load(path)
    assert (best.space.dimensions, dict(best.space.constants)) == (0, values)
    assert best.search.trials == 1
    assert best.objective.constants["beta2"] == 0.999


@pytest.mark.parametrize(
    ("written", "ties"),
    [
        ("{name: val_loss}", None),
        ("{ties: none}", None),
        ("{ties: train_loss}", Metric("train_loss")),
        ("{ties: {name: val_accuracy}}", Metric("val_accuracy", "maximize")),
    ],
)
def test_ties_are_ordered_by_another_metric(tmp_path: Path, written: str, ties: Metric | None) -> None:
    """Ties are broken by val_loss by default; the resolved config is read back unchanged."""
    config = load(write(tmp_path, SHORT + f"metric: {written}\n"))
    assert config.metric.ties == ties
    assert Config.from_resolved(config.resolved()).metric == config.metric


def test_what_code_reports_is_worth_its_last_epoch(tmp_path: Path) -> None:
    """A function's value is that of its last epoch; ties may be broken by any metric."""
    text = "objective: {function: m:f}\nspace: {x: {min: 0, max: 1}}\n"
    assert load(write(tmp_path, text)).metric == Metric("value")
    ties = load(write(tmp_path, text + "metric: {at: best, ties: {name: f1, goal: maximize}}\n")).metric
    assert ties == Metric("value", at="best", ties=Metric("f1", "maximize"))
