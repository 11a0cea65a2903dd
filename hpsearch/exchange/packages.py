"""The packages of other tools, which are imported when they are needed."""

from importlib import import_module
from typing import Any

from hpsearch.errors import UsageError


def required(package: str, option: str, extra: str) -> Any:
    """A package that need not be installed.

    Args:
        package: What is imported.
        option: What needs it.
        extra: The extra of hpsearch that installs it.

    Raises:
        UsageError: It is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{option} needs the package {error.name}; install it by `pip install 'hpsearch[{extra}]'`"
        ) from error
