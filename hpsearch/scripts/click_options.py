"""Options of click, from decorators, and of typer, from the parameters of commands."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from hpsearch.scripts.annotations import annotated
from hpsearch.scripts.click_commands import Function, click_command, typer_command
from hpsearch.scripts.script import UNKNOWN, Kind, Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, keyword

_TYPES: dict[str, Kind] = {
    "int": "int", "INT": "int", "IntRange": "int", "float": "float", "FLOAT": "float", "FloatRange": "float",
    "str": "text", "STRING": "text", "bool": "bool", "BOOL": "bool", "Path": "text", "File": "text",
}  # fmt: skip


def read_click(source: Source) -> Script | None:
    """The options that click decorators declare; None if there are none.

    For a group, these are the options of the command that trains, and the group's own.
    """
    chosen = click_command(source)
    if chosen is None:
        options = list(_declared(source, source.calls()))
        return Script("click", unique(options)) if options else None
    options = list(_declared(source, _decorators(source, chosen.function)))
    if chosen.group is not None:
        own = _declared(source, _decorators(source, chosen.group))
        options += [replace(option, before=True) for option in own]
    return Script("click", unique(options), notes=chosen.notes, words=chosen.words)


def read_typer(source: Source) -> Script | None:
    """The parameters of the function that typer turns into a command; None if there is none."""
    run = [call for call in source.calls() if source.called(call.func) == "typer.run" and call.args]
    if run and isinstance(run[0].args[0], ast.Name):
        function = source.function(run[0].args[0].id)
        return None if function is None else Script("typer", tuple(_typer_options(source, function)))
    if not any(source.called(call.func) == "typer.Typer" for call in source.calls()):
        return None
    chosen = typer_command(source)
    if chosen is None:
        return None
    options = list(_typer_options(source, chosen.function))
    if chosen.group is not None:
        options += [replace(option, before=True) for option in _typer_options(source, chosen.group)]
    return Script("typer", unique(options), notes=chosen.notes, words=chosen.words)


def _declared(source: Source, calls: Iterable[ast.expr]) -> Iterator[Option]:
    for call in calls:
        if isinstance(call, ast.Call) and source.called(call.func) in ("click.option", "click.argument"):
            option = _click_option(source, call)
            yield from [] if option is None else [option]


def _decorators(source: Source, function: Function) -> Iterator[ast.expr]:
    """A function's decorators, and those that a decorator in the same file is composed of."""
    for decorator in function.decorator_list:
        yield decorator
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        bundle = source.function(called.id) if isinstance(called, ast.Name) else None
        yield from [] if bundle is None else (node for node in ast.walk(bundle) if isinstance(node, ast.Call))


def _click_option(source: Source, call: ast.Call) -> Option | None:
    words = [source.value(word) for word in call.args]
    words = [word for word in words if isinstance(word, str)]
    flags = [word for word in words if word.startswith("-")]
    names = [word for word in words if not word.startswith("-")]
    if not words:
        return None
    long = next((word for word in flags if word.startswith("--")), flags[0] if flags else "")
    on, _, off = (part.strip() for part in long.partition("/"))
    name = (names[0] if names else on.lstrip("-")).replace("-", "_").lower()
    default = source.value(keyword(call, "default"))
    if keyword(call, "default") is None:
        default = None if flags else UNKNOWN
    text = source.value(keyword(call, "help"))
    kind, choices = _type(source, keyword(call, "type"), default)
    flag, spelling = f"{on} {{}}".strip(), ("true", "false")
    if off:
        flag, kind = f"{on}/{off}", "bool"
    elif source.value(keyword(call, "is_flag")) is True:
        flag, kind, spelling = on, "bool", ("on", "")
        default = default if isinstance(default, bool) else False
    if source.value(keyword(call, "multiple")) is True or source.value(keyword(call, "nargs")) not in (
        UNKNOWN,
        1,
    ):
        kind = "list"
    required = not flags or source.value(keyword(call, "required")) is True
    shown = " ".join(text.split()) if isinstance(text, str) else ""
    return Option(name, flag, kind, default, choices, shown, call.lineno, required, spelling)


def _type(source: Source, node: ast.expr | None, default: Any) -> tuple[Kind, tuple[Any, ...]]:
    if node is None:
        return ("text" if default in (UNKNOWN, None) else kind_of(default)), ()
    if isinstance(node, ast.Call):
        name = source.called(node.func).rpartition(".")[2]
        if name == "Choice" and node.args:
            values = source.value(node.args[0])
            return "text", tuple(values) if isinstance(values, list) else ()
        return _TYPES.get(name, "unknown"), ()
    return _TYPES.get(source.called(node).rpartition(".")[2], "unknown"), ()


def _typer_options(source: Source, function: Function) -> Iterator[Option]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(arguments) - len(function.args.defaults)) + [*function.args.defaults]
    pairs = [
        *zip(arguments, defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if "Context" not in (ast.unparse(argument.annotation) if argument.annotation else ""):
            yield _typer_option(source, argument, default)


def _typer_option(source: Source, argument: ast.arg, default: ast.expr | None) -> Option:
    annotation, details = argument.annotation, None
    if isinstance(annotation, ast.Subscript) and source.called(annotation.value).endswith("Annotated"):
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        annotation = parts[0]
        details = next((part for part in parts[1:] if isinstance(part, ast.Call)), None)
    if isinstance(default, ast.Call) and source.called(default.func) in ("typer.Option", "typer.Argument"):
        details, default = default, default.args[0] if default.args else keyword(default, "default")
    value = source.value(default) if default is not None else UNKNOWN
    positional = source.called(details.func) == "typer.Argument" if details is not None else default is None
    words = [source.value(word) for word in (details.args if details is not None else [])]
    flags = [word for word in words if isinstance(word, str) and word.startswith("--")]
    word = flags[0] if flags else f"--{argument.arg.replace('_', '-')}"
    kind, choices = annotated(source, annotation)
    if kind == "unknown":
        kind = kind_of(value)
    flag = "{}" if positional else f"{word} {{}}"
    if kind == "bool" and not positional:
        flag = word if "/" in word else f"{word}/--no-{word.lstrip('-')}"
    text = source.value(keyword(details, "help")) if details is not None else UNKNOWN
    shown = " ".join(text.split()) if isinstance(text, str) else ""
    return Option(
        argument.arg, flag, kind, value, choices, shown, argument.lineno, value is UNKNOWN or value is ...
    )
