"""Tests of the placeholders in commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.invocation.placeholders import filled, placeholders, split_words


@given(st.text(alphabet="ab{} "), st.text())
def test_what_is_filled_in_is_never_read_again(name: str, word: str) -> None:
    """Braces in a value stay braces."""
    text = name.replace("{", "{{").replace("}", "}}")
    assert filled(text + "{p}", {"p": word}.__getitem__) == name + word
    assert placeholders(text + "{p}") == ["p"]


def test_words_are_never_split_within_a_placeholder() -> None:
    """Spaces and quotes in braces belong to an expression or a style."""
    assert split_words("a {args:--k v} 'b c' x={2 ** k if m == 'a b' else 1}") == [
        "a", "{args:--k v}", "b c", "x={2 ** k if m == 'a b' else 1}",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["{", "a}", "{a{b}}", "{{}"])
def test_braces_must_match(text: str) -> None:
    """A literal brace is written twice."""
    with pytest.raises(ValueError, match="brace"):
        placeholders(text)
