"""Which ``argparse`` parser an argument is added to, if there are sub-commands."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hpsearch.scripts.source_tree import Source, assignments

MAIN = ""
"""Represents the parser that the sub-commands belong to."""

_TRAINS = re.compile(r"train|fit|run|learn", re.IGNORECASE)
_GROUPS = ("add_argument_group", "add_mutually_exclusive_group")


def training_command(names: list[str]) -> str:
    """The sub-command that trains, by its name; or else the first."""
    return next((name for name in names if _TRAINS.search(name)), names[0])


@dataclass
class _Parser:
    """A parser: that of a sub-command, if it has a name; or the one that sub-commands belong to."""

    word: str | None = None
    is_main: bool = False


class SubParsers:
    """The sub-commands of a source, and the arguments added to each.

    Args:
        source: The source.

    Attributes:
        names: The names of the sub-commands, in the order of the source.
    """

    def __init__(self, source: Source) -> None:
        self.names: list[str] = []
        self._source = source
        self._variables: dict[str, _Parser] = {}
        self._made: dict[ast.Call, _Parser] = {}
        self._parsers: dict[ast.Call, _Parser] = {}
        self._parameters = dict(_parameters(source))
        self._given: dict[tuple[str, str], list[_Parser]] = {}
        functions = {node.name: node for node in source.nodes if isinstance(node, ast.FunctionDef)}
        for node in source.nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                for name, value in assignments(node):
                    if isinstance(value, ast.Call):
                        self._assign(name, value)
            elif isinstance(node, ast.Call):
                if _method(node) == "add_argument":
                    self._parsers[node] = self._receiver(node)
                elif _method(node) == "add_parser":
                    self._make(node)
                elif _method(node) == "add_subparsers":
                    self._parser(_variable(node)).is_main = True
                elif isinstance(node.func, ast.Name) and node.func.id in functions:
                    self._pass(functions[node.func.id], node)

    def owners(self, call: ast.Call) -> set[str | None]:
        """The sub-commands that a call of ``add_argument`` may be for; None for an unrelated parser."""
        given = self._given.get((self._parameters.get(call, ""), _variable(call)))
        parsers = given or [self._parsers.get(call, _Parser())]
        return {MAIN if parser.is_main else parser.word for parser in parsers}

    def _receiver(self, call: ast.Call) -> _Parser:
        """The parser whose method is called: a variable's, or one that is created right there."""
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(receiver, ast.Call) and _method(receiver) == "add_parser":
            return self._make(receiver)
        return self._parser(_variable(call))

    def _make(self, call: ast.Call) -> _Parser:
        """The parser that a call of ``add_parser`` creates."""
        if call not in self._made:
            word = self._source.value(call.args[0]) if call.args else None
            self._made[call] = _Parser(word if isinstance(word, str) else None)
            self.names += [word] if isinstance(word, str) else []
        return self._made[call]

    def _parser(self, variable: str) -> _Parser:
        return self._variables.setdefault(variable, _Parser())

    def _assign(self, name: str, value: ast.Call) -> None:
        if _method(value) == "add_parser":
            self._variables[name] = self._make(value)
        elif _method(value) in _GROUPS:
            self._variables[name] = self._parser(_variable(value))
        elif self._source.called(value.func).endswith("ArgumentParser"):
            self._variables[name] = _Parser()

    def _pass(self, function: ast.FunctionDef, call: ast.Call) -> None:
        """Remember the arguments of a function at one of its calls."""
        names = [argument.arg for argument in function.args.args]
        given = [*zip(names, call.args, strict=False)]
        given += [(part.arg, part.value) for part in call.keywords if part.arg]
        for name, value in given:
            if isinstance(value, ast.Name):
                self._given.setdefault((function.name, name), []).append(self._parser(value.id))


def _parameters(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """The calls of ``add_argument`` whose parser is a parameter of a function, with the function's name."""
    for function in source.nodes:
        if isinstance(function, ast.FunctionDef):
            names = {argument.arg for argument in function.args.args}
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and _method(node) == "add_argument"
                    and _variable(node) in names
                ):
                    yield node, function.name


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _variable(call: ast.Call) -> str:
    """The variable whose method is called."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    return receiver.id if isinstance(receiver, ast.Name) else ""
