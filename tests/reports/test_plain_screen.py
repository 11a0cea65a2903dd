"""Tests of screens: how a text looks in a terminal and in a pipe."""

import io

import pytest

from hpsearch.reports.plain_screen import PlainScreen, write_text


class Terminal(io.StringIO):
    """A stand-in for a terminal."""

    def isatty(self) -> bool:
        """Always true."""
        return True


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> PlainScreen:
    """A terminal that is 20 cells wide."""
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    return PlainScreen(Terminal())


def written(screen: PlainScreen) -> str:
    """What was written to a screen."""
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_pipe_takes_lines_of_any_length_without_styles() -> None:
    """Nothing is cut, styled or padded."""
    screen = PlainScreen(io.StringIO())
    write_text("word " * 50, screen, "bold", after="label   ")
    assert written(screen) == f"label   {'word ' * 50}".rstrip() + "\n"


def test_a_terminal_gets_lines_that_fit(narrow: PlainScreen) -> None:
    """Lines break between words, and continue below the end of the label."""
    write_text("one two three\nfour five six", narrow, after="label   ")
    assert written(narrow) == "\x1b[1mlabel   \x1b[0mone two\n        three\n        four five\n        six\n"


def test_a_line_may_be_full(narrow: PlainScreen) -> None:
    """Words that take up all 20 cells stay in one line; one cell more is too much."""
    write_text("a word of 20 letters", narrow)
    write_text("a word of 21 lettered", narrow)
    assert written(narrow) == "a word of 20 letters\na word of 21\nlettered\n"


def test_a_word_that_is_too_long_is_cut(narrow: PlainScreen) -> None:
    """A word wider than the terminal continues on the next line; wide characters take two cells."""
    write_text("見" * 12, narrow)
    assert written(narrow) == f"{'見' * 10}\n{'見' * 2}\n"


def test_a_dumb_terminal_gets_no_styles(narrow: PlainScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    """TERM=dumb means that escape sequences would be visible."""
    monkeypatch.setenv("TERM", "dumb")
    write_text("text", narrow, "bold")
    assert written(narrow) == "text\n"


@pytest.mark.parametrize(
    ("styles", "variable", "terminal"), [(True, "", "xterm"), (True, "", "dumb"), (None, "1", "xterm")]
)
def test_styles_can_be_asked_for(
    styles: bool | None, variable: str, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--color always, whatever TERM is, and FORCE_COLOR style a pipe, too; its lines are not wrapped."""
    monkeypatch.setenv("FORCE_COLOR", variable)
    monkeypatch.setenv("TERM", terminal)
    screen = PlainScreen(io.StringIO(), styles=styles)
    write_text("word " * 50, screen, "dim")
    assert written(screen) == f"\x1b[2m{'word ' * 50}\x1b[0m\n"


@pytest.mark.parametrize("file", [Terminal, io.StringIO])
def test_never_means_never(file: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    """--color never writes no escape sequence to a terminal, nor to a pipe with FORCE_COLOR set."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    screen = PlainScreen(file(), styles=False)
    write_text("text", screen, "bold", after="label ")
    assert written(screen) == "label text\n"
