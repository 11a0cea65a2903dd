"""What is shown of a config, and of draws from its priors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import plain
from hpsearch.trial import Trial

Config = Mapping[str, Any]
"""A resolved config, as JSON data."""


def config_sheet(config: Config, size: float) -> Details:
    """What would be searched.

    Args:
        config: The config.
        size: How many configurations its space has.
    """
    configurations = "endless" if size == float("inf") else f"{size:,.0f}"
    return Details("config", dict(config), [*config_lines(config), ("configurations", configurations)])


def draws_table(names: Sequence[str], trials: Sequence[Trial], spread: Sequence[Mapping[str, Any]]) -> Table:
    """Draws from the priors; ``spread`` (see :func:`coverage_table`) goes with them for programs."""
    columns = [
        Column("draw", ("draw",), right=True),
        *(Column(name, ("values", name), right=True, optional=True) for name in names),
    ]
    rows = [{"draw": trial.number, "values": dict(trial.values)} for trial in trials]
    return Table("sample", columns, rows, {"coverage": list(spread)})


def coverage_table(spread: Sequence[Mapping[str, Any]], draws: int) -> Table:
    """How each prior is spread over its range, from :func:`hpsearch.analysis.coverage.coverage`."""
    columns = [
        Column("parameter", ("parameter",)),
        Column("prior", ("prior",)),
        Column("range", ("range",), show=lambda ends: f"{plain(ends[0])} … {plain(ends[-1])}"),
        *(
            Column(header, ("quartiles",), show=_item(at), right=True)
            for at, header in enumerate(("25 %", "50 %", "75 %"))
        ),
        Column("draws", ("draws",), show=lambda counts: sparkline(counts, bottom=0)),
        Column("covered", ("covered",), show=lambda share: f"{share:.0%}", right=True),
    ]
    on_a_grid = int(draws ** (1 / max(1, len(spread))) + 1e-9)
    notes = (
        "A quarter, half and three quarters of all draws lie below the three values.",
        f"draws: these {draws}, in parts of equal probability; covered: the share of parts with a draw.",
        f"Each draw tries another value of a continuous parameter; a grid of {draws} would try {on_a_grid}.",
    )
    return Table("coverage", columns, spread, notes=notes)


def _item(at: int) -> Callable[[Any], str]:
    return lambda values: plain(values[at]) if values else ""


def config_lines(config: Config) -> list[tuple[str, str]]:
    """A config as labels and texts."""
    ((kind, objective),) = config["objective"].items()
    return [
        ("name", config["name"]),
        ("seed", str(config["seed"])),
        (
            "metric",
            f"{config['metric']['goal']} {config['metric']['name']} at the {config['metric']['at']} epoch",
        ),
        (kind, pairs(objective)),
        ("space", "\n".join(f"{name}: {_spec(spec)}" for name, spec in config["space"].items())),
        ("search", pairs(config["search"])),
        ("run", pairs(config["run"])),
    ]


def _spec(spec: object) -> str:
    if not isinstance(spec, Mapping):
        return plain(spec)
    return ", ".join(f"{key} {_flat(value)}" for key, value in spec.items())


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        items = (f"{{{_flat(item)}}}" if isinstance(item, Mapping) else _flat(item) for item in value)
        return f"[{', '.join(items)}]"
    return plain(value)


def pairs(values: Mapping[str, Any]) -> str:
    """A mapping as lines of text."""
    return "\n".join(f"{name}: {_flat(value)}" for name, value in values.items())
