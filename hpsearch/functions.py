"""How do other processes find a Python function of the user's? By module and name, if they can."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def importable_as(function: Callable[..., Any]) -> tuple[str, Path] | None:
    """The name ``module:function`` under which another process can import a function, and its directory.

    A function in the main script can be imported under the script's name.

    Returns:
        The name, and the directory that contains the module; None for a function defined in a notebook or
        the interactive interpreter, a lambda, a local function, and a callable object.
    """
    name = getattr(function, "__qualname__", "<none>")
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    if "<" in name or module is None or _found(module, name) is not function:
        return None
    file, module_name = getattr(module, "__file__", None), module.__name__
    if not file or not _is_defined_in(file, function):
        return None
    path = Path(file).absolute()
    if module_name == "__main__":
        module_name = module.__spec__.name if module.__spec__ else path.stem
    if not _MODULE.fullmatch(module_name):
        return None
    parts = module_name.split(".")
    is_package = path.name == "__init__.py" and parts[-1] != "__init__"
    directory = path.parents[len(parts) - (not is_package)]
    expected = directory.joinpath(*parts, *(["__init__.py"] if is_package else []))
    return (f"{module_name}:{name}", directory) if expected.with_suffix(".py") == path else None


def _found(module: ModuleType, name: str) -> object:
    found: object = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _is_defined_in(file: str, function: Callable[..., Any]) -> bool:
    """Whether the file contains the function; it does not if the function was defined at a prompt."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is None or Path(code.co_filename).absolute() == Path(file).absolute()
