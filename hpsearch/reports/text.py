"""Single values as text for people."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from hpsearch.document.scalars import flow, is_plain_text, quoted, short_exponent

# Control characters (ANSI sequences begin with one), line and paragraph separators, marks that change the
# writing direction, halves of surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


LONGEST_CHOICE = 28
"""Characters; longer texts are cut in a column."""


def printable(text: str) -> str:
    """The text with control characters and line breaks made visible, so that it is safe on a terminal."""
    if text.isprintable():  # none of these characters is printable
        return text
    return _UNPRINTABLE.sub(
        lambda found: found[0].encode("unicode_escape", "backslashreplace").decode(), text
    )


def plain(value: object) -> str:
    """A short form of a value: four significant digits, nothing for None, the first line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value)
    return str(value).partition("\n")[0]


def number(value: float) -> str:
    """Four significant digits, small and large ones in scientific notation: 0.0123, 3.2e-5."""
    return short_exponent(f"{value:.4g}")


def spread(value: float | None) -> str:
    """A standard error: two significant digits, nothing for None."""
    return "" if value is None else short_exponent(f"{value:.2g}")


def with_error(value: float | None, error: float | None) -> str:
    """A value and, if known, its standard error: 0.01389 ± 0.0067."""
    return plain(value) if error is None else f"{plain(value)} ± {spread(error)}"


def value_text(value: object) -> str:
    """A value of a parameter, exactly, so that it can be typed again.

    Text that looks like something else is in quotes.
    """
    if isinstance(value, float):
        return short_exponent(repr(value))
    if isinstance(value, str):
        return _text_value(value)
    if value is None:
        return "null"
    return flow(value) if isinstance(value, list | Mapping) else plain(value)


@lru_cache(4096)
def _text_value(text: str) -> str:
    return text if is_plain_text(text) else quoted(text)


def short_choices(texts: Sequence[str]) -> list[str]:
    """The texts of choices for a narrow column: long ones are cut, but no two become the same."""
    for cut in (_without_end, _without_middle):
        shown = {text: cut(text) for text in texts}
        if len(set(shown.values())) == len(shown):
            return [shown[text] for text in texts]
    return list(texts)


def _without_end(text: str) -> str:
    return text if len(text) <= LONGEST_CHOICE else f"{text[: LONGEST_CHOICE - 1]}…"


def _without_middle(text: str) -> str:
    half = LONGEST_CHOICE // 2
    return text if len(text) <= LONGEST_CHOICE else f"{text[: half - 1]}…{text[-half:]}"


def duration(seconds: float | None) -> str:
    """A length of time: 0.4 s, 12 s, 3 min 20 s, 2 h 05 min; a dash if unknown."""
    if seconds is None:
        return "–"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def local_time(at: str) -> str:
    """A stored UTC time in the reader's time zone: 2026-11-25 14:03:12."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
