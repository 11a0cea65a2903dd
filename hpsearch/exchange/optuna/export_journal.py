"""A run as an Optuna journal file, which optuna-dashboard opens."""

import contextlib
import json
import math
import os
import tempfile
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.exchange.packages import required
from hpsearch.exchange.run_export import RunExport, TrialExport
from hpsearch.files import usage_errors
from hpsearch.space import Categorical, Number, Parameter
from hpsearch.trial import Metric, Status, Value

_STATES = {Status.DONE: "COMPLETE", Status.STOPPED: "PRUNED"}
"""Any other status is FAIL. Trials without a result are RUNNING, so that the others keep their numbers."""


def write_journal(export: RunExport, path: Path) -> list[str]:
    """Write an Optuna study with all trials of a run.

    Args:
        export: The run.
        path: The file to create.

    Returns:
        Differences in Optuna, as sentences.

    Raises:
        UsageError: Optuna is not installed; the file exists already or cannot be written.
    """
    optuna = required("optuna", "--to optuna", "optuna")
    notes: list[str] = []
    distributions = {each.name: _distribution(optuna, each, notes) for each in export.config.space.parameters}
    with usage_errors(path):
        if path.exists():
            raise FileExistsError
        with tempfile.TemporaryDirectory(dir=path.parent) as draft, _quiet(optuna):
            file = Path(draft) / "journal"
            _write(optuna, export, distributions, file)
            os.link(file, path)
    return notes


def _write(optuna: Any, export: RunExport, distributions: dict[str, Any], file: Path) -> None:
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(file)))
    study = optuna.create_study(storage=storage, study_name=export.name, direction=export.config.metric.goal)
    with warnings.catch_warnings():  # Optuna warns that the method may change; a test would notice
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names([export.config.metric.name])
    study.set_user_attr("config", export.config.resolved())
    study.add_trials(_trial(optuna, export, each, distributions) for each in export.trials)


def _trial(optuna: Any, export: RunExport, exported: TrialExport, distributions: dict[str, Any]) -> Any:
    result = exported.result
    state = "RUNNING" if result is None else _STATES.get(result.status, "FAIL")
    by_name = {parameter.name: parameter for parameter in export.config.space.parameters}
    values = export.searched(exported.trial.values)
    params = {name: _choice(by_name[name], value) for name, value in values}
    return optuna.trial.FrozenTrial(
        number=-1,  # the study counts
        trial_id=-1,
        state=optuna.trial.TrialState[state],
        value=None if result is None else result.value,
        datetime_start=_local(exported.started),
        datetime_complete=None if exported.ended is None else _local(exported.ended),
        params=params,
        distributions={name: distributions[name] for name in params},
        user_attrs=exported.metadata,
        system_attrs={},
        intermediate_values=_reported(exported, export.config.metric),
    )


def _reported(exported: TrialExport, metric: Metric) -> dict[int, float]:
    """The metric by epoch."""
    curve = exported.result.curve if exported.result else ()
    reported = {epoch.number: epoch.metrics[metric.name] for epoch in curve if metric.name in epoch.metrics}
    return {epoch: math.nan if value is None else value for epoch, value in reported.items()}


def _local(time: datetime) -> datetime:
    """Optuna's times are local and have no zone."""
    return time.astimezone().replace(tzinfo=None)


def _distribution(optuna: Any, parameter: Parameter, notes: list[str]) -> Any:
    """The distribution of a parameter; one that Optuna does not have becomes a wider one."""
    if isinstance(parameter, Categorical):
        if parameter.probabilities:
            notes.append(f"{parameter.name}: loses its probabilities, which Optuna does not have")
        if _as_text(parameter):
            notes.append(
                f"{parameter.name}: its choices are JSON text in Optuna, which cannot tell them apart"
            )
        return optuna.distributions.CategoricalDistribution(
            tuple(_choice(parameter, v) for v in parameter.values)
        )
    log, step = parameter.prior == "log", parameter.step
    if parameter.prior not in ("linear", "log"):
        notes.append(f"{parameter.name}: is uniform in Optuna, which has no {parameter.prior}")
    if log and step is not None and not (parameter.integer and step == 1):
        notes.append(f"{parameter.name}: loses its step, which Optuna does not have on a logarithmic scale")
        step = 1 if parameter.integer else None
    high = parameter.max if step is None else _last(parameter, step)
    if parameter.integer:
        kind = optuna.distributions.IntDistribution
        return kind(int(parameter.min), int(high), log=log, step=int(step or 1))
    return optuna.distributions.FloatDistribution(parameter.min, high, log=log, step=step)


def _as_text(parameter: Parameter) -> bool:
    """Whether Optuna does not support the choices of a parameter: lists and mappings, or both 1 and true."""
    if not isinstance(parameter, Categorical):
        return False
    nested = any(isinstance(value, list | dict) for value in parameter.values)
    return nested or any(value in parameter.values[:index] for index, value in enumerate(parameter.values))


def _choice(parameter: Parameter, value: Value) -> Value:
    return json.dumps(value) if _as_text(parameter) else value


def _last(parameter: Number, step: float) -> float:
    """The largest value that the steps reach: Optuna's upper bound has to be such a value."""
    (last,) = parameter.decode(np.array([1.0]))
    return float(last) if step == parameter.step else parameter.max


@contextlib.contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
