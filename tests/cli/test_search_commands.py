"""Tests of run and resume that need the command line."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.errors import Interrupted
from tests.cli.conftest import Done


@pytest.mark.parametrize("piped", [True, False])
def test_the_program_restarts_only_if_it_can_read_the_config_again(
    hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, piped: bool
) -> None:
    """A config from a pipe is read once; the search then keeps the kernels of the process."""
    restarts: list[dict[str, str | None]] = []
    variables = {"OPENBLAS_CORETYPE": "SkylakeX"}
    monkeypatch.setattr("hpsearch.machine.kernels.variables", lambda _: variables)
    monkeypatch.setattr("hpsearch.machine.kernels.restart_with", restarts.append)
    reading, writing = os.pipe()
    os.write(writing, tiny.read_bytes())
    os.close(writing)
    done = hpsearch("run", f"/dev/fd/{reading}" if piped else tiny, "name=tiny", "search.trials=1", "-q")
    os.close(reading)
    assert (done.code, done.out) == (0, "runs/tiny-001\n")
    assert restarts == ([] if piped else [variables])


def test_a_validation_share_without_rows_is_refused(
    hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path
) -> None:
    """It is refused, because every trial would lack its metric; nothing is created."""
    done = hpsearch("run", tiny, "objective.network.validation=0.0001")
    assert (done.code, done.out) == (2, "")
    assert "blobs: validation: must be enough for one row; found a share of 0.0001 of 1500 rows" in done.err
    assert not Path("runs").exists()


def test_a_pipe_as_data_is_refused(hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path) -> None:
    """The program does not wait for somebody to write to the pipe."""
    os.mkfifo("pipe.csv")
    done = hpsearch("check", tiny, "objective.network.data=pipe.csv")
    assert (done.code, done.out) == (2, "")
    assert "pipe.csv: must be a file or a directory" in done.err


@pytest.mark.parametrize("command", ["run", "resume"])
def test_an_interrupted_search_shows_what_it_has_found(
    hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The short table comes before the message, as at any other end; quiet stays quiet."""
    assert hpsearch("run", tiny, "search.trials=2", "-q").code == 0

    def interrupt(*_: object, **__: object) -> None:
        raise Interrupted("Interrupted by SIGINT; saved.", 2, Path("runs/tiny-001"))

    monkeypatch.setattr("hpsearch.starting.start.start", interrupt)
    monkeypatch.setattr("hpsearch.starting.resume.resume", interrupt)
    target = tiny if command == "run" else "runs/tiny-001"
    done = hpsearch(command, target)
    assert done.code == 130
    assert done.out.startswith("rank  trial")
    assert done.err.endswith("Interrupted by SIGINT; saved.\n")
    assert hpsearch(command, target, "-q").out == ""


def test_latest_is_the_newest_run(hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path) -> None:
    """It is the newest run, whatever its name; if there is none, a message says so."""
    assert hpsearch("status", "latest").code == hpsearch("status").code == 4
    for name in ("b", "a"):
        hpsearch("run", tiny, f"name={name}", "search.trials=1", "-q")
    os.utime("runs/b-001/config.yaml", (1, 1))
    assert hpsearch("status", "latest").out.startswith("run      runs/a-001\n")
    assert hpsearch("show", "latest", "best").code == 0
    for view in ("status", "leaderboard"):
        done = hpsearch(view)
        assert done.err == "The newest run: runs/a-001\n"
        assert done.out == hpsearch(view, "runs/a-001").out


def test_the_config_of_a_damaged_run_runs_again(hpsearch: Callable[..., Done], in_tmp: Path) -> None:
    """It runs as the error advises; its relative paths start from where the command is typed."""
    Path("code.py").write_text("def loss(x):\n    return x\n")
    Path("c.yaml").write_text(
        "objective: {function: 'code:loss'}\nspace: {x: {min: 0, max: 1}}\nsearch: {trials: 2}\n"
    )
    assert hpsearch("run", "c.yaml", "-q").code == 0
    Path("runs/c-001/search.db").write_text("damaged")
    assert "`hpsearch run runs/c-001/config.yaml`" in hpsearch("status", "runs/c-001").err
    done = hpsearch("run", "runs/c-001/config.yaml", "-o", "again")
    assert (done.code, done.err.startswith("The database of runs/c-001 is damaged")) == (0, True)
