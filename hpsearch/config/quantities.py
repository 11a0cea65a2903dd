"""Durations, amounts of memory and the like: how a config writes them, and what they mean."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from hpsearch.document import fixes

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9}(?:\.\d{1,3})?)s)?")
_MEMORY = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([KMGT])i?B")
_POWERS = {"K": 10, "M": 20, "G": 30, "T": 40}


def wrong(rule: str, hint: str = "") -> PydanticCustomError:
    """The error of a validator: ``rule`` is what has to hold, ``hint`` what to write instead."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "hint": hint})


def seconds(value: object) -> float:
    """What a duration says."""
    if isinstance(value, str) and value and (match := _DURATION.fullmatch(value)):
        hours, minutes, rest = (float(part or 0) for part in match.groups())
        if (total := hours * 3600 + minutes * 60 + rest) > 0:
            return total
    meant = f"{value}s" if _is_number(value) else fixes.duration(str(value))
    hint = f"Write {meant}" if meant else "Write none for no limit"
    raise wrong("must be none or a duration such as 90s, 10m, 1h30m or 2h", hint)


def duration(seconds: float) -> str:
    """Seconds as a config writes them: ``90s``, ``1h30m``."""
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = ((hours, "h"), (minutes, "m"), (float(f"{rest:.3f}"), "s"))
    return "".join(f"{amount:.12g}{unit}" for amount, unit in parts if amount)


def size(value: object) -> int:
    """How many bytes an amount of memory is; units are powers of 1024."""
    match = _MEMORY.fullmatch(value) if isinstance(value, str) else None
    if match and (total := int(float(match[1]) * 2 ** _POWERS[match[2]])) > 0:
        return total
    meant = f"{value}MB" if _is_number(value) else fixes.memory(str(value))
    hint = f"Write {meant}" if meant else "Write none for no limit"
    raise wrong("must be none or an amount of memory such as 500MB or 4GB", hint)


def amount(size: int) -> str:
    """Bytes as a config writes them."""
    fitting = [unit for unit, power in _POWERS.items() if size >= 2**power]
    unit = fitting[-1] if fitting else "K"
    return f"{size / 2 ** _POWERS[unit]:.12g}{unit}B"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(value: object) -> str:
    """A text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise wrong("must be none or text")


def _read(parse: Callable[[object], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value == "none" or value is None else parse(value))


def _write(form: Callable[..., str]) -> PlainSerializer:
    return PlainSerializer(lambda value: "none" if value is None else form(value))


def _schema(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": ["none", *examples]})


Seconds = Annotated[float | None, _read(seconds), _write(duration), _schema("90s", "10m", "1h30m")]
Bytes = Annotated[int | None, _read(size), _write(amount), _schema("500MB", "4GB")]
Text = Annotated[str | None, _read(text), _write(str), _schema()]
