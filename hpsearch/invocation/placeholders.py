"""Placeholders in a text: ``{learning_rate}``, ``{2**k}``, ``{args:--k=v}``; ``{{`` is a literal brace."""

import re
import shlex
from collections.abc import Callable

SPECIAL = {
    "args": "all values, as --name value, or in another style: {args:--k=v}, {args:k=v}, {args:+k=v}",
    "json": "the path of a JSON file with all values",
    "seed": "the trial's seed",
    "trial": "the trial's number",
    "trial_dir": "a directory for the trial's files",
    "checkpoint_dir": "a directory that a trial finds again when it runs again",
    "epochs": "how many epochs the config says",
}
"""The placeholders that are not parameters, and their meanings."""

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_IN_WORDS = re.compile(r"\{\{|\}\}|\{[^{}]*\}")


def placeholders(text: str) -> list[str]:
    """The texts in braces.

    Raises:
        ValueError: The braces do not match.
    """
    found: list[str] = []

    def note(inner: str) -> str:
        found.append(inner)
        return ""

    filled(text, note)
    return found


def filled(text: str, word: Callable[[str], str]) -> str:
    """A text with its placeholders replaced; braces in the replacements have no meaning.

    Args:
        text: The text.
        word: Returns the replacement of a placeholder, given the text in its braces.

    Raises:
        ValueError: The braces do not match.
    """

    def replacement(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None:
            raise ValueError("a brace is not closed")
        return word(match[1])

    return _PART.sub(replacement, text)


def is_args(placeholder: str) -> bool:
    """Whether a placeholder stands for all values."""
    return placeholder == "args" or placeholder.startswith("args:")


def split_words(text: str) -> list[str]:
    """The words of a command, split as by a shell; a placeholder is never split.

    Raises:
        ValueError: A quotation is not closed.
    """
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\ue000{len(kept) - 1}\ue001"

    words = shlex.split(_IN_WORDS.sub(hide, text))
    return [re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], word) for word in words]
