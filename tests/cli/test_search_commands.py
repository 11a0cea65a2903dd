"""Tests of run and resume that need the command line."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done


@pytest.mark.parametrize("piped", [True, False])
def test_the_program_starts_anew_only_if_it_can_read_the_config_again(
    hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, piped: bool
) -> None:
    """A config from a pipe is read once; the search then runs with the kernel that is there."""
    restarts: list[str | None] = []
    monkeypatch.setattr("hpsearch.blas.choose_kernel", lambda _: "SkylakeX")
    monkeypatch.setattr("hpsearch.blas.restart_with", restarts.append)
    reading, writing = os.pipe()
    os.write(writing, tiny.read_bytes())
    os.close(writing)
    done = hpsearch("run", f"/dev/fd/{reading}" if piped else tiny, "name=tiny", "search.trials=1", "-q")
    os.close(reading)
    assert (done.code, done.out) == (0, "runs/tiny-001\n")
    assert restarts == ([] if piped else ["SkylakeX"])


def test_a_share_that_sets_no_row_apart_is_refused(
    hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path
) -> None:
    """Every trial would fail for want of its metric; nothing is created."""
    done = hpsearch("run", tiny, "objective.network.validation=0.0001")
    assert (done.code, done.out) == (2, "")
    assert "blobs: validation: must be enough for one row; found a share of 0.0001 of 1500 rows" in done.err
    assert not Path("runs").exists()


def test_a_pipe_is_no_data(hpsearch: Callable[..., Done], in_tmp: Path, tiny: Path) -> None:
    """Nobody waits for what may never be written to it."""
    os.mkfifo("pipe.csv")
    done = hpsearch("check", tiny, "objective.network.data=pipe.csv")
    assert (done.code, done.out) == (2, "")
    assert "pipe.csv: must be a file or a directory" in done.err
