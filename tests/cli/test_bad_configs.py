"""The program on every wrong config: exit code, message, time, and nothing created."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.config.test_bad_configs import CONFIGS, DIRECTORY
from tests.conftest import TINY
from tests.table import Row

CPU_SECONDS = 2.0


def refuse(hpsearch: Callable[..., Done], row: Row, full: bool, name: str, arguments: list[str]) -> str:
    """Run the program on a wrong config, in full from a cold start, and return its message."""
    row.name = name
    row.tries += 1
    before = sorted(path.name for path in Path().iterdir())
    if full:
        started = cpu_seconds()
        command = [sys.executable, "-m", "hpsearch", *arguments]
        process = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        seconds = cpu_seconds() - started
        row.figure = f"{seconds:.2f} s"
        assert seconds < CPU_SECONDS
        done = Done(process.returncode, process.stdout, process.stderr)
    else:
        done = hpsearch(*arguments)
    assert (done.code, done.out) == (2, ""), done.err
    assert "Traceback" not in done.err
    assert sorted(path.name for path in Path().iterdir()) == before
    return done.err


@pytest.mark.trial_of("wrong config")
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_file(
    hpsearch: Callable[..., Done], row: Row, full: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is exactly the one in the file next to the config."""
    monkeypatch.chdir(DIRECTORY)
    message = refuse(hpsearch, row, full, path.name, ["run", path.name])
    expected = path.with_suffix(".expected").read_text(encoding="utf-8")
    assert message.replace(str(DIRECTORY), "{directory}") == expected


def large(path: Path) -> None:
    """A file above the limit."""
    path.write_text(TINY + "#" * 1_100_000)


def unreadable(path: Path) -> None:
    """A file that only root can read."""
    path.write_text(TINY)
    path.chmod(0)


NO_FILES: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "a missing file": (lambda path: None, [], "no such file"),
    "a directory": (Path.mkdir, [], "not a directory"),
    "an unreadable file": (unreadable, [], "ermission denied"),
    "a file over 1 MB": (large, [], "1,000,000 bytes"),
    "a batch above the rows": (
        lambda path: path.write_text(TINY),
        ["objective.network.batch_size=100000"],
        "number of training rows",
    ),
    "batch sizes above the rows": (
        lambda path: path.write_text(TINY),
        ["space.batch_size={values: [32, 100000]}"],
        "number of training rows",
    ),
}


@pytest.mark.trial_of("wrong config")
@pytest.mark.parametrize("name", NO_FILES)
def test_no_file(hpsearch: Callable[..., Done], row: Row, full: bool, in_tmp: Path, name: str) -> None:
    """Mistakes outside the text are refused, too."""
    make, arguments, rule = NO_FILES[name]
    if make is unreadable and os.geteuid() == 0:
        row.name = name
        pytest.skip("root may read everything")
    make(Path("config.yaml"))
    assert rule in refuse(hpsearch, row, full, name, ["run", "config.yaml", *arguments])


def cpu_seconds() -> float:
    """The CPU time of finished child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
