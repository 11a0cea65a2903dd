"""How accurate is the remaining time of a search in the live display?

Three kinds of searches run, and what the display would show is recorded meanwhile. For each, at a quarter,
half and three quarters of its total time, it prints the true remaining time, the displayed one and the error;
also, when the first time was displayed.

- ``alike``: a function that takes about as long for every configuration.
- ``stopped early``: the network of configs/digits.yaml, whose trials are stopped early.
- ``mixed``: a function that takes from .1 to 2 seconds, and fails at once for every eighth configuration.

    OPENBLAS_NUM_THREADS=1 python benchmarks/eta.py [KIND ...] [--workers 2]
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

from hpsearch.config import load
from hpsearch.loop import SearchStart
from hpsearch.reports.lines import Lines
from hpsearch.reports.progress import Progress
from hpsearch.starting.start import start
from hpsearch.trial import Result, Trial

SHARES = 0.25, 0.5, 0.75
SAMPLE_SECONDS = 0.1
CODE = """\
import time

def alike(x):
    time.sleep(0.5)
    return x

def mixed(x, pause):
    if x % 1 < 0.125:
        raise ValueError("x is too close to a whole number")
    time.sleep(pause)
    return x
"""
FUNCTION = """\
metric: {{name: value}}
objective: {{function: "work:{kind}"}}
space:
  x: {{min: 0, max: 4}}
{more}search: {{trials: 60, method: random}}
"""
PAUSE = "  pause: {prior: log, min: 0.1, max: 2}\n"
DIGITS = Path(__file__).parents[1] / "configs" / "digits.yaml"
KINDS = "alike", "stopped early", "mixed"


class Said(Lines):
    """Records what the display would show; shows nothing."""

    def __init__(self) -> None:
        super().__init__(None)
        self.said: list[tuple[float, float | None]] = []
        self.ended = threading.Event()

    def on_search_start(self, search: SearchStart) -> None:
        """Begin to record."""
        self.progress = Progress(search)
        threading.Thread(target=self.note, daemon=True).start()

    def note(self) -> None:
        """Record the displayed time again and again."""
        while not self.ended.wait(SAMPLE_SECONDS):
            try:
                self.said.append((time.monotonic(), self.progress.remaining))
            except (RuntimeError, KeyError):  # another thread is changing it
                continue

    def on_trial_start(self, trial: Trial) -> None:
        """Count it."""
        self.progress.on_trial_start(trial)

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Count it."""
        self.progress.on_trial_complete(trial, result)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{'kind':15} {'took':>7}  {'said from':>9}  " + "  ".join(f"{'at ' + str(s):>22}" for s in SHARES))
    for kind in arguments.kinds or KINDS:
        print(line(kind, arguments.workers), flush=True)


def line(kind: str, workers: int) -> str:
    """The line of one search."""
    said = Said()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "work.py").write_text(CODE)
        path = root / "config.yaml"
        if kind == "stopped early":
            path = DIGITS
        else:
            path.write_text(FUNCTION.format(kind=kind, more=PAUSE if kind == "mixed" else ""))
        config = load(path, [f"run.workers={workers}", "run.strategy=caviar"])
        start(config, said, directory=root / "run")
        end = time.monotonic()
        said.ended.set()
    begin = said.progress._started
    first = next((at for at, left in said.said if left is not None), end)
    cells = []
    for share in SHARES:
        at = begin + share * (end - begin)
        moment, told = min(said.said, key=lambda each: abs(each[0] - at))
        left = end - moment
        error = "" if told is None else f" ({100 * (told / left - 1):+.0f} %)"
        cells.append("nothing said" if told is None else f"{left:.1f} s, said {told:.1f}{error}")
    shown = "  ".join(f"{cell:>22}" for cell in cells)
    return f"{kind:15} {end - begin:5.1f} s  {100 * (first - begin) / (end - begin):>7.0f} %  {shown}"


if __name__ == "__main__":
    main()
