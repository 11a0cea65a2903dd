"""The output of ``explain``: where a search looked, and why each trial was proposed."""

from collections.abc import Mapping
from typing import Any

from hpsearch.analysis.explanation import SearchExplanation, TrialExplanation
from hpsearch.analysis.narrowing import AtBound
from hpsearch.reports.table import Column, Table
from hpsearch.reports.text import plain, value_text
from hpsearch.searchers import PHASES
from hpsearch.trial import Result

__all__ = ["search_table", "trial_table"]


def trial_table(found: TrialExplanation) -> Table:
    """Why a trial was proposed, and how far it is from the trial that it was proposed around."""
    trial, centre = found.trial, found.centre
    rows = [
        {
            "parameter": each.name,
            "value": each.value,
            **({} if centre and each.name not in centre.values else {"from": each.before}),
            "moved": _rounded(each.moved),
            "radius": _rounded(each.radius),
        }
        for each in found.moves
    ]
    columns = [Column("parameter", ("parameter",)), Column("value", ("value",), right=True, choice=True)]
    if centre is not None:
        columns += [
            Column("from", ("from",), right=True, choice=True),
            Column("moved", ("moved",), show=_signed, right=True),
        ]
    if _has_radius(found):
        columns.append(Column("radius", ("radius",), show=_length, right=True))
    metadata = {
        "trial": trial.number,
        "status": found.result and str(found.result.status),
        "value": found.result and found.result.value,
        "origin": dict(trial.origin),
        "centre": centre and {"trial": centre.number, "status": str(centre.status), "value": centre.value},
    }
    title = f"Trial {trial.number}: {_outcome(found.metric, found.result)}"
    return Table("explanation", columns, rows, metadata, title, _reasons(found))


def _has_radius(found: TrialExplanation) -> bool:
    return any(each.radius is not None for each in found.moves)


def _reasons(found: TrialExplanation) -> list[str]:
    """Why the trial was proposed, as sentences."""
    trial, centre = found.trial, found.centre
    phase = str(trial.origin.get("phase", "unknown"))
    notes = [f"Phase {phase}: {PHASES.get(phase, 'no reason is recorded')}."]
    if weights := trial.origin.get("weights"):
        listed = ", ".join(f"{name} ({weight:.2f})" for name, weight in weights.items())
        notes.append(f"Known from, with weights: {listed}.")
    if drawn := trial.origin.get("drawn"):
        notes.append(f"Drawn from the priors: {', '.join(map(str, drawn))}.")
    if centre is not None:
        outcome = _outcome(found.metric, centre)
        notes.append(f"It is near trial {centre.number} ({outcome}): {_difference(found)}.")
    elif "fine_radius" in trial.origin:
        radius = plain(trial.origin["fine_radius"])
        notes.append(f"That one was drawn from the whole space; this trial is near it, at radius {radius}.")
    if _has_radius(found):
        notes.append(
            f"{_drawn_at(trial.origin)}Distances are fractions of the parameter's range on the scale of its"
            " prior. The radius is the standard deviation of the candidates' steps; it is longer for"
            " parameters that matter less."
        )
    return notes


def search_table(found: SearchExplanation) -> Table:
    """For each parameter, the values tried early, the values tried late, and the best one."""
    best = found.best
    rows = [
        {"parameter": each.name, "early": each.early, "late": each.late}
        | ({"best": best.values[each.name]} if each.name in best.values else {})
        for each in found.narrowing
    ]
    periods = {"early": found.early, "late": found.late}
    columns = [
        Column("parameter", ("parameter",)),
        *(Column(_trials(numbers), (name,), show=_spread) for name, numbers in periods.items()),
        Column("best", ("best",), right=True, choice=True),
    ]
    exact = [
        Column("parameter", ("parameter",)),
        *(
            Column(f"{name}_{key}", (name, key), choice=key == "value")
            for name in periods
            for key in ("low", "high", "value", "share")
        ),
        Column("best", ("best",), choice=True),
    ]
    phases = ", ".join(f"{count} {phase}" for phase, count in found.phases.items())
    notes = [
        "Ranges hold at least four fifths of the trials; for categories, the most frequent value is shown.",
        f"The best trial is {best.number}. Phases: {phases}.",
        *map(_bound_warning, found.at_bounds),
    ]
    metadata = {
        **{name: [numbers[0], numbers[-1]] for name, numbers in periods.items()},
        "best": best.number,
        "phases": dict(found.phases),
        "bounds": [
            {"parameter": each.name, "end": each.end, "bound": each.bound} for each in found.at_bounds
        ],
    }
    return Table("narrowing", columns, rows, metadata, notes=notes, exact=exact)


def _bound_warning(found: AtBound) -> str:
    side, where = ("lower", "below") if found.end == "min" else ("upper", "above")
    bound = value_text(found.bound)
    return f"The best {found.name} is at the {side} end of its range: widen `{found.name}` {where} {bound}?"


def _outcome(metric: str, result: Result | None) -> str:
    if result is None:
        return "no result yet"
    value = "" if result.value is None else f"{metric} {plain(result.value)}, "
    return f"{value}{result.status}"


def _difference(found: TrialExplanation) -> str:
    """Which parameters differ from those of the trial that it is near."""
    changed = [each.name for each in found.moves if each.value != each.before]
    same = len(found.moves) - len(changed)
    if not changed:
        return "all values are the same"
    rest = f"; {'1 value is' if same == 1 else f'{same} values are'} the same" if same else ""
    return f"it differs in {', '.join(changed)}{rest}"


def _drawn_at(origin: Mapping[str, Any]) -> str:
    """The radii at which the candidates were drawn."""
    if "radius" not in origin:
        return ""
    first = f"Candidates were drawn around that trial at radius {plain(origin['radius'])}"
    if "fine_radius" in origin:
        first += f", then once more around the best of them at {plain(origin['fine_radius'])}"
    return f"{first}. "


def _trials(numbers: range) -> str:
    return f"trials {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"trial {numbers[0]}"


def _rounded(length: float | None) -> float | None:
    return None if length is None else round(length, 4)


def _signed(moved: float | None) -> str:
    return "" if moved is None else f"{moved:+.3f}" if round(moved, 3) else "0"


def _length(length: float | None) -> str:
    return "" if length is None else f"{length:.3f}"


def _spread(ends: Any) -> str:
    if ends is None:
        return ""
    if "share" in ends:
        return f"{value_text(ends['value'])} in {100 * ends['share']:.0f} %"
    return f"{value_text(ends['low'])} … {value_text(ends['high'])}"
