"""The commands of a click or typer program: which one trains, and what comes before its name."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from hpsearch.scripts.source_tree import Source, keyword
from hpsearch.scripts.sub_parsers import training_command

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ChosenCommand:
    """The command of a program that trains.

    Attributes:
        function: The function that it runs.
        words: The words that select it on the command line.
        group: The function of the group that it belongs to, whose options come before the words; or None.
        notes: The decisions made, as sentences.
    """

    function: Function
    words: tuple[str, ...] = ()
    group: Function | None = None
    notes: tuple[str, ...] = field(default=())


def click_command(source: Source) -> ChosenCommand | None:
    """The command in a click group that trains; None if there is no group."""
    parents: dict[str, tuple[Function, str]] = {}  # by the group's name: its function and its parent
    commands: dict[str, tuple[Function, str]] = {}  # by word
    for function, decorator in _decorated(source):
        kind, _, owner = _decoration(source, decorator)
        if kind == "group":
            parents[function.name] = (function, owner)
        elif kind == "command":
            commands[_word(source, function, decorator)] = (function, owner)
    for call in source.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_command" and call.args:
            owner, added = source.called(call.func.value), source.called(call.args[0])
            for word, (function, _) in list(commands.items()):
                if function.name == added:
                    given = source.value(call.args[1]) if len(call.args) > 1 else word
                    del commands[word]
                    commands[str(given)] = (function, owner)
    words = [word for word, (_, owner) in commands.items() if owner in parents]
    if not words:
        return None
    word = training_command(words)
    function, owner = commands[word]
    path = [word]
    while parents[owner][1] in parents:  # a group within a group
        path.insert(0, owner.replace("_", "-"))
        owner = parents[owner][1]
    return ChosenCommand(function, tuple(path), parents[owner][0], _notes(words, word))


def typer_command(source: Source) -> ChosenCommand | None:
    """The command in a typer app that trains; None if it has none."""
    commands: dict[str, Function] = {}
    group = None
    for function, decorator in _decorated(source):
        kind, _, owner = _decoration(source, decorator)
        if kind == "command" and owner:
            commands[_word(source, function, decorator)] = function
        elif kind == "callback" and owner:
            group = function
    if not commands:
        return None
    word = training_command(list(commands))
    alone = len(commands) == 1 and group is None  # then typer expects no command name
    return ChosenCommand(commands[word], () if alone else (word,), group, _notes(list(commands), word))


def _notes(words: Sequence[str], word: str) -> tuple[str, ...]:
    return (f"It has the sub-commands {', '.join(words)}; {word} is used.",) if len(words) > 1 else ()


def _decorated(source: Source) -> list[tuple[Function, ast.expr]]:
    return [
        (node, decorator)
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
    ]


def _decoration(source: Source, decorator: ast.expr) -> tuple[str, str, str]:
    """The name of what a decorator creates, its full name, and the variable that it is a method of."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = source.called(called)
    owner = (
        called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
    )
    return name.rpartition(".")[2], name, "" if owner in source.modules else owner


def _word(source: Source, function: Function, decorator: ast.expr) -> str:
    """The name of a command: the one that its decorator gives, or the function's name with dashes."""
    if isinstance(decorator, ast.Call):
        given = source.value(decorator.args[0] if decorator.args else keyword(decorator, "name"))
        if isinstance(given, str):
            return given
    return function.name.lower().replace("_", "-")
