"""The user's patterns for finding a metric in a line: ``val_loss={}``, or a regular expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from hpsearch.metrics.names import canonical
from hpsearch.metrics.numbers import CONTINUES, NUMBER, WHOLE, UnclearNumber, number, value_of

PLACEHOLDER = "{}"
"""The placeholder for the number in a pattern."""

ANYTHING = "{*}"
"""The placeholder for any text in a pattern."""

_NUMERIC_GROUP = re.compile(r"[][0-9.\\deE+*?,_|():^{}-]+")
_ANY_NUMBER = re.compile(NUMBER)
_DECIMAL_COMMA = re.compile(r"(?<![\w.,])[+\-−]?[0-9]+,[0-9]+(?![.,]?\w)")
_NUMBER_GOES_ON = re.compile(rf"{CONTINUES}\S*")
_TEXT_GOES_ON = re.compile(rf"(?!{WHOLE}).\S*")
_GOES_ON = re.compile(r"[kKMGTB]\b|[xX][0-9a-fA-F]+|[ ]?[×·^][ ]?[0-9]+|[⁻_'’\u00a0\u2009\u202f][0-9]+")
"""Text that can follow a captured number only if the number is not the captured one."""


class MisreadNumber(UnclearNumber):
    """A pattern matched a line, but did not capture a complete number.

    Attributes:
        pattern: As the user wrote it.
        line: The line that it matched.
    """

    def __init__(self, rule: str, pattern: str, line: str) -> None:
        self.pattern, self.line = pattern, line
        super().__init__(f"{rule}; the pattern is {pattern!r}, the line {line.strip()!r:.200}")


class BadPattern(ValueError):
    """A pattern cannot be used; the message says why and what to write."""


@dataclass(frozen=True)
class Pattern:
    """Finds one number in a line.

    A text with ``{}`` is matched literally, except that white space in it, and around ``=`` and ``:``,
    matches any amount. Any other text is a regular expression whose first group is the number.

    Attributes:
        text: As the user wrote it.
    """

    text: str

    @property
    def has_placeholder(self) -> bool:
        """Whether it is a text with ``{}``, not a regular expression."""
        return PLACEHOLDER in self.text

    def check(self) -> None:
        """Compile it.

        Raises:
            BadPattern: It cannot be used.
        """
        if self._regex.groups == 0:
            raise BadPattern("must have {} in place of the number, or a group in parentheses")

    def find(self, line: str) -> float | None:
        """The number in a line, or None if the line does not match.

        Raises:
            MisreadNumber: It matches, but not exactly one complete number.
        """
        return self._placed(line) if self.has_placeholder else self._captured(line)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        if self.has_placeholder:
            return re.compile(_literal(self.text))
        try:
            return re.compile(self.text)
        except re.error as error:
            raise BadPattern(f"must be a regular expression: {error}") from None

    @cached_property
    def _tolerant(self) -> re.Pattern[str] | None:
        """The regular expression with any number in place of its group, if its group matches only numbers."""
        span = _first_group(self.text)
        if span is None or not _NUMERIC_GROUP.fullmatch(self.text[slice(*span)]):
            return None
        try:
            return re.compile(f"{self.text[: span[0]]}{NUMBER}{WHOLE}{self.text[span[1] :]}")
        except re.error:
            return None

    def _placed(self, line: str) -> float | None:
        matches = list(self._regex.finditer(line))
        if not matches:
            return None
        values = {match["number"] for match in matches}
        if len(values) > 1:
            several = " and ".join(match["number"] for match in matches[:2])
            raise MisreadNumber(f"it matches twice, at {several}: write more of the text", self.text, line)
        (match, *_) = matches
        literal = bool(self.text.partition(PLACEHOLDER)[2].strip())
        if more := (_NUMBER_GOES_ON if literal else _TEXT_GOES_ON).match(line, match.end("number")):
            rule = f"it would cut {match['number']}{more[0]}"
            raise MisreadNumber(f"{rule}: write what follows the number after {{}}", self.text, line)
        return value_of(match["number"])

    def _captured(self, line: str) -> float | None:
        match = self._regex.search(line)
        if match is None:
            return self._passed_over(line)
        text = match[1] or ""
        if match[1] is not None and (whole := _cut(line, match)):
            rule = f"it captures {text!r} of {whole!r}: write {{}} in place of the group"
            raise MisreadNumber(rule, self.text, line)
        value = number(text)
        if value is None:
            raise MisreadNumber(f"it captures {text!r}, which is not a number", self.text, line)
        return value

    def _passed_over(self, line: str) -> float | None:
        """A number that the group does not match: nan and inf are read, others are an error."""
        match = self._tolerant.search(line) if self._tolerant is not None else None
        if match is None:
            return None
        value = number(match[1])
        if value is not None and abs(value) < float("inf"):
            rule = f"it does not take the number {match[1]}: write {{}} in place of the group"
            raise MisreadNumber(rule, self.text, line)
        return value


def _literal(text: str) -> str:
    """The regular expression of a text with one placeholder.

    Raises:
        BadPattern: It has several placeholders, or a sign or digit just before one.
    """
    before, *after = text.split(PLACEHOLDER)
    if len(after) != 1:
        raise BadPattern(f"must have one {{}}, not {len(after)}; write {{*}} for any other text")
    if re.search(r"[-+−.,0-9]\Z", before):
        raise BadPattern("must not have a sign or digit just before {}; the number includes its sign")
    start = _escaped(before)
    if re.match(r"\w", before):
        start = rf"(?<![\w])(?<!\w[./@-]){start}"
    elif not before:
        start = r"(?<![\w.+\-−])(?<![0-9][,:/])"
    end = rf"\s*{_escaped(after[0].strip())}" if after[0].strip() else ""
    return rf"{start}\s*(?P<number>{NUMBER}){end}"


def _escaped(text: str) -> str:
    parts = re.split(r"(\{\*\}|\s*[:=]\s*|\s+)", text)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part == ANYTHING:
        return ".*?"
    if part and not part.strip():
        return r"\s+"
    if part.strip() in {":", "="}:
        return rf"\s*{part.strip()}\s*"
    return re.escape(part)


def _cut(line: str, match: re.Match[str]) -> str:
    """The complete number if the first group captured only a part of it; "" if it captured all."""
    start, end = match.span(1)
    for token in _tokens(line):
        if token.start < end and token.end > start and (token.start < start or token.end > end):
            return line[token.start : token.end]
    after = _GOES_ON.match(line, end) if match.end() == end else None
    return line[start : after.end()] if after else ""


def _tokens(line: str) -> Iterator["_Span"]:
    """The positions of complete numbers in a line, regardless of the pattern."""
    for match in _ANY_NUMBER.finditer(line):
        start, end = match.span()
        if line[start] in "+-−" and start > 0 and not re.match(r"[\s=:([,|]", line[start - 1]):
            start += 1  # a hyphen: `epoch-3`
        letters = line[end - 1].isalpha() or line[end - 1] == ")"
        if not (letters and re.search(r"\w", line[max(start - 1, 0) : start] + line[end : end + 1])):
            yield _Span(start, end)
    yield from (_Span(*match.span()) for match in _DECIMAL_COMMA.finditer(line))


class _Span(NamedTuple):
    start: int
    end: int


def _first_group(pattern: str) -> tuple[int, int] | None:
    """The position of the content of the first capturing group in a regular expression."""
    depth, start, index, in_set = 0, -1, 0, False
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            index += 1
        elif in_set:
            in_set = char != "]" or pattern[index - 1] in "[^"
        elif char == "[":
            in_set = True
        elif char == "(":
            captures = pattern[index + 1 : index + 2] != "?" or pattern.startswith("(?P<", index)
            if start < 0 and captures:
                named = re.match(r"\?P<\w+>", pattern[index + 1 :])
                start = index + 1 + (named.end() if named else 0)
                depth = 0
            depth += 1
        elif char == ")":
            depth -= 1
            if start >= 0 and depth == 0:
                return start, index
        index += 1
    return None


def pattern_for(line: str, metric: str) -> str:
    """A text with ``{}`` that finds a metric in lines like one, with ``{*}`` for the numbers before its name.

    Args:
        line: A line with the metric's name and then its number.
        metric: The metric's name.
    """
    words = r"[\W_]*".join(map(re.escape, canonical(metric).split("_")))
    name = re.search(words, line, re.IGNORECASE)
    number = _ANY_NUMBER.search(line, name.end()) if name else None
    if name is None or number is None:
        return f"{metric} {PLACEHOLDER}"
    return (
        f"{_ANY_NUMBER.sub(ANYTHING, line[: name.start()])}{line[name.start() : number.start()]}{PLACEHOLDER}"
    )
