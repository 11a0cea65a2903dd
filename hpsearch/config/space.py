"""The ``space`` section: from its text to a :class:`hpsearch.space.Space`."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hpsearch.config.conditions import settle_conditions
from hpsearch.config.document import Entry, Items, Leaf, Location, Node, Table, plain
from hpsearch.config.reader import Reader
from hpsearch.config.scalars import written
from hpsearch.config.schema import ParameterSection
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.trial import Value

SPELLINGS = {
    "low": "min",
    "lower": "min",
    "high": "max",
    "upper": "max",
    "choices": "values",
    "q": "step",
    "log": "prior",
}
"""Other spellings of a parameter's keys, and the keys they stand for."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_LARGEST_INTEGER = 2**53  # beyond it, float64 has no longer every whole number

Kind = str | None
"""What type a parameter's values must have, ``float``, ``int``, ``bool`` or ``str``; None if unknown."""


def canonical_spelling(root: Table, reader: Reader) -> Table:
    """The same config with every parameter's keys in their own spelling."""
    section = root.entries.get("space")
    if section is None or not isinstance(section.node, Table):
        return root
    space = section.node
    for name, entry in space.entries.items():
        if isinstance(entry.node, Table):
            renamed = _renamed(entry.node, ("space", name), reader)
            space = space.with_entry(name, Entry(entry.place, renamed))
    return root.with_entry("space", Entry(section.place, space))


def _renamed(parameter: Table, at: Location, reader: Reader) -> Table:
    entries: dict[str, Entry] = {}
    for key, entry in parameter.entries.items():
        name = SPELLINGS.get(key, key)
        if name in entries:
            reader.report((*at, key), f"is another spelling of {name}", hint="Keep one of the two", key=True)
            continue
        if key == "log" and isinstance(entry.node, Leaf) and not entry.node.error:
            if not isinstance(entry.node.value, bool):
                reader.report((*at, key), "must be true or false", hint="Or write prior: log")
                continue
            entry = Entry(entry.place, replace(entry.node, value="log" if entry.node.value else "linear"))
        entries[name] = entry
    return replace(parameter, entries=entries, error=parameter.error or len(entries) < len(parameter.entries))


