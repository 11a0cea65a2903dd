"""The meaning of type annotations: ``float``, ``Optional[int]``, ``Literal["a", "b"]``, an enumeration."""

import ast
from typing import Any

from hpsearch.scripts.script import UNKNOWN, Kind
from hpsearch.scripts.source_tree import Source

_KINDS: dict[str, Kind] = {
    "int": "int",
    "PositiveInt": "int",
    "NonNegativeInt": "int",
    "float": "float",
    "PositiveFloat": "float",
    "NonNegativeFloat": "float",
    "bool": "bool",
    "str": "text",
    "Path": "text",
    "list": "list",
    "List": "list",
    "tuple": "list",
    "Tuple": "list",
    "Sequence": "list",
}


def annotated(source: Source, node: ast.expr | None) -> tuple[Kind, tuple[Any, ...]]:
    """The kind of a value and its choices, according to its annotation."""
    match node:
        case ast.Constant(value=str(text)):
            try:
                return annotated(source, ast.parse(text, mode="eval").body)
            except SyntaxError:
                return "unknown", ()
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            inner = right if isinstance(left, ast.Constant) and left.value is None else left
            return annotated(source, inner)
        case ast.Subscript(value=outer, slice=inner):
            return _subscripted(source, source.called(outer).rpartition(".")[2], inner)
        case ast.Name() | ast.Attribute():
            name = source.called(node).rpartition(".")[2]
            if name in _KINDS:
                return _KINDS[name], ()
            return _enumeration(source, name)
    return "unknown", ()


def _subscripted(source: Source, outer: str, inner: ast.expr) -> tuple[Kind, tuple[Any, ...]]:
    first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
    if outer == "Literal":
        values = source.value(inner if isinstance(inner, ast.Tuple) else ast.Tuple(elts=[inner]))
        return "text", () if values is UNKNOWN else tuple(values)
    if outer in ("Optional", "Union", "Annotated", "Final"):
        return annotated(source, first)
    return _KINDS.get(outer, "unknown"), ()


def _enumeration(source: Source, name: str) -> tuple[Kind, tuple[Any, ...]]:
    """The names of an enumeration's members."""
    found = source.class_of(name)
    if found is None or not any("Enum" in source.called(base) for base in found[1].bases):
        return "unknown", ()
    values = [
        found[0].value(node.value) for node in found[1].body if isinstance(node, ast.Assign) and node.targets
    ]
    return "text", tuple(value for value in values if isinstance(value, str | int))
