"""The parameters of an NNI search space, ``{"_type": …, "_value": …}``.

The types are those of NNI's page "Search Space". ``randint`` excludes its upper end; the types with q
give multiples of q between the two ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hpsearch.document.nodes import Location, MappingNode, Node, ScalarNode, find
from hpsearch.exchange.draft import choices
from hpsearch.exchange.foreign_document import ForeignDocument, as_python
from hpsearch.trial import Value

TYPES = {
    "randint": ("lower", "upper"),
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "quniform": ("low", "high", "q"),
    "qloguniform": ("low", "high", "q"),
    "normal": ("mu", "sigma"),
    "lognormal": ("mu", "sigma"),
    "qnormal": ("mu", "sigma", "q"),
    "qlognormal": ("mu", "sigma", "q"),
}
"""The types besides ``choice``, with the meanings of the numbers in their ``_value``."""


@dataclass
class NniParameter:
    """A parameter of a search space.

    Attributes:
        name: Its name; within an option of a choice it is prefixed with the choice's name and a dot.
        at: Its location.
        spec: Its section in a config, or the value of a constant.
        when: The choice and the option that it belongs to; None if all trials have it.
    """

    name: str
    at: Location
    spec: Any
    when: tuple[str, Value] | None = None


def read_parameters(
    document: ForeignDocument, at: Location, prefix: str = "", when: tuple[str, Value] | None = None
) -> Iterator[NniParameter]:
    """The parameters of a search space; problems are reported.

    Args:
        document: The file.
        at: The location of the search space.
        prefix: The prefix of the names of its parameters.
        when: The choice and the option that all of them belong to.
    """
    table = find(document.root, at)
    for key, entry in table.entries.items() if isinstance(table, MappingNode) else ():
        if key == "_name":
            document.take((*at, key))
            continue
        name, where = prefix + key, (*at, key)
        if not isinstance(entry.node, MappingNode):
            document.report(where, "must have _type and _value", hint='Write {"_type": …, "_value": […]}')
            continue
        kind = document.text((*where, "_type"), ("choice", *TYPES))
        if kind is None and "_type" not in entry.node.entries:
            document.report((*where, "_type"), "is missing")
        values = document.items((*where, "_value"))
        if values is None and "_value" not in entry.node.entries:
            document.report((*where, "_value"), "is missing")
        if kind is None or values is None:
            continue
        document.take((*where, "_value"))
        if kind == "choice":
            yield NniParameter(name, where, _choice(document, where, values), when)
            yield from _nested(document, where, name, values)
        elif (spec := _range(document, where, kind, values)) is not None:
            yield NniParameter(name, where, spec, when)


def _choice(document: ForeignDocument, at: Location, nodes: Sequence[Node]) -> Any:
    """The values of a choice; an option that is a search space is represented by its name."""
    values = [_option(node) for node in nodes]
    if not values:
        document.report((*at, "_value"), "must list at least one value", found="none")
        return None
    return choices(values)


def _option(node: Node) -> Any:
    if isinstance(node, MappingNode) and isinstance(name := find(node, ("_name",)), ScalarNode):
        return name.value
    return as_python(node)


def _nested(
    document: ForeignDocument, at: Location, name: str, nodes: Sequence[Node]
) -> Iterator[NniParameter]:
    """The parameters within the options of a choice."""
    for index, node in enumerate(nodes):
        if isinstance(node, MappingNode) and "_name" in node.entries:
            option = (name, _option(node))
            yield from read_parameters(document, (*at, "_value", index), f"{name}.", option)


def _range(document: ForeignDocument, at: Location, kind: str, nodes: Sequence[Node]) -> Any:
    """The section of a range, or the value of a constant; None if it was reported."""
    names = TYPES[kind]
    where = (*at, "_value")
    if len(nodes) != len(names):
        document.report(where, f"must be [{', '.join(names)}]", found=f"a list of {len(nodes)}")
        return None
    numbers = [
        document.number((*where, index), above=0 if name in ("q", "sigma") else None)
        for index, name in enumerate(names)
    ]
    first, second, *rest = numbers
    if first is None or second is None or None in rest:
        return None
    step = rest[0] if rest else None
    if names[0] == "mu":
        prior = "normal" if "log" not in kind else "log_normal"
        section: dict[str, Any] = {"type": "int"} if isinstance(step, int) else {}
        section |= {"prior": prior, "mean": first, "sd": second}
        return section if step is None or (step == 1 and "type" in section) else section | {"step": step}
    if first > second or (first == second and kind == "randint"):
        document.report(where, "must have the smaller number first")
        return None
    if "log" in kind and first <= 0:
        document.report((*where, 0), "must be above 0")
        return None
    return _between(document, at, kind, first, second, step)


def _between(
    document: ForeignDocument, at: Location, kind: str, low: float, high: float, step: float | None
) -> Any:
    section: dict[str, Any] = {"prior": "log"} if "log" in kind else {}
    if kind == "randint":
        low, high, step = int(low), int(high) - 1, 1
        section = {"type": "int"}
    elif step is not None:
        ends = _multiples(low, high, step)
        if ends is None:
            document.report((*at, "_value"), "must have a multiple of q between its ends")
            return None
        if ends != (low, high):
            text = f"its values are multiples of {step:g}, from {ends[0]:g} to {ends[1]:g}"
            document.note(at, f"{text}; NNI also draws {low:g} and {high:g}")
        whole = isinstance(step, int)
        section |= {"type": "int"} if whole else {}
        low, high = (int(end) if whole else end for end in ends)
    if low == high:
        return low
    section |= {"min": low, "max": high}
    return section if step is None or (step == 1 and "type" in section) else section | {"step": step}


def _multiples(low: float, high: float, step: float) -> tuple[float, float] | None:
    """The smallest and the largest multiple of a step in a range; None if there is none."""
    exact, length = [Fraction(repr(end)) for end in (low, high)], Fraction(repr(step))
    first, last = -(-exact[0] // length), exact[1] // length
    return (float(first * length), float(last * length)) if first <= last else None