class SpaceReader:
    """Reads the ``space`` section of one config.

    Args:
        reader: The config, in its canonical spelling.
        kind: What type the values of a parameter of a name must have.
        notes: Where notes on what was read go.
    """

    def __init__(self, reader: Reader, kind: Callable[[str], Kind], notes: list[str]) -> None:
        self._reader = reader
        self._kind = kind
        self._notes = notes
        self._parameters: list[Parameter] = []
        self._constants: dict[str, Value] = {}

    def read(self) -> Space | None:
        """The space; None if anything is wrong with it."""
        section = self._reader.root.entries.get("space")
        before = len(self._reader.problems)
        if section is None:
            self._reader.report(
                ("space",), "is missing", hint="Say what to search: space: {learning_rate: {…}}"
            )
            return None
        if not isinstance(section.node, Table):
            if not (isinstance(section.node, Leaf) and section.node.error):
                self._reader.report(("space",), "must be a section: a line per parameter")
            return None
        if not section.node.entries and not section.node.error:
            self._reader.report(("space",), "must have at least one parameter", found="")
        for name, entry in section.node.entries.items():
            self._entry(name, entry.node)
        if len(self._reader.problems) > before or section.node.error:
            return None
        space = settle_conditions(tuple(self._parameters), self._constants, self._reader, self._notes)
        return None if len(self._reader.problems) > before else space

    def _entry(self, name: str, node: Node) -> None:
        at = ("space", name)
        if not _NAME.fullmatch(name):
            rule = (
                "a parameter's name has 1 to 100 letters, digits, '_' or '-', and begins with a letter or '_'"
            )
            self._reader.report(at, rule, found="", key=True)
        elif isinstance(node, Items):
            self._reader.report(at, "must be a value or a section of keys", hint="Write {values: […]}")
        elif isinstance(node, Leaf):
            if not node.error:
                self._constants[name] = self._typed(name, node.value)
        elif (section := self._reader.read(at, ParameterSection)) is not None:
            before = len(self._reader.problems)
            parameter = self._parameter(name, section)
            if parameter is not None and len(self._reader.problems) == before:
                self._keep(parameter)

    def _typed(self, name: str, value: Value) -> Value:
        """A value in the type that its parameter has, if it is a number."""
        if self._kind(name) == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return value

    def _keep(self, parameter: Parameter) -> None:
        only = only_value(parameter)
        if only is None:
            self._parameters.append(parameter)
        elif parameter.when:
            self._parameters.append(Categorical(parameter.name, (only,), when=parameter.when))
        else:
            self._constants[parameter.name] = only
            self._notes.append(
                f"space.{parameter.name}: has one value only, {written(only)}; taken as a constant"
            )

    def _parameter(self, name: str, section: ParameterSection) -> Parameter | None:
        at = ("space", name)
        bounded = section.min is not None or section.max is not None
        if section.values is None and not bounded:
            self._reader.report(at, "must have min and max, or values", found="")
            return None
        strangers = (
            {"probabilities": "values"}
            if bounded
            else dict.fromkeys(("type", "prior", "step"), "min and max")
        )
        if section.values is not None and bounded:
            self._reader.report(at, "must have either values or min and max, not both", found="")
            return None
        for key, partner in strangers.items():
            if getattr(section, key) is not None:
                self._reader.report((*at, key), f"goes with {partner}", hint="Remove it", key=True)
        when = self._when(at, section.when or {})
        return self._number(name, section, when) if bounded else self._categorical(name, section, when)

    def _when(self, at: Location, conditions: Mapping[str, Any]) -> dict[str, tuple[Value, ...]]:
        """What ``when`` says, every condition as a tuple of values."""
        if not conditions and "when" in plain(self._reader.entry(at).node):  # type: ignore[union-attr] # it is there
            self._reader.report((*at, "when"), "must name at least one other parameter", found="")
        when: dict[str, tuple[Value, ...]] = {}
        for other, allowed in conditions.items():
            values = allowed if isinstance(allowed, list) else [allowed]
            if not values or any(isinstance(value, list | dict) for value in values):
                self._reader.report((*at, "when", other), "must be a value, or a list of values")
            else:
                when[other] = tuple(values)
        return when

    def _number(
        self, name: str, section: ParameterSection, when: Mapping[str, tuple[Value, ...]]
    ) -> Number | None:
        at = ("space", name)
        if section.min is None or section.max is None:
            absent = "min" if section.min is None else "max"
            self._reader.report(at, f"must have both min and max; {absent} is missing", found="")
            return None
        integer = section.type == "int" or (section.type is None and self._kind(name) == "int")
        number = Number(
            name,
            section.min,
            section.max,
            section.prior or "linear",
            section.step,
            integer=integer,
            when=when,
        )
        self._check_order(at, number)
        self._check_prior(at, number)
        if integer:
            self._check_integer(at, number)
        return number

    def _check_order(self, at: Location, number: Number) -> None:
        report = self._reader.report
        width = number.max - number.min
        if width < 0:
            report((*at, "min"), "must not be above max", hint=f"Swap it with max: {number.max:g}")
        elif width and (math.isinf(width) or math.isclose(number.min, number.max, rel_tol=1e-12)):
            report((*at, "max"), "must be told apart from min, and max − min from infinity, in float64")
        elif number.step is not None and number.step > width > 0:
            report((*at, "step"), "must not be larger than max − min", hint=f"max − min is {width:g}")

    def _check_prior(self, at: Location, number: Number) -> None:
        report = self._reader.report
        if number.prior == "log" and number.min <= 0:
            report((*at, "min"), "must be above 0 with the prior log", hint=_exponents(number))
        if number.prior == "reverse_log":
            if number.min < 0:
                report((*at, "min"), "must be at least 0 with the prior reverse_log")
            if number.max >= 1:
                hint = "Write 0.999 or the like: 1 − x is log-uniform, and 1 − max must be above 0"
                report((*at, "max"), "must be below 1 with the prior reverse_log", hint=hint)

    def _check_integer(self, at: Location, number: Number) -> None:
        for key in ("min", "max", "step"):
            value = getattr(number, key)
            if not float(value).is_integer():
                self._reader.report(
                    (*at, key), "must be a whole number, as the values are", hint="Or write type: float"
                )
            elif abs(value) > _LARGEST_INTEGER:
                self._reader.report(
                    (*at, key), f"must be at most {_LARGEST_INTEGER:,} in size for whole numbers"
                )

    def _categorical(
        self, name: str, section: ParameterSection, when: Mapping[str, tuple[Value, ...]]
    ) -> Categorical | None:
        at = ("space", name, "values")
        values = section.values or []
        if not values:
            self._reader.report(at, "must list at least one value", found="")
            return None
        nested = [index for index, value in enumerate(values) if isinstance(value, list | dict)]
        for index in nested:
            self._reader.report((*at, index), "must be text, a number, true or false")
        if nested:
            return None
        if len({_group(value) for value in values}) > 1:
            self._reader.report(
                at,
                "must be all numbers, all text, or all true and false",
                hint="Quote numbers to make them text",
            )
            return None
        if self._kind(name) != "int" and any(isinstance(value, float) for value in values):
            values = [float(value) for value in values]
        values = [self._typed(name, value) for value in values]
        for index, value in enumerate(values):
            if value in values[:index]:
                self._reader.report((*at, index), "must be listed once only")
        self._check_probabilities(("space", name, "probabilities"), section.probabilities, len(values))
        probabilities = section.probabilities and tuple(section.probabilities)
        return Categorical(name, tuple(values), probabilities or None, when)

    def _check_probabilities(self, at: Location, probabilities: list[float] | None, count: int) -> None:
        if probabilities is None:
            return
        total = math.fsum(probabilities)
        if len(probabilities) != count:
            self._reader.report(
                at, f"must be one for each of the {count} values", found=f"{len(probabilities)}"
            )
        elif min(probabilities) <= 0:
            index = next(index for index, share in enumerate(probabilities) if share <= 0)
            self._reader.report((*at, index), "must be above 0", hint="Or leave its value out")
        elif abs(total - 1) > 0.002:  # 0.333 three times will do
            self._reader.report(at, "must add up to 1", found=f"a sum of {total:g}")


