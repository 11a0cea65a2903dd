"""Tests of importing Optuna studies."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.exchange.draft import Draft
from hpsearch.exchange.optuna.export_journal import write_journal
from hpsearch.exchange.optuna.import_study import BEST, import_study
from hpsearch.exchange.run_export import RunExport

optuna = pytest.importorskip("optuna", reason="optuna is not installed")


@pytest.fixture(autouse=True)
def _quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial: Any) -> float:
    """A space with every distribution, conditions, and names that are not Python identifiers."""
    rate = trial.suggest_float("lr", 1e-4, 1, log=True)
    layers = trial.suggest_int("n_layers", 1, 3)
    units = [trial.suggest_int(f"units.{layer}", 8, 64, log=True) for layer in range(layers)]
    kind = trial.suggest_categorical("kind", ["sgd", 1, None])
    if kind == 1:
        trial.suggest_float("momentum", 0, 0.9, step=0.1)
    trial.suggest_int("batch", 16, 64, step=16)
    trial.suggest_categorical("lambda", [True, False])
    trial.suggest_float("fixed", 2.0, 2.0)
    trial.report(rate, 0)
    return float(rate + sum(units))


def journal(path: Path) -> Any:
    """The storage of a journal file."""
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))


def section(draft: Draft, tmp_path: Path) -> Config:
    """The config, loaded."""
    return Config.parse(draft.as_yaml(), tmp_path / "config.yaml")


def search(storage: Any, trials: int = 40, name: str = "a study", **settings: Any) -> Any:
    """A study with some trials."""
    study = optuna.create_study(
        storage=storage, study_name=name, sampler=optuna.samplers.RandomSampler(seed=3), **settings
    )
    study.optimize(objective, n_trials=trials)
    return study


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_a_study_becomes_a_config(tmp_path: Path, kind: str) -> None:
    """Its distributions become the space, with inferred conditions."""
    url = f"sqlite:///{tmp_path}/study.db" if kind == "sqlite" else str(tmp_path / "study.journal")
    search(url if kind == "sqlite" else journal(tmp_path / "study.journal"), trials=16)
    draft = import_study(url, "a study")
    config = section(draft, tmp_path)
    assert yaml.safe_load(draft.as_yaml())["space"] == {
        "lr": {"prior": "log", "min": 1e-4, "max": 1.0},
        "n_layers": {"type": "int", "min": 1, "max": 3},
        "units_0": {"type": "int", "prior": "log", "min": 8, "max": 64},
        "units_1": {"type": "int", "prior": "log", "min": 8, "max": 64, "when": {"n_layers": [2, 3]}},
        "units_2": {"type": "int", "prior": "log", "min": 8, "max": 64, "when": {"n_layers": [3]}},
        "kind": {"values": ["sgd", 1, None]},
        "momentum": {"min": 0.0, "max": 0.9, "step": 0.1, "when": {"kind": [1]}},
        "batch": {"type": "int", "min": 16, "max": 64, "step": 16},
        "lambda_": {"values": [True, False]},
        "fixed": 2.0,
    }
    assert (config.name, config.metric.name, config.metric.goal) == ("a-study", "value", "minimize")
    assert "def objective(" in draft.as_yaml()
    assert "momentum=None" in draft.todo


def test_the_best_trials_come_first(tmp_path: Path) -> None:
    """The best ten are enqueued, and a note says so."""
    study = search(journal(tmp_path / "j"), direction="maximize")
    draft = import_study(str(tmp_path / "j"), "a study")
    enqueued = section(draft, tmp_path).search.enqueue
    best = sorted(study.trials, key=lambda trial: -trial.value)[:BEST]
    assert [values["lr"] for values in enqueued] == [trial.params["lr"] for trial in best]
    assert f"the best {BEST} of 40 complete trials" in noted(draft)["trials"]


def noted(draft: Draft) -> Mapping[str, str]:
    """The notes by key."""
    return {note.key: note.text for note in draft.notes}


def test_what_is_lost_is_named(tmp_path: Path) -> None:
    """Sampler, pruner, attributes, reported steps and renamed parameters get a note."""
    search(journal(tmp_path / "j")).set_user_attr("who", "me")
    notes = noted(import_study(str(tmp_path / "j"), "a study"))
    assert {
        "renamed",
        "sampler, pruner",
        "user_attrs",
        "intermediate values",
    } <= notes.keys()
    assert "who" in notes["user_attrs"]
    assert notes["renamed"].startswith("units.0 → units_0, ")


def made(storage: Any, trials: Sequence[Mapping[str, Any]], **settings: Any) -> Any:
    """A study whose trials have these distributions, params, values, and states."""
    study = optuna.create_study(storage=storage, study_name="s", **settings)
    for trial in trials:
        study.add_trial(optuna.trial.create_trial(**trial))
    return study


def test_choices_stay_what_they_are(tmp_path: Path) -> None:
    """Lists, sections, null and quoted numbers stay, even in conditions and in trials to try first."""
    options = {"hidden": ([64], [64, 32]), "n": ("5", 5), "d": ({"a": None}, {"a": 1}), "c": (None,)}
    with pytest.warns(UserWarning, match="Choices"):
        spaces = {name: optuna.distributions.CategoricalDistribution(each) for name, each in options.items()}
    spaces["x"] = optuna.distributions.FloatDistribution(0, 1)
    trials = []
    for number in range(8):
        params = {name: each[number >> at & 1] for at, (name, each) in enumerate(list(options.items())[:3])}
        params |= {"c": None} | ({"x": 0.5} if params["hidden"] == [64, 32] else {})
        trials.append(
            {"params": params, "value": number, "distributions": {name: spaces[name] for name in params}}
        )
    with pytest.warns(UserWarning, match="Choices"):
        made(journal(tmp_path / "j"), trials)
    draft = import_study(str(tmp_path / "j"), "s")
    listed = {name: {"values": list(each)} for name, each in options.items()}
    assert draft.config["space"] == listed | {"x": {"min": 0.0, "max": 1.0, "when": {"hidden": [[64, 32]]}}}
    enqueued = section(draft, tmp_path).search.enqueue
    assert [type(each["n"]) for each in enqueued[:4]] == [str, str, int, int]
    assert enqueued[1] == {"hidden": [64, 32], "n": "5", "d": {"a": None}, "c": None, "x": 0.5}


def whole(low: int, high: int, step: int = 1) -> Any:
    """A distribution of whole numbers."""
    return optuna.distributions.IntDistribution(low, high, step=step)


@pytest.mark.parametrize("form", ["list", "keys"])
def test_only_feasible_trials_are_enqueued(tmp_path: Path, form: str) -> None:
    """Trials that violate a constraint are left out, however it is stored; a note says so."""
    trials = []
    for width in range(1, 101, 7):
        over = float(width - 40)
        stored = {"constraints": [over, -1.0]} if form == "list" else {"constraints:width": over}
        trials.append(
            {
                "params": {"width": width},
                "distributions": {"width": whole(1, 100)},
                "value": float(width),
                "system_attrs": stored,
            }
        )
    made(journal(tmp_path / "j"), trials, direction="maximize")
    draft = import_study(str(tmp_path / "j"), "s")
    assert [values["width"] for values in draft.config["search"]["enqueue"]] == [36, 29, 22, 15, 8, 1]
    assert "9 of 15 complete trials violate a constraint" in noted(draft)["constraints"]


def test_infinite_values_are_left_out(tmp_path: Path) -> None:
    """A trial with an infinite value is never one of the best, whatever the goal."""
    for at, direction in enumerate(("minimize", "maximize")):
        trials = [
            {"params": {"x": x}, "distributions": {"x": whole(0, 9)}, "value": value}
            for x, value in enumerate([1.0, math.inf, -math.inf, 2.0])
        ]
        made(journal(tmp_path / f"j{at}"), trials, direction=direction)
        draft = import_study(str(tmp_path / f"j{at}"), "s")
        assert sorted(values["x"] for values in draft.config["search"]["enqueue"]) == [0, 3]
        assert "2 have an infinite value and are left out" in noted(draft)["trials"]


def test_unfinished_trials_show_no_condition(tmp_path: Path) -> None:
    """Trials that ended before they asked for a parameter are no evidence of a condition."""
    batch = optuna.distributions.CategoricalDistribution([16, 32, 64])
    both = {"batch": batch, "layers": whole(1, 3)}
    trials: list[dict[str, Any]] = [
        {"params": {"batch": size, "layers": 2}, "distributions": both, "value": 1.0} for size in (16, 32)
    ]
    early = {"params": {"batch": 64}, "distributions": {"batch": batch}}
    trials += [{**early, "state": optuna.trial.TrialState.FAIL}] * 2
    trials += [{**early, "state": optuna.trial.TrialState.PRUNED}]
    made(journal(tmp_path / "j"), trials)
    draft = import_study(str(tmp_path / "j"), "s")
    assert draft.config["space"]["layers"] == {"type": "int", "min": 1, "max": 3}
    assert "layers" not in noted(draft)


@pytest.mark.parametrize(
    ("first", "second", "section"),
    [
        ((0, 8, 2), (1, 9, 2), {"type": "int", "min": 0, "max": 9}),
        ((0, 8, 4), (2, 14, 6), {"type": "int", "min": 0, "max": 14, "step": 2}),
        ((16, 64, 16), (16, 128, 16), {"type": "int", "min": 16, "max": 128, "step": 16}),
        ((0.0, 0.5, 0.1), (0.05, 0.55, 0.1), {"min": 0.0, "max": 0.55, "step": 0.05}),
        ((0.0, 0.9, 0.3), (0.0, 1.0, 0.5), {"min": 0.0, "max": 1.0, "step": 0.1}),
        ((0.0, 1.0, 0.5), (0.0, 1.0, None), {"min": 0.0, "max": 1.0}),
        ((0.0, 1.0, 0.5), (1e-7, 1.0 + 1e-7, 0.5), {"min": 0.0, "max": 1.0 + 1e-7}),
    ],
)
def test_a_grid_holds_the_values_of_all_steps(
    tmp_path: Path, first: Any, second: Any, section: Mapping[str, Any]
) -> None:
    """If trials had different steps or bounds, the space contains every value of each."""
    kind = whole if isinstance(first[0], int) else optuna.distributions.FloatDistribution
    trials = [
        {"params": {"x": x}, "distributions": {"x": kind(low, high, step=step)}, "value": 1.0}
        for x, (low, high, step) in ((first[0], first), (second[1], second))
    ]
    made(journal(tmp_path / "j"), trials)
    draft = import_study(str(tmp_path / "j"), "s")
    assert draft.config["space"]["x"] == section
    assert len(draft.config["search"]["enqueue"]) == 2


def test_attributes_of_trials_are_named(tmp_path: Path) -> None:
    """Attributes of trials are not imported, and a note names each of them once."""
    x = {"params": {"x": 1}, "distributions": {"x": whole(0, 3)}, "value": 1.0}
    made(
        journal(tmp_path / "j"),
        [{**x, "user_attrs": {"gpu": 1, "sha": "a"}}, {**x, "user_attrs": {"gpu": 2}}],
    )
    note = noted(import_study(str(tmp_path / "j"), "s"))["user_attrs"]
    assert note == "those of the trials are not imported: gpu, sha"


def test_a_range_that_changed_is_spanned(tmp_path: Path) -> None:
    """If trials had different bounds, the space has the outermost, and a note says so."""
    study = optuna.create_study(storage=journal(tmp_path / "j"), study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, trial.number + 1), n_trials=3)
    draft = import_study(str(tmp_path / "j"), "s")
    assert draft.config["space"] == {"x": {"min": 0.0, "max": 3.0}}
    assert "3 distributions" in noted(draft)["x"]


def test_presence_without_a_pattern_is_named(tmp_path: Path) -> None:
    """A parameter present without a pattern becomes unconditional; trials without it are not enqueued."""
    study = optuna.create_study(storage=journal(tmp_path / "j"), study_name="s")

    def sometimes(trial: Any) -> float:
        value = float(trial.suggest_categorical("c", [0, 1]))
        return value + (trial.suggest_float("x", 0, 1) if trial.number in (2, 3, 6) else 0)

    for c in (0, 1, 0, 1, 0, 1, 1):
        study.enqueue_trial({"c": c})
    study.optimize(sometimes, n_trials=7)
    draft = import_study(str(tmp_path / "j"), "s")
    assert "no other parameter explains which" in noted(draft)["x"]
    assert len(draft.config["search"]["enqueue"]) == 3
    assert "4 are not in this space" in noted(draft)["trials"]


@pytest.mark.parametrize(
    ("url", "name", "message"),
    [
        ("{}/nothing.journal", "s", "There is no file {}/nothing.journal"),
        ("sqlite:///{}/nothing.db", "s", "There is no file {}/nothing.db"),
        ("{}/j", "other", "has no study 'other'; it has 'multi', 'empty'"),
        ("{}/j", "multi", "the study 'multi' has 2 directions: minimize, maximize"),
        ("{}/j", "empty", "has no trials with parameters"),
        ("{}/text", "s", "cannot be read as an Optuna storage"),
        ("sqlite:///{}/text", "s", "cannot be read as an Optuna storage"),
    ],
)
def test_what_cannot_be_imported(tmp_path: Path, url: str, name: str, message: str) -> None:
    """The message says why, and nothing is created."""
    storage = journal(tmp_path / "j")
    optuna.create_study(storage=storage, study_name="multi", directions=["minimize", "maximize"])
    optuna.create_study(storage=storage, study_name="empty")
    (tmp_path / "text").write_text("nothing\nof Optuna's\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError) as caught:
        import_study(url.format(tmp_path), name)
    assert message.format(tmp_path) in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_an_exported_run_comes_back(export: RunExport, tmp_path: Path) -> None:
    """A run's space, goal and condition survive a round trip through Optuna, if Optuna has them."""
    write_journal(export, tmp_path / "study.journal")
    config = section(import_study(str(tmp_path / "study.journal"), "example-001"), tmp_path)
    ours = {parameter.name: parameter for parameter in export.config.space.parameters}
    theirs = {parameter.name: parameter for parameter in config.space.parameters}
    assert config.metric.name == "val/loss"
    assert config.metric.goal == "maximize"
    for name in ("lr", "layers", "nesterov"):
        assert theirs[name] == ours[name]
