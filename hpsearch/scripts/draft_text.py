"""Pieces of a config's text: values, sections on one line, comments."""

import json
import re
from collections.abc import Mapping
from typing import Any

from hpsearch.document.scalars import AmbiguousScalar, resolve

_COLUMN = 60
"""Where comments begin, if there is room."""

_PLAIN = re.compile(r"[A-Za-z_/.][\w./ =-]*")
"""Text that needs no quotes, even in a section on one line."""


def aligned(line: str, comment: str) -> str:
    """A line with a comment."""
    return f"{line:<{_COLUMN}}  {comment}"


def flow(entries: Mapping[Any, Any]) -> str:
    """A section on one line."""
    return "{" + ", ".join(f"{scalar(key)}: {_flow_value(value)}" for key, value in entries.items()) + "}"


def _flow_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, list):
        return f"[{', '.join(map(scalar, value))}]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A value as YAML that is read back unchanged."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if not isinstance(value, str):
        return repr(value)
    try:
        plain = resolve(value) == value and bool(_PLAIN.fullmatch(value))
    except AmbiguousScalar:
        plain = False
    if not value.isprintable():
        return json.dumps(value)
    return value if plain else "'" + value.replace("'", "''") + "'"
