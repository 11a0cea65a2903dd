"""JSON texts in a run's database, and checks of their values."""

import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

Check = Callable[[Any], bool]

_LARGEST = 2**1023
"""Smaller integers can be converted to floats."""


class Malformed(ValueError):
    """A row that hpsearch did not write; the message says what is wrong."""


def is_text(value: object) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_whole(value: object, below: int = 2**63) -> bool:
    """Whether a value is a whole number from 0 up to a limit."""
    return type(value) is int and 0 <= value < below


def is_number(value: object) -> bool:
    """Whether a value is a finite number that fits into a float."""
    if type(value) is float:
        return math.isfinite(value)
    return type(value) is int and abs(value) < _LARGEST


def is_figures(value: object) -> bool:
    """Whether a value is a mapping to numbers, or to None for numbers that were not finite."""
    return isinstance(value, dict) and all(map(_is_figure, value.values()))


def _is_figure(value: object) -> bool:
    return value is None or is_number(value)


def holds_numbers(value: object) -> bool:
    """Whether :func:`is_number` accepts all numbers in JSON data."""
    if isinstance(value, dict):
        return all(map(holds_numbers, value.values()))
    if isinstance(value, list):
        return all(map(holds_numbers, value))
    return not isinstance(value, float | int) or isinstance(value, bool) or is_number(value)


def is_time(value: object) -> bool:
    """Whether a value is a time in ISO 8601, with a time zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def read_json(text: object) -> Any:
    """The data of a JSON text.

    Numbers in it may be too large for a float; check them before use.

    Raises:
        Malformed: It is not JSON.
    """
    if not isinstance(text, str):
        raise Malformed(f"it is not text but {type(text).__name__}")
    return _decoded(_DECODER.decode, text)


def read_json_at(text: str, start: int) -> Any:
    """The data of the JSON that begins at some place of a text, which may be followed by anything.

    Raises:
        Malformed: There is none.
    """
    data, _ = _decoded(_DECODER.raw_decode, text, start)
    return data


def _decoded(decode: Callable[..., Any], *arguments: object) -> Any:
    try:
        return decode(*arguments)
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"it is not JSON ({error})") from None


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
