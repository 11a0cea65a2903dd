"""The output of ``status``: the progress of a search."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hpsearch.commands import pasteable
from hpsearch.config import Config
from hpsearch.reports.running_trials import running_data, running_line
from hpsearch.reports.table import Details
from hpsearch.reports.text import local_time, with_error
from hpsearch.running import RunningTrial
from hpsearch.standing import error_of_result
from hpsearch.trial import Result, Status

__all__ = ["counted", "search_state", "status_details"]

_EVENTS_SHOWN = 5


def status_details(
    directory: Path,
    config: Config,
    *,
    searching: bool,
    counts: Mapping[Status, int],
    unfinished: Sequence[int],
    running: Sequence[RunningTrial],
    best: Result | None,
    rows: int | None,
    events: Sequence[tuple[str, str, str]],
) -> Details:
    """The progress of a search.

    Args:
        directory: The run directory.
        config: The run's config.
        searching: Whether a process is searching in the run now.
        counts: The number of results with each status.
        unfinished: The trials that have started and have no result.
        running: Those of them that are running.
        best: The first result of the ranking.
        rows: The number of rows, if the metric is a share of them.
        events: What happened to the search: time, kind, text.
    """
    total, finished = config.search.trials, sum(counts.values())
    state = search_state(config, finished, searching=searching, events=events)
    has_best = best is not None and best.value is not None
    error = error_of_result(best, config.metric, rows) if best else None
    data = {
        "run": str(directory),
        "state": state,
        "trials": total,
        "finished": finished,
        "counts": {str(status): count for status, count in counts.items()},
        "unfinished": list(unfinished),
        "running": [running_data(each, config.metric) for each in running],
        "best": best.number if best and has_best else None,
        "value": best.value if best else None,
        **({} if error is None else {"standard_error": error}),
        "events": [{"at": at, "kind": kind, "text": text} for at, kind, text in events],
    }
    in_flight = {each.trial.number for each in running}
    stops = config.search.early_stopping is not None
    latest = (f"{local_time(at)}  {kind} {text}".rstrip() for at, kind, text in events[-_EVENTS_SHOWN:])
    lines = [
        ("run", str(directory)),
        ("state", state),
        ("trials", f"{finished} of {total} finished"),
        ("results", counted(counts)),
        ("running", "\n".join(running_line(each, config.metric, stops_early=stops) for each in running)),
        ("to run again", ", ".join(str(number) for number in unfinished if number not in in_flight)),
        (
            "best",
            f"trial {best.number}, {config.metric.name} {with_error(best.value, error)}"
            if best and has_best
            else "",
        ),
        ("events", "\n".join(latest)),
        ("next", continuing(directory, config) if state in ("interrupted", "stopped", "failed") else ""),
    ]
    return Details("status", data, [(label, text) for label, text in lines if text])


def continuing(directory: Path, config: Config, *options: object) -> str:
    """How to continue a search: a command, or what to write in Python.

    Args:
        directory: The run directory.
        config: Its config.
        options: More words of the command.
    """
    if config.objective.kind == "python":  # only the program that runs its trials can continue it
        return f"hpsearch.Search(…, directory={str(directory)!r}) or hpsearch.resume(…, function=…)"
    return pasteable("hpsearch", "resume", directory, *options)


def search_state(
    config: Config, finished: int, *, searching: bool, events: Sequence[tuple[str, str, str]]
) -> str:
    """The state of a search: ``searching``, ``complete``, ``failed``, ``stopped`` or ``interrupted``.

    It is stopped if ``run.stop_after`` stopped it.

    Args:
        config: The run's config.
        finished: The number of results.
        searching: Whether a process is searching in the run now.
        events: What happened to the search: time, kind, text.
    """
    if searching:
        return "searching"
    last = events[-1][1] if events else ""
    if last in ("completed", "failed"):
        return "complete" if last == "completed" else "failed"
    unfinished = "stopped" if last == "stopped" else "interrupted"
    return "complete" if finished >= config.search.trials else unfinished


def counted(counts: Mapping[Status, int]) -> str:
    """The number of results with each status, in words."""
    present = [f"{counts[status]} {status}" for status in Status if counts.get(status)]
    return ", ".join(present) or "no results yet"
