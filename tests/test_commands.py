"""Tests of the commands that messages print."""

import shlex
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.commands import _CONTROL, command, pasteable

WORDS = st.lists(st.text(), min_size=1)


@given(WORDS)
def test_a_pasted_command_has_the_same_words(words: list[str]) -> None:
    """Whatever a path contains, a shell splits the printed command as intended."""
    if not any(_CONTROL.search(word) for word in words):
        assert shlex.split(pasteable(*words)) == words


def test_a_shell_reads_control_characters_back() -> None:
    """They are printed as escapes, so that the command is one line and harmless in a terminal."""
    words = ["a\nb'c\\d", "\x1b[31m", "é 0"]
    line = pasteable("printf", "%s\\0", *words)
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == words


def test_a_path_is_no_option() -> None:
    """A path that begins with a dash gets a directory in front."""
    assert pasteable("resume", Path("-x"), "--trials", 8) == "resume ./-x --trials 8"


def test_a_command_stands_between_backticks() -> None:
    """Plain words are not quoted; a path with a space is."""
    assert command("resume", "my runs/a", "--trials", 64) == "`hpsearch resume 'my runs/a' --trials 64`"
