"""Settings that the source holds: nanoGPT's configurator, a dictionary, the environment, or constants."""

import ast
from collections.abc import Iterator
from typing import Any

from hpsearch.scripts.script import Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, assignments

_READS = ("os.environ.get", "os.getenv")


def read_configurator(source: Source) -> Script | None:
    """The constants before ``exec(open("configurator.py").read())``, which ``--name=value`` replaces.

    None if there is no such line, nor a loop over ``sys.argv`` that sets ``globals()``.
    """
    end = next((node.lineno for node in source.tree.body if _configures(node)), 0)
    if not end:
        return None
    options = [
        Option(name, f"--{name}={{}}", kind_of(value), value, line=line, spelling=("True", "False"))
        for name, value, line in _constants(source)
        if line < end
    ]
    return Script("configurator", unique(options))


def read_settings(source: Source) -> Script | None:
    """The entries of a dictionary that a loop over ``sys.argv`` replaces, as ``name=value``; None without."""
    for node in source.nodes:
        if isinstance(node, ast.For) and "sys.argv" in ast.unparse(node.iter):
            text = ast.unparse(node)
            for name in _filled_names(node):
                if "'='" in text and (entries := list(_entries(source, source.constants.get(name)))):
                    dashed = any(part in text for part in ("'--", "[2:]", "lstrip('-", "strip('-"))
                    flag = "--{}={{}}" if dashed else "{}={{}}"
                    options = [
                        Option(
                            key,
                            flag.format(key),
                            kind_of(value),
                            value,
                            line=line,
                            spelling=("True", "False"),
                        )
                        for key, value, line in entries
                    ]
                    return Script("settings", unique(options))
    return None


def _setting(flag: str, name: str, value: Any, line: int) -> Option:
    return Option(name, flag.format(name), kind_of(value), value, line=line, spelling=("True", "False"))


def _filled_names(loop: ast.For) -> Iterator[str]:
    """The variables that a loop gives an entry: ``config`` for ``config[key] = value``."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from [node.value.id] if isinstance(node.value, ast.Name) else []


def _entries(source: Source, node: ast.expr | None) -> Iterator[tuple[str, Any, int]]:
    """The names, values and lines of a dictionary that is written out, as ``{...}`` or ``dict(...)``."""
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


def read_environment(source: Source) -> Script | None:
    """The variables of the environment that a source reads, with their defaults; None if there are none."""
    options = []
    for call in source.calls():
        if source.called(call.func) in _READS and len(call.args) == 2:
            name, default = source.value(call.args[0]), source.value(call.args[1])
            if isinstance(name, str) and isinstance(default, str | int | float):
                value = _as_number(default)
                options.append(Option(name, "", kind_of(value), value, line=call.lineno, variable=name))
    return Script("environment", unique(options)) if options else None


def read_constants(source: Source) -> Script | None:
    """The constants of a module, for a script that nothing can be passed to; None if there are none."""
    options = [
        Option(name, "", kind_of(value), value, line=line, spelling=("True", "False"))
        for name, value, line in _constants(source)
    ]
    return Script("constants", unique(options)) if options else None


def _constants(source: Source) -> Iterator[tuple[str, Any, int]]:
    """Names that the module gives a number, a truth value or a text, also below ``if __name__ == ...``."""
    body = [*source.tree.body]
    for node in source.tree.body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            body.extend(node.body)
    for node in body:
        for name, expression in assignments(node):
            value = source.value(expression)
            if isinstance(value, bool | int | float | str) and not name.startswith("_"):
                yield name, value, expression.lineno


def _configures(node: ast.stmt) -> bool:
    text = ast.unparse(node)
    runs_file = text.startswith("exec(open(") and "config" in text
    return runs_file or (isinstance(node, ast.For) and "sys.argv" in text and "globals()" in text)


def _as_number(text: str | int | float) -> Any:
    for read in (int, float):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return {"true": True, "false": False}.get(str(text).lower(), text)
