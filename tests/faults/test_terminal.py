"""Tests of a closed terminal: SIGHUP comes, and nothing can be printed any more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.store import Run
from tests.faults.case import Case, leaderboard
from tests.processes import SECONDS, gone, wait_until

FUNCTION = """\
import os, time
from pathlib import Path

def objective(x, trial):
    Path(f"pid-{trial.number}").write_text(str(os.getpid()))
    while trial.number >= 2 and not Path("go").exists():
        time.sleep(0.01)
    if trial.number == 3:
        raise ValueError("three")
    return x
"""
CONFIG = """\
name: waits
seed: 3
objective: {function: "waits:objective"}
space: {x: {min: 0, max: 1}}
search: {trials: 5, lag: 1}
"""

IN_TERMINAL = """\
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGHUP, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A program in its own terminal.

    Args:
        words: The program and its arguments.
        cwd: Its working directory.
    """

    def __init__(self, *words: str, cwd: Path) -> None:
        terminal, stream = os.openpty()
        self._reader = subprocess.Popen(["cat"], stdin=terminal, stdout=subprocess.DEVNULL)
        os.close(terminal)
        self._program = subprocess.Popen(
            [sys.executable, "-c", IN_TERMINAL, *words],
            cwd=cwd,
            stdin=stream,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        os.close(stream)

    def close(self) -> None:
        """Close the terminal."""
        self._reader.kill()
        self._reader.wait()

    def wait(self) -> int:
        """The program's exit code, when it has ended."""
        return self._program.wait(SECONDS)

    def wait_for_results(self, directory: Path, count: int) -> None:
        """Wait until a run has that many results; fail if the program ends before."""

        def there() -> bool:
            assert self._program.poll() is None
            if not directory.exists():
                return False
            with Run.read(directory) as run:
                return len(run.statuses()) >= count

        wait_until(there)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._program.kill()
        self._program.wait()


@pytest.fixture
def waiting(case: Case) -> Case:
    """A search whose trials from number 2 on wait for a file ``go``."""
    case.text, case.project = CONFIG, case.place
    (case.place / "waits.py").write_text(FUNCTION)
    return case


def search(case: Case, directory: Path, strategy: str) -> list[str]:
    """The words that run the search."""
    workers = "1" if strategy == "panda" else "2"
    command = [sys.executable, "-m", "hpsearch", "run", str(case.config), "-o", str(directory)]
    return [*command, "--strategy", strategy, "-j", workers]


@pytest.mark.trial_of("the terminal closed while trials run (SIGHUP)")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_a_closed_terminal_interrupts(waiting: Case, strategy: str) -> None:
    """The search ends with its trials, is saved with the reason, and continues as if uninterrupted."""
    directory, started = waiting.place / "run", waiting.place / "pid-2"
    with Terminal(*search(waiting, directory, strategy), cwd=waiting.place) as terminal:
        terminal.wait_for_results(directory, 2)
        wait_until(lambda: started.exists() and bool(started.read_text()))
        terminal.close()
        assert terminal.wait() == 129
    with Run.read(directory) as run:
        assert run.events()[-1][1:] == ("interrupted", "SIGHUP")
    wait_until(lambda: gone(int(started.read_text())))
    (waiting.place / "go").touch()
    waiting.check(directory)
    waiting.finish(directory, "--strategy", strategy)


@pytest.mark.trial_of("the terminal closed while trials run under `nohup`")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_nohup_outlives_the_terminal(waiting: Case, strategy: str) -> None:
    """Under ``nohup`` the search continues to its end."""
    directory = waiting.place / "run"
    with Terminal("nohup", *search(waiting, directory, strategy), cwd=waiting.place) as terminal:
        terminal.wait_for_results(directory, 2)
        terminal.close()
        (waiting.place / "go").touch()
        assert terminal.wait() == 0
    assert (waiting.place / "nohup.out").exists()
    waiting.check(directory)
    assert leaderboard(directory) == waiting.expected.leaderboard


@pytest.mark.trial_of("the terminal closed while trials run, SIGHUP ignored and the output lost")
def test_a_lost_output_does_not_end_a_search(waiting: Case) -> None:
    """With ``trap '' HUP`` the terminal that it prints to is gone, and it runs to its end."""
    directory = waiting.place / "run"
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *search(waiting, directory, "panda")]
    with Terminal(*words, cwd=waiting.place) as terminal:
        terminal.wait_for_results(directory, 2)
        terminal.close()
        (waiting.place / "go").touch()
        terminal.wait()
    waiting.check(directory)
    assert leaderboard(directory) == waiting.expected.leaderboard
