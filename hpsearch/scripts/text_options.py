"""Options of programs in other languages, declared with R's optparse, Julia's ArgParse and others."""

import re
from collections.abc import Iterator

from hpsearch.scripts.environment_options import as_number
from hpsearch.scripts.help_text import with_stated_default
from hpsearch.scripts.script import UNKNOWN, Kind, Option, kind_of, unique

_FLAG = re.compile(r"[\"'](--[A-Za-z][\w-]*)(?P<takes>[ =][^\"'\n]*)?[\"']")
_DEFAULT = re.compile(r"\bdefault\s*(?:=>|[=:])\s*(\"[^\"\n]*\"|'[^'\n]*'|[^\s,;)}\]]+)")
_HELP = re.compile(r"\b(?:help|description|desc)\s*(?:=>|[=:])\s*(?:\"([^\"\n]*)\"|'([^'\n]*)')")
_TYPE = re.compile(r"\b(?:type|arg_type)\s*(?:=>|[=:])\s*[\"']?(\w+)")
_TYPES: dict[str, Kind] = {
    "double": "float", "numeric": "float", "float": "float", "float32": "float", "float64": "float",
    "number": "float", "integer": "int", "int": "int", "int64": "int", "logical": "bool", "bool": "bool",
    "character": "text", "string": "text",
}  # fmt: skip
_SWITCH = re.compile(r"store_true|:store_true|boolean", re.IGNORECASE)
_LONGEST = 400
"""The largest number of characters in one declaration."""


def declared_options(text: str) -> tuple[Option, ...]:
    """The options that a program's text names in quotes, with the text after each."""
    return unique(_options(text))


def _options(text: str) -> Iterator[Option]:
    matches = list(_FLAG.finditer(text))
    for match, following in zip(matches, [*matches[1:], None], strict=False):
        end = following.start() if following is not None else len(text)
        about = text[match.end() : min(end, match.end() + _LONGEST)]
        yield _option(match[1], about, text.count("\n", 0, match.start()) + 1)


def _option(flag: str, about: str, line: int) -> Option:
    name = flag.lstrip("-").replace("-", "_")
    stated = _DEFAULT.search(about)
    default = UNKNOWN if stated is None else _value(stated[1])
    helped = _HELP.search(about)
    shown = (helped[1] or helped[2] or "") if helped else ""
    typed = _TYPE.search(about)
    kind = _TYPES.get(typed[1].lower(), kind_of(default)) if typed else kind_of(default)
    if _SWITCH.search(about) or kind == "bool":
        return Option(name, flag, "bool", default is True, help=shown, line=line, spelling=("on", ""))
    return with_stated_default(Option(name, f"{flag} {{}}", kind, default, help=shown, line=line))


def _value(text: str) -> object:
    """A default in the syntax of R, Julia, Ruby and JavaScript."""
    plain = text.strip("\"'")
    if plain in ("NULL", "NA", "nothing", "nil", "undefined", "null", "None"):
        return None
    value = as_number(re.sub(r"(?<=[0-9])L$", "", plain))
    return {"TRUE": True, "FALSE": False}.get(value, value) if isinstance(value, str) else value
