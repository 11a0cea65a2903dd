"""How soon does a browser paint the dashboard of a large run, and how soon can its report be used?

It makes a run of 50,000 made-up trials, and one of 5,000 (see tables.py). A headless Chromium opens the list
of runs and the page of the large one, each from a server that has just started; it prints the first
contentful paint as measured by the browser, the processor time of the server, and its peak memory. Then it
opens the report of the smaller run and prints its size, and when its script has read everything and built its
table. All are medians of the rounds. On a busy machine, the times are mainly those of the scheduler.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=. python benchmarks/dashboard.py [--trials 50000] [--rounds 5]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import Browser, running

TABLES = Path(__file__).with_name("tables.py")
HPSEARCH = [sys.executable, "-m", "hpsearch"]
REPORTED = 5000
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]"
DRAWN = "[...document.querySelectorAll('.slot')].every((each) => !each.dataset.visible || each.dataset.drawn)"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trials", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running(Path(name) / "browser") as browser:
        root = Path(name) / "runs"
        for run, trials in (("large", arguments.trials), ("smaller", REPORTED)):
            make = [sys.executable, TABLES, "--make", root / run, str(trials)]
            subprocess.run(make, check=True, stdout=sys.stderr)
        for page in ("", "runs/large"):
            rounds = [painted(browser, root, page) for _ in range(arguments.rounds)]
            paint, processor, memory = map(statistics.median, zip(*rounds, strict=True))
            used = f"{processor:.2f} s of processor time, {memory:.0f} MB"
            print(f"/{page}: painted after {paint:.2f} s; server: {used}", flush=True)
        report(browser, root / "smaller", arguments.rounds)


def painted(browser: Browser, root: Path, page: str) -> tuple[float, float, float]:
    """The seconds until a page is painted, and the server's processor time in seconds and memory in MB."""
    with server(root) as (process, address):
        before = processor_time(process.pid)
        browser.visit(address + page)
        browser.wait(PAINTED)
        after = float(browser.run(f"return {PAINTED}.startTime")) / 1000
        used = processor_time(process.pid) - before
        browser.wait(DRAWN)
        memory = Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0]
        browser.visit("about:blank")
    return after, used, int(memory) / 1024


def report(browser: Browser, run: Path, rounds: int) -> None:
    """Print the size of a report, and when it can be used."""
    page = run.parent / "report.html"
    subprocess.run([*HPSEARCH, "report", run, "-o", page], check=True, stdout=sys.stderr)
    ready = []
    for _ in range(rounds):
        browser.open(page)
        browser.wait("document.documentElement.dataset.ready")
        ready.append(float(browser.run(f"return {READY}")) / 1000)
    size = page.stat().st_size / 1e6
    print(f"report of {REPORTED} trials: {size:.1f} MB, ready after {statistics.median(ready):.2f} s")


@contextmanager
def server(root: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A dashboard, and its address."""
    command = [*HPSEARCH, "dashboard", str(root), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://" in line)
        yield process, line[line.index("http://") :].split()[0]
        process.terminate()


def processor_time(process: int) -> float:
    """The seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
