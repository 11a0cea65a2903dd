"""What is shown of runs and their trials, as tables and sheets.

``config`` is always the resolved config, as JSON data.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.analysis.ranking import leaderboard, standard_error
from hpsearch.reports.plans import config_lines, pairs
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import duration, plain
from hpsearch.trial import Metric, Result, Status, Trial

Config = Mapping[str, Any]
CURVE_WIDTH = 40


def searched(config: Config) -> list[str]:
    """The names of the parameters that are searched, constants left out."""
    return [name for name, spec in config["space"].items() if isinstance(spec, Mapping)]


def leaderboard_table(
    config: Config,
    ranking: Sequence[Result],
    trials: Mapping[int, Trial],
    counts: Mapping[Status, int],
    *,
    title: str = "",
    timings: bool = False,
) -> Table:
    """The best trials of one run.

    Args:
        config: The run's.
        ranking: The results to show, best first.
        trials: At least their trials, by number.
        counts: How many results of each status the run has.
        title: What stands above.
        timings: Whether to show how long each trial ran.
    """
    metric = config["metric"]
    rows = leaderboard(ranking, trials, Metric(**metric), timings=timings)
    columns = [
        Column("rank", ("rank",), right=True),
        Column("trial", ("trial",), right=True),
        Column(metric["name"], ("value",), right=True),
        *(
            [Column("±", ("standard_error",), right=True)]
            if any("standard_error" in row for row in rows)
            else []
        ),
        Column("status", ("status",)),
        Column("epochs", ("epochs",), right=True),
        *(Column(name, ("values", name), right=True, optional=True) for name in searched(config)),
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",), right=True))
    if any(row["value"] is None for row in rows):
        columns.append(Column("reason", ("reason",)))
    total, finished = config["search"]["trials"], sum(counts.values())
    about = {
        "name": config["name"],
        "metric": metric["name"],
        "goal": metric["goal"],
        "trials": total,
        "finished": finished,
    }
    note = f"{counted(counts)}; {finished} of {total} trials"
    if len(rows) < finished:
        note += f"; the best {len(rows)} are shown, -n 0 shows all"
    return Table("leaderboard", columns, rows, about, title, (note,))


def trial_sheet(config: Config, trial: Trial, result: Result | None, *, timings: bool = False) -> Details:
    """All that is known of one trial."""
    data: dict[str, Any] = trial.to_json()
    lines = [("trial", str(trial.number))]
    if result is None:
        lines.append(("status", "no result yet"))
    else:
        known = result.to_json()
        if not timings:
            del known["seconds"]
            known["curve"] = [[number, metrics] for number, metrics, _ in known["curve"]]
        data |= known
        lines.append(("status", str(result.status)))
        if result.value is not None:
            error = standard_error(result, Metric(**config["metric"]))
            spread = "" if error is None else f" ± {plain(error)}"
            lines.append((config["metric"]["name"], plain(result.value) + spread))
        lines += [(name, plain(value)) for name, value in result.final.items()]
    values = "\n".join(f"{name}: {value}" for name, value in trial.values.items())  # exact, to be copied
    seeds = ", ".join(map(str, trial.seeds))
    lines += [("values", values), ("seeds" if trial.more_seeds else "seed", seeds)]
    lines.append(("origin", pairs(trial.origin)))
    if result is not None:
        lines += _curves(result)
        lines += [("reason", result.reason)] if result.reason else []
        lines += [("time", duration(result.seconds))] if timings else []
    return Details("trial", data, [(label, text) for label, text in lines if text])


def run_sheet(directory: Path, config: Config, about: Mapping[str, Any]) -> Details:
    """What a run searches, and what its numbers depend on.

    Args:
        directory: The run's.
        config: The run's.
        about: ``created``, the hash of its ``data``, the ``versions`` it began with.
    """
    versions = about["versions"]
    lines = [
        ("run", str(directory)),
        ("created", str(about["created"])),
        *config_lines(config),
        ("data", f"SHA-256 {about['data']}"),
        ("versions", pairs({key: value for key, value in versions.items() if key != "blas"})),
        (
            "blas",
            "\n".join(" ".join(map(str, filter(None, library.values()))) for library in versions["blas"]),
        ),
    ]
    return Details("run", {"run": str(directory), "config": dict(config), **about}, lines)


def status_sheet(
    directory: Path,
    config: Config,
    *,
    searching: bool,
    counts: Mapping[Status, int],
    unfinished: Sequence[int],
    best: Result | None,
    events: Sequence[tuple[str, str, str]],
) -> Details:
    """How far a search is.

    Args:
        directory: The run's.
        config: The run's.
        searching: Whether a process is at it.
        counts: How many results there are of each status.
        unfinished: The trials that have started and have no result.
        best: The best result.
        events: What happened to it: time, kind, text.
    """
    total, finished = config["search"]["trials"], sum(counts.values())
    state = _state(config, finished, searching=searching, last=events[-1][1] if events else "")
    data = {
        "run": str(directory),
        "state": state,
        "trials": total,
        "finished": finished,
        "counts": {str(status): count for status, count in counts.items()},
        "unfinished": list(unfinished),
        "best": best.number if best and best.value is not None else None,
        "value": best.value if best else None,
        "events": [{"at": at, "kind": kind, "text": text} for at, kind, text in events],
    }
    lines = [("run", str(directory)), ("state", state), ("trials", f"{finished} of {total} finished")]
    lines.append(("results", counted(counts)))
    if unfinished:
        label = "running" if searching else "to run again"
        lines.append((label, ", ".join(map(str, unfinished))))
    if best and best.value is not None:
        lines.append(("best", f"trial {best.number}, {config['metric']['name']} {plain(best.value)}"))
    lines.append(("events", "\n".join(f"{at}  {kind} {text}".rstrip() for at, kind, text in events[-5:])))
    if state in ("interrupted", "failed"):
        lines.append(("next", f"hpsearch resume {directory}"))
    return Details("status", data, [(label, text) for label, text in lines if text])


def runs_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Runs, made by :func:`run_row`."""
    columns = [
        Column("run", ("run",)),
        Column("state", ("state",)),
        Column("finished", ("finished",), right=True),
        Column("trials", ("trials",), right=True),
        Column("metric", ("metric",)),
        Column("best", ("value",), right=True),
        Column("trial", ("best",), right=True),
        Column("created", ("created",)),
    ]
    if any("reason" in row for row in rows):
        columns.append(Column("reason", ("reason",)))
    return Table("runs", columns, rows, notes=() if rows else ("No runs here.",))


