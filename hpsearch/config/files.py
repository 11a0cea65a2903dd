"""Reading the text of a config file, and what can be wrong with the file itself."""

import re
from pathlib import Path

from hpsearch.config.data_files import near_names
from hpsearch.config.scalars import shown
from hpsearch.errors import ConfigError, Problem

LARGEST_FILE = 1_000_000
"""Bytes of a config."""

# What YAML does not allow to stand in a text: control characters, and noncharacters.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_text(path: Path) -> str:
    """The text of a config file.

    Raises:
        ConfigError: It is not there, not readable, not text, empty, or too large.
    """
    name = shown(str(path), 1000)

    def refuse(rule: str, *, found: str = "", hint: str = "", line: int = 0, column: int = 0) -> ConfigError:
        return ConfigError([Problem(name, line, column, "", rule, found, hint)])

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", hint=_instead(path)) from None
    except IsADirectoryError:
        raise refuse("a config is a file, not a directory", hint=_instead(path / "config.yaml")) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"the file cannot be read: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise refuse(f"a config has at most {LARGEST_FILE:,} bytes", hint="Data belongs in files of its own")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _position(before)
        byte = f"the byte 0x{data[error.start]:02x}"
        hint = "Save the file as UTF-8"
        raise refuse("a config is UTF-8 text", found=byte, hint=hint, line=line, column=column) from None
    if strange := _UNPRINTABLE.search(text):
        line, column = _position(text[: strange.start()])
        found = f"U+{ord(strange.group()):04X}"
        hint = 'Write it in double quotes with an escape, such as "\\e"'
        raise refuse("a config has no control characters", found=found, hint=hint, line=line, column=column)
    if not re.sub(r"(?m)^\s*#.*$", "", text).strip():
        raise refuse("the config is empty", hint="`hpsearch init` writes one to start from")
    return text


def _position(before: str) -> tuple[int, int]:
    """Line and column, counted from 1, of what follows a text."""
    lines = before.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or lines[-1].endswith(("\n", "\r")):
        return len(lines) + 1, 1
    return len(lines), len(lines[-1]) + 1


def _instead(path: Path) -> str:
    """What the user may have meant by a path at which there is no file."""
    try:
        if path.name == "config.yaml" and path.is_file():
            return f"Did you mean {shown(str(path), 200)}?"
        near = [shown(str(path.with_name(name)), 200) for name in near_names(path)]
    except (OSError, ValueError):
        near = []
    return f"Did you mean {' or '.join(near)}?" if near else "`hpsearch init` writes one to start from"
