"""Data as TOML text, because Python's library can only read TOML."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(data: Mapping[str, Any]) -> str:
    """The text of a TOML document that is read back as the same data.

    Raises:
        ValueError: The data contain null, which TOML does not have.
    """
    return "\n".join(_section(data, ())).strip("\n") + "\n"


def _section(data: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[str]:
    """The lines of a table: its own values first, because those after a header belong to that table."""
    tables = {key: value for key, value in data.items() if _is_table(value)}
    own = [f"{_key(key)} = {_value(value)}" for key, value in data.items() if key not in tables]
    if at and (own or not tables):
        yield from ("", f"[{'.'.join(map(_key, at))}]")
    yield from own
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _section(value, (*at, key))
        else:
            for element in value:
                yield from ("", f"[[{'.'.join(map(_key, (*at, key)))}]]")
                # The names of tables within an element of a list show that they belong to it.
                yield from _section_below(element, (*at, key))


def _section_below(data: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{_key(key)} = {_value(value)}" for key, value in data.items() if not _is_table(value))
    for key, value in data.items():
        if _is_table(value):
            yield from _section({key: value}, at)


def _is_table(value: Any) -> bool:
    is_list = isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping) or is_list


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if value is None:
        raise ValueError("TOML has no null")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items()) + "}"
    return _text(str(value))
