"""Tests of logs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Program = Callable[..., Done]

CONFIG = """\
name: prints
objective:
  command: {run: "echo out {trial}; echo err >&2; echo '{{\\"value\\": {x}}}'", shell: true}
space:
  x: {min: 0, max: 1}
search: {trials: 2}
"""


@pytest.fixture
def prints(hpsearch: Program, in_tmp: Path) -> Path:
    """A search whose trials print something."""
    Path("prints.yaml").write_text(CONFIG)
    assert hpsearch("run", "prints.yaml", "-q").code == 0
    return Path("runs/prints-001")


@pytest.mark.parametrize("options", [(), ("-f",)], ids=["once", "follow"])
def test_what_a_trial_printed_is_shown(hpsearch: Program, prints: Path, options: tuple[str, ...]) -> None:
    """Output goes to stdout, errors to stderr; following ends with the trial."""
    done = hpsearch("logs", prints, 1, *options)
    assert done.code == 0
    assert done.out.startswith('out 1\n{"value": ')
    assert done.err == "err\n"


def test_a_trial_without_output_is_reported(hpsearch: Program, prints: Path) -> None:
    """A trial without output gets a message; a trial that has not started is an error."""
    (prints / "trials" / "00000" / "stdout.log").unlink()
    (prints / "trials" / "00000" / "stderr.log").unlink()
    assert hpsearch("logs", prints, 0).err == "Trial 0 has no output.\n"
    done = hpsearch("logs", prints, 2)
    assert (done.code, done.err) == (2, "runs/prints-001 has trials 0 to 1 so far; found 2\n")
