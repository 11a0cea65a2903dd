"""Metrics in objects: JSON, and dictionaries as Python prints them."""

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.metrics.numbers import number

LONGEST_OBJECT = 2**18
"""Characters; a longer object is ignored."""

DEEPEST = 4
"""How many levels of nested objects are read."""

_OPENS = re.compile(r"[{\[]")
_CLOSES = re.compile(r"[}\]]")
_WRAPPER = re.compile(r"(?:\A|\.)(?:tensor|array|Array|(?:float|int)[0-9]*)\Z")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


def read_object(text: str) -> dict[str, Any] | None:
    """The entries of an object at the end of a line, nested ones by dotted names; None if there is none.

    Numbers are unchanged, ``null`` is NaN, texts of a number, such as ``"NaN"``, become that number, and
    numbers that Python wraps, such as ``np.float64(0.5)``, are unwrapped. Everything else (other texts,
    lists, truth values) stays as in JSON.
    """
    start = text.find("{")
    text = text[start:].strip()
    if start < 0 or not text.endswith("}") or len(text) > LONGEST_OBJECT:
        return None
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        entries = _python(text)
    return dict(_flat(entries)) if isinstance(entries, dict) else None


def depth(line: str) -> int:
    """How many braces and brackets a line opens and leaves open; negative when it closes more."""
    bare = _TEXT.sub("", line)
    return len(_OPENS.findall(bare)) - len(_CLOSES.findall(bare))


def _flat(entries: Mapping[Any, Any], prefix: str = "", level: int = 1) -> Iterator[tuple[str, Any]]:
    for key, value in entries.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            if level < DEEPEST:
                yield from _flat(value, f"{name}.", level + 1)
        else:
            # Recent versions of HF's Trainer print numbers as texts; JSON has no other word for NaN.
            figure = number(value) if isinstance(value, str) else math.nan if value is None else None
            yield name, value if figure is None else figure


def _python(text: str) -> Any:
    """The content of a Python dictionary, judging only by its syntax; None if it is not one."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _value(tree)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Dict():
            return {
                key.value: _value(value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        case ast.Constant(value=str() | bool() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _value(operand)
            return -value if isinstance(value, int | float) else None
        case ast.Constant(value=None):
            return None
        case ast.Name(id=name):
            figure = number(name)  # nan, inf
            return "" if figure is None else figure
        case ast.Call(func=function, args=[argument]) if _WRAPPER.search(ast.unparse(function)):
            return _value(argument)
        case _:
            return ""