def only_value(parameter: Parameter) -> Value | None:
    """The value of a parameter that has but one; None for the others."""
    if isinstance(parameter, Categorical):
        return parameter.values[0] if len(parameter.values) == 1 else None
    if parameter.min < parameter.max:
        return None
    return int(parameter.min) if parameter.integer else parameter.min


def resolved_space(space: Space) -> dict[str, Any]:
    """A space as a config writes it, with nothing left to defaults."""
    sections: dict[str, Any] = {parameter.name: _resolved(parameter) for parameter in space.parameters}
    return sections | dict(space.constants)


def _resolved(parameter: Parameter) -> dict[str, Any]:
    when = {name: list(values) for name, values in parameter.when.items()}
    if isinstance(parameter, Categorical):
        shares = {"probabilities": list(parameter.probabilities)} if parameter.probabilities else {}
        return {"values": list(parameter.values)} | shares | ({"when": when} if when else {})
    number = {
        "type": "int" if parameter.integer else "float",
        "prior": parameter.prior,
        "min": parameter.min,
        "max": parameter.max,
    }
    step = {} if parameter.step is None else {"step": parameter.step}
    return number | step | ({"when": when} if when else {})


def _group(value: Value) -> str:
    return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _exponents(number: Number) -> str:
    """What to write where the bounds look like exponents of 10."""
    if -20 <= number.min < number.max <= 20 and number.min < 0:
        return f"Did you pass exponents? Bounds are real values: min: {10**number.min:.3g}, max: {10**number.max:.3g}"
    return "Write a small positive number, such as 1e-6, or prior: linear"
