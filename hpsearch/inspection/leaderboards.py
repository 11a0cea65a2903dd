"""Leaderboards: which trials of which runs are shown, and in which order."""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.inspection.querying import ColumnChoice, Vocabulary
from hpsearch.inspection.run_names import run_names
from hpsearch.inspection.running_rows import comparable, fulfils
from hpsearch.reports.leaderboard import RankedRun, leaderboard_headers, leaderboard_table
from hpsearch.reports.table import Table
from hpsearch.running import RunningTrial
from hpsearch.standing import Place, Standing, error_of_standing, rows_of
from hpsearch.store import Run
from hpsearch.store.results_query import Column, Missing, ResultsQuery
from hpsearch.trial import Metric

__all__ = ["leaderboard"]


def leaderboard(
    runs: Sequence[Run],
    *,
    where: str = "",
    sort: str = "",
    columns: str = "",
    limit: int | None = None,
    timings: bool = False,
    running: Literal["left out", "below", "as rows"] = "left out",
    whole: bool = False,
    command: str = "",
) -> Table:
    """The trials of runs from best to worst. Rows are read while the table is printed; the runs must be open.

    Args:
        runs: The runs, open.
        where: Conditions that trials have to meet, as :class:`hpsearch.inspection.querying.Vocabulary`
            reads them.
        sort: The column to sort by; "" for the ranking.
        columns: The columns, as :meth:`hpsearch.inspection.querying.ColumnChoice.of` reads them; "" for all.
        limit: At most this many trials.
        timings: Whether to show how long each trial ran.
        running: Where running trials that meet the conditions are shown: in lines below the
            table, or as rows after those of all results.
        whole: Whether all trials are shown on a terminal that is too narrow for a row for each.
        command: The command that prints the table; "" if it is the one that was typed.

    Raises:
        UsageError: A run is given twice, the runs have different metrics, or a text cannot be read.
    """
    ranked = [_ranked(run, name) for run, name in zip(runs, run_names(runs, "leaderboard"), strict=True)]
    configs = [each.config for each in ranked]
    metrics = {each.name: each.config.metric for each in ranked}
    if len({_described(metric) for metric in metrics.values()}) > 1:
        listed = ", ".join(f"{_described(metric)} of {name}" for name, metric in metrics.items())
        raise UsageError(
            f"Runs in one leaderboard must have the same metric; found {listed}. Show each run on its own."
        )
    query = Vocabulary(configs).query(where, sort)
    fixed, headers = leaderboard_headers(ranked, timings=timings)
    choice = ColumnChoice.of(columns, headers, fixed) if columns else None
    standings: Iterator[tuple[str, Standing]]
    if len(runs) == 1:
        places = runs[0].places(query, None if query is not None and query.chooses else limit)
        found = len(places)
        standings = ((ranked[0].name, each) for each in runs[0].standings(places[:limit]))
    else:
        chosen = [run.places(query) for run in runs]
        found = sum(map(len, chosen))
        names = [each.name for each in ranked]
        standings = islice(_merged(runs, names, chosen, query), limit)
    now = [] if running == "left out" else _running(runs, ranked, query)
    room = None if limit is None else max(0, limit - found)
    return leaderboard_table(
        ranked,
        standings,
        below=now if running == "below" else (),
        after=now[:room] if running == "as rows" else (),
        shown=found if limit is None else min(found, limit),
        found=found,
        where=where,
        sort=sort,
        shows=choice.shows if choice else None,
        timings=timings,
        whole=whole,
        command=command,
    )


def _described(metric: Metric) -> str:
    """The parts of a metric that determine the ranking."""
    ties = f", ties by {metric.ties.name}" if metric.ties else ""
    return f"{metric.name} ({metric.goal}{ties})"


def _ranked(run: Run, name: str) -> RankedRun:
    config = Config.from_resolved(run.meta("config"))
    rows = rows_of(config, run)
    return RankedRun(
        name,
        config,
        run.counts(),
        run.meta("versions")["arithmetic"],
        run.events(),
        rows,
        _within(run, rows),
    )


def _running(
    runs: Sequence[Run], ranked: Sequence[RankedRun], query: ResultsQuery | None
) -> list[tuple[str, RunningTrial]]:
    """The running trials that meet the conditions, each with the name of its run."""
    return [
        (each.name, trial)
        for run, each in zip(runs, ranked, strict=True)
        for trial in run.running()
        if query is None or fulfils(trial, query, each.config.metric)
    ]


def _within(run: Run, rows: int | None) -> int:
    """How many trials are within one standard error of the best; 0 if it has none."""
    best = next(run.standings(run.places(limit=1)), None)
    if best is None or best.value is None:
        return 0
    error = error_of_standing(best, rows)
    return 0 if error is None else run.count_up_to(run.metric.loss(best.value) + error)


def _merged(
    runs: Sequence[Run], names: Sequence[str], chosen: Sequence[Sequence[Place]], query: ResultsQuery | None
) -> Iterator[tuple[str, Standing]]:
    """The standings of several runs in one order, ranked among all their trials."""
    worths = sorted(place.worth for run in runs for place in run.places() if place.worth is not None)

    def ranked(place: Place) -> Place:
        if place.worth is None:
            return place
        better, no_worse = bisect_left(worths, place.worth), bisect_right(worths, place.worth)
        return place._replace(rank=better + 1, tied=no_worse - better > 1)

    def stream(index: int) -> Iterator[tuple[int, Standing]]:
        for standing in runs[index].standings(list(map(ranked, chosen[index]))):
            yield index, standing

    streams = map(stream, range(len(runs)))
    sort, descending = (query.sort, query.descending) if query else (None, False)
    merged = heapq.merge(*streams, key=lambda pair: (_key(pair[1], sort, descending=descending), pair[0]))
    yield from ((names[index], standing) for index, standing in merged)


class _Falling:
    """A sort key that reverses the order."""

    def __init__(self, value: str | float) -> None:
        self.value = value

    def __lt__(self, other: "_Falling") -> bool:
        return other.value < self.value  # type: ignore[operator]  # only values of one kind are compared

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]  # nobody needs it


def _key(standing: Standing, sort: Column | None, *, descending: bool) -> tuple[object, ...]:
    """The sort key of standings, for the order of a :class:`ResultsQuery`."""
    if sort is None:
        return (standing.place.worth is None, standing.place.worth or ())
    value = _value(standing, sort)
    if value is None:
        return (2,)
    kind = isinstance(value, str)
    return (1 - kind, _Falling(value)) if descending else (kind, value)


def _value(standing: Standing, column: Column) -> str | float | None:
    if column.name == "trial" and not column.parameter:
        return standing.place.number
    value = standing.values.get(column.name) if column.parameter else getattr(standing, column.name)
    found = comparable(value)
    return None if isinstance(found, Missing) else found
