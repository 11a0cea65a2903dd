"""A stand-in for absl.flags."""

from types import SimpleNamespace
from typing import Any

FLAGS = SimpleNamespace()
_READ: dict[str, Any] = {}


def _define(read: Any) -> Any:
    def define(name: str, default: Any, text: str) -> None:
        _READ[name] = read
        setattr(FLAGS, name, default)

    return define


DEFINE_float = _define(float)
DEFINE_integer = _define(int)
DEFINE_string = _define(str)
DEFINE_bool = _define({"true": True, "false": False}.__getitem__)


def parse(arguments: list[str]) -> None:
    """Set the flags."""
    for argument in arguments:
        name, _, value = argument.removeprefix("--").partition("=")
        setattr(FLAGS, name, _READ[name](value))
