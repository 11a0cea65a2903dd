"""Options of Hydra and OmegaConf: the keys of the YAML files next to a script."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpsearch.document.nodes import MappingNode, ScalarNode, SequenceNode, find
from hpsearch.scripts.script import Option, Script, kind_of, unique
from hpsearch.scripts.settings_files import UnreadableSettings, load_yaml_tree, yaml_keys
from hpsearch.scripts.source_tree import Source, keyword


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
        return Script("hydra", notes=("The name of its config is not a literal.",))
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
    """The keys of a config and of the configs in its ``defaults``, each below the name of its group."""
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


def _settings(settings: Any, prefix: str) -> Iterator[Option]:
    for key, value in settings.items() if isinstance(settings, dict) else ():
        if isinstance(value, dict):
            yield from _settings(value, f"{prefix}{key}.")
        else:
            yield Option(f"{prefix}{key}", f"{prefix}{key}={{}}", kind_of(value), value)


def _load(path: Path, notes: list[str]) -> MappingNode | None:
    """A YAML file as a tree; a note says why there is none."""
    try:
        return load_yaml_tree(path)
    except UnreadableSettings as error:
        notes.append(str(error))
        return None


def _keys(root: MappingNode, prefix: str) -> Iterator[Option]:
    for option in yaml_keys(root, prefix):
        yield replace(option, flag=f"{option.name}={{}}")
