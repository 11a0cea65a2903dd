"""The ``space`` section: from the tree to a :class:`hpsearch.space.Space`, and back."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from hpsearch.config.parameter_section import (
    ParameterRules,
    choice_notes,
    extremes,
    first_value,
    has_one_value,
    range_notes,
    read_parameter,
    report_cut_up,
    resolved_constant,
    resolved_parameter,
    tuple_notes,
)
from hpsearch.config.reader import Reader
from hpsearch.config.schema import ParameterSection
from hpsearch.config.sections import SectionOf
from hpsearch.config.setting_types import either
from hpsearch.config.suggestions import suggest_value
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
from hpsearch.document.scalars import shown, written
from hpsearch.errors import UsageError
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.space.choices import is_nested
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
"""Other spellings of a parameter's keys, each with the key that it means."""

_EXAMPLE = "For example: space: {learning_rate: {prior: log, min: 1e-4, max: 1}}"
_NAME = re.compile(r"(?=.{1,100}\Z)[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")


def canonical_spelling(reader: Reader) -> MappingNode:
    """The config of a reader, with the keys of every parameter in their canonical spelling."""
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
            rule = (
                f"means the same as {name}, which is given above"
                if key != name
                else "is given above in another spelling"
            )
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
        notes: Collects notes about what was read.
    """
    before = len(reader.problems)
    if (section := _section(reader)) is None:
        return None
    parameters: list[Parameter] = []
    constants: dict[str, Value] = {}
    for name, entry in section.entries.items():
        _check_name(name, rules, reader)
        for read in _read_entry(name, entry.node, rules, reader, notes):
            if isinstance(read, Number | Categorical):
                parameters.append(read)
            else:
                constants[name] = read
    if not section.error:
        _check_conditions(parameters, constants, section.entries.keys(), reader)
    if in_error(section) or len(reader.problems) > before:
        return None
    return _fold_constants(parameters, constants, notes)


def _section(reader: Reader) -> MappingNode | None:
    """The section, which has at least one parameter; None if it was reported as a problem."""
    section = find(reader.root, ("space",))
    if section is None:
        reader.report(("space",), "is missing", hint=_EXAMPLE)
        return None
    if not isinstance(section, MappingNode):
        if not in_error(section):
            reader.report(("space",), "must be a section with one key per parameter", hint=_EXAMPLE)
        return None
    count = len(section.entries)
    if count > MOST_PARAMETERS or not (count or section.error):
        found = str(count or "none")
        hint = "" if count else _EXAMPLE
        reader.report(("space",), f"must have 1 to {MOST_PARAMETERS} parameters", found=found, hint=hint)
        return None
    return section


def _check_name(name: str, rules: ParameterRules, reader: Reader) -> None:
    if _NAME.fullmatch(name):
        rules.check_name(name, reader)
    else:
        rule = "must be 1 to 100 letters, digits, '_', '-' or '.', starting with a letter or '_'"
        like = re.sub(r"[^A-Za-z0-9_.-]+", "_", name[:100]).strip("_-.")
        hint = f"Write {like}" if _NAME.fullmatch(like) else ""
        reader.report(("space", name), f"a parameter's name {rule}", hint=hint, key=True)


def _read_entry(
    name: str, node: Node, rules: ParameterRules, reader: Reader, notes: list[str]
) -> Iterator[Parameter | Value]:
    """The parameter or constant of a name, if nothing is wrong with it."""
    at = ("space", name)
    before = len(reader.problems)
    if isinstance(node, SequenceNode):
        reader.report(at, "must be a value or a section of keys", hint="Write {values: […]}")
        return
    if isinstance(node, ScalarNode):
        if not node.error and not report_cut_up(at, reader):
            notes += tuple_notes(at, reader)
            rules.check_values(name, {at: node.value}, reader)
            yield float(node.value) if type(node.value) is int and rules.kind(name) == "float" else node.value
        return
    section = reader.read(at, SectionOf(ParameterSection))
    if section is None:
        return
    for key in ("flag", "spelling"):
        if getattr(section, key) is not None and not rules.takes_flags:
            reader.report((*at, key), "can only be used with a command", hint="Remove it", key=True)
    parameter = read_parameter(name, section, rules.kind(name), reader)
    if parameter is None or len(reader.problems) > before:
        return
    rules.check_values(name, extremes(parameter), reader)
    if isinstance(parameter, Number):
        notes += range_notes(name, parameter, section, rules.kind(name), reader)
    else:
        notes += choice_notes(name, parameter) + tuple_notes((*at, "values"), reader)
    if not has_one_value(parameter):
        yield parameter
    elif parameter.when:
        yield Categorical(name, (first_value(parameter),), when=parameter.when)
    else:
        only = first_value(parameter)
        if not is_nested(only):  # nested values have to be written as a list
            notes.append(f"space.{name}: has only one value, {written(only)}, and is treated as a constant")
        yield only


def resolved_space(space: Space) -> dict[str, Any]:
    """The ``space`` section of a space, with all defaults filled in."""
    parameters = {parameter.name: resolved_parameter(parameter) for parameter in space.parameters}
    return parameters | {name: resolved_constant(value) for name, value in space.constants.items()}


def space_data(space: object) -> object:
    """A Space, a list of parameters, or a mapping with parameters in it, in the form of the section.

    Anything else is returned unchanged, to be refused with its location.
    """
    if isinstance(space, Space):
        parameters = {parameter.name: _as_data(parameter) for parameter in space.parameters}
        return parameters | {name: resolved_constant(value) for name, value in space.constants.items()}
    if isinstance(space, Mapping):
        return {name: _as_data(value) for name, value in space.items()}
    if isinstance(space, Sequence) and all(isinstance(each, Number | Categorical) for each in space):
        names = [each.name for each in space]
        if repeated := [name for name, count in Counter(names).items() if count > 1]:
            raise UsageError(
                f"every parameter of a space must have its own name; found two of {repeated[0]!r}"
            )
        return dict(zip(names, map(_as_data, space), strict=True))
    return space


def _as_data(value: object) -> object:
    if not isinstance(value, Number | Categorical):
        return value
    when = {name: each if isinstance(each, tuple | list) else (each,) for name, each in value.when.items()}
    return resolved_parameter(replace(value, when=when))


def _check_conditions(
    parameters: Sequence[Parameter], constants: Mapping[str, Value], names: Set[str], reader: Reader
) -> None:
    """Reports conditions that can never be true: unknown names, impossible values, cycles.

    Args:
        parameters: The parameters that could be read.
        constants: The constants that could be read.
        names: All names of the space, including parameters that could not be read.
        reader: The config.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    of_one_value = {name: Categorical(name, (value,)) for name, value in constants.items()}
    for parameter in parameters:
        for other, allowed in parameter.when.items():
            at = ("space", parameter.name, "when", other)
            if other not in names:
                others = ", ".join(shown(name, 30) for name in sorted(names - {parameter.name})[:20])
                hint = suggest_value(other, list(names)) or (others and f"Possible: {others}")
                reader.report(at, "is not a parameter of this space", hint=hint, key=True)
            elif other in by_name:
                _check_condition(at, by_name[other], allowed, reader)
            elif other in of_one_value and any(map(is_nested, allowed)):
                _check_condition(at, of_one_value[other], allowed, reader)
    for cycle in _cycles(by_name):
        path = " → ".join((*cycle, cycle[0]))
        rule, hint = "a parameter must not depend on itself", "Remove one of these conditions"
        reader.report(("space", cycle[0], "when"), rule, found=path, hint=hint)


