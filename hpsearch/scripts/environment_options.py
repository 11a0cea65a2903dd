"""Environment variables that a script reads, with their defaults."""

import ast
from collections.abc import Iterator
from typing import Any

from hpsearch.scripts.script import UNKNOWN, Kind, Option, kind_of, unique
from hpsearch.scripts.source_tree import ENVIRONMENT_READS, Source, keyword

_TYPES: dict[str, Kind] = {"float": "float", "int": "int", "bool": "bool", "str": "text"}


def environment_options(source: Source) -> tuple[Option, ...]:
    """The options that a source reads from ``os.environ``, or with ``environs`` or ``decouple``."""
    return unique(sorted(_options(source), key=lambda option: option.line))


def _options(source: Source) -> Iterator[Option]:
    kinds = dict(_converted(source))
    fallbacks = dict(_fallbacks(source))
    for call in source.calls():
        found = _read(source, call)
        if found is None:
            continue
        name, default, kind = found
        if default is None and call in fallbacks:
            default = fallbacks[call]
        yield _option(name, default, kinds.get(call, kind), call.lineno)
    for node in source.nodes:
        if isinstance(node, ast.Subscript) and source.called(node.value) == "os.environ":
            name = source.value(node.slice)
            if isinstance(name, str) and isinstance(node.ctx, ast.Load):
                yield _option(name, UNKNOWN, kinds.get(node, "unknown"), node.lineno)


def _option(name: str, default: Any, kind: Kind, line: int) -> Option:
    value = as_number(default) if isinstance(default, str) else default
    python = str(default) in ("True", "False") and isinstance(default, str)
    spelling = ("True", "False") if python else ("true", "false")
    known = kind_of(value) if kind == "unknown" else kind
    return Option(name, "", known, value, line=line, spelling=spelling, variable=name)


def _read(source: Source, call: ast.Call) -> tuple[str, Any, Kind] | None:
    """The variable that a call reads, its default and its kind; None if it reads none."""
    called = source.called(call.func)
    head, _, last = called.rpartition(".")
    is_environs = last in _TYPES and "environs" in str(source.modules.values()) and head in ("env", "ENV")
    is_decouple = called == "decouple.config"
    if not call.args or not (called in ENVIRONMENT_READS or is_environs or is_decouple):
        return None
    name = source.value(call.args[0])
    given = call.args[1] if len(call.args) > 1 else keyword(call, "default")
    default = source.value(given) if given is not None else None
    cast = keyword(call, "cast")
    kind = _TYPES.get(last if is_environs else source.called(cast) if cast is not None else "", "unknown")
    return (name, default, kind) if isinstance(name, str) else None


def _converted(source: Source) -> Iterator[tuple[ast.AST, Kind]]:
    """The kind that a read is converted to: ``float(os.environ["LR"])``."""
    for call in source.calls():
        name = source.called(call.func)
        if name in _TYPES:
            yield from ((node, _TYPES[name]) for each in call.args for node in ast.walk(each))


def _fallbacks(source: Source) -> Iterator[tuple[ast.AST, Any]]:
    """The default after ``or``: ``os.environ.get("LR") or 0.1``."""
    for node in source.nodes:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            yield node.values[0], source.value(node.values[-1])


def as_number(text: str) -> Any:
    """A text as the number or truth value that it spells; otherwise the text."""
    for read in (int, float):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
