"""Placeholders in a command: ``{learning_rate}``; two braces give one."""

from collections.abc import Mapping
from string import Formatter

SPECIAL = {
    "args": "all values, as --name value",
    "json": "the path of a JSON file with all values",
    "seed": "the trial's seed",
    "trial": "the trial's number",
    "trial_dir": "a directory for the trial's files",
    "checkpoint_dir": "a directory that a trial finds again when it runs again",
    "epochs": "the number of epochs in the config",
}
"""The placeholders that are not parameters, and what replaces them."""


def placeholders(text: str) -> list[str]:
    """The names in braces.

    Raises:
        ValueError: The braces do not match.
    """
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    ]


def filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its placeholders replaced; braces in the replacements have no meaning."""
    parts = Formatter().parse(text)
    return "".join(literal + ("" if name is None else words[name]) for literal, name, _, _ in parts)
