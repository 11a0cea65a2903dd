"""From plain Python data to a tree, for configs that were never text."""

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence

from hpsearch.document.nodes import (
    Entry,
    Location,
    MappingNode,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    may_be_null,
)
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import LONGEST_INTEGER, TOO_MANY_DIGITS, refuse_text, shown, written
from hpsearch.trial import Value

DEEPEST = 20
"""How deep sections and lists may be nested."""

TOO_DEEP = f"sections and lists may be nested at most {DEEPEST} deep"


def from_data(data: object, position: Position, problems: Problems, at: Location = ()) -> Node:
    """The tree of plain Python data; every node has the same position.

    Args:
        data: Mappings with text as keys, sequences, text, numbers, booleans; also NumPy's arrays and numbers.
        position: Where the data come from.
        problems: Collects the problems of the data.
        at: The location of ``data``.
    """
    if len(at) > DEEPEST:
        problems.stop(position, at[:4], TOO_DEEP)
    if isinstance(data, Mapping):
        entries = {}
        for key, value in data.items():
            if isinstance(key, str) and not refuse_text(key):
                entries[key] = Entry(position, from_data(value, position, problems, (*at, key)))
            else:
                problems.add(position, at, "keys must be text", shown(repr(key)))
        return MappingNode(position, entries, error=len(entries) < len(data))
    if getattr(data, "ndim", 0) and hasattr(data, "tolist"):  # a NumPy array
        data = data.tolist()
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        items = (from_data(value, position, problems, (*at, index)) for index, value in enumerate(data))
        return SequenceNode(position, tuple(items))
    try:
        value = None if data is None and may_be_null(at) else _value(data)
    except ValueError as error:
        hint = "Write a list" if isinstance(data, Iterable) and not isinstance(data, str | bytes) else ""
        problems.add(position, at, str(error), shown(repr(data)), hint)
        return ScalarNode(position, "", "", error=True)
    return ScalarNode(position, value, written(value))


def _value(data: object) -> Value:
    if isinstance(data, bool):
        return data
    if isinstance(data, str):
        if rule := refuse_text(data):
            raise ValueError(rule)
        return data
    if isinstance(data, numbers.Integral):
        if abs(int(data)) >= 10**LONGEST_INTEGER:
            raise ValueError(TOO_MANY_DIGITS)
        return int(data)
    if isinstance(data, numbers.Real):
        if not math.isfinite(float(data)):
            raise ValueError("numbers must be finite")
        return float(data)
    raise ValueError("must be text, a number, true or false")