def _check_condition(
    at: tuple[str, ...], parent: Parameter, allowed: tuple[Value, ...], reader: Reader
) -> None:
    if isinstance(parent, Number) and parent.step is None:
        rule = f"must name a discrete parameter, but {parent.name} is continuous"
        reader.report(at, rule, hint=f"Give {parent.name} values, a step or type: int", key=True)
        return
    if not any(map(parent.accepts, allowed)) and parent.accepts(list(allowed)):
        hint = f"Write [{written(list(allowed))}], as the value is a list itself"
        reader.report(at, f"must be a value of {parent.name}, or a list of them", hint=hint)
        return
    for value in allowed:
        if isinstance(value, dict) and not any(map(is_nested, getattr(parent, "values", ()))):
            reader.report(at, "must be a value or a list of values", hint="For example: [1, 2]")
        elif not parent.accepts(value):
            rule = f"must be a value of {parent.name}: {_possible(parent)}"
            options = [option for option in getattr(parent, "values", ()) if isinstance(option, str)]
            hint = suggest_value(value, options) or "List the values for which it is active"
            reader.report(at, rule, found=written(value), hint=hint)


def _possible(parent: Parameter) -> str:
    if isinstance(parent, Categorical):
        return either([written(value) for value in parent.values[:10]])
    step = "" if parent.step in (None, 1) else f" in steps of {parent.step:g}"
    return f"{parent.min:g} to {parent.max:g}{step}"


def _cycles(by_name: Mapping[str, Parameter]) -> Iterator[list[str]]:
    """The cycles of parameters that depend on one another, each once."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> Iterator[list[str]]:
        if name in path:
            yield path[path.index(name) :]
        elif name in by_name and name not in done:
            for other in by_name[name].when:
                yield from visit(other, [*path, name])
            done.add(name)

    for name in by_name:
        yield from visit(name, [])


def _fold_constants(
    parameters: Sequence[Parameter], constants: Mapping[str, Value], notes: list[str]
) -> Space:
    """The space without conditions on constants: the condition is removed if true, its parameter if false.

    A parameter with one value and no condition left is a constant too, so that the space is the same when it
    is read again from the resolved config.

    Args:
        parameters: The parameters of the space.
        constants: The constants of the space.
        notes: Collects notes about removed parameters.
    """
    left, folded, never = list(parameters), dict(constants), dict[str, str]()
    before = -1
    while before != len(left):  # folded or removed parameters can decide other conditions
        before = len(left)
        never |= {each.name: reason for each in left if (reason := _never_active(each, folded, never))}
        left = [
            replace(each, when={name: values for name, values in each.when.items() if name not in folded})
            for each in left
            if each.name not in never
        ]
        folded |= {each.name: first_value(each) for each in left if not each.when and has_one_value(each)}
        left = [each for each in left if each.name not in folded]
    notes += [
        f"space.{name}: is left out because it is never active: {reason}" for name, reason in never.items()
    ]
    return Space(tuple(left), folded)


def _never_active(parameter: Parameter, constants: Mapping[str, Value], never: Mapping[str, str]) -> str:
    """Why a parameter is active in no trial; "" if it is active in some."""
    for other, allowed in parameter.when.items():
        if other in never:
            return f"{other} is never active"
        if other in constants and not Categorical(other, (constants[other],)).is_among(
            constants[other], allowed
        ):
            return f"{other} is {written(constants[other])}"
    return ""
