"""One grammar of a number in printed text.

It covers a sign, decimals, an exponent, ``nan``, ``inf`` and thousands separators (``1,980.02``). A percent
sign may follow: ``19.8%`` is 19.8, the number as printed. A number is read completely or not at all:
``1.1e-06`` is never 1.1, ``1,980.02`` is never 1, and ``0,5`` and ``0,954``, whose comma may be a decimal
one, are refused.
"""

import math
import re

_DIGITS = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[1-9][0-9]{0,2}(?:_[0-9]{3})+(?![0-9])|[0-9]+)"
_EXPONENT = r"(?:[eE][+\-−]?[0-9]+)"
_FINITE = rf"(?:{_DIGITS}(?:\.[0-9]+|\.(?=[eE][+\-−]?[0-9]))?{_EXPONENT}?|\.[0-9]+{_EXPONENT}?)"
_NOT_FINITE = r"(?i:nan(?:\([a-z0-9]*\))?|inf(?:inity)?)"

NUMBER = rf"(?>[+\-−]?(?>{_FINITE}|{_NOT_FINITE}))"
"""A regular expression for a number; it never matches a part of one (the group is atomic)."""

_SEPARATED = r"\.\#|[.,'’\u00a0\u2009\u202f][0-9]|[_⁻]|[ ]?(?:[×·^][ ]?[0-9]|[xX*][ ]?10[ ]?(?:\^|\*\*))"
_SPACED = r" [0-9]{3}(?:[.,][0-9]| [0-9]{3}\b)"

CONTINUES = rf"(?:{_SEPARATED}|{_SPACED})"
"""A regular expression for text that can follow a number only if the number is longer than it looks."""

WHOLE = rf"(?!{CONTINUES}|\w|[:/\-−*]\s?[0-9]|/|\.\w)"
"""A lookahead: the number before is complete, and not part of a date, a fraction, a version or a word."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_OVERWRITE = re.compile(r"[\r\x08]+")
_NUMBER = re.compile(rf"\s*({NUMBER})\s*%?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+\-−]?[0-9]+,[0-9]+(?:[eE][+\-]?[0-9]+)?\s*%?\s*")
_SPELLING = str.maketrans({",": "", "_": "", "−": "-"})


class UnclearNumber(ValueError):
    """The text in place of a metric cannot be read unambiguously as one number; the message shows it."""


def has_decimal_comma(text: str) -> bool:
    """Whether a text would be a number except for its comma, as in ``0,5``."""
    return _DECIMAL_COMMA.fullmatch(text) is not None


def number(text: str) -> float | None:
    """The number in a text, or None if the text is anything else.

    Args:
        text: May have spaces around the number and a percent sign after it.
    """
    match = _NUMBER.fullmatch(text)
    return value_of(match[1]) if match else None


def value_of(text: str) -> float:
    """The value of a text that :data:`NUMBER` matched."""
    plain = text.translate(_SPELLING)
    if "(" in plain:  # nan(ind), printed by some C libraries
        return math.nan
    return float(plain)


def plain_line(line: str) -> str:
    """A line as a terminal would finally show it.

    Colours and cursor movements are removed. A carriage return, or backspaces, restart the line: only
    the last part that is not empty counts.
    """
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    if "\r" in line or "\x08" in line:
        parts = [part for part in _OVERWRITE.split(line) if part.strip()]
        line = parts[-1] if parts else ""
    return line
