"""What ``importance`` shows: how much of the metric's variance each parameter explains."""

from typing import Any

from hpsearch.analysis.anova import Importance
from hpsearch.reports.table import Column, Table

__all__ = ["importance_table"]

_BAR_WIDTH = 24
_PAIRS_SHOWN = 5
_SMALLEST_SHARE = 0.005
_LITTLE_EXPLAINED = 0.5  # of the differences between trials; with less, the order is not to be trusted


def importance_table(found: Importance, results: int) -> Table:
    """Main effects, then the largest interactions, with bars.

    Args:
        found: From :func:`hpsearch.findings.importance`.
        results: The number of results with a value.
    """
    main = [effect for effect in found.effects if len(effect.names) == 1]
    pairs = [effect for effect in found.effects if len(effect.names) == 2 and effect.share >= _SMALLEST_SHARE]
    rows: list[dict[str, Any]] = [
        {"parameters": list(effect.names), "share": effect.share, "low": effect.low, "high": effect.high}
        for effect in (*main, *pairs[:_PAIRS_SHOWN])
    ]
    columns = [
        Column("parameter", ("parameters",), show=" × ".join),
        Column("share", ("share",), show=_percent, right=True),
        Column("5 %", ("low",), show=_percent, right=True),
        Column("95 %", ("high",), show=_percent, right=True),
        Column("", ("share",), show=_bar),
    ]
    what = "what each parameter does alone, then what two do together beyond that"
    notes = [
        f"Shares of the metric's variance over the whole space, from {results} results: {what}.",
        "5 % to 95 % is a 90 % interval: the true share is probably between the two.",
        f"The model explains {_percent(max(found.explained, 0.0))} of the differences between trials.",
    ]
    if found.explained < _LITTLE_EXPLAINED:
        notes[-1] += " That is too little to rank parameters by; treat their order as a guess."
    metadata = {"results": results, "explained": found.explained}
    return Table("importance", columns, rows, metadata, notes=notes)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def _bar(share: float) -> str:
    eighths = round(share * _BAR_WIDTH * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
