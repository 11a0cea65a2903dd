"""The meaning of unquoted YAML scalars, and how messages show untrusted text.

The rules are those of the YAML 1.2 core schema. Text that YAML versions or people read in different
ways (``no``, ``010``, ``12:30``, ``1,5``) is never guessed: it is refused, with advice on what to write.
"""

import json
import math
import re
from collections.abc import Callable, Mapping

from hpsearch.trial import Value

LONGEST_INTEGER = 18
"""The largest number of digits in a whole number; a longer one may not fit in 64 bits."""

TOO_MANY_DIGITS = f"whole numbers must have at most {LONGEST_INTEGER} digits"

NULL = ("null", "~", "Null", "NULL")
"""The spellings of null, where null is allowed."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOTHING = ("None", "nan", "inf")  # text that could be mistaken for something else
_MARK = re.compile(r"[#&*!|>'%@`:]|[-?]( |$)|.*(: |:$| #)", re.DOTALL)  # of YAML, in text without quotes
_UNFIT = re.compile("[\0\ud800-\udfff]")
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}


class AmbiguousScalar(ValueError):
    """An unquoted scalar that is read in different ways, or that cannot be stored exactly.

    Attributes:
        rule: The broken rule.
        hint: What to write instead.
    """

    def __init__(self, rule: str, hint: str) -> None:
        self.rule = rule
        self.hint = hint
        super().__init__(f"{rule}. {hint}")


def _or_quoted(what: str, fix: Callable[[str], str]) -> Callable[[str], str]:
    def hint(text: str) -> str:
        return f"Write {shown(fix(text))} for {what}, or {quoted(text)} for text"

    return hint


def _without_zeros(text: str) -> str:
    sign, digits = re.fullmatch(r"([-+]?)0+(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr] # its pattern matched
    return sign + (digits if digits[:1].isdigit() else "0" + digits)


def _decimal(text: str) -> str:
    return str(int(text, 0))


def _as_duration(text: str) -> str:
    first, second, *rest = text.split(":")
    duration = f"{first}h{second}m{rest[0]}s" if rest else f"{first}m{second}s or {first}h{second}m"
    return f"Write {duration} for a duration, or {quoted(text)} for text"


def _true_or_false(text: str) -> str:
    return "true" if text.lower() in ("yes", "on") else "false"


_AMBIGUOUS: tuple[tuple[re.Pattern[str], str, Callable[[str], str]], ...] = (
    (
        re.compile("|".join(map(re.escape, ("", *NULL)))),
        "a value is needed here",
        lambda text: "Write a value or remove the key",
    ),
    (
        re.compile(r"yes|no|on|off|Yes|No|On|Off|YES|NO|ON|OFF"),
        "YAML versions disagree on whether this is text or true/false",
        _or_quoted("the boolean", _true_or_false),
    ),
    (
        re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?"),
        "numbers must not have leading zeros, which YAML versions read in different ways",
        _or_quoted("the number", _without_zeros),
    ),
    (
        re.compile(r"[-+]?(0x[0-9a-fA-F]{1,15}|0o[0-7]{1,15}|0b[01]{1,15})"),
        "numbers must be decimal",
        _or_quoted("the number", _decimal),
    ),
    (
        re.compile(r"[-+]?[0-9]+(_[0-9]+)+(\.[0-9]*)?"),
        "numbers must not contain underscores",
        _or_quoted("the number", lambda text: text.replace("_", "")),
    ),
    (
        re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+"),
        "numbers must not contain thousands separators",
        _or_quoted("the number", lambda text: text.replace(",", "")),
    ),
    (
        re.compile(r"[-+]?[0-9]*,[0-9]+([eE][-+]?[0-9]+)?"),
        "the decimal separator must be a point",
        _or_quoted("the number", lambda text: text.replace(",", ".")),
    ),
    (
        re.compile(r"[0-9]{1,9}(:[0-5]?[0-9]){1,2}"),
        "YAML versions disagree on whether this is a time of day or a number",
        _as_duration,
    ),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?"),
        "YAML versions disagree on whether this is a date or text",
        lambda text: f"Write {quoted(text)} for text",
    ),
    (
        re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        "numbers must be finite",
        lambda text: "Write a number",
    ),
)


def resolve(text: str) -> Value:
    """The value of an unquoted scalar.

    Raises:
        AmbiguousScalar: It can be read in different ways, or it cannot be stored exactly.
    """
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        if len(text.lstrip("-+")) > LONGEST_INTEGER:
            raise AmbiguousScalar(TOO_MANY_DIGITS, "Write fewer digits, or a number such as 1e30")
        return int(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    for pattern, rule, hint in _AMBIGUOUS:
        if pattern.fullmatch(text):
            raise AmbiguousScalar(rule, hint(text))
    return text


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise AmbiguousScalar("numbers must be below 1.8e308", "Write a smaller number")
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise AmbiguousScalar("numbers other than 0 must be above 5e-324", "Write 0 or a larger number")
    return value


def refuse_text(text: str) -> str:
    """Why a text cannot be stored or passed to other programs; "" if it can."""
    return "text must not contain NUL characters or lone surrogates" if _UNFIT.search(text) else ""


def shown(text: str, limit: int = 60) -> str:
    """Untrusted text, safe to print: control characters escaped, and shortened.

    Args:
        text: Any text.
        limit: The largest number of characters to show.
    """
    escaped = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text[:limit]
    )
    return escaped if len(text) <= limit else f"{escaped}… ({len(text)} characters)"


def quoted(text: str) -> str:
    """Untrusted text in double quotes, safe to print."""
    return f'"{shown(text)}"'


def written(value: object) -> str:
    """A value as YAML writes it, safe to print."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and abs(value) >= 10**LONGEST_INTEGER:
        return "a very large whole number"
    if isinstance(value, list | dict):
        return shown(flow(value))
    return shown(repr(value))


def flow(value: Value) -> str:
    """JSON data on one line as YAML writes it: ``{kernel: rbf, hidden: [64, 32]}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow_text(str(key))}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return _flow_text(value) if isinstance(value, str) else short_exponent(json.dumps(value))


def _flow_text(text: str) -> str:
    return text if is_plain_text(text) else json.dumps(text, ensure_ascii=False)


def short_exponent(text: str) -> str:
    """A number without leading zeros in its exponent: 1e-5 for 1e-05."""
    if "e" not in text:
        return text
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mantissa[-1:].isdigit() else text


def is_plain_text(text: str) -> bool:
    """Whether a text without quotes cannot be mistaken for a number, null, a list, or several values."""
    try:
        read = resolve(text)
    except AmbiguousScalar:
        return False
    odd = text != text.strip() or text in _NOTHING or any(mark in text for mark in ',"[]{}\n') or not text
    return isinstance(read, str) and not odd and not _MARK.match(text)
