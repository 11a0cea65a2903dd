"""One parameter of a space: from its section to a :class:`~hpsearch.space.Parameter`, and back."""

import math
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from hpsearch.config.reader import Reader
from hpsearch.config.schema import ParameterSection
from hpsearch.config.setting_types import either
from hpsearch.document import fixes
from hpsearch.document.nodes import Location, MappingNode, ScalarNode, SequenceNode, dotted, find
from hpsearch.document.scalars import shown, written
from hpsearch.space import PRIORS, Categorical, Number, Parameter
from hpsearch.space.choices import identity, is_nested
from hpsearch.space.priors import InvalidKey
from hpsearch.space.priors.grid import MOST_DIGITS
from hpsearch.trial import Value

_LARGEST_INTEGER = 2**53 - 1  # float64 rounds larger whole numbers: 2**53 + 1 to 2**53

_MOST_VALUES = 1000

_TUPLE = re.compile(r"\(.*,.*\)", re.DOTALL)

_PRIORS_BY_KEY: dict[str, list[str]] = {}
for _name, _prior in PRIORS.items():
    for _key in _prior.keys:
        _PRIORS_BY_KEY.setdefault(_key, []).append(_name)

Kind = str | None
"""The type that a parameter's values must have, ``float``, ``int``, ``bool`` or ``str``; None for any."""

Conditions = Mapping[str, tuple[Value, ...]]


class ParameterRules:
    """An objective's rules for the parameters of its space; this base class has none.

    Attributes:
        takes_flags: Whether parameters can say how they are passed.
    """

    takes_flags: ClassVar[bool] = False

    def kind(self, name: str) -> Kind:
        """The type that the values of a parameter must have; None for any."""
        return None

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a parameter that the objective does not have."""

    def check_values(self, name: str, values: dict[Location, Value], reader: Reader) -> None:
        """Reports values that the objective cannot use, given the extreme values and their locations."""


class UnknownRules(ParameterRules):
    """The rules while the objective is unknown: what any objective allows."""

    takes_flags: ClassVar[bool] = True


def read_parameter(name: str, section: ParameterSection, kind: Kind, reader: Reader) -> Parameter | None:
    """The parameter of a section; None if it is unclear what the parameter should be.

    Args:
        name: The parameter's name.
        section: Its section.
        kind: The type that its values must have.
        reader: The config; collects problems.
    """
    at = ("space", name)
    own_keys = PRIORS[section.prior or "linear"].keys
    bounded = section.min is not None or section.max is not None or bool(own_keys)
    if bounded == (section.values is not None):
        hint = "Remove one of the two" if bounded else "Write {min: …, max: …} or {values: […]}"
        found = "both" if bounded else "neither"
        reader.report(at, "must have either min and max, or values", found=found, hint=hint)
        return None
    misplaced = ("probabilities",) if bounded else ("type", "prior", "step", "precision")
    partners = dict.fromkeys(misplaced, "values" if bounded else "min and max")
    partners |= {
        key: f"prior: {either(names)}" for key, names in _PRIORS_BY_KEY.items() if key not in own_keys
    }
    for key, partner in partners.items():
        if getattr(section, key) is not None:
            reader.report((*at, key), f"can only be used with {partner}", hint="Remove it", key=True)
    when = _conditions(at, section.when, reader)
    return (_number if bounded else _categorical)(name, section, kind, when, reader)


def _conditions(at: Location, when: Mapping[str, Any] | None, reader: Reader) -> Conditions:
    """The conditions of ``when``, each as a tuple of values."""
    if when == {}:
        hint = "Write {PARAMETER: VALUE} or remove it"
        reader.report((*at, "when"), "must name at least one other parameter", found="", hint=hint)
    conditions: dict[str, tuple[Value, ...]] = {}
    for other, allowed in (when or {}).items():
        if allowed == []:
            rule, hint = "must be a value or a list of values", "For example: [1, 2]"
            reader.report((*at, "when", other), rule, found="an empty list", hint=hint)
        else:
            conditions[other] = tuple(allowed) if isinstance(allowed, list) else (allowed,)
    return conditions


def _number(
    name: str, section: ParameterSection, kind: Kind, when: Conditions, reader: Reader
) -> Number | None:
    at = ("space", name)
    before = len(reader.problems)
    integer = section.type == "int" or (section.type is None and kind == "int")
    own = _prior_parameters(at, section, reader)
    bounds = None if own is None else _bounds(at, section, own, integer, reader)
    if own is None or bounds is None:
        return None
    if integer:
        _check_whole(at, section, reader)
    if len(reader.problems) > before:
        return None
    prior, step = section.prior or "linear", section.step
    number = Number(name, *bounds, prior, step, integer, when, own, section.precision)
    _check_range(at, *bounds, number, reader)
    if section.min is not None or section.max is not None:
        _report_invalid(at, PRIORS[number.prior].invalid_bounds(*bounds, **own), reader)
    if len(reader.problems) == before and section.precision is not None:
        _check_precision(at, number, reader)
    if len(reader.problems) > before or not integer:
        return number
    whole_step = None if step is None else int(step)
    return replace(number, min=int(number.min), max=int(number.max), step=whole_step)


def _prior_parameters(at: Location, section: ParameterSection, reader: Reader) -> dict[str, float] | None:
    """The values of the prior's own keys; None if anything is wrong with them."""
    name = section.prior or "linear"
    before = len(reader.problems)
    parameters = {}
    for key, meaning in PRIORS[name].keys.items():
        if (value := getattr(section, key)) is None:
            reader.report((*at, key), f"is missing: prior: {name} needs it", hint=f"Write the {meaning}")
        else:
            parameters[key] = value
    if len(reader.problems) == before:
        _report_invalid(at, PRIORS[name].invalid_parameters(**parameters), reader)
    return parameters if len(reader.problems) == before else None


