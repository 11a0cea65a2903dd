"""The command ``help``: pages of the documentation in the terminal."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, common, console

if TYPE_CHECKING:
    from collections.abc import Mapping

TOPICS = (
    *("config", "objectives", "network", "figures", "nursery", "python", "cluster"),
    *("moving-in", "search-quality", "reliability", "performance", "comparison", "faq", "glossary"),
)
"""The pages that are useful in a terminal, besides the tutorial."""

_WIDEST = 100
"""The longest line: longer ones are hard to read, and a pipe, unlike a terminal, sets no limit."""


@click.command("help")
@click.argument("topic", required=False)
@common
@click.pass_context
def help_(context: click.Context, topic: str | None, color: Color) -> None:
    """Show a page of the documentation.

    TOPIC is a page or a command. Without it, the pages are listed.

    \b
    Examples:
      hpsearch help
      hpsearch help config
      hpsearch help run
    """
    import re

    from hpsearch.errors import UsageError

    group = context.find_root().command
    pages = _pages()
    if topic is None:
        for name, path in pages.items():
            click.echo(f"{name:16} {_title(path)}")
        return
    if isinstance(group, click.Group) and topic in group.commands:
        root, command = context.find_root(), group.commands[topic]
        with command.make_context(topic, [], parent=root, resilient_parsing=True) as inner:
            click.echo(command.get_help(inner))
        return
    if topic not in pages:
        raise UsageError(f"A topic is one of {', '.join(pages)}, or a command; found {topic!r}")
    text = re.sub(r"<!--.*?-->\n?", "", pages[topic].read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r'^(```\w+) title="[^"]*"$', r"\1", text, flags=re.MULTILINE)
    screen = console(color)
    if not screen.is_terminal:
        click.echo(text, nl=False)
        return
    from rich.markdown import Markdown

    screen.print(Markdown(text, hyperlinks=False), width=min(screen.width, _WIDEST))


def _pages() -> Mapping[str, Path]:
    """The chapters of the tutorial and the pages, by topic, from the installed package or the checkout."""
    package = Path(__file__).parents[1]
    directory = next(each for each in (package / "docs", package.parent / "docs") if each.is_dir())
    chapters = {path.stem.partition("-")[2]: path for path in sorted((directory / "tutorial").glob("*.md"))}
    return chapters | {topic: directory / f"{topic}.md" for topic in TOPICS}


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().strip("# \n")
