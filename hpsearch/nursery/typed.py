"""Text typed into the nursery, as touches."""

import re

from hpsearch.errors import UsageError
from hpsearch.touches import Change

_ONE = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:[=:]\s*|\s+|(?=[×*÷/]))(\S.*?)\s*")


def typed_changes(text: str) -> dict[str, Change]:
    """Read ``learning_rate ×0.5, dropout = 0.3``.

    Raises:
        UsageError: It cannot be read.
    """
    changes: dict[str, Change] = {}
    for part in text.split(","):
        found = _ONE.fullmatch(part)
        if not found:
            raise UsageError(f"type a name and a value, such as learning_rate ×0.5; found {part.strip()!r}")
        changes[found[1]] = Change.parse(_number(found[2]))
    return changes


def typed_epoch(text: str) -> int:
    """Read the number of an epoch.

    Raises:
        UsageError: It is not one.
    """
    if not text.strip().isdecimal():
        raise UsageError(f"type the number of an epoch, such as 12; found {text.strip()!r}")
    return int(text)


def typed_branch(text: str) -> tuple[int, str | None]:
    """Read ``12`` or ``12 warmer``: an epoch, and a name for the branch.

    Raises:
        UsageError: The first word is not an epoch, or there are more than two.
    """
    words = text.split()
    if len(words) not in (1, 2):
        raise UsageError(f"type an epoch, and a name if you like, such as 12 warmer; found {text.strip()!r}")
    return typed_epoch(words[0]), words[1] if len(words) == 2 else None


def _number(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
