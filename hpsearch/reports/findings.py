"""What is shown of what was learnt: which hyperparameters matter, why trials were proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.analysis.importance import Effect
from hpsearch.analysis.narrowing import Narrowing
from hpsearch.reports.table import Column, Sheet, Table
from hpsearch.reports.text import number, plain
from hpsearch.trial import Trial, Value

BAR = 24
PAIRS_SHOWN = 5
SMALLEST_SHARE = 0.005

REASONS = {
    "random": "a random draw from the priors",
    "coarse": "a point of the coarse phase: random, but spread over the whole space",
    "enqueued": "given in search.enqueue",
    "warm": "a point of the coarse phase, near what was good in the runs of search.warm_start",
    "global": "the most promising of random candidates, one from the whole space",
    "zoom": "the most promising of random candidates, one near a good trial",
    "fine": "the most promising of candidates close to the most promising one",
}
"""What the phases of the searchers mean."""


def importance_table(effects: Sequence[Effect], results: int) -> Table:
    """Main effects, then the largest interactions, as bars.

    Args:
        effects: From :func:`hpsearch.analysis.importance.importance`, not empty.
        results: How many results they are from.
    """
    main = [effect for effect in effects if len(effect.names) == 1]
    pairs = [effect for effect in effects if len(effect.names) == 2 and effect.share >= SMALLEST_SHARE]
    rows: list[dict[str, Any]] = [
        {"parameters": list(effect.names), "share": effect.share, "low": effect.low, "high": effect.high}
        for effect in (*main, *pairs)
    ]
    shown = [row for row in rows if len(row["parameters"]) == 1] + rows[len(main) : len(main) + PAIRS_SHOWN]
    columns = [
        Column("parameter", ("parameters",), show=" × ".join),
        Column("share", ("share",), show=_percent, right=True),
        Column("5 %", ("low",), show=_percent, right=True),
        Column("95 %", ("high",), show=_percent, right=True),
        Column("", ("share",), show=_bar),
    ]
    explained = "what each parameter does alone, then what two do together beyond that"
    notes = (
        f"Shares of the metric's variance over the whole space, from {results} results: {explained}.",
        "The results leave open what lies between 5 % and 95 %.",
    )
    return Table("importance", columns, shown, {"results": results}, notes=notes)


def trial_explanation(
    trial: Trial, centre: Trial | None, units: Mapping[str, tuple[float, float]] | None = None
) -> Sheet:
    """Why a trial was proposed.

    Args:
        trial: The trial.
        centre: The trial around which it lies; None if around none.
        units: For each active parameter, its coordinates in the unit cube: the trial's and the centre's.
    """
    origin = dict(trial.origin)
    phase = str(origin.get("phase", "unknown"))
    lines = [
        ("trial", str(trial.number)),
        ("phase", f"{phase}: {REASONS.get(phase, 'no reason is recorded')}"),
    ]
    if centre is not None:
        lines.append(("around", f"trial {centre.number}"))
    if "radius" in origin:
        lines.append(("radius", f"{plain(origin['radius'])} of the unit cube"))
    if "acquisition" in origin:
        lines.append(("chosen by", str(origin["acquisition"]).replace("_", " ")))
    moves = [_move(name, value, centre, (units or {}).get(name)) for name, value in trial.values.items()]
    lines.append(("values", "\n".join(moves)))
    return Sheet(
        "explanation", {"trial": trial.number, "values": dict(trial.values), "origin": origin}, lines
    )


def search_explanation(
    found: Sequence[Narrowing], best: Mapping[str, Value], phases: Mapping[str, int], bounds: Sequence[str]
) -> Table:
    """Where each parameter's search has narrowed to.

    Args:
        found: From :func:`hpsearch.analysis.narrowing.narrowing`.
        best: The values of the best trial.
        phases: How many trials there were of each phase.
        bounds: Warnings about values at the ends of their ranges.
    """
    rows = [
        {
            "parameter": each.name,
            "early": each.early,
            "late": each.late,
            "best": best.get(each.name),
        }
        for each in found
    ]
    columns = [
        Column("parameter", ("parameter",)),
        Column("first third of the trials", ("early",), show=_spread),
        Column("last third", ("late",), show=_spread),
        Column("best", ("best",), right=True),
    ]
    counted = ", ".join(f"{count} {phase}" for phase, count in phases.items())
    notes = (f"Four fifths of the trials lie in these ranges. Phases: {counted}.", *bounds)
    return Table("narrowing", columns, rows, {"phases": dict(phases), "bounds": list(bounds)}, notes=notes)


def bound_warning(name: str, value: Value, *, upper: bool) -> str:
    """What to consider when the best value lies at the end of its range."""
    where = "above" if upper else "below"
    return f"The best {name}, {plain(value)}, lies at the end of its range: widen it {where} that?"


def _move(name: str, value: Value, centre: Trial | None, units: tuple[float, float] | None) -> str:
    if centre is None or name not in centre.values or centre.values[name] == value:
        return f"{name}: {plain(value)}" + (
            "" if centre is None else "  (kept)" if name in centre.values else ""
        )
    moved = f", {units[0] - units[1]:+.2f} of its range" if units else ""
    return f"{name}: {plain(value)}  (from {plain(centre.values[name])}{moved})"


def _spread(ends: Any) -> str:
    if ends is None:
        return ""
    if "share" in ends:
        return f"{plain(ends['value'])} in {ends['share']:.0%}"
    return f"{plain(ends['low'])} … {plain(ends['high'])}"


def _percent(share: float) -> str:
    return f"{number(100 * share) if share >= 0.0995 else f'{100 * share:.1f}'} %"


def _bar(share: float) -> str:
    eighths = round(share * BAR * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
