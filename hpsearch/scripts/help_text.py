"""Options by the text that a program prints for ``--help``, in any language.

The styles of argparse, click, Go's flag, clap, Boost, docopt and hand-written usage texts such as libsvm's.
"""

import re
from collections.abc import Iterator

from hpsearch.metrics.numbers import number
from hpsearch.scripts.script import UNKNOWN, Kind, Option, Script, kind_of, unique

_OPTION = re.compile(
    r"^(?P<indent>\s*)(?P<short>-[A-Za-z0-9?])?(?:\s*(?P<value1>[A-Z<\[][\w<>\[\]{},.|-]*))?"
    r"(?:,?\s*(?P<long>--?\[?(?:no-)?\]?[A-Za-z][\w.\-\[\]]*))?(?P<rest>.*)$"
)
_CHOICES = re.compile(r"\{([^{}]+,[^{}]+)\}|\[possible values: ([^\]]+)\]|\[([\w.\-]+(?:\|[\w.\-]+)+)\]")
_DEFAULT = re.compile(
    r"[\[(]default(?:\s+is|s to|:|=)?\s*[:=]?\s*\"?([^\])\"]*?)\"?[\])]"
    r"|\bdefault(?: is|:|=)?\s+(\S+)|\(=([^)]*)\)",
    re.IGNORECASE,
)
_TYPE = re.compile(r"\b(float|double|number|int|integer|uint|string|str|bool)\b", re.IGNORECASE)
_TYPES: dict[str, Kind] = {
    "float": "float", "double": "float", "number": "float", "int": "int", "integer": "int", "uint": "int",
    "string": "text", "str": "text", "bool": "bool",
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r"^[ =]?(?:<[^>]+>|\[?=?[A-Z][A-Z0-9_]*\]?|\{[^}]+\}|arg\b|[a-z_]+(?=\s*:|\s{2,}|$))"
)
_OPTIONS_ONLY = re.compile(r"^\s*(?:-h\b|--help\b|-\?|--version\b|-V\b)")


def read_help(text: str) -> Script:
    """The options of a help text; those without a value are switches."""
    return Script("--help", unique(_options(text)))


def _options(text: str) -> Iterator[Option]:
    lines = text.expandtabs().splitlines()
    for index, line in enumerate(lines):
        if not line.lstrip().startswith("-") or _OPTIONS_ONLY.match(line):
            continue
        match = _OPTION.match(line)
        if match is None or not (match["short"] or match["long"]):
            continue
        word = match["long"] or match["short"]
        rest = " ".join([match["rest"], *_continued(lines, index)])
        yield _option(word, match["value1"] or "", rest)


def _continued(lines: list[str], index: int) -> Iterator[str]:
    """The lines below an option that are indented further: its help goes on there."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    for line in lines[index + 1 :]:
        if not line.strip() or len(line) - len(line.lstrip()) <= indent or line.lstrip().startswith("-"):
            return
        yield line.strip()


def _option(word: str, placeholder: str, rest: str) -> Option:
    negatable = re.match(r"--\[no-\]?", word)
    word = re.sub(r"\[no-\]", "", word).rstrip("[]")
    takes = placeholder or (match[0] if (match := _PLACEHOLDER.match(rest)) else "")
    joined = takes.startswith("=") or "=" in takes[:2]
    found = _DEFAULT.search(rest)
    written = next((group for group in found.groups() if group is not None), "").strip() if found else ""
    default = _value(written) if found else UNKNOWN
    listed = _CHOICES.search(f"{takes} {rest}")
    choices = re.split(r"[,|]\s*", next(filter(None, listed.groups()))) if listed else []
    typed = _TYPE.search(f"{takes} {rest[:60]}")
    kind: Kind = _TYPES[typed[1].lower()] if typed else "unknown"
    if kind == "unknown" or (kind == "text" and not isinstance(default, str)):
        kind = kind_of(default) if default is not UNKNOWN else ("text" if choices else kind)
    flag = f"{word}={{}}" if joined else f"{word} {{}}"
    if not takes and default is UNKNOWN and not typed:
        flag, kind, default = word, "bool", False
        if negatable:
            flag = f"{word}/--no-{word.lstrip('-')}"
    shown = " ".join(_PLACEHOLDER.sub("", rest, count=1).split()).lstrip(": ")
    values = tuple(_value(choice.strip().strip("'\"")) for choice in choices)
    return Option(word.lstrip("-").replace("-", "_"), flag, kind, default, values, shown)


def _value(text: str) -> object:
    value = number(text)
    if value is not None and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    if value is not None:
        return value
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)
