"""What does starting the program cost, as a multiple of starting Python to do nothing?

::

    python benchmarks/startup.py

Each ratio is the median over rounds of one start divided by that of bare Python in the same round. Modules
are compiled beforehand, as by an installation. ``first trial done`` is a search of one trial of one epoch.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 21
CONFIG = Path(__file__).parents[1] / "configs" / "digits.yaml"
ONE_EPOCH = ["objective.network.epochs=1", "--trials", "1", "--strategy", "panda", "--quiet"]
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "hpsearch --help": ["-m", "hpsearch", "--help"],
    "hpsearch check": ["-m", "hpsearch", "check", str(CONFIG)],
    "first trial done": ["-m", "hpsearch", "run", str(CONFIG), *ONE_EPOCH],
    "hpsearch leaderboard": ["-m", "hpsearch", "leaderboard", "run"],
    "import numpy": ["-c", "import numpy"],
}


def start(arguments: list[str], directory: str) -> tuple[float, float]:
    """How long one start takes, and its processor time; both in seconds."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seconds, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        search = ["-m", "hpsearch", "run", str(CONFIG), "--trials", "4", "--output", "run", "--quiet"]
        start(search, directory)
        taken = [
            {name: start(arguments, directory) for name, arguments in COMMANDS.items()}
            for _ in range(ROUNDS)  # all in turn, so that a busy moment affects each of them
        ]
    seconds, processor = (statistics.median(row["python -c pass"][at] for row in taken) for at in (0, 1))
    print(
        f"Medians of {ROUNDS} on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};"
        f" python -c pass: {seconds * 1000:.0f} ms, {processor * 1000:.0f} ms of processor time."
    )
    print(f"{'':22}    time   processor")
    for name in COMMANDS:
        ratios = [
            statistics.median(row[name][at] / row["python -c pass"][at] for row in taken) for at in (0, 1)
        ]
        print(f"{name:22} {ratios[0]:5.1f} × {ratios[1]:9.1f} ×")


if __name__ == "__main__":
    main()
