"""The output of ``importance``: how much of the metric's variance each parameter explains."""

from collections.abc import Mapping
from typing import Any

from hpsearch.analysis.anova import Importance
from hpsearch.reports.table import Column, Table

__all__ = ["TRUSTED", "importance_table", "model_quality"]

_BAR_WIDTH = 24
_PAIRS_SHOWN = 5
_SMALLEST_SHARE = 0.005
TRUSTED = 0.5
"""A model that explains less of the differences between trials cannot rank parameters."""


def importance_table(found: Importance, results: int) -> Table:
    """Main effects, then the largest interactions, with bars.

    Args:
        found: From :func:`hpsearch.inspection.findings.importance`.
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
        Column("", (), show=_bar),
    ]
    scale = "log" if found.compressed else "linear"
    metadata = {
        "results": results,
        "trials": found.trials,
        "explained": found.explained,
        "scale": scale,
    }
    return Table("importance", columns, rows, metadata, notes=_notes(found, results))


def _notes(found: Importance, results: int) -> list[str]:
    used = f"{found.trials} of {results}" if found.trials < results else str(results)
    what = "what each parameter does alone, then what two do together beyond that"
    notes = [f"Shares of the metric's variance over the whole space, from {used} results: {what}."]
    if found.compressed:
        notes.append(
            "The scale is the logarithm of the distance from the best, so that differences between good"
            " trials count too."
        )
    interval = "5 % to 95 % is a 90 % interval: the true share is probably between the two."
    bars = "Bars are dark up to the 5 %, and light from the share to the 95 %."
    return [*notes, f"{interval} {bars}", model_quality(found.explained)]


def model_quality(explained: float) -> str:
    """How much the model can be trusted, in sentences.

    Args:
        explained: See :class:`hpsearch.analysis.learned.Learned`.
    """
    share = _percent(max(explained, 0.0))
    sentence = (
        f"The model explains {share} of the differences between trials, each predicted from the others."
    )
    if explained >= TRUSTED:
        return sentence
    return f"{sentence} That is too little to rank parameters by; treat their order as a guess."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def _bar(row: Mapping[str, Any]) -> str:
    low, share, high = (round(_BAR_WIDTH * float(row[key])) for key in ("low", "share", "high"))
    return "█" * low + "▓" * (share - low) + "░" * (high - share)