def _bounds(
    at: Location, section: ParameterSection, own: Mapping[str, float], integer: bool, reader: Reader
) -> tuple[float, float] | None:
    """The bounds in the config, or else the prior's; None if one is missing."""
    step = section.step or (1 if integer else None)
    low, high = PRIORS[section.prior or "linear"].bounds(section.min, section.max, step, **own)
    if low is None or high is None:
        absent = "min" if low is None else "max"
        hint = f"Write the {'smallest' if absent == 'min' else 'largest'} value"
        reader.report((*at, absent), "is missing: a range needs both min and max", hint=hint)
        return None
    return low if section.min is None else section.min, high if section.max is None else section.max


def _report_invalid(at: Location, found: Iterable[InvalidKey], reader: Reader) -> None:
    for each in found:
        reader.report((*at, each.key), each.rule, hint=each.hint)


def _check_whole(at: Location, section: ParameterSection, reader: Reader) -> None:
    for key in ("min", "max", "step"):
        value = getattr(section, key)
        if value is not None and not float(value).is_integer():
            hint = "Or write type: float" if section.type else "This hyperparameter takes whole numbers"
            reader.report((*at, key), "must be a whole number", hint=hint)
        elif value is not None and abs(value) > _LARGEST_INTEGER:
            reader.report((*at, key), f"must be between -{_LARGEST_INTEGER:,} and {_LARGEST_INTEGER:,}")


def _check_range(at: Location, low: float, high: float, number: Number, reader: Reader) -> None:
    """Reports mistakes in a range, given its bounds before the prior has cut them."""
    width = high - low
    if width < 0:
        reader.report((*at, "min"), f"must not be above max ({high:g})", hint="Swap the two")
    elif math.isinf(width) or (width and math.isclose(low, high, rel_tol=1e-12)):
        rule = "must be closer to min" if math.isinf(width) else "must be farther from min"
        reader.report((*at, "max"), f"{rule}: float64 cannot represent the range")
    elif number.step is not None and number.step > width * (1 + 1e-9) > 0:  # 0.1 is above 0.3 - 0.2
        hint = f"Write {width:g} or less, or leave it out"
        reader.report((*at, "step"), f"must not be larger than the range ({width:g})", hint=hint)
    elif number.step is not None and number.step < width / _LARGEST_INTEGER:
        least = float(f"{math.nextafter(width / _LARGEST_INTEGER * 1.05, math.inf):.1e}")
        rule = f"must be at least {least:g}, or float64 cannot tell the values of the range apart"
        reader.report((*at, "step"), rule, hint="Or leave it out")
    elif number.step is not None and not _holds_buckets(number):
        rule = "must be smaller: float64 cannot represent half a step beyond the range"
        reader.report((*at, "step"), rule, hint="Or write smaller bounds")


