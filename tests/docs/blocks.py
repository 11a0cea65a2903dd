"""The fenced blocks of a page.

A fence names its language, and may have a title, which a reader sees above the block::

    ```python title="train.py"
    ```console title="not run: needs a cluster"

A title with a dot in it is the name of a file. Blocks in an HTML comment are like all others, but readers do
not see them.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("docs/cli.md", "docs/names.md", "docs/schema.md")

_FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"\n]*)")?(?P<rest>[^\n]*)\n'
    r"(?P<text>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_REASON = re.compile(r"\bnot run: (.+?)\)?$")
_FILE = re.compile(r"[\w./-]+\.\w+(?= |$)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: Its page, relative to the root.
        line: The line of its fence, from 1.
        language: The word that follows the fence, such as ``yaml``.
        title: The title that a reader sees above it.
        text: Its content, without indentation.
        span: The position of ``text`` in the page.
    """

    page: str
    line: int
    language: str
    title: str
    text: str
    span: tuple[int, int]

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.page}:{self.line}"

    @property
    def reason(self) -> str | None:
        """Why it is not run; None if it is."""
        found = _REASON.search(self.title)
        return found[1] if found else None

    @property
    def file(self) -> str | None:
        """The file that it becomes, if any."""
        found = _FILE.match(self.title)
        return found[0] if found else None


def pages() -> list[str]:
    """README and the pages of the docs, except the reference, which is generated."""
    found = (path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md")))
    return ["README.md", *(page for page in found if page not in GENERATED)]


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order.

    Raises:
        ValueError: A fence has something that is neither a language nor a title.
    """
    source = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        if match["rest"].strip():
            raise ValueError(
                f'{page}:{line}: write title="…" after the language; found {match["rest"].strip()}'
            )
        text = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        found.append(Block(page, line, match["language"], match["title"] or "", text, match.span("text")))
    return found
