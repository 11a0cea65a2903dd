"""Options of ``argparse``, declared with ``add_argument``, and of the older ``optparse``."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hpsearch.scripts.help_text import with_stated_default
from hpsearch.scripts.script import UNKNOWN, Kind, Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, assignments, keyword
from hpsearch.scripts.sub_parsers import MAIN, SubParsers, training_command

_TYPES: dict[str, Kind] = {"int": "int", "float": "float", "str": "text", "Path": "text", "open": "text"}
_PRESENCE = {"store_true": False, "store_false": True}
_NO_OPTION = {"help", "version"}


def read_argparse(source: Source) -> Script | None:
    """The options that a source adds to an ``argparse`` or ``optparse`` parser; None if there are none.

    If there are sub-commands, the options of the one that trains are used, or else of the first.
    """
    short = {
        name
        for node in source.nodes
        if isinstance(node, ast.Assign)
        for name, value in assignments(node)
        if isinstance(value, ast.Attribute) and value.attr == "add_argument"  # add = parser.add_argument
    }
    calls = [
        call
        for call in source.calls()
        if _method(call) in ("add_argument", "add_option") or source.called(call.func) in short
    ]
    if not calls:
        return None
    parsers = SubParsers(source)
    names = parsers.names
    chosen = training_command(names) if names else ""
    notes = [f"It has the sub-commands {', '.join(names)}; {chosen} is used."] if len(names) > 1 else []
    options: list[Option] = []
    for call in calls:
        owners = parsers.owners(call)
        if not owners & {chosen, MAIN, None}:
            continue
        option = _option(source, call)
        if option is None:
            notes.append(f"Line {call.lineno}: the name of an argument is not a literal.")
        elif option.name:
            options.append(replace(option, before=bool(chosen) and owners == {MAIN}))
    defaults = dict(_set_defaults(source))
    options = [replace(option, default=defaults.get(option.name, option.default)) for option in options]
    return Script("argparse", unique(options), notes=tuple(notes), words=(chosen,) if chosen else ())


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _set_defaults(source: Source) -> Iterator[tuple[str, Any]]:
    for call in source.calls():
        if _method(call) == "set_defaults":
            for argument in call.keywords:
                if argument.arg and (value := source.value(argument.value)) is not UNKNOWN:
                    yield argument.arg, value


def _option(source: Source, call: ast.Call) -> Option | None:
    """An option; without a name if it is not meant to be passed, and None if its name is not a literal."""
    words = [source.value(word) for word in call.args]
    action = source.value(keyword(call, "action"))
    if not words or not all(isinstance(word, str) for word in words):
        return None
    long = sorted(
        (word for word in words if word.startswith("-")), key=lambda word: not word.startswith("--")
    )
    word = long[0] if long else ""
    named = source.value(keyword(call, "dest"))
    name = named if isinstance(named, str) else (word or words[0]).lstrip("-").replace("-", "_")
    default = source.value(keyword(call, "default"))
    text = source.value(keyword(call, "help"))
    choices = source.value(keyword(call, "choices"))
    option = Option(
        name,
        f"{word} {{}}".strip(),
        _kind(source, call, default),
        default if keyword(call, "default") is not None else (None if long else UNKNOWN),
        tuple(choices) if isinstance(choices, list) else (),
        " ".join(text.split()) if isinstance(text, str) else "",
        call.lineno,
        required=source.value(keyword(call, "required")) is True
        or not (long or source.value(keyword(call, "nargs")) in ("?", "*")),
    )
    return _acted(source, call, with_stated_default(option), word, action)


def _acted(source: Source, call: ast.Call, option: Option, word: str, action: Any) -> Option:
    """The option with the properties that its action implies."""
    node = keyword(call, "action")
    if node is not None and source.called(node).endswith("BooleanOptionalAction"):
        return replace(option, flag=f"{word}/--no-{word.lstrip('-')}", kind="bool")
    if action in _PRESENCE:
        off = _PRESENCE[action]
        default = option.default if isinstance(option.default, bool) else off
        # If two switches set one value, such as --amp and --no-amp, the first is used.
        return replace(option, flag=word, kind="bool", default=default, spelling=_switch(action))
    if action in _NO_OPTION:
        return replace(option, name="")
    if action in ("count", "append", "append_const", "store_const", "extend"):
        return replace(option, kind="unknown")
    nargs = keyword(call, "nargs")
    if nargs is not None and source.value(nargs) != "?":
        return replace(option, kind="list")
    reads = keyword(call, "type")
    if reads is not None and source.called(reads) == "bool":  # bool("False") is true
        return replace(option, kind="bool", spelling=("True", ""))
    return option


def _switch(action: str) -> tuple[str, str]:
    """For a switch: the words for true and false; the one that is passed is not empty."""
    return ("on", "") if action == "store_true" else ("", "off")


def _kind(source: Source, call: ast.Call, default: Any) -> Kind:
    node = keyword(call, "type")
    if node is None:
        choices = source.value(keyword(call, "choices"))
        return kind_of(choices[0]) if isinstance(choices, list) and choices else _text_or(default)
    written = source.value(node)  # optparse has type names in quotes
    name = written if isinstance(written, str) else source.called(node).rpartition(".")[2]
    if name in _TYPES:
        return _TYPES[name]
    if isinstance(node, ast.Lambda) or "bool" in name.lower():
        return "bool" if "bool" in ast.dump(node).lower() or isinstance(default, bool) else kind_of(default)
    return kind_of(default)


def _text_or(default: Any) -> Kind:
    """An argument without a type is text, whatever its default."""
    return "text" if default is UNKNOWN or default is None else kind_of(default)
