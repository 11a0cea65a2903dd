"""What to write instead of a value in another notation.

Every function returns the text to write, or "" if it does not recognize the value.
"""

import math
import re
from collections.abc import Sequence

from hpsearch.document import quantities
from hpsearch.document.scalars import shown

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_POWER = re.compile(r"(?:([0-9.]{1,9})\s*[*x×]\s*)?10\s*(?:\*\*|\^)\s*\(?([-+]?[0-9]{1,3})\)?")
_FRACTION = re.compile(r"([0-9.]{1,12})\s*/\s*([0-9.]{1,12})")
_SCALED = re.compile(r"([-+]?[0-9.]{1,12})\s*([%kKM])")
_SCALES = {"%": 0.01, "k": 1e3, "K": 1e3, "M": 1e6}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w{0,99})\s*(?:==?|:| is | in )\s*(\S.{0,99})")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([A-Za-z]+)")
_SECONDS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600}
_SECONDS |= {"hour": 3600, "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800}
_MEMORY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([KMGT])[A-Za-z]*", re.IGNORECASE)


def number(text: str) -> str:
    """The number that a text means: ``"0.1"``, ``10^-4``, ``1/1000``, ``50%``, ``2k``."""
    text = text.strip()
    try:
        if _NUMBER.fullmatch(text):
            return text
        if power := _POWER.fullmatch(text):
            return f"{power[1] or '1'}e{int(power[2])}"
        if fraction := _FRACTION.fullmatch(text):
            return _written(float(fraction[1]) / float(fraction[2]))
        if scaled := _SCALED.fullmatch(text):
            return _written(float(scaled[1]) * _SCALES[scaled[2]])
    except (ValueError, ZeroDivisionError):  # 1.2.3, or 1/0
        pass
    return ""


def listed(text: str) -> str:
    """The list that a text means: ``adam, sgd``, ``- 1 - 2``, or just ``adam``."""
    words = [word.strip().removeprefix("-").strip() for word in re.split(r",|\s(?=-)", text.strip("[]() "))]
    a_range = re.fullmatch(r"[0-9.]+\s*[-.:]+\s*[0-9.]+", text)
    if len(text) > 60 or a_range or not all(re.fullmatch(r"[\w./+~-]+", word) for word in words):
        return ""
    return f"[{', '.join(words)}]"


def assigned(text: str, keys: Sequence[str] = ()) -> str:
    """The section that a text means: ``trials = 20``, ``optimizer == adam``.

    Args:
        text: The text found in place of a section.
        keys: The keys that the section can have; empty for any key.
    """
    found = _ASSIGNMENT.fullmatch(text.strip())
    return f"{{{found[1]}: {shown(found[2])}}}" if found and (not keys or found[1] in keys) else ""


def spaced(text: str) -> str:
    """Keys and values with the missing space after every colon: ``min:1``."""
    if not re.fullmatch(r"[A-Za-z_]\w*:[^\s/:]\S*(\s+[A-Za-z_]\w*:[^\s/:]\S*)*", text):
        return ""
    return shown(re.sub(r":(?=\S)", ": ", text))


def duration(text: str) -> str:
    """The duration that a text means: ``10 minutes``, ``1.5h``, ``1d``, ``unlimited``."""
    if text.lower() in ("infinity", "inf", "unlimited", "never", "off", "no limit"):
        return "none"
    if not (found := _DURATION.fullmatch(text.strip())):
        return ""
    unit = found[2].lower().removesuffix("s") or "s"
    return quantities.duration(float(found[1]) * _SECONDS.get(unit, 0))


def memory(text: str) -> str:
    """The amount of memory that a text means: ``4 gigabytes``, ``512m``, ``4gb``."""
    found = _MEMORY.fullmatch(text.strip())
    return f"{found[1]}{found[2].upper()}B" if found else ""


def _written(value: float) -> str:
    return "" if not math.isfinite(value) else f"{value:.12g}"
