"""Programs in languages other than Python: options of shell scripts, and metrics that programs print."""

import re
from collections.abc import Iterator
from pathlib import Path

from hpsearch.metrics.names import canonical, is_counter, looks_like_a_metric
from hpsearch.metrics.pairs import pairs
from hpsearch.scripts.environment_options import as_number
from hpsearch.scripts.script import Option, PrintedMetric, Script, kind_of, unique
from hpsearch.scripts.source_tree import LARGEST_SOURCE, UnreadableScript
from hpsearch.scripts.text_options import declared_options

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*):?[-=]([^{}$]*)\}")
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=[\"']?([^\s\"'$`;#]+)[\"']?\s*(?:#.*)?$"
)
_CASE = re.compile(
    r"^\s*(?P<flags>-[\w-]+(?:\s*\|\s*-[\w-]+)*)\)\s*(?:shift\s*;\s*)?(?P<name>[A-Za-z_]\w*)=[\"']?\$\{?[12]\b",
    re.MULTILINE,
)
_LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_FILLED = re.compile(
    r"\$\{[^}]*\}|[$#][({][^)}]*[)}]|\$\w+|%[-+ #0]*\d*(?:\.\d+)?l?[a-zA-Z]|\{[\w.:<>+-]*\}|\\\([^)]*\)"
)
_PRINTS = re.compile(
    r"(?i)\b(echo|s?printf?|println|cat|puts|write|log|message|sprintf|display|fprintf|cout|info|debug|out)\b"
)
_FIGURE = " 0.5 "
"""Takes the place of a printed value."""


def read_shell(path: Path) -> Script:
    """The options of a shell script: those in a ``case``, and variables with a default, ``${LR:-0.1}``.

    Raises:
        UnreadableScript: It cannot be read.
    """
    text = _text(path)
    return Script("shell", unique(_options(text)), metrics=text_metrics(text))


def read_text_program(path: Path) -> Script:
    """The options that a program in another language declares in its text.

    Raises:
        UnreadableScript: It cannot be read.
    """
    text = _text(path)
    return Script("text", declared_options(text), metrics=text_metrics(text))


def metrics_of_text(path: Path) -> tuple[PrintedMetric, ...]:
    """The metrics that a program prints, judging by the texts in it; none if it is not a text file."""
    try:
        return text_metrics(_text(path))
    except UnreadableScript:
        return ()


def text_metrics(text: str) -> tuple[PrintedMetric, ...]:
    """The metrics in a program's quoted texts, with a number in place of each variable."""
    found: dict[str, PrintedMetric] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not _PRINTS.search(line):
            continue
        for name in _names(_literals(line)) or _names(_whole(line)):
            found.setdefault(canonical(name), PrintedMetric(name, number, "print"))
    return tuple(found.values())


def _names(printed: str) -> list[str]:
    text = _PRINTS.sub(_FIGURE, printed.replace("\\t", " ").replace("\\n", " "))
    text = _FILLED.sub(_FIGURE, text) + _FIGURE
    names = [pair.name for pair in pairs(text)]
    return [name for name in names if looks_like_a_metric(name) and not is_counter(name)]


def _literals(line: str) -> str:
    """The quoted texts in a line, with a number in place of anything between them."""
    return _FIGURE.join(match[1] or match[2] or "" for match in _LITERAL.finditer(line))


def _whole(line: str) -> str:
    """A line without its quotes, which may be nested."""
    return re.sub(r"[\"'`]", " ", re.sub(r"\$\(.*\)", _FIGURE, line))


def _options(text: str) -> Iterator[Option]:
    assigned: dict[str, tuple[str, int]] = {}
    for number, words in enumerate(text.splitlines(), 1):
        if match := _ASSIGNED.match(words):
            assigned.setdefault(match[1], (match[2], number))
    for match in _CASE.finditer(text):
        flags = re.split(r"\s*\|\s*", match["flags"])
        flag = next((each for each in flags if each.startswith("--")), flags[0])
        default, line = assigned.get(match["name"], ("", 0))
        value = as_number(default) if default else None
        yield Option(flag.lstrip("-").replace("-", "_"), f"{flag} {{}}", kind_of(value), value, line=line)
    for match in _VARIABLE.finditer(text):
        value = as_number(match[2].strip("\"' "))
        line = text.count("\n", 0, match.start()) + 1
        if not match[1].isdigit():
            yield Option(match[1], "", kind_of(value), value, line=line, variable=match[1])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_SOURCE:
            raise UnreadableScript(f"{path} is larger than {LARGEST_SOURCE >> 20} MiB")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableScript(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableScript(f"{path} is not text") from error
