"""What does it cost a search to be watched?

The same search runs alone and watched, in turn. It is watched by ``leaderboard --watch`` in a terminal, by
``status`` again and again, and by the dashboard, whose page of the run is open and draws its first figures
again as in a browser. Printed are the ratios of the processor time of the search itself, and of its wall
time: the geometric mean over the pairs of runs, with a 90 % bootstrap interval. The leaderboards of all
runs have to be equal byte for byte. A busy machine widens the intervals and mainly increases the wall time.

    OPENBLAS_NUM_THREADS=1 python benchmarks/watching.py [--pairs 8] [--trials 16]
"""

import argparse
import contextlib
import http.client
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

CONFIG = Path(__file__).parents[1] / "configs" / "digits.yaml"
HPSEARCH = [sys.executable, "-m", "hpsearch"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
STATUS_SECONDS = 1.0  # between two calls
FIGURES = ("figures/history", "trials.json")
REDRAW_SECONDS = 4.0  # as in dashboard.js


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--trials", type=int, default=16)
    arguments = parser.parse_args()
    seconds: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    boards = set()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for pair in range(arguments.pairs):
            for watched in ((False, True), (True, False))[pair % 2]:
                directory = root / f"run-{pair}-{watched}"
                took = searched(directory, arguments.trials, watched=watched)
                seconds[watched].append(took)
                boards.add(leaderboard(directory))
                what = "watched" if watched else "alone"
                print(f"{what:8} {took[0]:6.2f} s of processor time, {took[1]:6.2f} s", flush=True)
    if len(boards) != 1:
        raise SystemExit(f"{len(boards)} different leaderboards: a watched search found something else")
    for at, what in enumerate(("processor time", "wall time")):
        alone, watched_ones = (np.array([each[at] for each in seconds[key]]) for key in (False, True))
        print(f"{what}, watched / alone: {ratio(watched_ones / alone)}")
    print(f"leaderboards: equal bytes in all {2 * arguments.pairs} searches")


def searched(directory: Path, trials: int, *, watched: bool) -> tuple[float, float]:
    """Run a search; the seconds of processor time that it took, its children's too, and of wall time."""
    arguments = ["run", CONFIG, f"search.trials={trials}", "--strategy", "panda", "-q", "-o", directory]
    begin = time.monotonic()
    process = subprocess.Popen([*HPSEARCH, *map(str, arguments)], **QUIET)
    with contextlib.ExitStack() as stack:
        if watched:
            for watch in (table_watched, status_watched, page_watched):
                stack.enter_context(watch(directory))
        _, code, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode:
        raise SystemExit(f"hpsearch {' '.join(map(str, arguments))} ended with code {process.returncode}")
    return used.ru_utime + used.ru_stime, wall


def leaderboard(directory: Path) -> bytes:
    """All results of a search."""
    arguments = [*HPSEARCH, "leaderboard", str(directory), "-f", "json"]
    return subprocess.run(arguments, check=True, capture_output=True).stdout


def ratio(ratios: np.ndarray) -> str:
    """The geometric mean of ratios, with a 90 % bootstrap interval."""
    logs = np.log(ratios)
    draws = np.random.default_rng(0).choice(logs, (10_000, len(logs))).mean(axis=1)
    low, high = np.exp(np.quantile(draws, [0.05, 0.95]))
    return f"{np.exp(logs.mean()):.3f} [{low:.3f}, {high:.3f}]"


def wait_for(directory: Path) -> None:
    """Wait until a search has created its run directory."""
    while not (directory / "search.db").exists():
        time.sleep(0.05)


@contextlib.contextmanager
def table_watched(directory: Path) -> Iterator[None]:
    """``leaderboard --watch`` in a terminal whose output is read."""
    wait_for(directory)
    ours, theirs = pty.openpty()
    command = [*HPSEARCH, "leaderboard", str(directory), "--watch"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)

    def look() -> None:
        with contextlib.suppress(OSError):  # the terminal has closed
            while os.read(ours, 65536):
                pass

    threading.Thread(target=look, daemon=True).start()
    yield
    ended(process)
    os.close(ours)


@contextlib.contextmanager
def status_watched(directory: Path) -> Iterator[None]:
    """``status``, again and again."""
    end = threading.Event()

    def look() -> None:
        while not end.wait(STATUS_SECONDS):
            subprocess.run([*HPSEARCH, "status", str(directory)], check=False, **QUIET)

    thread = threading.Thread(target=look)
    thread.start()
    yield
    end.set()
    thread.join()


@contextlib.contextmanager
def page_watched(directory: Path) -> Iterator[None]:
    """The dashboard with the page of the run open."""
    command = [*HPSEARCH, "dashboard", str(directory.parent), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    address = next(line for line in process.stdout if "http://" in line).split("http://")[1]
    port = int(address.split("/")[0].split(":")[1].split()[0])
    page = f"/runs/{directory.name}"

    def look() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):  # the server has ended
            got(port, page).read()
            drawn = 0.0
            for line in got(port, page, "text/event-stream"):
                if line.startswith(b"data:") and time.monotonic() - drawn > REDRAW_SECONDS:
                    for figure in FIGURES:
                        got(port, f"{page}/{figure}").read()
                    drawn = time.monotonic()

    threading.Thread(target=look, daemon=True).start()
    yield
    ended(process)


def got(port: int, path: str, accept: str = "text/html") -> http.client.HTTPResponse:
    """The dashboard's answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept": accept})
    return connection.getresponse()


def ended(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End a process that watches."""
    process.terminate()
    process.wait()


if __name__ == "__main__":
    main()
