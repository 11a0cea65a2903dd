"""A run as an experiment of MLflow, each trial a run there."""

import json
import os
import re
from datetime import datetime
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.exchange.packages import required
from hpsearch.exchange.run_export import RunExport, TrialExport
from hpsearch.trial import Status

STATUSES = {Status.DONE: "FINISHED", Status.STOPPED: "FINISHED", Status.TIMED_OUT: "KILLED"}
"""Trials of all other statuses are FAILED; those without a result, RUNNING."""

_MOST_METRICS = 1000  # MLflow takes no more in one call


def write_experiment(export: RunExport, uri: str) -> list[str]:
    """Write an experiment with all trials of a run.

    Args:
        export: The run; the experiment has its name.
        uri: The tracking server or store, such as ``http://localhost:5000`` or ``file:./mlruns``.

    Returns:
        What is not the same there, as sentences.

    Raises:
        UsageError: MLflow is not installed, the experiment is there already, or the server refuses.
    """
    # MLflow reports its use to its makers unless told not to; exporting a run is no reason to.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # its 7 take four minutes
    if "://" not in uri or uri.startswith("file:"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # who names a directory has chosen it
    mlflow = required("mlflow", "--to mlflow", "mlflow")
    try:
        client = mlflow.MlflowClient(tracking_uri=uri)
        if client.get_experiment_by_name(export.name) is not None:
            raise UsageError(f"{uri} has an experiment {export.name} already. Give another name by --name.")
        experiment = client.create_experiment(export.name)
        for record in export.records:
            _write(mlflow.entities, client, experiment, export, record)
    except mlflow.exceptions.MlflowException as error:
        raise UsageError(f"{uri} refuses the experiment: {error}") from error
    metrics = {name for record in export.records for name in _curve_names(record)}
    return [f"{name}: is {allowed(name)} in MLflow" for name in sorted(metrics) if allowed(name) != name]


def allowed(name: str) -> str:
    """A metric's name with what MLflow does not allow replaced."""
    return re.sub(r"[^\w./ :-]", "_", name)


def _curve_names(record: TrialExport) -> set[str]:
    return {name for epoch in (record.result.curve if record.result else ()) for name in epoch.metrics}


def _write(entities: Any, client: Any, experiment: str, export: RunExport, record: TrialExport) -> None:
    trial, result = record.trial, record.result
    about = {key: text if isinstance(text, str) else json.dumps(text) for key, text in record.about.items()}
    run = client.create_run(
        experiment,
        start_time=_milliseconds(record.began),
        tags={f"hpsearch.{key}": text[:5000] for key, text in about.items()},
        run_name=f"trial-{trial.number:05d}",
    )
    identity = run.info.run_id
    parameters = [entities.Param(name, str(value)) for name, value in trial.values.items()]
    client.log_batch(identity, params=parameters)
    metrics = _metrics(entities, export, record)
    for at in range(0, len(metrics), _MOST_METRICS):
        client.log_batch(identity, metrics=metrics[at : at + _MOST_METRICS])
    if result is not None and record.ended is not None:
        status = STATUSES.get(result.status, "FAILED")
        client.set_terminated(identity, status=status, end_time=_milliseconds(record.ended))


def _metrics(entities: Any, export: RunExport, record: TrialExport) -> list[Any]:
    """The learning curves, then what was measured once; what is not finite is left out."""
    result = record.result
    if result is None:
        return []
    began = _milliseconds(record.began)
    metrics = [
        entities.Metric(allowed(name), value, began + round(1000 * epoch.seconds), epoch.number)
        for epoch in result.curve
        for name, value in epoch.metrics.items()
        if value is not None
    ]
    once = {"value": result.value, **result.final}
    ended = began + round(1000 * result.seconds)
    last = len(result.curve)
    return metrics + [
        entities.Metric(allowed(name), value, ended, last)
        for name, value in once.items()
        if value is not None
    ]


def _milliseconds(time: datetime) -> int:
    return round(1000 * time.timestamp())