def _holds_buckets(number: Number) -> bool:
    """Whether float64 can represent a range and half a step on either side."""
    low, high = PRIORS[number.prior].bucket_ends(number.min, number.step or 0.0, number.count)
    return math.isfinite(high - low)


def _check_precision(at: Location, number: Number, reader: Reader) -> None:
    """Reports a precision for values with a step, and one with too few digits for values between bounds."""
    at = (*at, "precision")
    if number.step is not None:
        what = "type: int" if number.integer else "a step"
        reader.report(at, f"cannot be used with {what}, which decides the digits", hint="Remove it", key=True)
    elif number.min < number.max and not number.grid.between:
        enough = (
            digits for digits in range(1, MOST_DIGITS + 1) if replace(number, precision=digits).grid.between
        )
        least = next(enough, None)
        hint = "Leave it out" if least is None else f"Write {least} or more, or leave it out"
        reader.report(at, "must leave values between min and max", hint=hint)


def _categorical(
    name: str, section: ParameterSection, kind: Kind, when: Conditions, reader: Reader
) -> Categorical | None:
    at = ("space", name, "values")
    values: list[Any] = section.values or []
    if not 0 < len(values) <= _MOST_VALUES:
        hint = "Write min and max instead" if values else "List its values or remove the parameter"
        found = str(len(values) or "none")
        reader.report(at, f"must list 1 to {_MOST_VALUES} values", found=found, hint=hint)
        return None
    if report_cut_up(at, reader):
        return None
    if kind == "float":  # user code gets each value as it was written: a whole number stays whole
        values = [float(value) if type(value) is int else value for value in values]
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(identity(value), index) < index:
            reader.report((*at, index), "must be listed only once", hint="Remove it")
    probabilities = section.probabilities
    if probabilities is not None:
        _check_probabilities(("space", name, "probabilities"), probabilities, len(values), reader)
    return Categorical(name, tuple(values), (probabilities and tuple(probabilities)) or None, when)


def report_cut_up(at: Location, reader: Reader) -> bool:
    """Reports every text without quotes that looks like a part of a tuple: ``(3`` or ``4)``.

    Returns:
        Whether there is one.
    """
    found = [where for where, text in _unquoted(at, reader) if text.count("(") != text.count(")")]
    for where in found:
        hint = f'Write {_example(where)} for a list, or the whole value in quotes, such as "(3, 4)", for text'
        reader.report(where, "must be a whole value: YAML has no tuples, and cuts at commas", hint=hint)
    return bool(found)


def tuple_notes(at: Location, reader: Reader) -> list[str]:
    """The texts below a location that look like whole tuples, but are text."""
    return [
        f"{dotted(where)}: {shown(text, 50)} is text. Write {_example(where)} for a list, or quotes to"
        " silence this note"
        for where, text in _unquoted(at, reader)
        if _TUPLE.fullmatch(text)
    ]


def _example(at: Location) -> str:
    """A list in place of a choice or a constant."""
    return "[3, 4]" if len(at) > 2 else "{values: [[3, 4]]}"


def _unquoted(at: Location, reader: Reader) -> Iterator[tuple[Location, str]]:
    """The texts without quotes at and below a location."""
    node = find(reader.root, at)
    if isinstance(node, SequenceNode):
        for index in range(len(node.nodes)):
            yield from _unquoted((*at, index), reader)
    elif isinstance(node, MappingNode):
        for key in node.entries:
            yield from _unquoted((*at, key), reader)
    elif isinstance(node, ScalarNode) and isinstance(node.value, str) and not node.written.startswith('"'):
        yield at, node.value


