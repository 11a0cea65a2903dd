import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.config.schema import (
    CommandSection,
    EarlyStopping,
    FunctionSection,
    MetricSection,
    NetworkSection,
    ParameterSection,
    PythonSection,
    RunSection,
    SearchSection,
)
from hpsearch.config.sections import Section
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "config.md").read_text(encoding="utf-8")
ROWS = {
    key: default
    for keys, default in re.findall(r"^\| (`.+?`) \| .+? \| (.+?) \| .+ \|$", TEXT, re.MULTILINE)
    for key in re.findall("`(.+?)`", keys)
}
SECTIONS: dict[str, type[Section]] = {
    "": ParameterSection,
    "metric.": MetricSection,
    "objective.network.": NetworkSection,
    "objective.function.": FunctionSection,
    "objective.command.": CommandSection,
    "objective.python.": PythonSection,
    "search.": SearchSection,
    "search.early_stopping.": EarlyStopping,
    "run.": RunSection,
}


def defaults() -> Iterator[tuple[str, object]]:
    """Every key with its default; None if it has none, or depends on other settings."""
    for prefix, section in SECTIONS.items():
        for key, about in section.settings().items():
            yield prefix + key, None if about.required else about.default


@pytest.mark.parametrize(("key", "default"), list(defaults()), ids=str)
def test_every_key_is_documented(key: str, default: object) -> None:
    """Every key has a row in the docs, with its default."""
    assert key in ROWS
    if isinstance(default, str | int | float):
        assert ROWS[key] == f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize("name", [*METHODS, *PRIORS])
def test_every_method_and_prior_is_documented(name: str) -> None:
    """Each has its own row, or a paragraph that begins with its name."""
    assert re.search(rf"^(\*\*|\| )`{name}`", TEXT, re.MULTILINE)
