"""Files for a trial: templates filled in with its values.

The values of YAML, JSON, TOML and INI files are set by key path, the constants of a Python file by name: a
parameter ``optimizer.lr`` sets the key ``lr`` of the section ``optimizer``, or of the class or dictionary of
that name. Texts in YAML, JSON, TOML and INI files may also have placeholders. In all other files,
placeholders of parameters are replaced, and other braces stay.
"""

from __future__ import annotations  # types are imported for annotations only

import ast
import configparser
import io
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from hpsearch.document.plain_yaml import BadYaml, dump_yaml, load_yaml
from hpsearch.document.python_constants import constants
from hpsearch.document.toml_text import toml_text
from hpsearch.expressions import Expression, ExpressionError
from hpsearch.invocation.flags import Inactive, Passing, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hpsearch.trial import Value

LARGEST_TEMPLATE = 2**22
"""Bytes."""

_PLACEHOLDER = re.compile(r"\{([^{}\n]+)\}")


class BadTemplate(ValueError):
    """A template cannot be filled in; the message names it and says why."""


def write_filled(
    template: Path, target: Path, values: Mapping[str, Value], special: Mapping[str, str], passing: Passing
) -> None:
    """Write the file of a trial.

    Args:
        template: The template to fill in.
        target: The file to write.
        values: The trial's values.
        special: Words for the placeholders that are not parameters.
        passing: How values are spelled in plain text.

    Raises:
        BadTemplate: It does not have the format of its suffix, or lacks a value.
        OSError: The file cannot be written.
    """
    text = _fill(template, _read(template), values, special, passing)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def names_in(template: Path, names: set[str]) -> set[str]:
    """The parameters that a template uses.

    Raises:
        BadTemplate: It cannot be read, or does not have the format of its suffix.
    """
    text = _read(template)
    found = {name for match in _PLACEHOLDER.finditer(text) for name in _expression_names(match[1]) & names}
    if template.suffix == ".py":
        return found | {name for name, _ in _constants(template, text)} & names
    if (load := _LOADERS.get(template.suffix)) is not None:
        data = _loaded(template, text, load)
        return found | {name for name in names if _has(data, name)}
    return found


def is_plain_text(template: Path) -> bool:
    """Whether values are written into a template as words, as they are into a command."""
    return template.suffix != ".py" and template.suffix not in _LOADERS


def _read(template: Path) -> str:
    try:
        if template.stat().st_size > LARGEST_TEMPLATE:
            raise BadTemplate(f"{template} is larger than {LARGEST_TEMPLATE >> 20} MiB")
        return template.read_text(encoding="utf-8")
    except OSError as error:
        raise BadTemplate(f"{template} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BadTemplate(f"{template} is not text in UTF-8") from None


def _fill(
    template: Path, text: str, values: Mapping[str, Value], special: Mapping[str, str], passing: Passing
) -> str:
    suffix = template.suffix
    if suffix == ".py":
        return _filled_python(template, text, values)
    if suffix in _LOADERS:
        data = _loaded(template, text, _LOADERS[suffix])
        for name, value in values.items():
            if value is None and suffix == ".toml":
                _remove(data, name)
            else:
                _set(data, name, _text(value) if suffix in (".ini", ".cfg") else value)
        try:
            return _WRITERS[suffix](_filled_data(data, values, special))
        except ValueError as error:
            raise BadTemplate(f"{template} cannot hold the values of this trial: {error}") from None
    return _PLACEHOLDER.sub(lambda match: _replacement(match, values, special, passing), text)


def _replacement(
    match: re.Match[str], values: Mapping[str, Value], special: Mapping[str, str], passing: Passing
) -> str:
    """The word for a placeholder in plain text; other braces stay unchanged."""
    try:
        return passing.placeholder(match[1], values, special)
    except (Inactive, ExpressionError):
        return match[0]


def _loaded(template: Path, text: str, load: Callable[[str], Any]) -> Any:
    try:
        data = load(text)
    except (ValueError, BadYaml, configparser.Error, RecursionError) as error:
        raise BadTemplate(f"{template} is not {template.suffix[1:].upper()}: {error}") from None
    if not isinstance(data, dict):
        raise BadTemplate(f"{template} must be a section of keys")
    return data


def _has(data: Any, name: str) -> bool:
    return any(True for _ in _places(data, name))


def _set(data: Any, name: str, value: Any) -> None:
    for section, key in _places(data, name):
        section[key] = value


def _remove(data: Any, name: str) -> None:
    """Leaves a key out, which is TOML's equivalent of null."""
    for section, key in list(_places(data, name)):
        del section[key]


def _text(value: Value) -> str:
    """A value within a text; null, lists and mappings as JSON."""
    return as_text(value) if value is None or isinstance(value, list | dict) else str(value)


def _places(data: Any, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The section and the key that a dotted name leads to; keys themselves may contain dots."""
    if not isinstance(data, dict):
        return
    if name in data:
        yield data, name
        return
    parts = name.split(".")
    for count in range(1, len(parts)):
        head, rest = ".".join(parts[:count]), ".".join(parts[count:])
        if head in data:
            yield from _places(data[head], rest)


def _filled_data(data: Any, values: Mapping[str, Value], special: Mapping[str, str]) -> Any:
    """Data with the placeholders in its texts replaced; a text that is one placeholder becomes its value."""
    if isinstance(data, dict):
        return {key: _filled_data(value, values, special) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled_data(value, values, special) for value in data]
    if not isinstance(data, str):
        return data
    if match := _PLACEHOLDER.fullmatch(data):
        return _value(match[1], values, special, data)
    return _PLACEHOLDER.sub(lambda match: _text(_value(match[1], values, special, match[0])), data)


def _value(inner: str, values: Mapping[str, Value], special: Mapping[str, str], otherwise: str) -> Value:
    if inner in values:
        return values[inner]
    if inner in special:
        return special[inner]
    try:
        return Expression(inner).evaluate(values)
    except ExpressionError:
        return otherwise


def _expression_names(inner: str) -> frozenset[str]:
    try:
        return frozenset({inner.strip()}) | Expression(inner).names
    except ExpressionError:
        return frozenset({inner.strip()})


def _constants(template: Path, text: str) -> list[tuple[str, ast.expr]]:
    """The settings of a Python file, by dotted name."""
    try:
        return list(constants(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise BadTemplate(f"{template} is not Python: {error}") from None


def _filled_python(template: Path, text: str, values: Mapping[str, Value]) -> str:
    """A Python file with other values of its constants; nothing else in it changes."""
    lines = text.encode().split(b"\n")
    found = [(name, node) for name, node in _constants(template, text) if name in values]
    for name, node in sorted(found, key=lambda pair: (pair[1].lineno, pair[1].col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
        lines[first : last + 1] = [before + repr(values[name]).encode() + after]
    return b"\n".join(lines).decode()


def _load_ini(text: str) -> dict[str, dict[str, str]]:
    parser = _ini_parser()
    parser.read_string(text)
    return {name: dict(parser.items(name, raw=True)) for name in (*parser.sections(), parser.default_section)}


def _ini_text(data: dict[str, Any]) -> str:
    parser = _ini_parser()
    parser.read_dict(data)
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _ini_parser() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    return parser


_LOADERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": load_yaml,
    ".yml": load_yaml,
    ".ini": _load_ini,
    ".cfg": _load_ini,
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    ".json": lambda data: json.dumps(data, indent=2) + "\n",
    ".toml": toml_text,
    ".yaml": dump_yaml,
    ".yml": dump_yaml,
    ".ini": _ini_text,
    ".cfg": _ini_text,
}
