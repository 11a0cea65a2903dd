"""The output of ``show``: everything known about a run, or about one of its trials."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.config import Config
from hpsearch.reports.running_trials import next_demand, running_data
from hpsearch.reports.settings import blas_lines, config_lines, pairs
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.table import Details
from hpsearch.reports.text import duration, local_time, plain, value_text, with_error
from hpsearch.running import RunningTrial
from hpsearch.standing import error_of_result
from hpsearch.touches.babysitting import RATE, touches_of
from hpsearch.trial import Epoch, Metric, Result, Trial

__all__ = ["run_details", "trial_data", "trial_details"]

_CURVE_WIDTH = 40


def run_details(directory: Path, config: Config, metadata: Mapping[str, Any]) -> Details:
    """A run's search, and the facts that its numbers depend on.

    Args:
        directory: The run directory.
        config: The run's config.
        metadata: ``created``, the hash of the ``data``, its ``rows`` by split if known, and the ``versions``
            that the run began with.
    """
    versions = metadata["versions"]
    lines = [
        ("run", str(directory)),
        ("created", local_time(metadata["created"])),
        *config_lines(config),
        ("data", f"SHA-256 {metadata['data']}"),
        *([("rows", pairs(metadata["rows"]))] if metadata.get("rows") else []),
        ("versions", pairs({key: value for key, value in versions.items() if key != "blas"})),
        ("blas", blas_lines(versions)),
    ]
    return Details("run", {"run": str(directory), "config": config.resolved(), **metadata}, lines)


def trial_details(
    metric: Metric,
    trial: Trial,
    result: Result | None,
    *,
    running: RunningTrial | None = None,
    stops_early: bool = False,
    rows: int | None = None,
    timings: bool = False,
    command: str = "",
    command_data: str = "",
) -> Details:
    """Everything known about one trial.

    Args:
        metric: The metric of the search.
        trial: The trial.
        result: Its result, if it has one.
        running: Its present state, if it is running.
        stops_early: Whether the search stops trials early.
        rows: The number of rows, if the metric is a share of them.
        timings: Whether to show how long it ran.
        command: The command line that runs it; "" if it is not a command.
        command_data: The same without paths that depend on where the run is.
    """
    data = trial_data(metric, trial, result, timings=timings)
    lines = [("trial", str(trial.number))]
    if result is None:
        lines += _state(running, metric, stops_early=stops_early)
        data |= {} if running is None else running_data(running, metric)
    else:
        lines.append(("status", str(result.status)))
        if result.value is not None:
            error = error_of_result(result, metric, rows)
            data |= {} if error is None else {"standard_error": error}
            count = len(result.curve)
            at = f" after epoch {data['best_epoch']} of {count}" if "best_epoch" in data and count > 1 else ""
            lines.append((metric.name, with_error(result.value, error) + at))
        lines += [(name, plain(value)) for name, value in result.final.items()]
    values = "\n".join(f"{name}: {value_text(value)}" for name, value in trial.values.items())
    seeds = ", ".join(map(str, trial.seeds))
    if trial.repeat_below is not None:
        bound = plain(metric.loss(trial.repeat_below))
        seeds += f"; the first alone, unless {metric.name} is {bound} or better"
    lines += [("values", values), ("seeds" if trial.more_seeds else "seed", seeds)]
    if command:
        data["command"] = command_data
        lines.append(("command", command))
    lines.append(("origin", pairs(trial.origin)))
    if result is not None or running is not None:
        curve = result.curve if result is not None else running.curve if running else ()
        lines += _touches(curve, trial)
        lines += _curves(curve)
    if result is not None:
        lines.append(("reason", result.reason))
        lines += [("time", duration(result.seconds))] if timings else []
    return Details("trial", data, [(label, text) for label, text in lines if text])


def trial_data(
    metric: Metric, trial: Trial, result: Result | None, *, timings: bool = False
) -> dict[str, Any]:
    """Everything stored about one trial, as JSON data; the arguments are those of :func:`trial_details`."""
    data = trial.to_json()
    if result is None:
        return data
    data |= result.to_json()
    if metric.at == "best" and result.value is not None and result.curve:
        data["best_epoch"] = metric.epoch_of(result.curve).number
    if not timings:
        del data["seconds"]
        data["curve"] = [[number, metrics] for number, metrics, _ in data["curve"]]
    return data


def _state(running: RunningTrial | None, metric: Metric, *, stops_early: bool) -> list[tuple[str, str]]:
    if running is None:
        return [("status", "no result yet")]
    value = running.value(metric)
    lines = [("status", "running"), (metric.name, "" if value is None else plain(value))]
    demand = next_demand(running.trial, len(running.curve), metric, stops_early=stops_early)
    return [*lines, ("next rung", demand)]


def _touches(curve: Sequence[Epoch], trial: Trial) -> list[tuple[str, str]]:
    """The touches of a babysat trial; those before its first epoch are known only if its rate is."""
    began = trial.values.get(RATE)
    touches = touches_of(curve, began if isinstance(began, float) else None)
    return [("touches", "\n".join(map(str, touches)))] if touches else []


def _curves(curve: Sequence[Epoch]) -> list[tuple[str, str]]:
    lines = [("epochs", str(len(curve)))]
    # Some metrics appear only in later epochs.
    names = dict.fromkeys(name for epoch in curve for name in epoch.metrics)
    for name in names:
        values = [epoch.metrics.get(name) for epoch in curve]
        lines.append((name, f"{sparkline(values, _CURVE_WIDTH)}  {plain(values[0])} → {plain(values[-1])}"))
    return lines
