"""Placeholders in a command: ``{learning_rate}``; two braces stand for one."""

from collections.abc import Mapping
from string import Formatter

SPECIAL = {
    "args": "all values, as --name value",
    "json": "the path of a JSON file with all values",
    "seed": "the trial's seed",
    "trial": "the trial's number",
    "trial_dir": "a directory for the trial's files",
    "checkpoint_dir": "a directory that a trial finds again when it runs again",
    "epochs": "how many epochs the config says",
}
"""The placeholders that are no parameters, and what they stand for."""


def placeholders(text: str) -> list[str]:
    """What stands in braces.

    Raises:
        ValueError: The braces do not match.
    """
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    ]


def filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its placeholders replaced; braces in what replaces them have no meaning."""
    parts = Formatter().parse(text)
    return "".join(literal + ("" if name is None else words[name]) for literal, name, _, _ in parts)
