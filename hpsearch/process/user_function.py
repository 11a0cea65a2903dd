"""Finding a user's function, and problems with it.

This module imports only the standard library, and modules for reporting mistakes only when there is one,
because every trial of a function waits for it.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

IMPORTS = ""
"""The user's module that is being imported; a search must not start in it."""


class Wrong(Exception):
    """The function cannot be used; the message says why."""


def check_signature(job: Mapping[str, Any]) -> str:
    """The problem with a function, as a sentence; "" if there is none."""
    try:
        function = find(job["function"], job["path"])
    except Wrong as error:
        return str(error)
    except BaseException as error:
        import traceback

        at = traceback.extract_tb(error.__traceback__)[-1]
        place = "" if at.filename.startswith("<") else f" ({at.filename}:{at.lineno})"
        return f"importing its module raises {type(error).__name__}: {error}{place}"
    return signature_problem(function, job["parameters"])


def signature_problem(function: Callable[..., Any], parameters: Mapping[str, bool]) -> str:
    """The problem with the signature of a function, as a sentence; "" if there is none.

    Args:
        function: The function.
        parameters: The names that it is called with, and whether every trial has them.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # a function without a signature, such as some written in C
        return ""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "it is asynchronous (async def), but must be a plain function"
    anything = any(about.kind is about.VAR_KEYWORD for about in signature.parameters.values())
    surplus = [] if anything else [name for name in parameters if name not in signature.parameters]
    needed = [
        name
        for name, about in signature.parameters.items()
        if about.default is about.empty
        and about.kind not in (about.VAR_POSITIONAL, about.VAR_KEYWORD)
        and not parameters.get(name, name == "trial")
    ]
    only_positional = [
        name for name, about in signature.parameters.items() if about.kind is about.POSITIONAL_ONLY
    ]
    faults = [
        (surplus, "it does not take {}, which the space has"),
        ([name for name in needed if name not in parameters], "it needs {}, which the space does not have"),
        ([name for name in needed if name in parameters], "{} needs a default, as not every trial has it"),
        (only_positional, "it is called by keywords, but {} is positional only"),
    ]
    return "; ".join(text.format(", ".join(names)) for names, text in faults if names)


def find(name: str, path: str) -> Callable[..., Any]:
    """The function ``module:function``, with the module found in the directory ``path`` first.

    Raises:
        Wrong: There is none, or it cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    global IMPORTS
    IMPORTS = module_name
    sys.path.insert(0, path)
    sys.argv = [file_of(module_name, path)]  # otherwise the user's argparse would get our arguments
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name + ".").startswith(error.name + "."):
            raise Wrong(f"there is no module {module_name} in {path}, and none is installed") from None
        raise
    IMPORTS = ""
    check_that_none_is_hidden(module_name.partition(".")[0], path)
    for part in attribute.split("."):
        if not hasattr(found, part):
            import difflib

            near = difflib.get_close_matches(part, dir(found), 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise Wrong(f"{module_name} ({getattr(found, '__file__', path)}) has no {part}{hint}")
        found = getattr(found, part)
    if not callable(found):
        raise Wrong(f"{name} cannot be called: it is of type {type(found).__name__}")
    return found  # type: ignore[no-any-return] # callable, as was seen


def file_of(module: str, path: str) -> str:
    """The file of a module in the directory ``path``, in the form in which a script started there has it."""
    stem = Path(path, *module.split("."))
    package = stem / "__init__.py"
    return str(package if package.is_file() else stem.with_name(f"{stem.name}.py"))


def check_that_none_is_hidden(name: str, path: str) -> None:
    """Check that a module is the one in the directory ``path``, and not another one with the same name.

    Raises:
        Wrong: Python has found another one, because it was already imported.
    """
    found = getattr(sys.modules[name], "__file__", None)
    for own in (Path(path, f"{name}.py"), Path(path, name, "__init__.py")):
        if own.is_file() and not (found and Path(found).is_relative_to(path)):
            other = found or "built in"
            raise Wrong(f"{own} is hidden by Python's own module {name} ({other}); give it another name")