def choice_notes(name: str, choices: Categorical) -> list[str]:
    """Notes on listed values that may surprise their author: text that looks like a number among numbers."""
    texts = [value for value in choices.values if isinstance(value, str) and fixes.number(value) == value]
    numbers = any(isinstance(value, int | float) and not isinstance(value, bool) for value in choices.values)
    listed = ", ".join(map(written, texts))
    return [f"space.{name}: {listed}, in quotes, is text among numbers"] if texts and numbers else []


def range_notes(
    name: str, number: Number, section: ParameterSection, kind: Kind, reader: Reader
) -> list[str]:
    """Notes on a range that may surprise its author; for the arguments see :func:`read_parameter`."""
    at, notes = ("space", name), []
    ends = [find(reader.root, (*at, key)) for key in ("min", "max")]
    whole = all(isinstance(end, ScalarNode) and type(end.value) is int for end in ends)
    unsaid = section.type is None and kind is None and number.step is None
    if whole and unsaid and number.max - number.min >= 2:
        notes.append(
            f"space.{name}: draws fractions from {number.min:g} to {number.max:g}; write type: int for whole"
            " numbers, or type: float to silence this note"
        )
    last = number.min + (number.count - 1) * (number.step or 0)
    if section.max is not None and number.step is not None and last < section.max - 1e-6 * number.step:
        notes.append(
            f"space.{name}: max {section.max:.15g} is never drawn, as the values are {number.min:.15g},"
            f" {number.min + number.step:.15g}, … {last:.15g}"
        )
    return notes


def _check_probabilities(at: Location, probabilities: list[float], count: int, reader: Reader) -> None:
    total = math.fsum(probabilities)
    for index, share in enumerate(probabilities):
        if share <= 0:
            reader.report((*at, index), "must be above 0", hint="Or remove its value")
    if len(probabilities) != count:
        rule, hint = f"must have one number for each of the {count} values", "Leave it out for equal ones"
        reader.report(at, rule, found=str(len(probabilities)), hint=hint)
    elif abs(total - 1) > 0.002:  # three times 0.333 is close enough
        shares = ", ".join(f"{share / total:.4g}" for share in probabilities[:20]) if total > 0 else ""
        hint = f"Write [{shares}] for these proportions" if 0 < count <= 20 and total > 0 else ""
        reader.report(at, "must add up to 1", found=f"a sum of {total:g}", hint=hint)


def extremes(parameter: Parameter) -> dict[Location, Value]:
    """The extreme values of a parameter, by location: if any value breaks a bound, one of these does."""
    at: Location = ("space", parameter.name)
    if isinstance(parameter, Categorical):
        return {(*at, "values", index): value for index, value in enumerate(parameter.values)}
    return {(*at, "min"): parameter.min, (*at, "max"): parameter.max}


def has_one_value(parameter: Parameter) -> bool:
    """Whether a parameter has only one value."""
    if isinstance(parameter, Categorical):
        return len(parameter.values) == 1
    return parameter.min == parameter.max


def first_value(parameter: Parameter) -> Value:
    """The first value of a parameter."""
    return parameter.values[0] if isinstance(parameter, Categorical) else parameter.min


def resolved_parameter(parameter: Parameter) -> dict[str, Any]:
    """The section of a parameter, with all defaults filled in."""
    if isinstance(parameter, Categorical):
        section: dict[str, Any] = {"values": list(parameter.values)}
        if parameter.probabilities:
            section["probabilities"] = list(parameter.probabilities)
    else:
        section = {
            "type": "int" if parameter.integer else "float",
            "prior": parameter.prior,
            **parameter.prior_parameters,
            "min": parameter.min,
            "max": parameter.max,
        }
        for key in ("step", "precision"):
            if getattr(parameter, key) is not None:
                section[key] = getattr(parameter, key)
    if parameter.when:
        section["when"] = {name: list(values) for name, values in parameter.when.items()}
    return section


def resolved_constant(value: Value) -> Any:
    """A constant, as written in the section ``space``."""
    return {"values": [value]} if is_nested(value) else value
