"""Durations and amounts of memory: how a config writes them, and their values."""

import re

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9}(?:\.\d{1,3})?)s)?")
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([KMGT])i?B")
_POWERS = {"K": 10, "M": 20, "G": 30, "T": 40}


def parse_duration(text: str) -> float | None:
    """The seconds of a duration such as ``90s`` or ``1h30m``; None if the text is not a duration above 0."""
    match = _DURATION.fullmatch(text)
    hours, minutes, seconds = (float(part or 0) for part in match.groups()) if match else (0.0, 0.0, 0.0)
    return hours * 3600 + minutes * 60 + seconds or None


def duration(seconds: float) -> str:
    """Seconds as a config writes them: ``1m30s``, ``1h30m``; "" for 0."""
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = ((hours, "h"), (minutes, "m"), (float(f"{rest:.3f}"), "s"))
    return "".join(f"{amount:.12g}{unit}" for amount, unit in parts if amount)


def parse_size(text: str) -> int | None:
    """The bytes of an amount of memory such as ``4GB``, whose units are powers of 1024.

    None if the text is not an amount above 0.
    """
    match = _SIZE.fullmatch(text)
    return (int(float(match[1]) * 2 ** _POWERS[match[2]]) or None) if match else None


def size(count: int) -> str:
    """Bytes as a config writes them: ``500MB``."""
    fitting = [unit for unit, power in _POWERS.items() if count >= 2**power]
    unit = fitting[-1] if fitting else "K"
    return f"{count / 2 ** _POWERS[unit]:.12g}{unit}B"
