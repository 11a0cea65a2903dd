"""Tests of the command help."""

import re
from collections.abc import Callable

import pytest

from hpsearch.cli.help_command import TOPICS
from tests.cli.conftest import Done


def test_lists_the_pages(hpsearch: Callable[..., Done]) -> None:
    """Each chapter of the tutorial, in order, and each topic has a line with its title."""
    lines = hpsearch("help").out.splitlines()
    topics = [line.split()[0] for line in lines]
    assert topics[0] == "which-matter"
    assert topics[-len(TOPICS) :] == list(TOPICS)
    assert all(len(line.split()) > 1 for line in lines)


def test_shows_a_page_without_what_only_tests_read(hpsearch: Callable[..., Done]) -> None:
    """Comments and titles of code blocks are left out."""
    page = hpsearch("help", "config").out
    assert page.startswith("# The config")
    assert "<!--" not in page
    assert "title=" not in page


def test_shows_a_command(hpsearch: Callable[..., Done]) -> None:
    """The help is that of the command's --help, except for the name at the beginning."""
    assert "--retry-failed" in hpsearch("help", "resume").out


def test_another_topic_is_refused(hpsearch: Callable[..., Done]) -> None:
    """The message lists the known topics."""
    done = hpsearch("help", "nonsense")
    assert done.code == 2
    assert "A topic is one of which-matter, " in done.err


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_a_page_with_styles_in_a_pipe_has_lines_to_read(
    hpsearch: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    """For ``| less -R``, headings are in the middle of 100 characters."""
    monkeypatch.setenv("TERM", terminal)
    page = hpsearch("help", "config", "--color", "always").out
    assert "\x1b" in page
    lines = re.sub(r"\x1b\[[0-9;]*m", "", page).split("\n")
    assert max(len(line.rstrip()) for line in lines) <= 100
