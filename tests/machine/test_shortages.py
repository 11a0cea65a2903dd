"""Tests of searches when the operating system has too little to give."""

import contextlib
import errno
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.executors.caviar import Caviar
from hpsearch.machine.environment import user_environment
from hpsearch.machine.shortages import explain_shortage, is_shortage
from hpsearch.trial import Result, Status, Trial


def hpsearch(files: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The program, as a process with a limit on open files."""
    return subprocess.run(
        [sys.executable, "-m", "hpsearch", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=user_environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )


def test_too_few_files_are_named_with_what_to_type(in_tmp: Path, tiny: Path) -> None:
    """The shortage is not reported as a bug, and no trial is lost."""
    done = hpsearch(14, "run", tiny, "-j", "2", "run.strategy=caviar", "-o", "few")
    assert done.returncode not in (0, -9)
    assert "this process may have 14 files open. Type `ulimit -n 4096` and try again" in done.stderr
    assert "bug" not in done.stderr
    assert "done" not in done.stderr


def test_fewer_files_change_no_byte(in_tmp: Path, tiny: Path) -> None:
    """With barely enough files for workers, or too few, the search is the same."""
    boards = []
    for files in (48, 1024):
        name = f"with-{files}"
        done = hpsearch(files, "run", tiny, "-j", "2", "run.strategy=caviar", "-q", "-o", name)
        assert done.returncode == 0, done.stderr
        boards.append(hpsearch(1024, "leaderboard", name, "-f", "json").stdout)
    assert boards[0] == boards[1] != ""


def objective(trial: Trial, on_epoch: object = None) -> Result:
    """A trial whose value is its number."""
    return Result(trial.number, Status.DONE, float(trial.number))


def test_trials_run_here_where_no_worker_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """All trials run in order, and one message says why and what to type."""
    notes: list[str] = []
    with Caviar(objective, 2, on_message=notes.append) as executor:

        def refuse(trial: Trial) -> None:
            raise OSError(errno.EMFILE, "Too many open files")

        monkeypatch.setattr(executor, "_submit", refuse)
        for number in range(3):
            executor.submit(Trial(number, {}, number))
        results = [executor.wait() for _ in range(3)]
    assert [[result.value for result in some] for some in results] == [[0.0], [1.0], [2.0]]
    (note,) = notes
    assert note.startswith(
        "Trials run one after another, in this process, as workers cannot be started here:"
    )
    assert "ulimit -n 4096" in note


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.EMFILE, "x"), "ulimit -n 4096"),
        (OSError(errno.EAGAIN, "x"), "ulimit -u unlimited"),
        (OSError(errno.ENOMEM, "x"), "no memory left"),
        (RuntimeError("can't start new thread"), "ulimit -u unlimited"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"), "Set TMPDIR"),
    ],
)
def test_each_shortage_has_its_advice(error: Exception, advice: str) -> None:
    """The message says what is missing, and what to type."""
    assert advice in explain_shortage(error)


def test_a_current_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    """Python itself says only that something does not exist."""
    gone = tmp_path / "gone"
    gone.mkdir()
    with contextlib.chdir(gone):
        gone.rmdir()
        with pytest.raises(FileNotFoundError) as error:
            Path.cwd()
        assert "the current directory was removed" in explain_shortage(error.value)
    assert "removed" not in explain_shortage(FileNotFoundError(errno.ENOENT, "x"))


def test_other_errors_are_no_shortage() -> None:
    """Other errors are passed on unchanged."""
    assert not is_shortage(PermissionError(errno.EACCES, "x"))
    assert not is_shortage(ValueError("x"))