def run_row(
    directory: Path,
    config: Config,
    created: str,
    *,
    searching: bool,
    counts: Mapping[Status, int],
    best: Result | None,
    events: Sequence[tuple[str, str, str]],
) -> dict[str, Any]:
    """One run among others; the arguments are those of :func:`status_sheet`."""
    finished = sum(counts.values())
    last = events[-1][1] if events else ""
    return {
        "run": str(directory),
        "state": _state(config, finished, searching=searching, last=last),
        "finished": finished,
        "trials": config["search"]["trials"],
        "metric": config["metric"]["name"],
        "best": best.number if best and best.value is not None else None,
        "value": best.value if best else None,
        "created": created,
    }


def trials_table(
    config: Config, trials: Sequence[Trial], results: Sequence[Result], *, timings: bool = False
) -> Table:
    """Every result whole, learning curve included; for machine formats."""
    by_number = {trial.number: trial for trial in trials}
    rows = [trial_sheet(config, by_number[result.number], result, timings=timings).data for result in results]
    return Table("trials", (), rows, {"config": dict(config)})


def epochs_table(
    config: Config, trials: Sequence[Trial], results: Sequence[Result], *, timings: bool = False
) -> Table:
    """A row per epoch of every trial; one with no epoch for a trial that reported none."""
    by_number = {trial.number: trial for trial in trials}
    rows: list[dict[str, Any]] = []
    for result in results:
        head: dict[str, Any] = {
            "trial": result.number,
            "status": str(result.status),
            "value": result.value,
            "values": dict(by_number[result.number].values),
        }
        rows += [
            {
                **head,
                "epoch": epoch.number,
                "metrics": dict(epoch.metrics),
                "seconds": round(epoch.seconds, 3),
            }
            for epoch in result.curve
        ] or [head]
    metrics = dict.fromkeys(name for row in rows for name in row.get("metrics", ()))
    columns = [Column(name, (name,)) for name in ("trial", "status", "value", "epoch")]
    columns += [Column(name, ("metrics", name)) for name in metrics]
    columns += [Column(name, ("values", name)) for name in config["space"]]
    if timings:
        columns.append(Column("seconds", ("seconds",)))
    return Table("epochs", columns, rows)


def _state(config: Config, finished: int, *, searching: bool, last: str) -> str:
    """``searching``, ``complete``, ``failed`` or ``interrupted``; ``last`` is the kind of the last event."""
    if searching:
        return "searching"
    if last in ("completed", "failed"):
        return "complete" if last == "completed" else "failed"
    return "complete" if finished >= config["search"]["trials"] else "interrupted"


def counted(counts: Mapping[Status, int]) -> str:
    """How many results there are of each status, in words."""
    return (
        ", ".join(f"{counts[status]} {status}" for status in Status if counts.get(status)) or "no results yet"
    )


def _curves(result: Result) -> list[tuple[str, str]]:
    lines = [("epochs", str(len(result.curve)))]
    for name in result.curve[0].metrics if result.curve else ():
        values = [epoch.metrics.get(name) for epoch in result.curve]
        lines.append((name, f"{sparkline(values, CURVE_WIDTH)}  {plain(values[0])} → {plain(values[-1])}"))
    return lines
