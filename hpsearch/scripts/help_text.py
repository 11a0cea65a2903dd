"""Options from the text that a program in any language prints for ``--help``.

The styles are those of argparse, click, Go's flag, clap, Boost, docopt and hand-written usage texts such as
libsvm's.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hpsearch.metrics.numbers import number
from hpsearch.scripts.script import UNKNOWN, Kind, Option, Script, kind_of, unique

_END_OF_HEAD = re.compile(r"\s{2,}|\s?:\s|\t")
_FLAG = re.compile(r"--?(?:\[no-\])?[A-Za-z?][\w.\-]*")
_CHOICES = re.compile(r"\{([^{}]+,[^{}]+)\}|\[possible values: ([^\]]+)\]|\[([\w.\-]+(?:\|[\w.\-]+)+)\]")
_DEFAULT = re.compile(
    r"\[([-+.\d][^\]\s]*)\]$|"
    r"[\[(]default(?: value)?(?:\s+is|s to|:|=)?\s*[:=]?\s*\"?([^\])\"]*?)\"?[\])]"
    r"|(?<!by )\bdefault(?:s to| value is| value:| is|:|=)?\s*[:=]?\s+(\S+)|\bdefault[:=](\S+)|\(=([^)]*)\)"
    r"|(\S+) (?:by|is the) default\b",
    re.IGNORECASE,
)
_LAST = re.compile(r"\[([\w.\-]+)\]$")
_TYPE = re.compile(r"\b(float|double|number|int|integer|uint|string|str|bool)\b", re.IGNORECASE)
_TYPES: dict[str, Kind] = {
    "float": "float", "double": "float", "number": "float", "int": "int", "integer": "int", "uint": "int",
    "string": "text", "str": "text", "bool": "bool",
}  # fmt: skip
_PLACEHOLDER = re.compile(r"<[^>]+>|\[?=?[A-Z][A-Z0-9_]*\]?|\{[^}]+\}|\[\w+(?:\|\w+)+\]|arg")
_USAGE = re.compile(r"^\s*usage:\s*(.+(?:\n[ \t]+\S.*)*)", re.IGNORECASE | re.MULTILINE)
_OPTIONAL = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\.\.\.")
_ARGUMENT = re.compile(r"-{0,2}[A-Za-z][\w-]*")
_NO_ARGUMENT = {"options", "option", "flags", "args", "arguments", "command"}
_OPTIONS_ONLY = re.compile(r"^\s*(?:-h\b|--help\b|-\?|--version\b|-V\b)")


def read_help(text: str) -> Script:
    """The options of a help text; those without a value are switches.

    Arguments that the usage line requires, such as a data file, have to be given.
    """
    needed = _needed(text)
    found = [replace(option, required=option.flag.partition(" ")[0] in needed) for option in _options(text)]
    positional = [word for word in needed if not word.startswith("-")]
    found += [Option(word.lower(), "{}", "text", required=True) for word in positional]
    return Script("--help", unique(found))


def _needed(text: str) -> list[str]:
    """The words of the first usage line that are not in brackets: flags that are required, and arguments."""
    match = _USAGE.search(text)
    if match is None:
        return []
    usage = match[1]
    while (shorter := _OPTIONAL.sub(" ", usage)) != usage:
        usage = shorter
    words = usage.split()[1:]  # the first one is the program
    needed = []
    for before, word in zip(["", *words], words, strict=False):
        name = word.strip("<>").rstrip(".")
        is_value = before.startswith("-") and not word.startswith("-")  # --data DATA
        if _ARGUMENT.fullmatch(name) and not is_value and name.lower() not in _NO_ARGUMENT:
            needed.append(name)
    return needed


def _options(text: str) -> Iterator[Option]:
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.lstrip().startswith("-") and not _OPTIONS_ONLY.match(line):
            flags, takes, rest = _head(line.strip())
            if flags:
                yield _option(flags, takes, " ".join([rest, *_continued(lines, index)]))


def _head(line: str) -> tuple[list[str], str, str]:
    """The flags in a line, their values, and the help."""
    head, *more = _END_OF_HEAD.split(line, maxsplit=1)
    flags: list[str] = []
    words = head.replace("[ -", "-").replace(" ]", "").split()
    joined = ""
    while words and (match := _FLAG.match(words[0])):
        flags.append(match[0])
        tail = words.pop(0)[match.end() :].rstrip(",")
        if tail.startswith(("=", "[=")):
            joined = tail
        if words and _PLACEHOLDER.fullmatch(words[0].rstrip(",")) and words[0].endswith(","):
            words.pop(0)  # argparse repeats it: -b N, --batch-size N
        while words and words[0] == "/":
            words.pop(0)
    if joined:
        return flags, joined, " ".join([*words, *more])
    if more:
        return flags, " ".join(words), more[0]
    takes = words.pop(0) if words and _PLACEHOLDER.fullmatch(words[0]) else ""
    return flags, takes, " ".join(words)


def _continued(lines: list[str], index: int) -> Iterator[str]:
    """The lines below an option that are indented further: its help continues there."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    for line in lines[index + 1 :]:
        if not line.strip() or len(line) - len(line.lstrip()) <= indent or line.lstrip().startswith("-"):
            return
        yield line.strip()


