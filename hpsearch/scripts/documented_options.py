"""Options in a script's docstring, for docopt, or in a config function, for sacred."""

import ast
from dataclasses import replace

from hpsearch.scripts.help_text import read_help
from hpsearch.scripts.script import Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, assignments


def read_docopt(source: Source) -> Script | None:
    """The options of the docstring that docopt reads; None if it does not."""
    text = ast.get_docstring(source.tree) or ""
    if not any(source.called(call.func).startswith("docopt.") for call in source.calls()) or not text:
        return None
    return replace(read_help(text), style="docopt")


def read_sacred(source: Source) -> Script | None:
    """The settings of functions with ``@ex.config``, passed as ``with lr=0.1``; None if there are none."""
    if not any(full.startswith("sacred.") for full in source.modules.values()):
        return None
    options = [
        Option(name, f"{name}={{}}", kind_of(value), value, line=node.lineno, spelling=("True", "False"))
        for function in source.tree.body
        if isinstance(function, ast.FunctionDef)
        and any(ast.unparse(each).endswith(".config") for each in function.decorator_list)
        for statement in function.body
        for name, node in assignments(statement)
        if isinstance(value := source.value(node), bool | int | float | str)
    ]
    if not options:
        return None
    seed = [] if any(option.name == "seed" for option in options) else [Option("seed", "seed={}", "int")]
    return Script("sacred", unique([*options, *seed]), words=("with",))
