"""Settings in a YAML, JSON, TOML or INI file that a script reads."""

import ast
import configparser
import json
import os
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpsearch.document.nodes import MappingNode, Position, ScalarNode
from hpsearch.document.parse import Dialect, compose
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import AmbiguousScalar, resolve
from hpsearch.errors import ConfigError
from hpsearch.scripts.environment_options import as_number
from hpsearch.scripts.script import Option, kind_of
from hpsearch.scripts.source_tree import Source
from hpsearch.trial import Value

_LARGEST = 2**20
_NOTHING = ("", "~", "null", "Null", "NULL")
ENDINGS = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg")


class UnreadableSettings(ValueError):
    """A settings file does not exist or cannot be read; the message says which."""


@dataclass(frozen=True)
class SettingsFile:
    """A settings file that a script reads.

    Attributes:
        path: Its path, relative to the script's directory.
        flag: How another path is passed: ``--config {}``; "" if its place is fixed.
        option: The name of the option that takes the path; "" if none does.
        keys: The settings in it.
    """

    path: str
    flag: str
    option: str
    keys: tuple[Option, ...]


def settings_file(source: Source, options: Iterable[Option], written: Collection[str]) -> SettingsFile | None:
    """The file that a script's options or texts name; None if there is none that can be read.

    Args:
        source: The script.
        options: Its options.
        written: Names of files that it writes.
    """
    paths = {
        option.default: (option.flag, option.name)
        for option in options
        if isinstance(option.default, str) and option.default.endswith(ENDINGS)
    }
    is_beside = any(isinstance(node, ast.Name) and node.id == "__file__" for node in source.nodes)
    for path, line in _texts(source):
        if "sys.argv" in ast.unparse(line):
            paths.setdefault(path, ("{}", ""))
        elif not is_beside:  # a copy elsewhere would not be read
            paths.setdefault(path, ("", ""))
    for path, (flag, name) in paths.items():
        if Path(path).name in written:
            continue
        for place in (Path(path), source.path.parent / path):  # where the script looks for it, or may look
            try:
                keys = tuple(keys_of(place))
            except UnreadableSettings:
                continue
            if keys:
                file = os.path.relpath(place, source.path.parent)
                return SettingsFile(file, flag, name, tuple(replace(key, file=file) for key in keys))
    return None


def keys_of(path: Path) -> Iterator[Option]:
    """The keys of a file, with dots for keys in sections, without a way to pass them.

    Raises:
        UnreadableSettings: It cannot be read.
    """
    if path.suffix in (".yaml", ".yml"):
        yield from yaml_keys(load_yaml_tree(path), "")
        return
    loaders: dict[str, Callable[[str], Any]] = {
        ".json": json.loads,
        ".toml": tomllib.loads,
        ".ini": _load_ini,
        ".cfg": _load_ini,
    }
    try:
        data = loaders[path.suffix](_text(path))
    except (ValueError, configparser.Error, RecursionError):
        raise UnreadableSettings(f"{path} cannot be read.") from None
    yield from _data_keys(data, "")


def yaml_keys(root: MappingNode, prefix: str) -> Iterator[Option]:
    """The keys of a YAML file, with dots for keys in sections."""
    for key, entry in root.entries.items():
        name = f"{prefix}{key}"
        if key in ("defaults", "hydra", "_target_"):
            continue
        if isinstance(entry.node, MappingNode):
            yield from yaml_keys(entry.node, f"{name}.")
        elif isinstance(entry.node, ScalarNode):
            value = None if entry.node.value in _NOTHING else entry.node.value
            if not (isinstance(value, str) and "${" in value):  # computed from other settings
                yield Option(name, "", kind_of(value), value, line=entry.position.line)


def load_yaml_tree(path: Path) -> MappingNode:
    """A YAML file as a tree.

    Raises:
        UnreadableSettings: It cannot be read, or is not a mapping.
    """
    try:
        root = compose(_text(path), Position(str(path), 1, 1), Problems(), dialect=Dialect(_resolve))
    except ConfigError:
        root = None
    if not isinstance(root, MappingNode):
        raise UnreadableSettings(f"{path} cannot be read.")
    return root


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableSettings(f"{path} is too large.")
        return path.read_text(encoding="utf-8")
    except OSError:
        raise UnreadableSettings(f"{path} does not exist.") from None
    except UnicodeDecodeError:
        raise UnreadableSettings(f"{path} cannot be read.") from None


def _resolve(text: str) -> Value:
    """The value of a scalar, by YAML's own rules where our configs would require quotes."""
    try:
        return resolve(text)
    except AmbiguousScalar:
        return text


def _data_keys(data: Any, prefix: str) -> Iterator[Option]:
    for key, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, dict):
            yield from _data_keys(value, f"{prefix}{key}.")
        elif value is None or isinstance(value, bool | int | float | str):
            yield Option(f"{prefix}{key}", "", kind_of(value), value)


def _load_ini(text: str) -> dict[str, dict[str, Any]]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(text)
    return {
        name: {key: as_number(value) for key, value in parser.items(name, raw=True)}
        for name in parser.sections()
    }


def _texts(source: Source) -> Iterator[tuple[str, ast.stmt]]:
    """The texts of a source that may be paths of such files, with the statements they are in."""
    for statement in source.nodes:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.With | ast.Return):
            for part in statement.items if isinstance(statement, ast.With) else [statement]:
                texts = (node.value for node in ast.walk(part) if isinstance(node, ast.Constant))
                yield from ((text, statement) for text in texts if isinstance(text, str) and _is_path(text))


def _is_path(text: str) -> bool:
    return text.endswith(ENDINGS) and text not in ENDINGS
