"""Commands that messages tell the user to type."""

import shlex


def command(*words: object) -> str:
    """A command of hpsearch, quoted so that it can be pasted into a shell, between backticks.

    Args:
        words: The subcommand and its arguments.
    """
    return f"`{pasteable('hpsearch', *words)}`"


def pasteable(*words: object) -> str:
    """A command line that a POSIX shell splits into these words."""
    return shlex.join(map(str, words))
