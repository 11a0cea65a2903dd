"""Tests of output that cannot hold every character, streams that are closed, and readers that have gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.cli.streams import _replace
from hpsearch.environment import user_environment

PROGRAM = Path(sys.executable).with_name("hpsearch")


def shell(line: str, *, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """Run a line with bash, in which hpsearch is ``$H``."""
    environment = {**user_environment(), "H": str(PROGRAM), "PYTHONIOENCODING": encoding}
    return subprocess.run(
        ["bash", "-c", line],
        env=environment,
        capture_output=True,
        encoding=encoding,
        check=False,
    )


@pytest.fixture
def run(in_tmp: Path, tiny: Path) -> str:
    """A complete run."""
    assert shell(f"$H run {tiny} -q -o run").returncode == 0
    return "run"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_marks_that_cannot_be_written_are_replaced(run: str, encoding: str) -> None:
    """Curves, arrows and bars have stand-ins in small character sets; every command still works."""
    for command in ("show run best", "importance run", "leaderboard run -f md", "--help", "run --help"):
        done = shell(f"$H {command}", encoding=encoding)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert " > " in shell("$H show run best", encoding=encoding).stdout


def test_each_stand_in_is_one_character() -> None:
    """Columns stay aligned; what has no stand-in is shown by its number, and nothing fails."""
    for text, written in (("▁█…−", "_#~-"), ("é", "\\xe9"), ("\udcff", "\\udcff")):
        assert _replace(UnicodeEncodeError("ascii", text, 0, len(text), "")) == (written, len(text))


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_work(in_tmp: Path, tiny: Path, closed: str) -> None:
    """A search runs as ever, in workers too, and its database takes no number of a closed stream."""
    assert shell(f"$H run {tiny} -o run --strategy caviar -j 2 {closed}").returncode == 0
    whole = shell("$H leaderboard run")
    assert whole.returncode == 0
    assert shell(f"$H leaderboard run {closed}").returncode == 0
    assert "complete" in shell("$H status run").stdout


@pytest.mark.parametrize(
    "command",
    ["leaderboard run", "leaderboard run -f json", "--help", "run --help", "schema", "nosuch 2>&1"],
)
def test_a_reader_that_has_gone_is_no_error(run: str, command: str) -> None:
    """Output to a pipe that nobody reads ends quietly, as with ``head``; wrong usage stays wrong."""
    done = shell(f"(sleep 0; exec $H {command}) | exec true; echo ${{PIPESTATUS[0]}}")
    assert done.stderr == ""
    assert done.stdout in (("2\n",) if "nosuch" in command else ("0\n", "141\n"))


def test_a_search_outlives_the_reader_of_its_messages(in_tmp: Path, tiny: Path) -> None:
    """It finishes, and everything is saved."""
    shell(f"$H run {tiny} -v -o run 2>&1 | true")
    assert "complete" in shell("$H status run").stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_behind_the_output_is_named(run: str) -> None:
    """Exit code 1 and the system's words; wrong usage keeps its code though its message is lost."""
    done = shell("$H leaderboard run > /dev/full")
    assert (done.returncode, done.stderr) == (
        1,
        "Operating system error: [Errno 28] No space left on device\n",
    )
    assert shell("$H nosuch 2> /dev/full").returncode == 2
    assert shell("$H leaderboard nowhere 2> /dev/full").returncode == 4
