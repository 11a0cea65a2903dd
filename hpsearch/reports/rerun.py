"""The output of ``rerun``: the result of a trial that ran once more, next to the recorded one."""

import math
from collections.abc import Sequence
from typing import Any

from hpsearch.analysis.agreement import Agreement, Spread, agreement, spread
from hpsearch.reports.table import Details
from hpsearch.reports.text import duration, plain, value_text
from hpsearch.trial import Metric, Result, Trial

__all__ = ["outcome", "rerun_details"]


def rerun_details(
    metric: Metric,
    trial: Trial,
    recorded: Result | None,
    trials: Sequence[Trial],
    results: Sequence[Result],
    notes: Sequence[str],
) -> Details:
    """A trial that ran once more.

    Args:
        metric: The metric of the search.
        trial: The trial.
        recorded: Its recorded result; None if it has none yet.
        trials: The trials that ran now: the trial itself, or the trial with other seeds.
        results: Their results.
        notes: Differences that may affect the result, as sentences.
    """
    again = list(zip(trials, results, strict=True))
    same = recorded if list(trials) == [trial] else None
    compared = None if same is None else agreement(same, results[0], metric)
    values = [result.value for result in results if result.value is not None]
    over_seeds = spread(values) if values and compared is None else None
    data = {
        "trial": trial.number,
        "values": dict(trial.values),
        "recorded": None if recorded is None else _data(trial, recorded, metric),
        "again": [_data(ran, result, metric) for ran, result in again],
        "equal": None if compared is None else compared.equal,
        "mean": None if over_seeds is None else over_seeds.mean,
        "standard_error": None if over_seeds is None else over_seeds.error,
        "notes": list(notes),
    }
    before = "no result yet" if recorded is None else _line(trial, recorded, metric)
    lines = [
        ("trial", str(trial.number)),
        ("values", "\n".join(f"{name}: {value_text(value)}" for name, value in trial.values.items())),
        ("recorded", before),
        ("again", "\n".join(_line(ran, result, metric) for ran, result in again)),
    ]
    if over_seeds is not None and over_seeds.error is not None:
        lines.append(
            ("mean", f"{plain(over_seeds.mean)} ± {plain(over_seeds.error)} over {len(values)} seeds")
        )
    if recorded is not None:
        lines.append(("comparison", _comparison(recorded, results, values, metric, compared, over_seeds)))
    failed = [result.reason for result in results if result.value is None]
    lines += [
        ("note", "\n".join([*notes, *_more_notes(recorded, results, values, compared)])),
        ("reason", failed[0] if failed else ""),
        ("time", duration(sum(result.seconds for result in results))),
    ]
    return Details("rerun", data, [(label, text) for label, text in lines if text])


def outcome(result: Result, metric: Metric) -> str:
    """The result of one trial: its value with all digits, or why it has none."""
    if result.value is None:
        return f"{result.status}: {result.reason.partition(chr(10))[0]}"
    error = metric.standard_error(result)
    return f"{metric.name} {value_text(result.value)}{'' if error is None else f' ± {plain(error)}'}"


def _data(trial: Trial, result: Result, metric: Metric) -> dict[str, Any]:
    data = {
        "seed": trial.seed,
        "more_seeds": list(trial.more_seeds),
        "status": str(result.status),
        "value": result.value,
        "epochs": len(result.curve),
    }
    error = metric.standard_error(result)
    return data if error is None else {**data, "standard_error": error}


def _line(trial: Trial, result: Result, metric: Metric) -> str:
    several = trial.more_seeds and (result.value is None or metric.standard_error(result) is not None)
    seeds = f"{len(trial.seeds)} seeds" if several else f"seed {trial.seed}"
    epochs = f"{len(result.curve)} epoch{'' if len(result.curve) == 1 else 's'}"
    stopped = ", stopped early" if result.status == "stopped" else ""
    return f"{outcome(result, metric)} ({seeds}, {epochs}{stopped})"


def _comparison(
    recorded: Result,
    results: Sequence[Result],
    values: Sequence[float],
    metric: Metric,
    compared: Agreement | None,
    over_seeds: Spread | None,
) -> str:
    if compared is not None:
        return _agreement_text(recorded, results[0], metric, compared)
    if over_seeds is None or recorded.value is None:
        return "nothing to compare: " + (
            "no seed gave a value" if recorded.value is not None else "no value is recorded"
        )
    if recorded.status == "stopped":
        return _comparison_where_stopped(recorded, results, metric)
    return _beside(recorded.value, values, over_seeds, metric)


def _comparison_where_stopped(recorded: Result, results: Sequence[Result], metric: Metric) -> str:
    """A comparison with the other seeds after as many epochs as the recorded result has."""
    epochs = len(recorded.curve)
    worths = [
        metric.worths(result.curve[:epochs])[-1][0] for result in results if len(result.curve) >= epochs
    ]
    values = [metric.loss(worth) for worth in worths if math.isfinite(worth)]
    if not values or recorded.value is None:
        return "nothing to compare: the trial was stopped early"
    return f"after epoch {epochs}, {_beside(recorded.value, values, spread(values), metric)}"


def _beside(recorded: float, values: Sequence[float], over_seeds: Spread, metric: Metric) -> str:
    """How a recorded value compares with those of other seeds."""
    if over_seeds.deviation is None:
        return _distance(recorded - over_seeds.mean, metric, "the value of the other seed")
    text = _distance(recorded - over_seeds.mean, metric, "the mean")
    if over_seeds.deviation > 0:
        far = abs(recorded - over_seeds.mean) / over_seeds.deviation
        text += f", {far:.1f} standard deviations of one seed"
    better = sum(metric.loss(value) < metric.loss(recorded) for value in values)
    return f"{text}; {better} of {len(values)} seeds gave a better one"


def _agreement_text(recorded: Result, again: Result, metric: Metric, compared: Agreement) -> str:
    if compared.equal:
        what = metric.name if recorded.value is not None or recorded.curve else "outcome"
        after = f" after each of {len(recorded.curve)} epochs" if len(recorded.curve) > 1 else ""
        return f"equal to the last digit: {what}{after}"
    if compared.epoch is None or not (recorded.curve and again.curve):
        return (
            f"different: {recorded.status}, now {again.status}"
            if recorded.status != again.status
            else "different"
        )
    numbers = [
        result.curve[compared.epoch - 1].metrics.get(metric.name)
        if compared.epoch <= len(result.curve)
        else "missing"
        for result in (recorded, again)
    ]
    old, new = (value_text(number) if number is not None else "not finite" for number in numbers)
    return f"different from epoch {compared.epoch} on: {metric.name} {old}, now {new}"


def _distance(difference: float, metric: Metric, what: str) -> str:
    if difference == 0:
        return f"the recorded value is equal to {what}"
    better = "better" if metric.loss(difference) < 0 else "worse"
    return f"the recorded value is {better} than {what} by {plain(abs(difference))}"


def _more_notes(
    recorded: Result | None, results: Sequence[Result], values: Sequence[float], compared: Agreement | None
) -> list[str]:
    notes = []
    if compared is not None and compared.others:
        notes.append(f"These differ: {', '.join(compared.others)}.")
    if compared is None and len(values) > 1 and len(set(values)) == 1:
        notes.append("All seeds gave the same value: does the code use the trial's seed?")
    if compared is None and recorded is not None and recorded.status == "stopped":
        notes.append("The trial was stopped early; with other seeds it ran to its end.")
    failed = len(results) - len(values)
    if failed and len(results) > 1:
        notes.append(f"{failed} of {len(results)} seeds gave no value.")
    return notes
