"""Names with numbers in a line of text: ``val_loss: 0.2``, ``acc=93%``, ``train loss 2.43``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hpsearch.metrics.names import LEVELS, canonical, is_counter
from hpsearch.metrics.numbers import NUMBER, WHOLE, has_decimal_comma, value_of

MOST_WORDS = {"equals": 4, "bar": 3, "": 3}
"""The most words in a name, by the mark between it and its number; a longer one is a sentence."""

_WRAPPER = r"(?:tensor|array|Array|DeviceArray|(?:np|numpy|jnp)\.float[0-9]+)"
_CHANGES = r"(?!\s*(?:-+>|→|=>)\s*[+\-−.]?[0-9])"
"""A lookahead: the number before does not change into another one, as in ``0.5 -> 0.4``."""

_TOKEN = re.compile(
    rf"(?P<wrapper>{_WRAPPER}\((?={NUMBER}\s*(?:\)|,\s*[a-z_]+\s*=)))"
    r"|(?P<option>(?<!\S)--[A-Za-z][\w.-]*[ =]?)"
    rf"|(?P<number>{NUMBER}){WHOLE}{_CHANGES}"
    rf"|(?P<change>{NUMBER}){WHOLE}"
    r"|(?P<junk>[+\-−.]?[0-9][\w.,:/%+\-−]*)"
    r"|(?P<word>\#?[^\W\d]\w*(?:['’]s\b)?(?:[@./+\-]\w+)*%?)"
    r"|(?P<equals>->|=>|[:=](?![:=]))"
    r"|(?P<bar>[|│┃])"
    r"|(?P<space>[\s'\"`]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_SETTINGS = re.compile(
    r"\b\w*(?:Namespace|Config|Cfg|Args|Arguments|Params|Parameters|Options|Settings)\(.*", re.DOTALL
)
"""Settings in Python's notation, to the end of the line: ``Namespace(lr=0.1, loss=3)``."""

_BEST = re.compile(r"\bbest\b", re.IGNORECASE)
_FILE = re.compile(r"\.(?:py|cc|cpp|go|rs|jl|R|lua|js|ts|sh)\Z")


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with a number.

    Attributes:
        name: Its words, joined by underscores.
        value: The number.
        marked: Whether ``:``, ``=`` or ``->`` is between them.
    """

    name: str
    value: float
    marked: bool


def pairs(line: str) -> list[Pair]:
    """The names with numbers in a line, from left to right; incomplete numbers are left out.

    In a line about the best epoch, which is not the last one, all names begin with ``best``.
    """
    if "(" in line:
        line = _SETTINGS.sub("", line)
    found = [pair for pair in _pairs(line) if not _FILE.search(pair.name)]
    if found and (best := _BEST.search(line)) and _is_about_the_best(line[: best.start()], found):
        found = [replace(pair, name=_best_name(pair.name)) for pair in found]
    return found


def _is_about_the_best(before: str, found: list[Pair]) -> bool:
    """Whether the word ``best`` is about a whole line: before all numbers, and not in a metric's name."""
    first = found[0].name
    return not any(_pairs(before)) and ("best" not in canonical(first).split("_") or is_counter(first))


def _best_name(name: str) -> str:
    return name if "best" in canonical(name).split("_") else f"best_{name}"


def contradictory(found: list[Pair]) -> set[str]:
    """The canonical names that have different numbers in a line."""
    values: dict[str, set[str]] = {}
    for pair in found:
        values.setdefault(canonical(pair.name), set()).add(repr(pair.value))
    return {name for name, numbers in values.items() if len(numbers) > 1}


def unclear_numbers(line: str) -> list[tuple[str, str]]:
    """The names with an unclear number, and how it begins: ``loss: 0,5``, ``loss: 1.#QNAN``.

    Fractions, times and dates are not such numbers.
    """
    return [
        (pair.name, text.rstrip(","))
        for words, mark, kind, text in _named(line)
        if kind == "junk"
        and (has_decimal_comma(text.rstrip(",")) or (mark == "equals" and not {*"/:"} & {*text}))
        for pair in _pair(words, "0", mark)
    ]


def _pairs(line: str) -> Iterator[Pair]:
    for words, mark, kind, text in _named(line):
        if kind == "number":
            yield from _pair(words, text, mark)


def _named(line: str) -> Iterator[tuple[list[str], str, str, str]]:
    """Everything that is or looks like a number: the words before it, the mark between, its kind, itself."""
    words: list[str] = []
    mark = ""  # the mark between the words and the number: equals, bar or nothing
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup
        if kind == "word":
            words = [match[0]] if mark else [*words, match[0]]
            mark = ""
        elif kind in ("equals", "bar"):
            words = [] if mark else words
            mark = kind if words else ""
        elif kind in ("number", "junk"):
            yield words, mark, kind, match[kind]
            words, mark = [], ""
        elif kind not in ("space", "wrapper") or (kind == "wrapper" and not mark):
            words, mark = [], ""


def _pair(words: list[str], number: str, mark: str) -> Iterator[Pair]:
    while len(words) > 1 and words[0].lower() in LEVELS:
        words = words[1:]
    if 0 < len(words) <= MOST_WORDS[mark]:
        name = "_".join(re.sub(r"['’]s\Z", "", word) for word in words)
        yield Pair(name, value_of(number), mark == "equals")
