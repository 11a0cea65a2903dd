"""Tests of writing MLflow experiments, read back by its client."""

from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import UsageError
from hpsearch.exchange.mlflow import allowed, write_experiment
from hpsearch.exchange.run_export import RunExport
from hpsearch.trial import Status

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow warns, differently in each version
mlflow = pytest.importorskip("mlflow", reason="mlflow-skinny is not installed")


@pytest.fixture
def runs(export: RunExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The runs that the trials become, by number."""
    for name in ("MLFLOW_DISABLE_TELEMETRY", "MLFLOW_ALLOW_FILE_STORE"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    uri = f"file:{tmp_path}/mlruns"
    assert write_experiment(export, uri) == ["acc@5: is called acc_5 in MLflow"]
    with pytest.raises(UsageError, match="already has an experiment example-001"):
        write_experiment(export, uri)
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("example-001")
    found = client.search_runs([experiment.experiment_id])
    return sorted(found, key=lambda run: str(run.info.run_name))


def test_trials_are_runs(runs: list[Any]) -> None:
    """Each has its values, metrics and status."""
    assert [run.info.run_name for run in runs] == [f"trial-{number:05d}" for number in range(len(Status) + 1)]
    assert runs[1].data.params["lr"] == "0.5"
    assert runs[1].data.params["epochs"] == "3"
    assert runs[1].data.metrics == {"val/loss": 0.25, "acc_5": 1.0, "value": 0.25, "test/loss": 0.75}
    assert runs[2].data.tags["hpsearch.reason"] == "it was diverged"
    states = {run.data.tags.get("hpsearch.status"): run.info.status for run in runs}
    assert states == {
        **dict.fromkeys(map(str, Status), "FAILED"),
        "done": "FINISHED",
        "stopped": "FINISHED",
        "timed_out": "KILLED",
        None: "RUNNING",
    }


def test_metric_names_are_made_valid() -> None:
    """MLflow allows letters, digits, ``_ - . / :`` and spaces."""
    assert allowed("val/top 5: a-b_c.d") == "val/top 5: a-b_c.d"
    assert allowed("acc@5 (%)") == "acc_5 ___"
