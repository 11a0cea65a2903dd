"""What ``leaderboard`` shows: the trials of a run from best to worst."""

from collections.abc import Mapping, Sequence

from hpsearch.analysis.ranking import leaderboard
from hpsearch.babysitting import TOUCHES
from hpsearch.config import Config
from hpsearch.reports.running_trials import running_line
from hpsearch.reports.status import counted
from hpsearch.reports.table import Column, Table
from hpsearch.running import RunningTrial
from hpsearch.trial import Result, Status, Trial

__all__ = ["leaderboard_table"]

CHANGES = ("code changed", "input changed")
"""The kinds of events after which results may not be comparable with earlier ones."""


def leaderboard_table(
    config: Config,
    ranking: Sequence[Result],
    trials: Mapping[int, Trial],
    counts: Mapping[Status, int],
    arithmetic: str,
    *,
    title: str = "",
    timings: bool = False,
    events: Sequence[tuple[str, str, str]] = (),
    running: Sequence[RunningTrial] = (),
) -> Table:
    """The best trials of one run.

    Args:
        config: The run's config.
        ranking: The results to show, best first.
        trials: At least the trials of these results, by number.
        counts: The number of results of each status in the whole run.
        arithmetic: The arithmetic that the run began with.
        title: A line to print above the table.
        timings: Whether to show how long each trial ran.
        events: What happened to the search: time, kind, text.
        running: The trials that run now, to be shown below the table.
    """
    metric = config.metric
    rows = leaderboard(ranking, trials, metric, timings=timings)
    columns = [
        Column("rank", ("rank",), right=True),
        Column("trial", ("trial",), right=True),
        Column(metric.name, ("value",), right=True),
    ]
    if any("standard_error" in row for row in rows):
        columns.append(Column("±", ("standard_error",), right=True))
    if metric.ties:
        columns.append(Column(metric.ties.name, ("tie",), right=True))
    columns += [
        Column("status", ("status",)),
        Column("epochs", ("epochs",), right=True),
        *([Column(TOUCHES, (TOUCHES,), right=True)] if any(row.get(TOUCHES) for row in rows) else []),
        *(
            Column(name, ("values", name), right=True, optional=True, choice=True)
            for name in config.space.names
        ),
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",), right=True))
    if any(row["value"] is None for row in rows):
        columns.append(Column("reason", ("reason",)))
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
    if len(rows) < finished:
        note += f"; showing the best {len(rows)}, -n 0 shows all"
    changes = [text for _, kind, text in events if kind in CHANGES]
    if changes:
        metadata["changes"] = changes
    notes = (
        note,
        *(f"{text[0].upper()}{text[1:]}; rows may not be comparable" for text in changes),
        *(f"running: {running_line(each, metric)}" for each in running),
    )
    return Table("leaderboard", columns, rows, metadata, title, notes)
