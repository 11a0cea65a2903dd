"""Hydra's grammar of sweeps: ``interval(0, 1)``, ``tag(log, interval(1e-5, 1))``, ``choice(a, b)``, ``a,b``.

It is described on Hydra's page "Extended Override syntax".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\((.*)\)\s*", re.DOTALL)
_KEYWORD = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*)", re.DOTALL)
_WORD = re.compile(r"[\w./-]+")
_OTHER = re.compile(r"[-+]?[\d_.]+([eE][-+]?\d+)?|true|false|null|inf|nan", re.IGNORECASE)
"""Words with a meaning other than their text."""

_SWEEPS = ("choice", "range", "interval", "glob")
_CASTS = ("int", "float", "str", "bool", "json_str")
_OPENING, _CLOSING = "([{", ")]}"


class BadOverride(ValueError):
    """A text does not follow the grammar; the message is a rule."""


@dataclass(frozen=True)
class Override:
    """The meaning of a value of ``hydra.sweeper.params``.

    Attributes:
        kind: ``choice``, ``range``, ``interval``, ``glob``, or ``value`` for one that is not searched.
        arguments: The texts of the arguments without a name.
        keywords: The texts of the named arguments.
        tags: The tags given by ``tag``.
        cast: The ``int``, ``float``, … around it; "" if there is none.
        shuffled: Whether its values have no order.
    """

    kind: str
    arguments: tuple[str, ...] = ()
    keywords: dict[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    cast: str = ""
    shuffled: bool = False

    def argument(self, place: int, name: str) -> str | None:
        """An argument by its position or its name; None if it is not given."""
        if name in self.keywords:
            return self.keywords[name]
        return self.arguments[place] if place < len(self.arguments) else None


def parse_override(text: str) -> Override:
    """The meaning of a value of ``hydra.sweeper.params``.

    Raises:
        BadOverride: It cannot be understood.
    """
    parts = list(split(text, ","))
    if len(parts) > 1:
        return Override("choice", tuple(map(unquoted, parts)))
    call = _CALL.fullmatch(text)
    if call is None or not _is_one_call(text):
        return Override("value", (unquoted(text),))
    name, arguments, keywords = call[1], [], {}
    for each in split(call[2], ",") if call[2].strip() else ():
        if found := _KEYWORD.fullmatch(each):
            keywords[found[1]] = found[2].strip()
        else:
            arguments.append(each)
    if name in _SWEEPS:
        words = map(unquoted, arguments) if name == "choice" else map(str.strip, arguments)
        return Override(name, tuple(words), keywords)
    if name in ("tag", "sort", "shuffle", *_CASTS) and arguments:
        before = arguments if "sweep" in keywords else arguments[:-1]
        last = keywords.get("sweep", arguments[-1])
        if name in ("sort", "shuffle", *_CASTS) and before:  # sort(3, 1, 2) and the like
            inner = Override("choice", tuple(map(unquoted, arguments)))
        else:
            inner = parse_override(last)
        if name == "tag":
            return replace(inner, tags=inner.tags | {tag.strip() for tag in before})
        if name in _CASTS:
            return replace(inner, cast=name)
        return replace(inner, shuffled=inner.shuffled or name == "shuffle")
    raise BadOverride(f"{name}(…) is not a sweep of Hydra")


def split(text: str, separator: str) -> Iterator[str]:
    """The parts of a text between separators that are not within quotes or brackets.

    Raises:
        BadOverride: Quotes or brackets are not closed.
    """
    part, depth, quote, escaped = "", 0, "", False
    for each in text:
        if quote:
            quote = "" if each == quote and not escaped else quote
            escaped = each == "\\" and not escaped
        elif each in "'\"":
            quote = each
        elif each in _OPENING or each in _CLOSING:
            depth += 1 if each in _OPENING else -1
        elif each == separator and depth == 0:
            yield part
            part = ""
            continue
        part += each
    if quote or depth:
        raise BadOverride("must close its quotes and brackets")
    yield part


def unquoted(text: str) -> str:
    """An element as it is passed on: without quotes, unless Hydra needs them to read it back."""
    text = text.strip()
    plain = text[1:-1]
    needless = len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"" and _WORD.fullmatch(plain)
    return plain if needless and not _OTHER.fullmatch(plain) else text


def _is_one_call(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    depth, text = 0, text.strip()
    for at, each in enumerate(text):
        depth += (each in _OPENING) - (each in _CLOSING)
        if each in _CLOSING and depth == 0:
            return at == len(text) - 1
    return False
