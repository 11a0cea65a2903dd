"""Commands that messages tell the user to type."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePath

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that a terminal would not print literally."""


@dataclass(frozen=True)
class ResumeOptions:
    """The options that a search is resumed with, to be repeated in suggested commands.

    Attributes:
        searching: The options that ``run`` also takes.
        resuming: The other options.
    """

    searching: tuple[str, ...] = ()
    resuming: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.searching + self.resuming


NO_OPTIONS = ResumeOptions()


def command(*words: object) -> str:
    """An hpsearch command, quoted so that it can be pasted into a shell, between backticks.

    Args:
        words: The subcommand and its arguments.
    """
    return f"`{pasteable('hpsearch', *words)}`"


def pasteable(*words: object) -> str:
    """A command line that a POSIX shell splits into these words."""
    return " ".join(map(_quoted, words))


def _quoted(word: object) -> str:
    text = str(word)
    if isinstance(word, PurePath) and text.startswith("-"):
        text = f"./{text}"  # otherwise it would be an option
    if not _CONTROL.search(text):
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + _CONTROL.sub(lambda found: f"\\{ord(found[0]):03o}", escaped) + "'"
