"""Tests of the width of texts in a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.reports.cells import cell_width, padded, split_cells

TEXTS = st.lists(st.sampled_from([*"ab 見日é…🙂", "e\u0301", "👩\u200d👧"]), max_size=12).map("".join)


@given(TEXTS, st.integers(0, 15), st.booleans())
def test_a_padded_text_takes_its_width(text: str, width: int, right: bool) -> None:
    """This is true of any text and either side; a text that fits is not cut."""
    shown = padded(text, width, right=right)
    assert cell_width(shown) == width
    assert (text in shown) >= (cell_width(text) <= width)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("見日見", 5, "見日…"), ("見日見", 4, "見 …"), ("a", 0, "")],
)
def test_a_text_that_is_too_wide_is_cut(text: str, width: int, shown: str) -> None:
    """Its last cell has an ellipsis; half a wide character is a space."""
    assert padded(text, width) == shown


@given(TEXTS)
def test_a_text_has_a_part_for_each_cell(text: str) -> None:
    """Together they are the text."""
    cells = split_cells(text)
    assert len(cells) == cell_width(text)
    assert "".join(cells) == text
    assert split_cells("a見e\u0301") == ["a", "見", "", "e\u0301"]
