"""What does starting the program cost? In starts of Python that do nothing.

::

    python benchmarks/startup.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 21
CONFIG = Path(__file__).parents[1] / "configs" / "digits.yaml"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "hpsearch --help": ["-m", "hpsearch", "--help"],
    "hpsearch check": ["-m", "hpsearch", "check", str(CONFIG)],
    "hpsearch leaderboard": ["-m", "hpsearch", "leaderboard", "run"],
    "import numpy": ["-c", "import numpy"],
}


def seconds(arguments: list[str], directory: str) -> float:
    """How long one start takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        search = ["-m", "hpsearch", "run", str(CONFIG), "--trials", "4", "--output", "run", "--quiet"]
        seconds(search, directory)
        taken = [
            {name: seconds(arguments, directory) for name, arguments in COMMANDS.items()}
            for _ in range(ROUNDS)  # all in turn, so that a busy moment meets each of them
        ]
    medians = {name: statistics.median(row[name] for row in taken) for name in COMMANDS}
    bare = medians["python -c pass"]
    print(f"Medians of {ROUNDS}, on {os.cpu_count()} cores; {bare * 1000:.0f} ms for python -c pass.")
    for name, median in medians.items():
        print(f"{name:22} {median / bare:5.1f} ×")


if __name__ == "__main__":
    main()
