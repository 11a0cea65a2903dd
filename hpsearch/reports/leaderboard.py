"""What ``leaderboard`` shows: the trials of a run from best to worst."""

from collections.abc import Iterable, Mapping, Sequence

from hpsearch.analysis.ranking import leaderboard_row
from hpsearch.babysitting import TOUCHES
from hpsearch.config import Config
from hpsearch.reports.running_trials import running_line
from hpsearch.reports.status import counted
from hpsearch.reports.table import Column, Table
from hpsearch.running import RunningTrial
from hpsearch.standing import Standing
from hpsearch.trial import Status

__all__ = ["leaderboard_table"]

CHANGES = ("code changed", "input changed")
"""The kinds of events after which results may not be comparable with earlier ones."""


def leaderboard_table(
    config: Config,
    standings: Iterable[Standing],
    counts: Mapping[Status, int],
    arithmetic: str,
    *,
    shown: int,
    title: str = "",
    timings: bool = False,
    whole: bool = False,
    events: Sequence[tuple[str, str, str]] = (),
    running: Sequence[RunningTrial] = (),
) -> Table:
    """The best trials of one run.

    Args:
        config: The run's config.
        standings: The trials to show, best first; read once, when the table is printed.
        counts: The number of results of each status in the whole run.
        arithmetic: The arithmetic that the run began with.
        shown: How many trials are shown.
        title: A line to print above the table.
        timings: Whether to show how long each trial ran.
        whole: Whether all are shown on a terminal that is too narrow for a row for each.
        events: What happened to the search: time, kind, text.
        running: The trials that run now, to be shown below the table.
    """
    metric = config.metric
    total, finished = config.search.trials, sum(counts.values())
    metadata = {
        "name": config.name,
        "metric": metric.name,
        "goal": metric.goal,
        "arithmetic": arithmetic,
        "trials": total,
        "finished": finished,
    }
    note = f"{counted(counts)}; {finished} of {total} trials"
    if shown < finished:
        note += f"; showing the best {shown}, -n 0 shows all"
    changes = [text for _, kind, text in events if kind in CHANGES]
    if changes:
        metadata["changes"] = changes
    notes = (
        note,
        *(f"{text[0].upper()}{text[1:]}; rows may not be comparable" for text in changes),
        *(f"running: {running_line(each, metric)}" for each in running),
    )
    rows = (leaderboard_row(each, metric, timings=timings) for each in standings)
    return Table("leaderboard", _columns(config, timings=timings), rows, metadata, title, notes, whole=whole)


def _columns(config: Config, *, timings: bool) -> list[Column]:
    """The columns, which depend on nothing but the config."""
    metric = config.metric
    columns = [
        Column("rank", ("rank",), right=True),
        Column("trial", ("trial",), right=True),
        Column(metric.name, ("value",), right=True),
    ]
    if config.search.repeats > 1:
        columns.append(Column("±", ("standard_error",), right=True))
    if metric.ties:
        columns.append(Column(metric.ties.name, ("tie",), right=True))
    columns += [Column("status", ("status",)), Column("epochs", ("epochs",), right=True)]
    if config.search.babysit:
        columns.append(Column(TOUCHES, (TOUCHES,), right=True))
    columns += [
        Column(name, ("values", name), right=True, optional=True, choice=True) for name in config.space.names
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",), right=True))
    return [*columns, Column("reason", ("reason",), cut=True, sparse=True)]
