"""The types of settings: what a setting accepts, what it means, and how a wrong value is refused."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator, GetPydanticSchema, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from hpsearch.document import fixes, quantities
from hpsearch.document.scalars import shown
from hpsearch.invocation.flags import PYTHON, as_text, choice_text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FUNCTION = re.compile(r"([^:]*/)?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def wrong(rule: str, hint: str = "") -> PydanticCustomError:
    """The error of a validator: ``rule`` is the broken rule, ``hint`` what to write instead."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "hint": hint})


def one_of(options: Iterable[str]) -> GetPydanticSchema:
    """Marks a text that must be one of the options, such as the names in a registry."""
    names = list(options)
    return GetPydanticSchema(lambda annotation, handler: core_schema.literal_schema(names))


def section_of(key: str, *, unless: str | None = None) -> BeforeValidator:
    """Marks a section that may be written as the text or list of one of its keys; ``unless`` stays a text."""

    def section(value: object) -> object:
        return {key: value} if isinstance(value, str | list) and value != unless else value

    return BeforeValidator(section)


def is_name(text: str) -> bool:
    """Whether a text can name a search, and so a directory, on every system."""
    return bool(_NAME.fullmatch(text)) and not _DEVICES.fullmatch(text)


def name_like(text: str) -> str:
    """A valid name made from a text."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text[:200]).strip("._-")[:100]
    return name if is_name(name) else "search"


def _name(value: object) -> object:
    if not isinstance(value, str):
        hint = f'Write "{value}", in quotes' if isinstance(value, int | float) else ""
        raise wrong("must be text", hint)
    if _DEVICES.fullmatch(value):
        raise wrong("must not be the name of a Windows device", f"Write {name_like('run-' + value)}")
    if not is_name(value):
        rule = "must be 1 to 100 letters, digits, '.', '_' or '-', starting with a letter or digit"
        raise wrong(rule, f"Write {name_like(value)}" if len(value) <= 100 else "Shorten it")
    return value


def _workers(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise wrong("must be auto or a whole number of at least 1")


def _names(value: object) -> object:
    if isinstance(value, bool):
        raise wrong("must be a list of names", "For example: [learning_rate, dropout]")
    return value


def _fraction_or_path(value: object) -> object:
    if isinstance(value, str) and value:
        return value
    if _is_number(value) and 0 < value < 1:  # type: ignore[operator] # a number, as was just checked
        return value
    percent = isinstance(value, int) and 1 < value < 100
    hint = f"Write {value / 100:g} for {value} %" if percent else "Write a fraction such as 0.2"  # type: ignore[operator] # a percentage is a number
    raise wrong("must be a fraction of the rows above 0 and below 1, or the path of a data file", hint)


def _function_name(value: object) -> object:
    if isinstance(value, str) and _FUNCTION.fullmatch(value.replace(".py:", ":")):
        return value.replace(".py:", ":")
    raise wrong("must be module:function, such as train:objective", _function_hint(value))


def _function_hint(value: object) -> str:
    text = shown(str(value)).removesuffix("()").replace("::", ":")
    module, _, name = text.removesuffix(".py").rpartition(".")
    if _FUNCTION.fullmatch(text.replace(".py:", ":")):
        return f"Write {text}"
    if not text.endswith(".py") and _FUNCTION.fullmatch(f"{module}:{name}"):
        return f"Write {module}:{name}"
    if _FUNCTION.fullmatch(f"{text.removesuffix('.py')}:f"):
        return f"Write {text.removesuffix('.py')}:FUNCTION with the name of the function"
    return "For example: train:main"


def _words(value: object) -> object:
    """The words of a command, numbers among them as text."""
    if not isinstance(value, list):
        return value
    return [str(word) if type(word) in (int, float) else word for word in value]


def _seconds(value: object) -> float:
    if isinstance(value, str) and (seconds := quantities.parse_duration(value)) is not None:
        return seconds
    meant = f"{value}s" if _is_number(value) else fixes.duration(str(value))
    hint = f"Write {meant}" if meant else "Write none for no limit"
    raise wrong("must be none or a duration such as 90s, 10m, 1h30m or 2h", hint)


def _bytes(value: object) -> int:
    if isinstance(value, str) and (count := quantities.parse_size(value)) is not None:
        return count
    meant = f"{value}MB" if _is_number(value) else fixes.memory(str(value))
    hint = f"Write {meant}" if meant else "Write none for no limit"
    raise wrong("must be none or an amount of memory such as 500MB or 4GB", hint)


def _text(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise wrong("must be none or text")


def _spelling(value: object) -> object:
    """Words by value; ``python`` for those of Python."""
    if value == "python":
        return dict(PYTHON)
    if isinstance(value, dict) and all(isinstance(word, str | int | float) for word in value.values()):
        return {choice_text(key): as_text(word) for key, word in value.items()}
    raise wrong("must be python, or words by value", 'For example: {"true": "yes", "false": "no"}')


def _environment_text(value: object) -> object:
    return as_text(value) if isinstance(value, bool | int | float) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _or_none(parse: Callable[[object], object]) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value == "none" or value is None else parse(value))


def _none_or(write: Callable[..., str]) -> PlainSerializer:
    return PlainSerializer(lambda value: "none" if value is None else write(value))


def _schema(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": ["none", *examples]})


Name = Annotated[str, BeforeValidator(_name)]
"""The name of a search."""

Workers = Annotated[int | Literal["auto"], BeforeValidator(_workers)]
"""How many trials run at once."""

FractionOrPath = Annotated[float | str, BeforeValidator(_fraction_or_path)]
"""A fraction of the rows, or the path of a file."""

FunctionName = Annotated[str, BeforeValidator(_function_name)]
"""``module:function``, or ``path/to/module:function``."""

Spelling = Annotated[dict[str, str], BeforeValidator(_spelling)]
"""Words by the text of a value, such as ``yes`` for ``true``."""

EnvironmentText = Annotated[str, BeforeValidator(_environment_text)]
"""The text of a variable, which may be written as a number."""

Words = Annotated[list[str] | str, BeforeValidator(_words)]
"""A command, as a text or as a list of words."""

Seconds = Annotated[
    float | None, _or_none(_seconds), _none_or(quantities.duration), _schema("90s", "10m", "1h30m")
]
"""A duration; None for no limit, which a config writes as ``none``."""

Bytes = Annotated[int | None, _or_none(_bytes), _none_or(quantities.size), _schema("500MB", "4GB")]
"""An amount of memory; None for no limit, which a config writes as ``none``."""

OptionalText = Annotated[str | None, _or_none(_text), _none_or(str), _schema()]
"""Text; None for no text, which a config writes as ``none``."""

Names = Annotated[list[str], BeforeValidator(_names)]
"""Names of parameters."""
