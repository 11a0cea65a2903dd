"""Whether a function needs the number of epochs, which a config may lack; it is not executed."""

import ast
from pathlib import Path

from hpsearch.objectives.python_files import read_regular

_LARGEST = 2**20


def uses_epochs(directory: Path, name: str) -> bool:
    """Whether a function counts to ``trial.epochs``, as in ``range(trial.epochs)``.

    Args:
        directory: The directory of its module.
        name: ``module:function``.
    """
    module, _, function = name.partition(":")
    text = read_regular(directory / f"{module.replace('.', '/')}.py", _LARGEST)
    try:
        tree = ast.parse(text or b"")
    except (SyntaxError, ValueError, RecursionError):
        return False
    calls = (
        ast.unparse(node)
        for definition in ast.walk(tree)
        if isinstance(definition, ast.FunctionDef) and definition.name == function
        for node in ast.walk(definition)
        if isinstance(node, ast.Call)
    )
    return any(call.startswith("range(") and "trial.epochs" in call for call in calls)
