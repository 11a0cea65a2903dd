"""The ``space`` section: from the tree to a :class:`hpsearch.space.Space`, and back."""

import re
from dataclasses import replace
from typing import Any

from hpsearch.config.conditions import check_conditions, fold_constants
from hpsearch.config.parameter import Kind, only_value, read_parameter, resolved_parameter
from hpsearch.config.reader import Reader
from hpsearch.config.schema import ParameterSection
from hpsearch.document.nodes import (
    Entry,
    Location,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    find,
    in_error,
)
from hpsearch.document.scalars import written
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.trial import Value

MOST_PARAMETERS = 500

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


class ParameterRules:
    """What an objective requires of the parameters of its space; here, nothing."""

    def kind(self, name: str) -> Kind:
        """The type that the values of a parameter must have; None for any."""
        return None

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a parameter that the objective does not have."""

    def check_values(self, name: str, values: dict[Location, Value], reader: Reader) -> None:
        """Reports values that the objective cannot use, given the extreme ones and where they stand."""


def canonical_spelling(reader: Reader) -> MappingNode:
    """The config of a reader with the keys of every parameter in their own spelling."""
    root, space = reader.root, find(reader.root, ("space",))
    if not isinstance(space, MappingNode):
        return root
    for name, entry in space.entries.items():
        if isinstance(entry.node, MappingNode):
            renamed = _renamed(entry.node, ("space", name), reader)
            space = space.with_entry(name, replace(entry, node=renamed))
    return root.with_entry("space", replace(root.entries["space"], node=space))


def _renamed(parameter: MappingNode, at: Location, reader: Reader) -> MappingNode:
    entries: dict[str, Entry] = {}
    for key, entry in parameter.entries.items():
        name = SPELLINGS.get(key, key)
        if name in entries:
            rule = f"means the same as {name}" if key != name else "stands in another spelling above"
            reader.report((*at, key), rule, hint="Keep one of the two", key=True)
        elif key != "log" or (isinstance(entry.node, ScalarNode) and entry.node.error):
            entries[name] = entry
        elif isinstance(entry.node, ScalarNode) and isinstance(entry.node.value, bool):
            prior = "log" if entry.node.value else "linear"
            entries[name] = replace(entry, node=replace(entry.node, value=prior))
        else:
            reader.report((*at, key), "must be true or false", hint="Or write prior: log")
    return replace(parameter, entries=entries, error=len(entries) < len(parameter.entries) or parameter.error)


def read_space(reader: Reader, rules: ParameterRules, notes: list[str]) -> Space | None:
    """The space of a config; None if anything is wrong with it.

    Args:
        reader: The config, in its canonical spelling.
        rules: What the objective requires.
        notes: Where notes on what was read go.
    """
    before = len(reader.problems)
    if (section := _section(reader)) is None:
        return None
    parameters: list[Parameter] = []
    constants: dict[str, Value] = {}
    for name, entry in section.entries.items():
        _check_name(name, rules, reader)
        match _read_entry(name, entry.node, rules, reader, notes):
            case Number() | Categorical() as parameter:
                parameters.append(parameter)
            case None:
                pass
            case constant:
                constants[name] = constant
    if not section.error:
        check_conditions(parameters, constants, section.entries.keys(), reader)
    if in_error(section) or len(reader.problems) > before:
        return None
    return fold_constants(parameters, constants, notes)


def _section(reader: Reader) -> MappingNode | None:
    """The section, with at least one parameter in it; None when it was reported as none."""
    section = find(reader.root, ("space",))
    if section is None:
        reader.report(("space",), "is missing", hint="Say what to search: space: {learning_rate: {…}}")
        return None
    if not isinstance(section, MappingNode):
        if not in_error(section):
            hint = "Write space: {learning_rate: {prior: log, min: 1e-4, max: 1}}"
            reader.report(("space",), "must be a section with one key per parameter", hint=hint)
        return None
    count = len(section.entries)
    if count > MOST_PARAMETERS or not (count or section.error):
        found = str(count or "none")
        hint = "" if count else "Write space: {learning_rate: {prior: log, min: 1e-4, max: 1}}"
        reader.report(("space",), f"must have 1 to {MOST_PARAMETERS} parameters", found=found, hint=hint)
        return None
    return section


def _check_name(name: str, rules: ParameterRules, reader: Reader) -> None:
    if _NAME.fullmatch(name):
        rules.check_name(name, reader)
    else:
        rule = "must be 1 to 100 letters, digits, '_' or '-', beginning with a letter or '_'"
        like = re.sub(r"[^A-Za-z0-9_-]+", "_", name[:100]).strip("_-")
        hint = f"Write {like}" if _NAME.fullmatch(like) else ""
        reader.report(("space", name), f"a parameter's name {rule}", hint=hint, key=True)


def _read_entry(
    name: str, node: Node, rules: ParameterRules, reader: Reader, notes: list[str]
) -> Parameter | Value | None:
    """The parameter or constant of a name; None when anything is wrong with it."""
    at = ("space", name)
    before = len(reader.problems)
    if isinstance(node, SequenceNode):
        reader.report(at, "must be a value, or a section of keys", hint="Write {values: […]}")
        return None
    if isinstance(node, ScalarNode):
        if node.error:
            return None
        rules.check_values(name, {at: node.value}, reader)
        number = isinstance(node.value, int) and not isinstance(node.value, bool)
        return float(node.value) if number and rules.kind(name) == "float" else node.value
    section = reader.read(at, ParameterSection)
    if section is None:
        return None
    parameter = read_parameter(name, section, rules.kind(name), reader)
    if parameter is None or len(reader.problems) > before:
        return None
    rules.check_values(name, extremes(parameter), reader)
    only = only_value(parameter)
    if only is None:
        return parameter
    if parameter.when:
        return Categorical(name, (only,), when=parameter.when)
    notes.append(f"space.{name}: has one value only, {written(only)}; taken as a constant")
    return only


def extremes(parameter: Parameter) -> dict[Location, Value]:
    """The values of a parameter of which one is out of range if any is, by where they stand."""
    at: Location = ("space", parameter.name)
    if isinstance(parameter, Categorical):
        return {(*at, "values", index): value for index, value in enumerate(parameter.values)}
    return {(*at, "min"): parameter.min, (*at, "max"): parameter.max}


def resolved_space(space: Space) -> dict[str, Any]:
    """The ``space`` section of a space, with nothing left to defaults."""
    return {p.name: resolved_parameter(p) for p in space.parameters} | dict(space.constants)
