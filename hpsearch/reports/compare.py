"""The output of ``compare``: where runs differ, what each found, and whether that is more than noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpsearch.analysis.comparison import Difference
from hpsearch.config import Config
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import number, plain, spread, value_text
from hpsearch.standing import Standing

__all__ = ["ComparedRun", "Verdict", "comparison_data", "comparison_tables", "sentence", "setting_text"]


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One of the runs.

    Attributes:
        name: The name of its directory.
        config: Its config.
        best: Its best trial; None if none has a value.
        error: The standard error of its best value; None if it is not known.
        finished: The number of its results.
        losses: The losses of its trials by number, NaN without a value.
    """

    name: str
    config: Config
    best: Standing | None
    error: float | None
    finished: int
    losses: Sequence[float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the runs of one config compare with those of another.

    Attributes:
        ours: The names of the better ones.
        theirs: The names of the others.
        found: How much higher the others' best loss is.
    """

    ours: Sequence[str]
    theirs: Sequence[str]
    found: Difference


def comparison_tables(runs: Sequence[ComparedRun]) -> list[Table]:
    """The runs, the settings in which they differ, and their best trials side by side."""
    metric = runs[0].config.metric.name
    columns = [
        Column("run", ("run",)),
        Column("finished", ("finished",), right=True),
        Column("trials", ("trials",), right=True),
        Column(metric, ("value",), right=True),
        Column("±", ("standard_error",), spread, right=True, sparse=True),
        Column("best trial", ("best",), right=True),
    ]
    tables = [Table("comparison", columns, [_outcome(run) for run in runs])]
    settings = _settings(runs)
    sides = [Column(run.name, ("runs", run.name), setting_text) for run in runs]
    rows = [{"setting": key, "runs": values} for key, values in settings.items()]
    same = () if rows else ("None: they have the same space and the same settings.",)
    heading = Column("setting", ("setting",))
    tables.append(Table("settings", [heading, *sides], rows, title="Different settings", notes=same))
    sides = [Column(run.name, ("runs", run.name), choice=True) for run in runs]
    best = [{"parameter": name, "runs": values} for name, values in _best_values(runs).items()]
    heading = Column("parameter", ("parameter",))
    return [*tables, Table("values", [heading, *sides], best, title="Best trials")]


def comparison_data(runs: Sequence[ComparedRun], verdicts: Sequence[Verdict]) -> Details:
    """The same for programs."""
    metric = runs[0].config.metric
    listed = [{**_outcome(run), "values": dict(run.best.values) if run.best else None} for run in runs]
    differences = [
        {
            "better": list(each.ours),
            "than": list(each.theirs),
            "loss": each.found.loss,
            "low": each.found.low,
            "high": each.found.high,
            "chance": each.found.chance,
            "noise": each.found.is_noise,
        }
        for each in verdicts
    ]
    data = {
        "metric": metric.name,
        "goal": metric.goal,
        "runs": listed,
        "settings": _settings(runs),
        "differences": differences,
    }
    lines = [(run.name, f"{metric.name} {plain(run.best.value)}") for run in runs if run.best]
    lines += [("verdict", sentence(each, metric.name)) for each in verdicts]
    return Details("comparison", data, lines)


def _outcome(run: ComparedRun) -> dict[str, Any]:
    """The progress of a run, and its best trial."""
    return {
        "run": run.name,
        "finished": run.finished,
        "trials": run.config.search.trials,
        "best": run.best and run.best.place.number,
        "value": run.best and run.best.value,
        "standard_error": run.error,
    }


def sentence(verdict: Verdict, metric: str) -> str:
    """A verdict in words."""
    found = verdict.found
    ours, theirs = " and ".join(verdict.ours), " and ".join(verdict.theirs)
    interval = f"90 % interval {number(found.low)} to {number(found.high)}"
    if found.loss == 0:
        return f"{ours} and {theirs} found the same {metric} ({interval})."
    are = "is" if len(verdict.ours) == 1 else "are, on average,"
    text = f"{ours} {are} better than {theirs} by {metric} {number(found.loss)} ({interval})"
    if found.is_noise:
        return f"{text}: no more than noise."
    return f"{text}: more than noise."


def _settings(runs: Sequence[ComparedRun]) -> dict[str, dict[str, Any]]:
    """The settings in which any run differs from the first, by dotted path, run by run."""
    first = runs[0]
    differences = {
        run.name: {each.key: each for each in first.config.differences(run.config)} for run in runs[1:]
    }
    keys = dict.fromkeys(key for found in differences.values() for key in found if key != "name")
    rows = {}
    for key in keys:
        ours = next(found[key].ours for found in differences.values() if key in found)
        theirs = {name: found[key].theirs if key in found else ours for name, found in differences.items()}
        rows[key] = {first.name: ours, **theirs}
    return rows


def _best_values(runs: Sequence[ComparedRun]) -> dict[str, dict[str, Any]]:
    """The values of the best trials, by parameter and run; absent if a trial does not use the parameter."""
    names = dict.fromkeys(name for run in runs if run.best for name in run.best.values)
    return {
        name: {run.name: run.best.values[name] for run in runs if run.best and name in run.best.values}
        for name in names
    }


def setting_text(value: object) -> str:
    """A setting of one run; "" if the run does not have it."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {setting_text(each)}" for key, each in value.items())
    return value_text(value)
