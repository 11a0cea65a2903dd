"""Tests of writing Optuna journal files, read back by Optuna."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import UsageError
from hpsearch.exchange.optuna.export_journal import write_journal
from hpsearch.exchange.run_export import RunExport
from hpsearch.trial import Status
from tests.exchange.conftest import ADAM, SGD, is_recent

optuna = pytest.importorskip("optuna", reason="optuna is not installed")


def opened(path: Path, name: str) -> Any:
    """The study of a journal file, as optuna-dashboard opens it."""
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    return optuna.load_study(study_name=name, storage=optuna.storages.JournalStorage(backend))


@pytest.fixture
def study(export: RunExport, tmp_path: Path) -> Any:
    """The study that a run becomes."""
    write_journal(export, tmp_path / "study.journal")
    return opened(tmp_path / "study.journal", "example-001")


def test_the_study_has_every_trial(study: Any) -> None:
    """Each has its number, values and metric; constants are not parameters."""
    assert [trial.number for trial in study.trials] == list(range(len(Status) + 1))
    assert [trial.params for trial in study.trials[:2]] == [SGD, ADAM]
    assert [trial.value for trial in study.trials] == [0.0, 0.25, *[None] * (len(Status) - 1)]
    assert study.directions == [optuna.study.StudyDirection.MAXIMIZE]
    assert study.metric_names == ["val/loss"]
    assert study.user_attrs["config"]["space"]["epochs"] == 3
    assert study.best_trial.number == 0  # the other one with a value was stopped early


def test_statuses_are_states(study: Any) -> None:
    """Done is complete, stopped is pruned, unfinished is running, all others failed; reasons are kept."""
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "PRUNED", *["FAIL"] * (len(Status) - 2), "RUNNING"]
    assert [trial.user_attrs.get("status") for trial in study.trials] == [*map(str, Status), None]
    assert study.trials[2].user_attrs["reason"] == "it was diverged"
    assert study.trials[0].user_attrs["final"] == {"test/loss": 0.75, "other": None}


def test_curves_are_intermediate_values(study: Any) -> None:
    """They are by epoch; values that are not finite are NaN."""
    assert study.trials[1].intermediate_values == {1: 0.125, 2: 0.25}
    diverged = study.trials[list(Status).index(Status.DIVERGED)].intermediate_values
    assert math.isnan(diverged[2])


def test_times_are_kept(export: RunExport, tmp_path: Path) -> None:
    """The start and end of a trial are in local time."""
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = replace(export.trials[0], started=started, ended=started + timedelta(seconds=90))
    write_journal(replace(export, trials=(first, *export.trials[1:])), tmp_path / "study.journal")
    trials = opened(tmp_path / "study.journal", "example-001").trials
    assert trials[0].datetime_start.astimezone(UTC) == started
    assert trials[0].duration.total_seconds() == 90
    assert trials[-1].datetime_complete is None


def test_a_trial_starts_when_its_last_run_did(export: RunExport) -> None:
    """The start is the end minus the duration, but not before the trial was proposed."""
    for each in export.trials[:-1]:
        assert each.result is not None
        assert each.ended is not None
        assert each.ended - each.started <= timedelta(seconds=each.result.seconds)
        assert is_recent(each.started)


def test_distributions_hold_all_values(study: Any, export: RunExport) -> None:
    """Ranges, scales and steps are kept, except a step on a log scale, which Optuna does not have."""
    of = optuna.distributions
    assert study.trials[0].distributions == {
        "lr": of.FloatDistribution(1e-4, 1, log=True),
        "momentum": of.FloatDistribution(0.9, 0.999),
        "dropout": of.FloatDistribution(0, 0.5, step=0.1),
        "units": of.IntDistribution(2, 9, log=True),
        "layers": of.IntDistribution(1, 4),
        "optimizer": of.CategoricalDistribution(["sgd", "adam"]),
        "nesterov": of.CategoricalDistribution([True, False]),
    }


def test_differences_are_noted(export: RunExport, tmp_path: Path) -> None:
    """Scales, steps and probabilities that Optuna does not have get a note."""
    notes = write_journal(export, tmp_path / "study.journal")
    assert [note.partition(":")[0] for note in notes] == ["momentum", "units", "optimizer"]


def test_an_existing_file_is_not_changed(export: RunExport, tmp_path: Path) -> None:
    """Nothing is overwritten, and nothing is left behind."""
    path = tmp_path / "study.journal"
    path.write_text("mine")
    with pytest.raises(UsageError, match="already exists and was not changed"):
        write_journal(export, path)
    assert path.read_text() == "mine"
    with pytest.raises(UsageError, match="cannot be written"):
        write_journal(export, tmp_path / "no" / "where")


def test_the_study_can_be_continued(study: Any) -> None:
    """Optuna's samplers accept the exported trials."""
    study.sampler = optuna.samplers.TPESampler(seed=1, n_startup_trials=1)
    trial = study.ask(study.trials[0].distributions)
    assert trial.params.keys() == SGD.keys()
