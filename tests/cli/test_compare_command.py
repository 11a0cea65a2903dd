"""Tests of compare."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done


@pytest.fixture
def other(example: Path) -> Path:
    """The same run again, in a directory with a hostile name."""
    return Path(shutil.copytree(example, example.with_name("o\x1b[31mther")))


def test_tables_figure_and_verdict_come_in_order(
    hpsearch: Callable[..., Done], example: Path, other: Path
) -> None:
    """An empty line separates them; control characters in names are made visible."""
    done = hpsearch("compare", example, other)
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    runs, *_, figure, verdict = done.out.split("\n\n")
    assert runs.startswith("run ")
    assert figure.startswith("Best so far\n")
    assert figure.endswith("Each line is the best so far of one run.")
    assert verdict == (
        "example-001 and o\\x1b[31mther found the same val_error (90 % interval -0.2643 to 0.2759).\n"
    )


def test_a_file_holds_the_figure(hpsearch: Callable[..., Done], example: Path, other: Path) -> None:
    """The figure is written to the file, and nothing is printed."""
    assert hpsearch("compare", example, other, "-o", "both.svg") == Done(0, "", "")
    assert "Best so far" in Path("both.svg").read_text(encoding="utf-8")
