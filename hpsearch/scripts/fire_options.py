"""Options of Fire: parameters of a function, of a class and its methods, or of the functions in a module."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hpsearch.scripts.script import Option, Script, unique
from hpsearch.scripts.signature_options import signature_options
from hpsearch.scripts.source_tree import Source, keyword
from hpsearch.scripts.sub_parsers import training_command

Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_fire(source: Source) -> Script | None:
    """The options that ``fire.Fire`` makes from its argument or from the module; None if it is not called."""
    for call in source.calls():
        if source.called(call.func) == "fire.Fire":
            given = call.args[0] if call.args else keyword(call, "component")
            if given is None:
                return _chosen(source, _functions(source.tree.body), ())
            if isinstance(given, ast.Dict):
                named = {
                    str(source.value(key)): source.function(value.id)
                    for key, value in zip(given.keys, given.values, strict=True)
                    if key is not None and isinstance(value, ast.Name)
                }
                return _chosen(source, {word: each for word, each in named.items() if each is not None}, ())
            return _of_component(source, given)
    return None


def _of_component(source: Source, given: ast.expr) -> Script:
    name = given.id if isinstance(given, ast.Name) else ""
    function = source.function(name)
    if function is not None:
        return Script("fire", tuple(_passed(source, function)))
    found = source.class_of(name)
    if found is None:
        return Script("fire", notes=(f"{ast.unparse(given)} was not found.",))
    where, definition = found
    own = [replace(option, before=True) for option in _passed(where, definition)]
    methods = {word: each for word, each in _functions(definition.body).items() if not word.startswith("_")}
    return _chosen(where, methods, own)


def _chosen(source: Source, functions: dict[str, Function], before: Iterable[Option]) -> Script:
    """The options of the function that trains, whose name is a word of the command."""
    options = list(before)
    if not functions:
        return Script("fire", unique(options))
    word = training_command(list(functions))
    options += _passed(source, functions[word])
    several = f"It has the sub-commands {', '.join(functions)}; {word} is used."
    return Script("fire", unique(options), notes=(several,) if len(functions) > 1 else (), words=(word,))


def _functions(body: list[ast.stmt]) -> dict[str, Function]:
    return {node.name: node for node in body if isinstance(node, Function)}


def _passed(source: Source, node: Function | ast.ClassDef) -> Iterator[Option]:
    for option in signature_options(source, node):
        yield replace(option, flag=f"--{option.name}={{}}", spelling=("True", "False"))
