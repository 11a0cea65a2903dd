"""A long search with workers that die: what it costs the main process.

    python benchmarks/soak.py [TRIALS]

Runs ``hpsearch run`` with two workers on 5,000 trials of one epoch, kills a worker after every 200th, and
prints the memory of the search over time. Exits with 1 if a trial is missing or the memory is not flat.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hpsearch.store import Run

CONFIG = """\
name: soak
seed: 1
objective: {network: {data: blobs, epochs: 1, hidden_layers: 0}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1}}
search: {method: random, trials: TRIALS, early_stopping: false}
run: {strategy: caviar, workers: 2}
"""
KILL_EVERY = 200
WARM = 500  # trials, after which everything that is imported or allocated once is loaded
FLAT_BYTES = 20e6


def resident_bytes(pid: int) -> int:
    """The memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def kill_worker(pid: int) -> int:
    """Kill one of a search's workers; returns how many were killed."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"LokyProcess" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
            return 1
    return 0


def soak(config: Path, directory: Path) -> Iterator[tuple[int, int, int]]:
    """Search; yields how many trials have ended, how many workers were killed, and bytes, now and then."""
    killed = 0
    command = [sys.executable, "-m", "hpsearch", "run", str(config), "-o", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"\[(\d+)/", line):
                ended = int(found[1])
                if ended % KILL_EVERY == 0:
                    yield ended, killed, resident_bytes(process.pid)
                    killed += kill_worker(process.pid)
    assert process.returncode == 0, f"it ended with {process.returncode}"


def main() -> None:
    """Print the table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        config, directory = Path(place, "soak.yaml"), Path(place, "run")
        config.write_text(CONFIG.replace("TRIALS", str(trials)))
        print("ended  killed  memory of the search")
        history = []
        for ended, killed, size in soak(config, directory):
            print(f"{ended:5}  {killed:6}  {size / 1e6:7.1f} MB", flush=True)
            if ended >= WARM:
                history.append(size)
        with Run.read(directory) as run:
            counts = {str(status): count for status, count in run.counts().items()}
    drift = max(history) - min(history)
    print(f"{counts} of {trials} trials, {killed} workers killed, in {time.monotonic() - begun:.0f} s")
    print(f"memory between trial {WARM} and the end: {drift / 1e6:.1f} MB from smallest to largest")
    sys.exit(counts != {"done": trials} or drift > FLAT_BYTES)


if __name__ == "__main__":
    main()
