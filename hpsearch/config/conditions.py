"""``when``: checked against the parameters it names, and decided where it names a constant."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from hpsearch.config.reader import Reader, either
from hpsearch.config.suggestions import suggest_value
from hpsearch.document.scalars import shown, written
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.trial import Value


def check_conditions(
    parameters: Sequence[Parameter], constants: Mapping[str, Value], names: Set[str], reader: Reader
) -> None:
    """Reports conditions that cannot hold: unknown names, impossible values, cycles.

    Args:
        parameters: Those of the space that could be read.
        constants: Those of the space that could be read.
        names: All names of the space.
        reader: The config.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    for parameter in parameters:
        for other, allowed in parameter.when.items():
            at = ("space", parameter.name, "when", other)
            if other not in names:
                others = ", ".join(shown(name, 30) for name in sorted(names - {parameter.name})[:20])
                hint = suggest_value(other, list(names)) or (others and f"Possible: {others}")
                reader.report(at, "is not a parameter of this space", hint=hint, key=True)
            elif other in by_name:
                _check_condition(at, by_name[other], allowed, reader)
    for cycle in _cycles(by_name):
        path = " → ".join((*cycle, cycle[0]))
        rule, hint = "must not lead back to its own parameter", "Remove one of these conditions"
        reader.report(("space", cycle[0], "when"), rule, found=path, hint=hint)


def _check_condition(
    at: tuple[str, ...], parent: Parameter, allowed: tuple[Value, ...], reader: Reader
) -> None:
    if isinstance(parent, Number) and parent.step is None:
        rule = f"must name a parameter with separate values, and {parent.name} is continuous"
        reader.report(at, rule, hint="Give it values, a step or type: int", key=True)
        return
    for value in allowed:
        if not parent.accepts(value):
            rule = f"must be a value of {parent.name}: {_possible(parent)}"
            options = [str(option) for option in getattr(parent, "values", ())]
            hint = suggest_value(value, options) or "List the values for which it takes part"
            reader.report(at, rule, found=written(value), hint=hint)


def _possible(parent: Parameter) -> str:
    if isinstance(parent, Categorical):
        return either([written(value) for value in parent.values[:10]])
    step = "" if parent.step in (None, 1) else f" in steps of {parent.step:g}"
    return f"{parent.min:g} to {parent.max:g}{step}"


def _cycles(by_name: Mapping[str, Parameter]) -> Iterator[list[str]]:
    """The rings of parameters that depend on one another, each once."""
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


def fold_constants(
    parameters: Sequence[Parameter], constants: Mapping[str, Value], notes: list[str]
) -> Space:
    """The space, with every condition on a constant decided: it falls away, or its parameter does.

    Args:
        parameters: Those of the space.
        constants: Those of the space.
        notes: Where notes on parameters that fall away go.
    """
    never: dict[str, str] = {}
    while reasons := {
        parameter.name: reason
        for parameter in parameters
        if parameter.name not in never and (reason := _never_active(parameter, constants, never))
    }:
        never |= reasons
    notes += [f"space.{name}: is never active, because {reason}; left out" for name, reason in never.items()]
    kept = [
        replace(parameter, when={k: v for k, v in parameter.when.items() if k not in constants})
        for parameter in parameters
        if parameter.name not in never
    ]
    return Space(tuple(kept), dict(constants))


def _never_active(parameter: Parameter, constants: Mapping[str, Value], never: Mapping[str, str]) -> str:
    """Why a parameter takes part in no trial; "" if it does in some."""
    for other, allowed in parameter.when.items():
        if other in never:
            return f"{other} is not"
        if other in constants and not Categorical(other, allowed).accepts(constants[other]):
            return f"{other} is {written(constants[other])}"
    return ""