def _option(flags: list[str], takes: str, rest: str) -> Option:
    off = next((flag for flag in flags if flag.startswith("--no-") and f"--{flag[5:]}" in flags), "")
    long = next((flag for flag in flags if flag.startswith("--") and flag != off), flags[0])
    word = long.replace("[no-]", "")
    if word != long:
        off = f"--no-{word.lstrip('-')}"
    about = f"{takes} {rest}".strip()
    default = stated_default(about)
    listed = _CHOICES.search(about)
    choices = re.split(r"[,|]\s*", next(filter(None, listed.groups()))) if listed else []
    if default is UNKNOWN and (last := _LAST.search(about)) and last[1] in choices:
        default = last[1]
    typed = _TYPE.fullmatch(takes.strip("<>[]=").lower()) if takes else None
    kind: Kind = _TYPES[typed[1]] if typed else "text" if choices else kind_of(default)
    flag = f"{word}={{}}" if takes.startswith(("=", "[=")) else f"{word} {{}}"
    if not takes and default is UNKNOWN:
        flag, kind, default = f"{word}/{off}" if off else word, "bool", False
    values = tuple(_value(choice.strip().strip("'\"")) for choice in choices)
    return Option(_name(word, takes), flag, kind, default, values, " ".join(rest.split()))


def stated_default(about: str) -> object:
    """The default that a help text says, or :data:`UNKNOWN`: ``Default is 0.9.``, ``(default: 0.9)``."""
    found = _DEFAULT.search(about)
    if found is None:
        return UNKNOWN
    text = next((group for group in found.groups() if group is not None), "")
    return _value(text.strip(" \"'`").rstrip(".,;)").strip("\"'`"))


def with_stated_default(option: Option) -> Option:
    """The option with a number for a default that is given as text, or only in its help."""
    default = option.default
    if default in (UNKNOWN, None):
        stated = stated_default(option.help)
        is_number = isinstance(stated, int | float) and not isinstance(stated, bool)
        return (
            replace(option, default=stated)
            if is_number and option.kind in ("int", "float", "unknown")
            else option
        )
    if isinstance(default, str) and option.kind in ("int", "float"):
        value = _value(default)
        return replace(option, default=value) if isinstance(value, int | float) else option
    return option


def _name(word: str, takes: str) -> str:
    name = word.lstrip("-").replace("-", "_")
    called = re.fullmatch(r"[<\[]?([A-Za-z][A-Za-z_]{2,})[>\]]?", takes)
    return called[1].lower() if len(name) == 1 and called else name  # libsvm's -g gamma


def _value(text: str) -> object:
    value = number(text)
    if value is not None and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    if value is not None:
        return value
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)
