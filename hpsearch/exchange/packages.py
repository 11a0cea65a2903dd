"""The packages of other tools, imported when they are needed."""

from importlib import import_module
from typing import Any

from hpsearch.errors import UsageError


def required(package: str, option: str, extra: str) -> Any:
    """Import an optional package.

    Args:
        package: The module to import.
        option: The option that needs it.
        extra: The extra of hpsearch that installs it.

    Raises:
        UsageError: It is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{option} needs the package {error.name}. Install it with `pip install 'hpsearch[{extra}]'`"
        ) from error
