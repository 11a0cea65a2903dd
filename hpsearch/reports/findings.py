"""What is shown of what was learnt: which hyperparameters matter, why trials were proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.analysis.importance import Importance
from hpsearch.analysis.moves import Move
from hpsearch.analysis.narrowing import AtBound, Narrowing
from hpsearch.reports.table import Column, Table
from hpsearch.reports.text import plain
from hpsearch.searchers import PHASES
from hpsearch.trial import Result, Trial

BAR = 24
PAIRS_SHOWN = 5
SMALLEST_SHARE = 0.005
LITTLE_EXPLAINED = 0.5
"""Of the differences between trials; with less, the parameters' order is not to be trusted."""


def importance_table(found: Importance, results: int) -> Table:
    """Main effects, then the largest interactions, as bars.

    Args:
        found: From :func:`hpsearch.analysis.importance.importance`.
        results: How many results it is from.
    """
    main = [effect for effect in found.effects if len(effect.names) == 1]
    pairs = [effect for effect in found.effects if len(effect.names) == 2 and effect.share >= SMALLEST_SHARE]
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
    what = "what each parameter does alone, then what two do together beyond that"
    notes = [
        f"Shares of the metric's variance over the whole space, from {results} results: {what}.",
        "The results leave open what lies between 5 % and 95 %.",
        f"The model explains {_percent(max(found.explained, 0.0))} of the differences between trials.",
    ]
    if found.explained < LITTLE_EXPLAINED:
        notes[-1] += " That is too little to rank parameters by: take the order above for a guess."
    about = {"results": results, "explained": found.explained}
    return Table("importance", columns, shown, about, notes=notes)


def trial_explanation(
    metric: str,
    trial: Trial,
    result: Result | None,
    centre: Result | None,
    moves: Sequence[Move],
) -> Table:
    """Why a trial was proposed.

    Args:
        metric: The name of what the search makes better.
        trial: The trial.
        result: Its result, if it has one.
        centre: The result of the trial around which it lies; None if around none.
        moves: From :func:`hpsearch.analysis.moves.moves`.
    """
    phase = str(trial.origin.get("phase", "unknown"))
    rows = [
        {
            "parameter": each.name,
            "value": each.value,
            "from": each.before,
            "moved": _rounded(each.moved),
            "radius": _rounded(each.radius),
        }
        for each in moves
    ]
    columns = [Column("parameter", ("parameter",)), Column("value", ("value",), right=True)]
    notes = [f"Phase {phase}: {PHASES.get(phase, 'no reason is recorded')}."]
    if centre is not None:
        columns += [
            Column("from", ("from",), right=True),
            Column("moved", ("moved",), show=_signed, right=True),
        ]
        notes.append(f"Around trial {centre.number} ({_outcome(metric, centre)}){_at_radius(trial.origin)}.")
    elif "fine_radius" in trial.origin:
        radius = plain(trial.origin["fine_radius"])
        notes.append(f"That one came from the whole space; this one is from around it, at radius {radius}.")
    if any(each.radius is not None for each in moves):
        columns.append(Column("radius", ("radius",), show=_part, right=True))
        notes.append(
            "Distances are parts of the parameter's range on the scale of its prior; the radius is the"
            " standard deviation of candidates' steps, longer for parameters that matter less."
        )
    about = {
        "trial": trial.number,
        "status": result and str(result.status),
        "value": result and result.value,
        "origin": dict(trial.origin),
        "centre": centre and {"trial": centre.number, "status": str(centre.status), "value": centre.value},
    }
    title = f"Trial {trial.number}: {_outcome(metric, result)}"
    return Table("explanation", columns, rows, about, title, notes)


def search_explanation(
    found: Sequence[Narrowing],
    parts: tuple[range, range],
    best: Trial,
    phases: Mapping[str, int],
    bounds: Sequence[AtBound],
) -> Table:
    """Where each parameter's search has narrowed to.

    Args:
        found: From :func:`hpsearch.analysis.narrowing.narrowing`.
        parts: The numbers of the early and of the late trials.
        best: The best trial.
        phases: How many trials there were of each phase.
        bounds: Where the best value lies at the end of a range that could be wider.
    """
    rows = [
        {"parameter": each.name, "early": each.early, "late": each.late, "best": best.values.get(each.name)}
        for each in found
    ]
    periods = dict(zip(("early", "late"), parts, strict=True))
    columns = [
        Column("parameter", ("parameter",)),
        *(Column(_trials(part), (name,), show=_spread) for name, part in periods.items()),
        Column("best", ("best",), right=True),
    ]
    exact = [
        Column("parameter", ("parameter",)),
        *(
            Column(f"{name}_{key}", (name, key))
            for name in periods
            for key in ("low", "high", "value", "share")
        ),
        Column("best", ("best",)),
    ]
    notes = [
        "At least four fifths of these trials lie in the range given; of categories, the most frequent is.",
        f"Best is trial {best.number}. Phases: "
        + ", ".join(f"{count} {phase}" for phase, count in phases.items())
        + ".",
        *map(_bound_warning, bounds),
    ]
    about = {
        **{name: [part[0], part[-1]] for name, part in periods.items()},
        "best": best.number,
        "phases": dict(phases),
        "bounds": [{"parameter": each.name, "end": each.end, "bound": each.bound} for each in bounds],
    }
    return Table("narrowing", columns, rows, about, notes=notes, exact=exact)


def _bound_warning(found: AtBound) -> str:
    """What to consider when the best value lies at the end of its range."""
    side, where = ("lower", "below") if found.end == "min" else ("upper", "above")
    bound = plain(found.bound)
    return f"The best {found.name} is at the {side} end of its range: widen `{found.name}` {where} {bound}?"


def _outcome(metric: str, result: Result | None) -> str:
    if result is None:
        return "no result yet"
    value = "" if result.value is None else f"{metric} {plain(result.value)}, "
    return f"{value}{result.status}"


def _at_radius(origin: Mapping[str, Any]) -> str:
    if "radius" not in origin:
        return ""
    first = f", at radius {plain(origin['radius'])}"
    return first + (f", then once more at {plain(origin['fine_radius'])}" if "fine_radius" in origin else "")


def _trials(numbers: range) -> str:
    return f"trials {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"trial {numbers[0]}"


def _rounded(length: float | None) -> float | None:
    return None if length is None else round(length, 4)


def _signed(moved: float | None) -> str:
    return "" if moved is None else f"{moved:+.3f}" if round(moved, 3) else "0"


def _part(length: float | None) -> str:
    return "" if length is None else f"{length:.3f}"


def _spread(ends: Any) -> str:
    if ends is None:
        return ""
    if "share" in ends:
        return f"{plain(ends['value'])} in {ends['share']:.0%}"
    return f"{plain(ends['low'])} … {plain(ends['high'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def _bar(share: float) -> str:
    eighths = round(share * BAR * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
