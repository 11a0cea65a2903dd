"""The output of ``leaderboard``: the trials of a run from best to worst."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hpsearch.analysis.ranking import leaderboard_row
from hpsearch.config import Config
from hpsearch.reports.running_trials import running_line, running_row
from hpsearch.reports.status import counted
from hpsearch.reports.table import Column, Table
from hpsearch.reports.text import spread
from hpsearch.running import RunningTrial
from hpsearch.standing import Standing
from hpsearch.touches.babysitting import TOUCHES
from hpsearch.trial import Status

__all__ = ["RankedRun", "leaderboard_headers", "leaderboard_table"]

CHANGES = ("code changed", "input changed")
"""Events after which results may not be comparable with earlier ones."""


@dataclass(frozen=True, slots=True)
class RankedRun:
    """A run whose trials are ranked.

    Attributes:
        name: The name of its directory, or its path if another run has that name.
        config: Its config.
        counts: The number of its results with each status.
        arithmetic: The arithmetic that it began with.
        events: What happened to the search: time, kind, text.
        rows: The number of rows, if the metric is a share of them.
        within: How many trials are within one standard error of the best; 0 if it has none.
    """

    name: str
    config: Config
    counts: Mapping[Status, int]
    arithmetic: str
    events: Sequence[tuple[str, str, str]] = ()
    rows: int | None = None
    within: int = 0

    @property
    def finished(self) -> int:
        """The number of its results."""
        return sum(self.counts.values())

    @property
    def changes(self) -> list[str]:
        """The events after which its results may not be comparable with earlier ones."""
        return [text for _, kind, text in self.events if kind in CHANGES]


class _RankColumn(Column):
    """Ranks, with a mark before shared ones."""

    def texts(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """The ranks, for people."""
        marks = ("=" if row.get("tied") else "" for row in rows)
        return list(map(str.__add__, marks, Column.texts(self, rows)))


def leaderboard_table(
    runs: Sequence[RankedRun],
    standings: Iterable[tuple[str, Standing]],
    *,
    shown: int,
    found: int,
    below: Sequence[tuple[str, RunningTrial]] = (),
    after: Sequence[tuple[str, RunningTrial]] = (),
    where: str = "",
    sort: str = "",
    shows: Callable[[str], bool] | None = None,
    timings: bool = False,
    whole: bool = False,
    command: str = "",
) -> Table:
    """Trials of runs, in an order.

    Args:
        runs: The runs, with the same metric.
        standings: The trials to show, each with the name of its run; read once, when the table is printed.
        shown: Their number.
        found: Their number without a limit.
        below: The running trials to show below the table, each with the name of its run.
        after: The running trials to show as rows of the table, after the others.
        where: The conditions on trials, as typed.
        sort: The sort column, as typed.
        shows: Whether the column of a header is shown; None for all. Rank, trial and value are always shown.
        timings: Whether to show how long each trial ran.
        whole: Whether all are shown on a terminal that is too narrow for a row for each.
        command: The command that prints it; "" if it is the one that was typed.
    """
    metric = runs[0].config.metric
    columns = _columns(runs, timings=timings)
    hidden = [each for each in columns[_fixed(runs) :] if shows and not shows(each.header)]
    rows = _chosen(
        chain(
            _rows(runs, standings, timings=timings),
            ((name, running_row(trial, metric, timings=timings)) for name, trial in after),
        ),
        hidden,
        named=len(runs) > 1,
    )
    metadata: dict[str, Any] = {"metric": metric.name, "goal": metric.goal}
    if len(runs) == 1:
        metadata = {"name": runs[0].config.name, **metadata, **_facts(runs[0])}
    else:
        metadata["runs"] = [{"run": each.name, **_facts(each)} for each in runs]
    finished = sum(each.finished for each in runs)
    everything = f"{command} -n 0".lstrip()
    limited = _limited(shown, found if where else finished, where, sort, everything)
    stops = {each.name: each.config.search.early_stopping is not None for each in runs}
    notes = [
        *(note for each in runs for note in _notes(each, limited, named=len(runs) > 1)),
        *([limited] if len(runs) > 1 and limited else []),
        *(f"running: {running_line(trial, metric, stops_early=stops[name])}" for name, trial in below),
    ]
    if where:
        notes.append(f"{found} of {finished} results match {where}")
    kept = [column for column in columns if column not in hidden]
    return Table("leaderboard", kept, rows, metadata, notes=notes, whole=whole, command=command)


def leaderboard_headers(runs: Sequence[RankedRun], *, timings: bool = False) -> tuple[list[str], list[str]]:
    """The names of the columns that are always shown, and of those that may be chosen."""
    headers = [column.header for column in _columns(runs, timings=timings)]
    return headers[: _fixed(runs)], headers[_fixed(runs) :]


def _rows(
    runs: Sequence[RankedRun],
    standings: Iterable[tuple[str, Standing]],
    *,
    timings: bool,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of results, each with the name of its run."""
    metric = runs[0].config.metric
    by_name = {each.name: each.rows for each in runs}
    for name, standing in standings:
        yield name, leaderboard_row(standing, metric, rows=by_name[name], timings=timings)


