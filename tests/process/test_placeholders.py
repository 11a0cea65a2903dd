"""Tests of the placeholders in commands."""

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.process.placeholders import filled, placeholders


@given(st.text(alphabet="ab{} "), st.text())
def test_what_is_filled_in_is_never_read_again(name: str, word: str) -> None:
    """A value in braces stays one."""
    text = name.replace("{", "{{").replace("}", "}}")
    assert filled(text + "{p}", {"p": word}) == name + word
    assert placeholders(text + "{p}") == ["p"]
