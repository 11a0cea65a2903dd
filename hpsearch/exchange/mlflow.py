"""A run as an MLflow experiment; each trial is a run there."""

import json
import os
import re
from datetime import datetime
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.exchange.packages import required
from hpsearch.exchange.run_export import RunExport, TrialExport
from hpsearch.trial import Status

_STATUSES = {Status.DONE: "FINISHED", Status.STOPPED: "FINISHED", Status.TIMED_OUT: "KILLED"}
"""Trials with any other status are FAILED; trials without a result are RUNNING."""

_MOST_METRICS = 1000  # the limit of MLflow for one call


def write_experiment(export: RunExport, uri: str) -> list[str]:
    """Write an MLflow experiment with all trials of a run.

    Args:
        export: The run; the experiment gets its name.
        uri: The tracking server or store, such as ``http://localhost:5000`` or ``file:./mlruns``.

    Returns:
        Differences in MLflow, as sentences.

    Raises:
        UsageError: MLflow is not installed, the experiment exists already, or the server refuses.
    """
    # MLflow sends usage data to its developers unless this is set; exporting a run should not.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # its default of 7 takes four minutes
    if "://" not in uri or uri.startswith("file:"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # a user who names a directory has chosen it
    mlflow = required("mlflow", "--to mlflow", "mlflow")
    try:
        client = mlflow.MlflowClient(tracking_uri=uri)
        if client.get_experiment_by_name(export.name) is not None:
            raise UsageError(
                f"{uri} already has an experiment {export.name}. Choose another name with --name."
            )
        experiment = client.create_experiment(export.name)
        for each in export.trials:
            _write(mlflow.entities, client, experiment, export, each)
    except mlflow.exceptions.MlflowException as error:
        raise UsageError(f"{uri} refused the experiment: {error}") from error
    metrics = {name for each in export.trials for name in _curve_names(each)}
    return [
        f"{name}: is called {allowed(name)} in MLflow" for name in sorted(metrics) if allowed(name) != name
    ]


def allowed(name: str) -> str:
    """A metric's name with the characters that MLflow does not allow replaced."""
    return re.sub(r"[^\w./ :-]", "_", name)


def _curve_names(exported: TrialExport) -> set[str]:
    return {name for epoch in (exported.result.curve if exported.result else ()) for name in epoch.metrics}


def _write(entities: Any, client: Any, experiment: str, export: RunExport, exported: TrialExport) -> None:
    trial, result = exported.trial, exported.result
    metadata = {
        key: text if isinstance(text, str) else json.dumps(text) for key, text in exported.metadata.items()
    }
    run = client.create_run(
        experiment,
        start_time=_milliseconds(exported.started),
        tags={f"hpsearch.{key}": text[:5000] for key, text in metadata.items()},
        run_name=f"trial-{trial.number:05d}",
    )
    identity = run.info.run_id
    params = [entities.Param(name, str(value)) for name, value in exported.flat_values.items()]
    client.log_batch(identity, params=params)
    metrics = _metrics(entities, export, exported)
    for at in range(0, len(metrics), _MOST_METRICS):
        client.log_batch(identity, metrics=metrics[at : at + _MOST_METRICS])
    if result is not None and exported.ended is not None:
        status = _STATUSES.get(result.status, "FAILED")
        client.set_terminated(identity, status=status, end_time=_milliseconds(exported.ended))


def _metrics(entities: Any, export: RunExport, exported: TrialExport) -> list[Any]:
    """The learning curves, then the final metrics; values that are not finite are left out."""
    result = exported.result
    if result is None:
        return []
    started = _milliseconds(exported.started)
    metrics = [
        entities.Metric(allowed(name), value, started + round(1000 * epoch.seconds), epoch.number)
        for epoch in result.curve
        for name, value in epoch.metrics.items()
        if value is not None
    ]
    once = {"value": result.value, **result.final}
    ended = started + round(1000 * result.seconds)
    last = len(result.curve)
    return metrics + [
        entities.Metric(allowed(name), value, ended, last)
        for name, value in once.items()
        if value is not None
    ]


def _milliseconds(time: datetime) -> int:
    return round(1000 * time.timestamp())
