"""Options of Hydra and OmegaConf: the keys of the YAML files beside a script."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hpsearch.document.nodes import MappingNode, Position, ScalarNode, SequenceNode, find
from hpsearch.document.parse import Dialect, compose
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import AmbiguousScalar, resolve
from hpsearch.errors import ConfigError
from hpsearch.scripts.script import Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, keyword
from hpsearch.trial import Value

_LARGEST = 2**20
_NOTHING = ("", "~", "null", "Null", "NULL")


def read_hydra(source: Source) -> Script | None:
    """The keys of a script's Hydra config, or of the file that OmegaConf loads; None if it has neither."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and source.called(decorator.func) == "hydra.main":
                    return _hydra(source, decorator)
    calls = list(source.calls())
    if any(source.called(call.func) == "omegaconf.OmegaConf.from_cli" for call in calls):
        return _omegaconf(source, calls)
    return None


def _hydra(source: Source, decorator: ast.Call) -> Script:
    folder = source.value(keyword(decorator, "config_path"))
    name = source.value(keyword(decorator, "config_name"))
    directory = source.path.parent / (folder if isinstance(folder, str) else ".")
    if not isinstance(name, str):
        return Script("hydra", notes=("The name of its config is not written out.",))
    notes: list[str] = []
    options = list(_config(directory, name.removesuffix(".yaml"), "", notes))
    return Script("hydra", unique(options), notes=tuple(notes))


def _omegaconf(source: Source, calls: list[ast.Call]) -> Script:
    options: list[Option] = []
    notes: list[str] = []
    for call in calls:
        name = source.called(call.func)
        if name == "omegaconf.OmegaConf.load" and call.args:
            path = source.value(call.args[0])
            if isinstance(path, str):
                root = _load(source.path.parent / path, notes)
                options.extend(_keys(root, "") if root is not None else ())
        elif name == "omegaconf.OmegaConf.create" and call.args:
            try:
                settings = ast.literal_eval(call.args[0])
            except ValueError:
                continue
            options.extend(_settings(settings, ""))
    return Script("omegaconf", unique(options), notes=tuple(notes))


def _config(directory: Path, name: str, prefix: str, notes: list[str]) -> Iterator[Option]:
    """The keys of a config and of those that its ``defaults`` name, each below the name of its group."""
    root = _load(directory / f"{name}.yaml", notes)
    if root is None:
        return
    yield from _keys(root, prefix)
    defaults = find(root, ("defaults",))
    for entry in defaults.nodes if isinstance(defaults, SequenceNode) else ():
        if isinstance(entry, MappingNode):
            yield from _group(directory, entry, notes)
        elif isinstance(entry, ScalarNode) and entry.value != "_self_":
            yield from _config(directory, str(entry.value), "", notes)


def _group(directory: Path, chosen: MappingNode, notes: list[str]) -> Iterator[Option]:
    for key, entry in chosen.entries.items():
        group = key.removeprefix("optional ").removeprefix("override ").partition("@")[0].strip("/")
        value = entry.node.value if isinstance(entry.node, ScalarNode) else None
        folder = directory / group
        if not isinstance(value, str) or group.startswith("hydra") or not folder.is_dir():
            continue
        names = tuple(sorted(path.stem for path in folder.glob("*.yaml")))
        text = f"one of the files in {group}/"
        yield Option(group, f"{group}={{}}", "text", value, names, text, entry.position.line)
        yield from _config(folder, value, f"{group.replace('/', '.')}.", notes)


def _keys(root: MappingNode, prefix: str) -> Iterator[Option]:
    for key, entry in root.entries.items():
        name = f"{prefix}{key}"
        if key in ("defaults", "hydra", "_target_"):
            continue
        if isinstance(entry.node, MappingNode):
            yield from _keys(entry.node, f"{name}.")
        elif isinstance(entry.node, ScalarNode):
            value = None if entry.node.value in _NOTHING else entry.node.value
            if not (isinstance(value, str) and "${" in value):  # it follows from other settings
                yield Option(name, f"{name}={{}}", kind_of(value), value, line=entry.position.line)


def _settings(settings: Any, prefix: str) -> Iterator[Option]:
    for key, value in settings.items() if isinstance(settings, dict) else ():
        if isinstance(value, dict):
            yield from _settings(value, f"{prefix}{key}.")
        else:
            yield Option(f"{prefix}{key}", f"{prefix}{key}={{}}", kind_of(value), value)


def _load(path: Path, notes: list[str]) -> MappingNode | None:
    """A YAML file as a tree; a note says why there is none."""
    try:
        if path.stat().st_size > _LARGEST:
            notes.append(f"{path} is too large.")
            return None
        text = path.read_text(encoding="utf-8")
        root = compose(text, Position(str(path), 1, 1), Problems(), dialect=Dialect(_resolve))
    except OSError:
        notes.append(f"{path} is not there.")
        return None
    except (ConfigError, UnicodeDecodeError):
        notes.append(f"{path} cannot be read.")
        return None
    return root if isinstance(root, MappingNode) else None


def _resolve(text: str) -> Value:
    """The value of a scalar, by YAML's own rules where a config of ours would ask for quotes."""
    try:
        return resolve(text)
    except AmbiguousScalar:
        return text
