"""Tests of the docs: every choice is documented, links work, and CONTRIBUTING is correct."""

import re
from collections import Counter
from pathlib import Path

import pytest

from hpsearch.exchange.export_targets import TARGETS
from hpsearch.executors.choose import EXECUTORS
from hpsearch.network.activations import ACTIVATIONS
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.schedules import SCHEDULES
from hpsearch.reports.figures import FIGURES
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS
from tests.test_layering import FREE, PACKAGE, ROOMS, TYPES

ROOT = Path(__file__).parent.parent
ROW = r"^\| `{}` \|"
REGISTRIES = {
    "prior": (PRIORS, "config.md", r"^\*\*`{}`\*\* — "),
    "searcher": (METHODS, "config.md", ROW),
    "executor": (EXECUTORS, "config.md", r"^\| `run\.(?:strategy|engine)` \|[^|]*`{}`"),
    "optimizer": (OPTIMIZERS, "network.md", ROW),
    "activation": (ACTIVATIONS, "network.md", ROW),
    "schedule": (SCHEDULES, "network.md", ROW),
    "figure": (FIGURES, "figures.md", ROW),
    "export target": (TARGETS, "cli.md", r"^  {} +\S"),
}
"""What there is of each kind, the page that describes it, and how its line begins."""

NAMES = [(kind, name) for kind, (registry, _, _) in REGISTRIES.items() for name in registry]


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=str)
def test_everything_that_can_be_chosen_is_documented(kind: str, name: str) -> None:
    """Each prior, searcher, executor and so on has a line on the page about its kind."""
    _, page, pattern = REGISTRIES[kind]
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(pattern.format(re.escape(name)), text, re.MULTILINE)
    assert found, f"docs/{page} needs a line about the {kind} {name}: {pattern.format(name)}"


def test_the_readme_links_to_pages_that_exist() -> None:
    """Every relative link in README, CONTRIBUTING and the docs leads to a file."""
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_quick_start_is_one_line_that_installs_and_searches() -> None:
    """The first block under "Quick start" in README, when pasted, goes from a clone to a leaderboard."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Quick start\n")[2]
    block = re.search(r"^```sh[^\n]*\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert block
    steps = block.group(1).strip().split(" && ")
    assert steps[0] == "python3 -m venv .venv"
    assert steps[-1] == ".venv/bin/hpsearch run configs/digits.yaml"


def imports(cell: str) -> dict[str, set[str]]:
    """What a cell of the table says a room may import, in general and for annotations only."""
    code, _, annotations = cell.partition("; for annotations ")
    names = {"code": code, "annotations": annotations}
    return {use: set(text.split(", ")) - {"", "nothing"} for use, text in names.items()}


def test_the_table_of_rooms_is_the_one_that_is_tested() -> None:
    """CONTRIBUTING lists every room with its question and what the layering test lets it import."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)(?:/|\.py)` \| .+?\?.*? \| (.+) \|$", text, re.MULTILINE)
    expected = {room: {"code": ROOMS[room], "annotations": TYPES.get(room, set())} for room in ROOMS}
    free = {room: {"code": {"all"}, "annotations": set()} for room in FREE if not room.startswith("__")}
    assert {room: imports(cell) for room, cell in rows} == expected | free


def test_no_file_name_occurs_in_two_rooms() -> None:
    """A file can be named without its room; only __init__.py is in every room."""
    names = Counter(path.name for path in PACKAGE.rglob("*.py"))
    del names["__init__.py"]
    assert [name for name, count in names.items() if count > 1] == []


EXEMPTION = re.compile(r"# (?:ruff: )?(?:noqa|type: ignore)\b(?!: [A-Z0-9, ]+ -- \S|\[[a-z, -]+\] +# \S)")


@pytest.mark.parametrize("room", ["hpsearch", "tests", "benchmarks", ".ci"])
def test_every_exemption_from_the_linters_has_its_reason(room: str) -> None:
    """``noqa`` and ``type: ignore`` are followed by what they exempt, and why."""
    for path in (ROOT / room).rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not EXEMPTION.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
