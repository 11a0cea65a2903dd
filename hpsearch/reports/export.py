"""The text output of ``export`` for programs: every result, every epoch."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hpsearch.config import Config
from hpsearch.reports.show import trial_data
from hpsearch.reports.table import Column, Table
from hpsearch.trial import Result, Trial

__all__ = ["Records", "epochs_table", "trials_table"]

Records = Iterable[tuple[Trial, Result | None]]
"""Every trial with its result, if it has one, by number."""


def trials_table(config: Config, records: Records, *, timings: bool = False) -> Table:
    """Every result in full with its learning curve; for machine formats.

    Args:
        config: The run's config.
        records: The run's trials; read once, when the table is written.
        timings: Whether to include times.
    """
    rows = (
        trial_data(config.metric, trial, result, timings=timings)
        for trial, result in records
        if result is not None
    )
    return Table("trials", (), rows, {"config": config.resolved()})


def epochs_table(config: Config, metrics: Sequence[str], records: Records, *, timings: bool = False) -> Table:
    """One row for each epoch of each trial; one row without an epoch for a trial that reported none.

    Args:
        config: The run's config.
        metrics: The names of all metrics of any epoch.
        records: As for :func:`trials_table`.
        timings: As for :func:`trials_table`.
    """
    columns = [Column(name, (name,)) for name in ("trial", "status", "value", "epoch")]
    columns += [Column(name, ("metrics", name)) for name in metrics]
    columns += [
        Column(name, ("values", name), choice=True) for name in (*config.space.names, *config.space.constants)
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",)))
    return Table("epochs", columns, _epochs(records))


def _epochs(records: Records) -> Iterator[dict[str, Any]]:
    for trial, result in records:
        if result is None:
            continue
        head: dict[str, Any] = {
            "trial": result.number,
            "status": str(result.status),
            "value": result.value,
            "values": trial.values,
        }
        for epoch in result.curve:
            seconds = round(epoch.seconds, 3)
            yield {**head, "epoch": epoch.number, "metrics": epoch.metrics, "seconds": seconds}
        if not result.curve:
            yield head
