"""``when``: checked against the parameters it names, and simplified where a constant decides it."""

from collections.abc import Mapping
from dataclasses import replace

from hpsearch.config.reader import Reader, either
from hpsearch.config.scalars import written
from hpsearch.config.spelling import suggest_value
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.trial import Value


def settle_conditions(
    parameters: tuple[Parameter, ...], constants: Mapping[str, Value], reader: Reader, notes: list[str]
) -> Space | None:
    """The space of parameters and constants.

    A condition on a constant is decided here: it falls away, or its parameter does, with a note.

    Args:
        parameters: With ``when`` as it was written.
        constants: The constants of the space.
        reader: Where problems go.
        notes: Where notes go.

    Returns:
        The space; None when a condition is wrong.
    """
    before = len(reader.problems)
    by_name = {parameter.name: parameter for parameter in parameters}
    for parameter in parameters:
        for other in parameter.when:
            _check_condition(parameter, other, by_name, constants, reader)
    if len(reader.problems) > before:
        return None
    for cycle in _cycles(by_name):
        at = ("space", cycle[0], "when")
        reader.report(at, f"must not lead back to itself: {' → '.join((*cycle, cycle[0]))}", found="")
    if len(reader.problems) > before:
        return None
    return Space(_decided(parameters, constants, notes), dict(constants))


def _check_condition(
    parameter: Parameter,
    other: str,
    by_name: Mapping[str, Parameter],
    constants: Mapping[str, Value],
    reader: Reader,
) -> None:
    at = ("space", parameter.name, "when", other)
    if other in constants:
        return
    if other not in by_name:
        hint = suggest_value(other, [*by_name, *constants])
        reader.report(at, "is not a parameter of this space", found="", hint=hint, key=True)
        return
    parent = by_name[other]
    if isinstance(parent, Number) and parent.step is None:
        rule = f"must name a parameter with separate values; {other} is continuous"
        reader.report(at, rule, found="", hint="Give it values, a step or type: int", key=True)
        return
    for value in parameter.when[other]:
        if not parent.accepts(value):
            reader.report(at, f"must be a value of {other}: {_possible(parent)}", found=written(value))


def _possible(parent: Parameter) -> str:
    if isinstance(parent, Categorical):
        return either([written(value) for value in parent.values[:10]])
    step = "" if parent.integer and parent.step == 1 else f" in steps of {parent.step:g}"
    return f"{parent.min:g} to {parent.max:g}{step}"


def _cycles(by_name: Mapping[str, Parameter]) -> list[list[str]]:
    """The rings of parameters that depend on one another, each once."""
    cycles: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            cycles.append(path[path.index(name) :])
        elif name in by_name and name not in done:
            for other in by_name[name].when:
                visit(other, [*path, name])
            done.add(name)

    for name in by_name:
        visit(name, [])
    return cycles


def _decided(
    parameters: tuple[Parameter, ...], constants: Mapping[str, Value], notes: list[str]
) -> tuple[Parameter, ...]:
    """The parameters that can be active, without the conditions that always hold."""
    never: set[str] = set()
    kept = list(parameters)
    while True:
        out = [
            (parameter, other)
            for parameter in kept
            for other, allowed in parameter.when.items()
            if other in never or (other in constants and not _among(constants[other], allowed))
        ]
        if not out:
            break
        for parameter, other in out:
            why = f"{other} is {written(constants[other])}" if other in constants else f"{other} is left out"
            if parameter.name not in never:
                notes.append(f"space.{parameter.name}: is never active, because {why}; left out")
            never.add(parameter.name)
        kept = [parameter for parameter in kept if parameter.name not in never]
    return tuple(
        replace(parameter, when={k: v for k, v in parameter.when.items() if k not in constants})
        for parameter in kept
    )


def _among(value: Value, allowed: tuple[Value, ...]) -> bool:
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in allowed)
