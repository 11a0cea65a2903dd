"""Tests of output that cannot encode every character, of closed streams, and of readers that are gone."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hpsearch.cli.program import exit_code
from hpsearch.cli.streams import _replace, drop_unwritable, prepare_streams
from hpsearch.machine.environment import user_environment
from tests.conftest import TINY

PROGRAM = Path(sys.executable).with_name("hpsearch")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line with bash, in which hpsearch is ``$H``."""
    environment = {**user_environment(), "H": str(PROGRAM), "PYTHONUNBUFFERED": ""}
    return subprocess.run(
        ["bash", "-c", line], env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a config, a complete run of it, a model, a script and a sweep."""
    directory = tmp_path_factory.mktemp("place")
    (directory / "tiny.yaml").write_text(TINY)
    (directory / "train.py").write_text(
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr')\n"
    )
    (directory / "sweep.yaml").write_text("method: random\nparameters: {x: {min: 0.1, max: 1}}\n")
    (directory / "rows.csv").write_text("x0,x1\n0.5,0.5\n")
    for command in ("run tiny.yaml -q -o run", "train run -q -o model.npz"):
        assert hpsearch(directory, command)[0] == 0
    return directory


def hpsearch(directory: Path, command: str, out: io.TextIOBase | None = None) -> tuple[int, str]:
    """Run a command in this process; returns its exit code, and its stderr, which can encode only ASCII."""
    err = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    out = out or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.chdir(directory), contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
        prepare_streams()
        code = exit_code(command.split())
        drop_unwritable()
    return code, err.buffer.getvalue().decode()


COMMANDS = (
    *("--help", "--version", "run --help", "schema", "completion bash"),
    *(
        "import sweep.yaml",
        "check tiny.yaml",
        "sample tiny.yaml",
        "sample tiny.yaml -f json",
        "try tiny.yaml",
    ),
    *("leaderboard run", "leaderboard run -f json", "leaderboard run -f md", "leaderboard run -f csv"),
    *("status run", "show run", "show run best", "show run best -f json", "list .", "importance run"),
    *("explain run", "explain run 5", "plot run history", "plot run curves", "export run --to csv"),
    *(
        "export run --to config",
        "rerun run 0",
        "predict model.npz rows.csv",
        "leaderboard run -n 0 --timings",
    ),
)
"""Those that write to stdout."""


@contextlib.contextmanager
def ascii_only() -> Iterator[io.TextIOBase]:
    """A stream that can encode only ASCII."""
    yield io.TextIOWrapper(io.BytesIO(), encoding="ascii")


@contextlib.contextmanager
def nobody_reads() -> Iterator[io.TextIOBase]:
    """A pipe whose reader is gone."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        yield stream


@contextlib.contextmanager
def full_disk() -> Iterator[io.TextIOBase]:
    """A file on a full disk."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        yield stream


@pytest.mark.parametrize(("stream", "code"), [(ascii_only, 0), (nobody_reads, 0), (full_disk, 1)])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_writes_anywhere(
    place: Path, command: str, stream: Callable[[], AbstractContextManager[io.TextIOBase]], code: int
) -> None:
    """Every command succeeds if its output takes only ASCII or nobody reads it; on a full disk it says so."""
    with stream() as out:
        found, err = hpsearch(place, command, out)
    assert found == code, err
    assert ("No space left on device" in err) == (code == 1)
    assert "Unexpected" not in err


@pytest.mark.parametrize("stream", [nobody_reads, full_disk])
@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("check tiny.yaml", ""),
        ("train run -o again.npz", "again.npz"),
        ("report run -o again.html", "again.html"),
        ("import sweep.yaml -o again.yaml", "again.yaml"),
        ("init train.py -o drafted.yaml", "drafted.yaml"),
        ("nurse tiny.yaml --schedule touches.yaml", "runs/tiny-001/config.yaml"),
    ],
)
def test_a_command_outlives_the_reader_of_its_messages(
    place: Path,
    tmp_path: Path,
    command: str,
    made: str,
    stream: Callable[[], AbstractContextManager[io.TextIOBase]],
) -> None:
    """If stderr cannot be written, the file is still created, and the command succeeds."""
    shutil.copytree(place, tmp_path / "place")
    (tmp_path / "place" / "touches.yaml").write_text("- {epoch: 1, learning_rate: 0.01}\n")
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with (
        stream() as err,
        contextlib.chdir(tmp_path / "place"),
        contextlib.redirect_stderr(err),
        contextlib.redirect_stdout(out),
    ):
        code = exit_code(command.split())
        drop_unwritable()
    assert code == 0
    assert (tmp_path / "place" / made).exists()


def test_messages_and_results_keep_their_order_in_one_file(place: Path) -> None:
    """The tables on stdout are written before later lines on stderr."""
    said = shell(
        f"cd {place}; ($H check tiny.yaml; $H train run -o again.npz; $H run tiny.yaml -o again) > both 2>&1;"
        " cat both"
    ).stdout
    wanted = [
        *("configurations", "tiny.yaml is valid.", "train_loss", "test_error", "Next:"),
        *("[1/", "rank", "Saved in again."),
    ]
    places = [said.find(text) for text in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_messages_show_control_characters(in_tmp: Path, tiny: Path) -> None:
    """The name of a directory reaches a terminal as plain text."""
    shell(f"$H run {tiny} -q -o $'runs/\\e[31mred'")
    code, said = hpsearch(in_tmp, "status")
    assert (code, said) == (0, "The newest run: runs/\\x1b[31mred\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_marks_that_cannot_be_written_are_replaced(place: Path, encoding: str) -> None:
    """Arrows have substitutes in small character sets."""
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding)
    assert hpsearch(place, "show run best", out) == (0, "")
    assert b" > " in written.getvalue()


def test_each_stand_in_is_one_character() -> None:
    """Columns stay aligned; a character without a substitute is shown by its number, and nothing fails."""
    for text, written in (
        ("▁█…−±●", "_#~-~o"),
        ("⠁⠿⣿", ".:#"),
        ("é", "\\u00e9"),
        ("\udcff", "\\udcff"),
        ("😀", "\\ud83d\\ude00"),
    ):
        assert _replace(UnicodeEncodeError("ascii", text, 0, len(text), "")) == (written, len(text))


@pytest.mark.parametrize(
    "command", ["leaderboard run", "plot run history", "plot run curves", "plot run parallel", "demo --help"]
)
def test_our_own_marks_have_stand_ins(place: Path, command: str) -> None:
    """Tables and figures are readable in ASCII, without character numbers."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")  # kept: when it goes, it closes what is in it
    assert hpsearch(place, command, out)[0] == 0
    assert out.buffer.getvalue().isascii()
    assert b"\\u" not in out.buffer.getvalue()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_work(in_tmp: Path, tiny: Path, closed: str) -> None:
    """A search runs as usual, even in workers; its database does not reuse a closed stream's number."""
    assert shell(f"$H run {tiny} -o run --strategy caviar -j 2 {closed}").returncode == 0
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    assert hpsearch(in_tmp, "status run", out) == (0, "")
    assert b"complete" in out.buffer.getvalue()


@pytest.mark.parametrize("command", ["leaderboard run", "nosuch 2>&1"])
def test_a_reader_that_has_gone_is_no_error(place: Path, command: str) -> None:
    """Output to a pipe that nobody reads ends quietly, as with ``head``; wrong usage stays wrong."""
    done = shell(f"cd {place}; (sleep 0; exec $H {command}) | exec true; echo ${{PIPESTATUS[0]}}")
    assert done.stderr == ""
    assert done.stdout in (("2\n",) if "nosuch" in command else ("0\n", "141\n"))


def test_a_search_outlives_the_reader_of_its_messages(in_tmp: Path, tiny: Path) -> None:
    """The search finishes, and everything is saved."""
    shell(f"$H run {tiny} -v -o run 2>&1 | true")
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    assert hpsearch(in_tmp, "status run", out) == (0, "")
    assert b"complete" in out.buffer.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_named(place: Path) -> None:
    """The exit code is 1, with the system's words; wrong usage keeps its code without a message."""
    done = shell(f"cd {place}; $H leaderboard run > /dev/full")
    assert (done.returncode, done.stderr) == (
        1,
        "Operating system error: [Errno 28] No space left on device\n",
    )
    assert shell("$H nosuch 2> /dev/full").returncode == 2
