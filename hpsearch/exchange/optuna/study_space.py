"""The space of an Optuna study: its distributions as parameters, and conditions inferred from its trials."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hpsearch.exchange.draft import Note, choices, renamings, valid_names
from hpsearch.space.choices import identity

Row = Mapping[str, Any]
"""The values of one trial of the study, by the study's names."""

_MOST_STEPS = 1_000_000
"""A grid with more steps than this is a range without a step."""


@dataclass(frozen=True)
class StudySpace:
    """The space of a study.

    Attributes:
        section: The section ``space`` of a config.
        names: The names in it, by the names in the study.
        notes: Differences from the study.
    """

    section: dict[str, Any]
    names: Mapping[str, str]
    notes: list[Note]

    def configuration(self, row: Row) -> dict[str, Any]:
        """The values of a trial of the study, in the form of the space; constants are left out."""
        values = {self.names[key]: value for key, value in row.items()}
        return {name: value for name, value in values.items() if isinstance(self.section[name], dict)}


def study_space(study: Any, trials: Sequence[Any], complete: Sequence[Any]) -> StudySpace:
    """The space that the trials of a study were drawn from.

    Args:
        study: The study. One that `hpsearch export` made has the conditions of its parameters.
        trials: All trials that have parameters.
        complete: The trials that ran to their end. Only they show which parameters a trial does not have:
            others may have ended before they asked for all of theirs.
    """
    known = _exported_conditions(study)
    seen: dict[str, dict[str, Any]] = {}
    for trial in trials:
        for key in trial.params:
            distribution = trial.distributions[key]
            seen.setdefault(key, {})[repr(distribution)] = distribution
    names = dict(zip(seen, valid_names(list(seen), python=True), strict=True))
    renamed = renamings(list(names), list(names.values()))
    notes = [Note("renamed", f"{renamed}: they become names of arguments")] if renamed else []
    rows = [trial.params for trial in complete]
    space: dict[str, Any] = {}
    for at, (key, name) in enumerate(names.items()):
        spec = _parameter(key, list(seen[key].values()), notes)
        if isinstance(spec, dict) and known.get(key, {}).keys() & names.keys():
            spec["when"] = {names[parent]: values for parent, values in known[key].items() if parent in names}
        elif any(key not in row for row in rows):
            parents = {parent: space[names[parent]] for parent in list(names)[:at]}
            notes.append(Note(key, _conditional(key, spec, rows, parents, names)))
        space[name] = spec
    return StudySpace(space, names, notes)


def _exported_conditions(study: Any) -> dict[str, dict[str, Any]]:
    """The conditions in the config that `hpsearch export` puts into a study, by parameter."""
    config = study.user_attrs.get("config")
    space = config.get("space") if isinstance(config, dict) else None
    sections = space.items() if isinstance(space, dict) else ()
    found = {name: spec.get("when") for name, spec in sections if isinstance(spec, dict)}
    return {name: when for name, when in found.items() if isinstance(when, dict)}


def _conditional(
    key: str, spec: Any, rows: Sequence[Row], parents: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    """Give the parameter its condition, if one can be inferred; a note says what was done."""
    present = sum(key in row for row in rows)
    some = f"is in only {present} of {len(rows)} complete trials"
    if not isinstance(spec, dict):
        return f"{some}; here it is a constant in all trials"
    if not present:
        return f"{some}, so its condition is unknown; here it is in all trials"
    if found := _condition(key, rows, parents):
        parent, values = found
        spec["when"] = {names[parent]: values}
        return f"{some}; its condition is inferred from these trials: check it"
    return f"{some}, and no other parameter explains which; here it is in all trials"


def _parameter(key: str, seen: Sequence[Any], notes: list[Note]) -> Any:
    """The section of a parameter, or the value of a constant; its range spans all its distributions."""
    last = seen[-1]
    if hasattr(last, "choices"):
        return choices(each for space in seen for each in getattr(space, "choices", ()))
    alike = [each for each in seen if type(each) is type(last)]
    low, high = min(each.low for each in alike), max(each.high for each in alike)
    step = _common_step(alike)
    if len(seen) > 1:
        text = f"had {len(seen)} distributions; its range spans all of them: {low:g} to {high:g}"
        notes.append(Note(key, f"{text} in steps of {step:g}" if step not in (None, 1) else text))
    if low == high:
        return low
    section: dict[str, Any] = {"type": "int"} if type(last).__name__.startswith("Int") else {}
    section |= {"prior": "log"} if last.log else {}
    section |= {"min": low, "max": high}
    return section | ({} if step is None or (section.get("type") and step == 1) else {"step": step})


def _common_step(alike: Sequence[Any]) -> int | float | None:
    """The step of the coarsest grid that contains all values of all distributions; None without a step.

    It is the greatest common divisor of their steps and of the distances between their lowest values.
    """
    if any(each.step is None for each in alike):
        return None
    lows = [_exact(each.low) for each in alike]
    lengths = [_exact(each.step) for each in alike] + [low - lows[0] for low in lows]
    step = _common_divisor(length for length in lengths if length)
    if step * _MOST_STEPS < max(_exact(each.high) for each in alike) - min(lows):
        return None
    return int(step) if all(isinstance(each.step, int) for each in alike) else float(step)


def _exact(number: float) -> Fraction:
    """A number by its decimal notation: 0.1 is exactly a tenth."""
    return Fraction(Decimal(repr(number)))


def _common_divisor(lengths: Iterable[Fraction]) -> Fraction:
    every = list(lengths)
    whole = math.lcm(*(length.denominator for length in every))
    return Fraction(math.gcd(*(int(length * whole) for length in every)), whole)


def _condition(key: str, rows: Sequence[Row], parents: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """The parameter whose value decides whether another is present, and the values for which it is.

    If it is present from a whole number on, such as a number of layers, all values beyond are included.

    Args:
        key: The parameter that is sometimes absent.
        rows: The complete trials.
        parents: The sections of the parameters before it.
    """
    separate = {
        each: spec
        for each, spec in parents.items()
        if isinstance(spec, dict) and ("values" in spec or spec.get("type") == "int")
    }
    for parent in sorted(separate, key=lambda each: "values" not in separate[each]):
        spec = separate[parent]
        known = [(row[parent], key in row) for row in rows if parent in row]
        chosen = {identity(value): value for value, has in known if has}
        others = {identity(value): value for value, has in known if not has}
        orphans = any(key in row and parent not in row for row in rows)
        if orphans or chosen.keys() & others.keys() or not others:
            continue
        if "values" in spec:
            return parent, [value for value in spec["values"] if identity(value) in chosen]
        present, absent = chosen.values(), others.values()
        whole = range(spec["min"], spec["max"] + 1, spec.get("step", 1))
        if min(present) > max(absent):
            return parent, [each for each in whole if each >= min(present)]
        if max(present) < min(absent):
            return parent, [each for each in whole if each <= max(present)]
        return parent, sorted(present)
    return None
