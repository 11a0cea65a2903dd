"""JSON texts of a run's database, and what their values have to be before anything is made of them."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

Check = Callable[[Any], bool]

_LARGEST = 2**1023
"""Whole numbers below it have a float."""


class Malformed(ValueError):
    """A row is not one that hpsearch writes; the message says what is wrong."""


def is_text(value: object) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_whole(value: object, below: int = 2**63) -> bool:
    """Whether a value is a whole number from 0 up to a limit."""
    return type(value) is int and 0 <= value < below


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return (type(value) is float or type(value) is int) and math.isfinite(value)


def is_figures(value: object) -> bool:
    """Whether a value is a mapping to numbers, or to None where a number was not finite."""
    return isinstance(value, dict) and all(each is None or is_number(each) for each in value.values())


def is_time(value: object) -> bool:
    """Whether a value is a time as ISO 8601, with its zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def read_json(text: object) -> Any:
    """The data of a JSON text.

    Raises:
        Malformed: It is none, or holds a number that is not finite or that no float can hold.
    """
    if not isinstance(text, str):
        raise Malformed(f"it is not text but {type(text).__name__}")
    decoder = _CAREFUL if _HUGE.search(text) else _FAST
    try:
        return decoder.decode(text)
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"it is not JSON ({error})") from None


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.20} is too large")
    return number


def _moderate(text: str) -> int:
    number = int(text)
    if abs(number) >= _LARGEST:
        raise ValueError(f"{text:.20}… is too large")
    return number


_HUGE = re.compile(r"[eE]\+?\d{3}|\d{200}")
"""What every number has that is too large, and few texts besides."""
_FAST = json.JSONDecoder(parse_constant=_refuse)
_CAREFUL = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, parse_int=_moderate)
"""Slower, as it calls a function for every number."""
