"""The output of ``sample``: draws from the priors, and how they cover the ranges."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.table import Column, Table
from hpsearch.reports.text import value_text
from hpsearch.trial import Trial

__all__ = ["coverage_table", "draws_table"]


def draws_table(
    names: Sequence[str], trials: Sequence[Trial], coverage: Sequence[Mapping[str, Any]]
) -> Table:
    """Draws from the priors.

    Args:
        names: The names of the parameters.
        trials: The draws.
        coverage: From :func:`hpsearch.analysis.coverage.coverage`; only in JSON.
    """
    columns = [
        Column("draw", ("draw",), right=True),
        *(Column(name, ("values", name), right=True, optional=True, choice=True) for name in names),
    ]
    rows = [{"draw": trial.number, "values": dict(trial.values)} for trial in trials]
    return Table("sample", columns, rows, {"coverage": list(coverage)})


def coverage_table(coverage: Sequence[Mapping[str, Any]], draws: int) -> Table:
    """How each prior spreads over its range.

    Args:
        coverage: From :func:`hpsearch.analysis.coverage.coverage`.
        draws: The number of draws.
    """
    columns = [
        Column("parameter", ("parameter",)),
        Column("prior", ("prior",)),
        Column("range", ("range",), show=lambda ends: f"{value_text(ends[0])} … {value_text(ends[-1])}"),
        *(
            Column(header, ("quartiles",), show=_item(at), right=True)
            for at, header in enumerate(("25 %", "50 %", "75 %"))
        ),
        Column("draws", ("draws",), show=lambda counts: sparkline(counts, bottom=0)),
        Column("covered", ("covered",), show=lambda share: f"{share:.0%}", right=True),
    ]
    on_a_grid = int(draws ** (1 / max(1, len(coverage))) + 1e-9)
    notes = (
        "25 %, 50 % and 75 % of all draws from a prior are below these values.",
        f"draws: these {draws} draws by parts of equal probability; covered: the share of parts with a draw.",
        f"Each draw tries a new value of each continuous parameter; a grid of {draws} would try {on_a_grid}.",
    )
    return Table("coverage", columns, coverage, notes=notes)


def _item(at: int) -> Callable[[Any], str]:
    return lambda values: value_text(values[at]) if values else ""
