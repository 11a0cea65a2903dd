"""Words that a user gives a script in every trial, and the options that remain to be searched."""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.scripts.draft_command import is_epochs
from hpsearch.scripts.environment_options import as_number
from hpsearch.scripts.script import Option, Script


def with_fixed_words(script: Script, words: Sequence[str]) -> Script:
    """A script that always gets some words.

    The options that they give are neither searched nor required; a number of epochs becomes the default.

    Args:
        script: The script.
        words: The words as on its command line: ``--data``, ``iris.csv``.
    """
    options = {
        option.flag.partition(" ")[0].partition("=")[0]: option for option in script.options if option.flag
    }
    positional = [option for option in script.options if option.flag == "{}"]
    given: set[str] = set()
    epochs: list[Option] = []
    fixed: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        name, equals, value = word.partition("=")
        option = options.get(name) if word.startswith("-") else None
        taken = [word]
        if option is None:
            if not word.startswith("-") and positional:
                given.add(positional.pop(0).name)
        else:
            if "{}" in option.flag and not equals and waiting:
                value = waiting.pop(0)
                taken.append(value)
            given.add(option.name)
            if is_epochs(option):
                epochs.append(replace(option, default=as_number(value)))
                taken = []
        fixed += taken
    rest = [option for option in script.options if option.name not in given]
    return replace(script, options=(*rest, *epochs), fixed=tuple(fixed))
