"""Tests of the commands that messages print."""

import shlex

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.commands import command, pasteable

WORDS = st.lists(st.text(), min_size=1)


@given(WORDS)
def test_a_pasted_command_has_the_same_words(words: list[str]) -> None:
    """Whatever a path holds, a shell splits the printed command as it was meant."""
    assert shlex.split(pasteable(*words)) == words


def test_a_command_stands_between_backticks() -> None:
    """Plain words are not quoted, and a path with a space is."""
    assert command("resume", "my runs/a", "--trials", 64) == "`hpsearch resume 'my runs/a' --trials 64`"
