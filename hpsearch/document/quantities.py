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
    # In whole thousandths: a product of floats may be a byte too large.
    return (round(1000 * float(match[1])) * 2 ** _POWERS[match[2]] // 1000 or None) if match else None


def size(count: int) -> str:
    """Bytes that :func:`parse_size` returned, as a config writes them: ``500MB``.

    In the largest unit that :func:`parse_size` reads back as the same bytes: with three decimals, 1500MB are
    no number of GB.
    """
    units = [unit for unit, power in reversed(_POWERS.items()) if count >= 2**power] or ["K"]
    written = [f"{_thousandths(count, unit) / 1000:.12g}{unit}B" for unit in units]
    return next((text for text in written if parse_size(text) == count), written[-1])


def _thousandths(count: int, unit: str) -> int:
    """Bytes in thousandths of a unit, rounded up, as :func:`parse_size` rounds bytes down."""
    return -(-1000 * count >> _POWERS[unit])
