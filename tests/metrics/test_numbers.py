"""Tests of the grammar of numbers."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.metrics.metric_reader import LineReader
from hpsearch.metrics.numbers import UnclearNumber, number, plain_line
from hpsearch.metrics.patterns import Pattern

FORMATS = (
    "{}",
    "{:.4f}",
    "{:e}",
    "{:.3E}",
    "{:g}",
    "{:+.6g}",
    "{:,}",
    "{:_.3f}",
    "{:,.2f}",
    "{:8.3f}",
    "{:%}",
)
BEFORE = ("", "epoch 3 ", "[12:30:01] ", "\x1b[31m", "50%|##   |\r", "| ", "step 1,000: ", "acc=0.5, ")
AFTER = ("", " ", ", acc=0.5", " acc 0.5", "\x1b[0m", "\r", " |", " (best 7)", "%", "]", ".", " ± 0.1")
SPOILS = (",5", "k", "/10", "-05", ":30", "e", " 000.5", "x10", ".5.5", "'000", "×10", "_1", ".ckpt")

figures = st.floats(width=32) | st.floats() | st.integers(-(10**9), 10**9).map(float)


def printed(value: float, layout: str) -> tuple[str, float]:
    """A number in some format, and the value that a reader of the text should have."""
    text = layout.format(value)
    return text, float(text.strip().rstrip("%").replace(",", "").replace("_", ""))


@given(figures, st.sampled_from(FORMATS), st.sampled_from(BEFORE), st.sampled_from(AFTER))
def test_a_printed_number_is_read_exactly(value: float, layout: str, before: str, after: str) -> None:
    """It is read exactly in any common format, whatever else is in the line."""
    text, expected = printed(value, layout)
    line = f"{before}loss: {text}{after}"
    by_itself = [record["loss"] for record in LineReader("loss").records(line.encode())]
    by_pattern = Pattern("loss: {}").find(plain_line(line))
    assert repr(by_itself) == repr([expected])
    assert repr(by_pattern) == repr(expected)


@given(figures, st.sampled_from(FORMATS[:-1]), st.sampled_from(SPOILS))
def test_what_is_not_a_whole_number_is_refused(value: float, layout: str, spoil: str) -> None:
    """A number is never cut."""
    text, _ = printed(value, layout)
    line = f"loss: {text}{spoil}"
    whole = number(text + spoil)  # .5 and ,5 may form another number
    with contextlib.suppress(UnclearNumber):
        values = {repr(record["loss"]) for record in LineReader("loss").records(line.encode())}
        assert values <= {repr(whole)}
    with contextlib.suppress(UnclearNumber):
        assert Pattern("loss: {}").find(line) == whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,980.02", 1980.02),
        ("-1_000", -1000.0),
        ("1.", None),
        (" 19.8% ", 19.8),
        ("−2.5e−3", -0.0025),
        ("1,98", None),
        ("0,954", None),
        ("0_954", None),
        ("10,954", 10954.0),
        ("1e5", 1e5),
        ("5.e-3", 0.005),
        ("", None),
        ("1 2", None),
        ("0x10", None),
        ("1.2 x 10^-3", None),
        ("infinity", math.inf),
        ("information", None),
        ("١", None),
    ],
)
def test_a_text_is_a_number_or_not(text: str, value: float | None) -> None:
    """A percentage keeps its number as printed."""
    assert number(text) == value


def test_a_line_is_what_a_terminal_shows_in_the_end() -> None:
    """Colours are removed; a carriage return or backspaces restart the line."""
    assert plain_line("a\rb\x1b[1mc\x1b[0m\r") == "bc"
    assert plain_line("5/10\x08\x08\x08\x0810/10") == "10/10"
    assert plain_line("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07 loss\x1b[K") == "link loss"