def _chosen(
    rows: Iterable[tuple[str, dict[str, Any]]], hidden: Sequence[Column], *, named: bool
) -> Iterator[dict[str, Any]]:
    """Rows without hidden columns, with the name of their run if there are several."""
    keys = [column.key[0] for column in hidden if len(column.key) == 1]
    names = {column.header for column in hidden if column.choice}
    for name, row in rows:
        for key in keys:
            row.pop(key, None)
        if names:
            row["values"] = {key: value for key, value in row["values"].items() if key not in names}
        yield {"run": name, **row} if named else row


def _limited(shown: int, found: int, where: str, sort: str, everything: str) -> str:
    if shown >= found:
        return ""
    matching = " that match" if where else ""
    which = f"the best {shown}{matching}"
    if sort:
        order = ", largest first" if sort.startswith("-") else ""
        which = f"the first {shown}{matching} by {sort.removeprefix('-').strip()}{order}"
    return f"showing {which}; {everything} shows all"


def _facts(run: RankedRun) -> dict[str, Any]:
    facts = {
        "arithmetic": run.arithmetic,
        "trials": run.config.search.trials,
        "finished": run.finished,
    }
    return facts | ({"changes": run.changes} if run.changes else {})


def _notes(run: RankedRun, limited: str, *, named: bool) -> Iterator[str]:
    note = f"{counted(run.counts)}; {run.finished} of {run.config.search.trials} trials"
    prefix = f"{run.name}: " if named else ""
    if named:
        yield f"{run.name}: {note}"
    else:
        yield f"{note}; {limited}" if limited else note
    if run.within > 1:
        figure = f"{run.config.metric.name} on {run.rows} rows" if run.rows else run.config.metric.name
        yield f"{prefix}{run.within} trials are within one ± of the best; {figure} does not tell them apart"
    for text in run.changes:
        yield f"{prefix}{text[0].upper()}{text[1:]}; rows may not be comparable"


def _fixed(runs: Sequence[RankedRun]) -> int:
    """How many of the first columns are always shown."""
    return 3 if len(runs) == 1 else 4


def _columns(runs: Sequence[RankedRun], *, timings: bool) -> list[Column]:
    """The columns, which depend only on the configs."""
    configs = [each.config for each in runs]
    metric = configs[0].metric
    columns = [Column("run", ("run",))] if len(runs) > 1 else []
    columns += [
        _RankColumn("rank", ("rank",), right=True),
        Column("trial", ("trial",), right=True),
        Column(metric.name, ("value",), right=True),
    ]
    if any(each.rows or each.config.search.repeats > 1 for each in runs):
        columns.append(Column("±", ("standard_error",), spread, right=True))
    if metric.ties:
        columns.append(Column(metric.ties.name, ("tie",), right=True))
    columns += [Column("status", ("status",)), Column("epochs", ("epochs",), right=True)]
    if any(config.search.babysit for config in configs):
        columns.append(Column(TOUCHES, (TOUCHES,), right=True))
    columns += [
        Column(name, ("values", name), right=True, optional=True, choice=True)
        for name in _parameters(configs)
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",), right=True))
    return [*columns, Column("reason", ("reason",), cut=True, sparse=True)]


def _parameters(configs: Sequence[Config]) -> list[str]:
    """The values that differ between trials: the parameters, and constants that differ between runs."""
    names = list(dict.fromkeys(name for config in configs for name in config.space.names))
    constants = dict.fromkeys(name for config in configs for name in config.space.constants)
    for name in constants:
        found = [config.space.constants.get(name) for config in configs]
        if name not in names and any(each != found[0] for each in found):
            names.append(name)
    return names
