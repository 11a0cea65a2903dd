"""What ``export`` writes for programs that read text: every result, every epoch."""

from collections.abc import Sequence
from typing import Any

from hpsearch.config import Config
from hpsearch.reports.show import trial_details
from hpsearch.reports.table import Column, Table
from hpsearch.trial import Result, Trial

__all__ = ["epochs_table", "trials_table"]


def trials_table(
    config: Config, trials: Sequence[Trial], results: Sequence[Result], *, timings: bool = False
) -> Table:
    """Every result in full with its learning curve; for machine formats."""
    by_number = {trial.number: trial for trial in trials}
    rows = [
        trial_details(config.metric, by_number[result.number], result, timings=timings).data
        for result in results
    ]
    return Table("trials", (), rows, {"config": config.resolved()})


def epochs_table(
    config: Config, trials: Sequence[Trial], results: Sequence[Result], *, timings: bool = False
) -> Table:
    """One row for each epoch of each trial; one row without an epoch for a trial that reported none."""
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
    columns += [
        Column(name, ("values", name), choice=True) for name in (*config.space.names, *config.space.constants)
    ]
    if timings:
        columns.append(Column("seconds", ("seconds",)))
    return Table("epochs", columns, rows)
