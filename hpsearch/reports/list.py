"""The output of ``list``: the runs in a directory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.config import Config
from hpsearch.reports.status import search_state
from hpsearch.reports.table import Column, Table
from hpsearch.reports.text import local_time, spread
from hpsearch.standing import error_of_result
from hpsearch.trial import Result, Status

__all__ = ["run_row", "runs_table", "unreadable_row"]


def runs_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Runs, from the rows that :func:`run_row` and :func:`unreadable_row` make."""
    columns = [
        Column("run", ("run",)),
        Column("state", ("state",)),
        Column("finished", ("finished",), right=True),
        Column("trials", ("trials",), right=True),
        Column("metric", ("metric",)),
        Column("best", ("value",), right=True),
        Column("±", ("standard_error",), spread, right=True, sparse=True),
        Column("trial", ("best",), right=True),
        Column("created", ("created",), _local),
    ]
    if any("reason" in row for row in rows):
        columns.append(Column("reason", ("reason",)))
    return Table("runs", columns, rows, notes=() if rows else ("No runs here.",))


def _local(created: str | None) -> str:
    return local_time(created) if created else ""


def run_row(
    directory: Path,
    config: Config,
    created: str,
    *,
    searching: bool,
    counts: Mapping[Status, int],
    best: Result | None,
    rows: int | None,
    events: Sequence[tuple[str, str, str]],
) -> dict[str, Any]:
    """The row of one run; the arguments are those of :func:`hpsearch.reports.status.status_details`."""
    finished = sum(counts.values())
    error = error_of_result(best, config.metric, rows) if best else None
    return {
        "run": str(directory),
        "state": search_state(config, finished, searching=searching, events=events),
        "finished": finished,
        "trials": config.search.trials,
        "metric": config.metric.name,
        "best": best.number if best and best.value is not None else None,
        "value": best.value if best else None,
        **({} if error is None else {"standard_error": error}),
        "created": created,
    }


def unreadable_row(directory: Path, reason: str) -> dict[str, Any]:
    """The row of a run that cannot be read."""
    return {"run": str(directory), "state": "unreadable", "reason": reason}
