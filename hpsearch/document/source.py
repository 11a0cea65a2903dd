"""Reads the text of a config file, and reports problems with the file itself."""

from pathlib import Path

from hpsearch.document.closest import near_names
from hpsearch.document.nodes import Position
from hpsearch.document.parse import advance
from hpsearch.document.problems import BEGIN, EMPTY, file_position
from hpsearch.document.scalars import shown
from hpsearch.errors import ConfigError, Problem

LARGEST_FILE = 1_000_000
"""The largest size of a config in bytes."""


def read_text(path: Path, begin: str = BEGIN) -> str:
    """The text of a config file.

    Args:
        path: The file.
        begin: What to do if there is no such file, as a sentence without its full stop.

    Raises:
        ConfigError: It does not exist, is not readable, is not text, is empty, or is too large.
    """
    position = file_position(path)

    def refuse(rule: str, found: str = "", hint: str = "", where: Position = position) -> ConfigError:
        return ConfigError([Problem(where.path, where.line, where.column, "", rule, found, hint)])

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", hint=_instead(path, begin)) from None
    except IsADirectoryError:
        raise refuse(
            "a config must be a file, not a directory", hint=_instead(path / "config.yaml", begin)
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"the file cannot be read: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise refuse(f"a config must have at most {LARGEST_FILE:,} bytes", hint="Put data in a separate file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = advance(Position(position.path, 1, 1), data[: error.start].decode("utf-8"))
        byte = f"the byte 0x{data[error.start]:02x}"
        raise refuse("a config must be UTF-8 text", byte, "Save the file as UTF-8", where) from None
    lines = (line.lstrip("\ufeff \t") for line in text.splitlines())
    if not any(line and not line.startswith("#") for line in lines):
        raise refuse(EMPTY, hint=begin)
    return text


def _instead(path: Path, begin: str) -> str:
    """What to do if there is no file at a path: use a file with a similar name, or begin."""
    try:
        if path.name == "config.yaml" and path.is_file():
            return f"Did you mean {shown(str(path), 200)}?"
        near = [shown(str(path.with_name(name)), 200) for name in near_names(path)]
    except (OSError, ValueError):
        near = []
    return f"Did you mean {' or '.join(near)}?" if near else begin
