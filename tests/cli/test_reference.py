"""docs/cli.md is what --help prints, and fish can complete it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click import Option

from hpsearch.cli.program import program
from tests.cli.conftest import Done
from tests.docs.references import man_page

DOCS = Path(__file__).parents[2] / "docs"


def reference() -> str:
    """The help of the program and of all its commands, as Markdown."""
    width: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100, "resilient_parsing": True}
    context = program.make_context("hpsearch", [], **width)
    what = "The output of `hpsearch --help` and of `--help` for every command."
    parts = [
        f"# Command line\n\n{what} `tests/cli/test_reference.py` writes and checks it.\n",
        f"```text\n{program.get_help(context)}\n```\n",
    ]
    for name, command in program.commands.items():
        inner = command.make_context(name, [], parent=context, **width)
        parts.append(f"## hpsearch {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)


@pytest.mark.parametrize(("name", "made"), [("cli.md", reference), ("hpsearch.1", man_page)])
def test_the_reference_is_up_to_date(
    name: str, made: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    """A changed option or sentence changes docs/cli.md and the manual page; --write-goldens writes both."""
    text = made()
    if request.config.getoption("--write-goldens"):
        (DOCS / name).write_text(text, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == text, "write it with --write-goldens"


def test_every_option_is_explained() -> None:
    """Every option has a help text, and every command has a first sentence."""
    for name, command in program.commands.items():
        assert command.get_short_help_str(), name
        for parameter in command.params:
            if isinstance(parameter, Option):
                assert parameter.help, f"{name} {parameter.name}"


def test_completions_have_no_comma() -> None:
    """The fish script of click cuts the descriptions of commands and options at the first comma."""
    for name, command in program.commands.items():
        assert "," not in command.get_short_help_str(), name
        for parameter in command.params:
            if isinstance(parameter, Option):
                assert "," not in (parameter.help or ""), f"{name} {parameter.name}"


def test_short_help_fits_its_line(hpsearch: Callable[..., Done]) -> None:
    """No first sentence is cut off in the list of commands."""
    os.environ.pop("COLUMNS", None)
    assert "..." not in hpsearch("--help").out.partition("Commands:")[2]
