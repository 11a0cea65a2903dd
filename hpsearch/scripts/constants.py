"""Settings in the source: nanoGPT's configurator, a dictionary, or constants."""

import ast
from collections.abc import Iterator
from typing import Any

from hpsearch.document.python_constants import constants
from hpsearch.scripts.script import Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source


def read_configurator(source: Source) -> Script | None:
    """The constants before ``exec(open("configurator.py").read())``, which ``--name=value`` replaces.

    None if there is no such line, nor a loop over ``sys.argv`` that sets ``globals()``.
    """
    end = next((node.lineno for node in source.tree.body if _configures(node)), 0)
    if not end:
        return None
    options = [
        _setting("--{}={{}}", name, value, node.lineno)
        for name, node, value in _values(source)
        if node.lineno < end and "." not in name
    ]
    return Script("configurator", unique(options))


def read_settings(source: Source) -> Script | None:
    """The entries of a dictionary that a loop over ``sys.argv`` replaces, as ``name=value``; or None."""
    for node in source.nodes:
        if isinstance(node, ast.For) and "sys.argv" in ast.unparse(node.iter):
            text = ast.unparse(node)
            for name in _filled_names(node):
                if "'='" in text and (entries := list(_entries(source, source.constants.get(name)))):
                    dashed = any(part in text for part in ("'--", "[2:]", "lstrip('-", "strip('-"))
                    flag = "--{}={{}}" if dashed else "{}={{}}"
                    options = [_setting(flag, key, value, line) for key, value, line in entries]
                    return Script("settings", unique(options))
    return None


def _setting(flag: str, name: str, value: Any, line: int) -> Option:
    return Option(name, flag.format(name), kind_of(value), value, line=line, spelling=("True", "False"))


def _filled_names(loop: ast.For) -> Iterator[str]:
    """The variables whose entries a loop sets: ``config`` for ``config[key] = value``."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from [node.value.id] if isinstance(node.value, ast.Name) else []


def _entries(source: Source, node: ast.expr | None) -> Iterator[tuple[str, Any, int]]:
    """The names, values and lines of a literal dictionary, ``{...}`` or ``dict(...)``."""
    pairs: list[tuple[Any, ast.expr]] = []
    if isinstance(node, ast.Dict):
        pairs = [
            (source.value(key), value)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        ]
    elif isinstance(node, ast.Call) and source.called(node.func) == "dict":
        pairs = [(argument.arg, argument.value) for argument in node.keywords]
    for key, expression in pairs:
        value = source.value(expression)
        if isinstance(key, str) and isinstance(value, bool | int | float | str):
            yield key, value, expression.lineno


def constant_options(source: Source) -> tuple[Option, ...]:
    """The numbers, truth values and texts in a source, by dotted name, such as ``CFG.lr``."""
    return unique(
        Option(
            name,
            "",
            kind_of(value),
            value,
            line=node.lineno,
            spelling=("True", "False"),
            file=source.path.name,
        )
        for name, node, value in _values(source)
        if not any(source.reads_environment(each) for each in ast.walk(node))
    )


def _values(source: Source) -> Iterator[tuple[str, ast.expr, Any]]:
    for name, node in constants(source.tree):
        value = source.value(node)
        follows = any(isinstance(each, ast.Name) and each.id in source.constants for each in ast.walk(node))
        hidden = name.rpartition(".")[2].startswith("_")
        if isinstance(value, bool | int | float | str) and not hidden and not follows:
            yield name, node, value


def _configures(node: ast.stmt) -> bool:
    text = ast.unparse(node)
    runs_file = text.startswith("exec(open(") and "config" in text
    return runs_file or (isinstance(node, ast.For) and "sys.argv" in text and "globals()" in text)
