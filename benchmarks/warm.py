"""What does a function's trial cost beyond its own work, fresh and warm?

A warm start forks a process that has imported the function's module; a fresh one imports it again. The two
take turns, one trial at a time (panda). There are three modules: one that imports nothing, one that sleeps
for 1.5 seconds while it is imported, and one that imports scikit-learn and fits a model. Each trial measures
its own work.

- A trial: the median time from the end of one trial to the end of the next, minus its own work; the first
  trial, for which a warm search imports the module, is left out.
- Processor time of a trial: that of a search, all its processes together, minus that of a search of one
  trial, per additional trial, minus its own work. Other work on the machine hardly affects it.
- A search: the time from before the function is checked to the last result.

The leaderboards have to be equal.

    OPENBLAS_NUM_THREADS=1 python benchmarks/warm.py [--rounds 5] [--trials 8]
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hpsearch.config import load
from hpsearch.reports.lines import Lines
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Result, Trial

MODULES = {
    "nothing": "def work(x): return x",
    "sleep": "time.sleep(1.5)\ndef work(x): return x",
    "scikit-learn": """\
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
X, y = load_digits(return_X_y=True)
def work(x):
    return 1 - SGDClassifier(alpha=10 ** (-6 * x), max_iter=5, tol=None, random_state=0).fit(X, y).score(X, y)
""",
}
FUNCTION = """
def objective(x):
    begin = time.perf_counter(), time.process_time()
    value = work(x)
    return {"value": value, "work": time.perf_counter() - begin[0], "cpu": time.process_time() - begin[1]}
"""
CONFIG = """\
metric: {{name: value, goal: minimize}}
objective: {{function: '{name}:objective'}}
space: {{x: {{min: 0, max: 1}}}}
search: {{trials: {trials}, early_stopping: false}}
run: {{strategy: panda}}
"""


class Clock(Lines):
    """A silent callback that records when trials end, and how long their own work took."""

    def __init__(self) -> None:
        super().__init__(None)
        self.ends: list[float] = []
        self.work: list[float] = []
        self.cpu: list[float] = []

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """A result is on disk."""
        assert result.status == "done", result.reason
        self.ends.append(time.perf_counter())
        self.work.append(result.curve[0].metrics["work"] or 0.0)
        self.cpu.append(result.curve[0].metrics["cpu"] or 0.0)


@dataclass(frozen=True)
class Figures:
    """The times of one search in seconds, and its results."""

    trial: float
    cpu: float
    search: float
    board: list[tuple[int, float | None]]


def processor_seconds() -> float:
    """The processor time of this process, and of all below it that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def search(name: str, start_mode: str, trials: int) -> tuple[Clock, float, Path]:
    """Run a search in a new directory below this one; its processor time minus the trials' own work."""
    path = Path(f"{name}.yaml")
    path.write_text(CONFIG.format(name=name, trials=trials))
    clock, before = Clock(), processor_seconds()
    directory = start(load(path, [f"run.start={start_mode}"]), clock)
    return clock, processor_seconds() - before - sum(clock.cpu), directory


def measure(name: str, start_mode: str, trials: int) -> Figures:
    """Measure a search and, for the processor time, one of one trial."""
    begin = time.perf_counter()
    clock, cpu, directory = search(name, start_mode, trials)
    _, cpu_of_one, _ = search(name, start_mode, 1)
    gaps = (late - early for early, late in pairwise(clock.ends))
    beyond = [gap - work for gap, work in zip(gaps, clock.work[1:], strict=True)]
    with Run.read(directory) as run:
        board = [(result.number, result.value) for result in run.ranking()]
    seconds = clock.ends[-1] - begin
    return Figures(statistics.median(beyond), (cpu - cpu_of_one) / (trials - 1), seconds, board)


def rows(rounds: int, trials: int) -> Iterator[str]:
    """The lines of the table."""
    for title, text in MODULES.items():
        name = title.replace("-", "_")
        Path(f"{name}.py").write_text(f"import time\n{text}{FUNCTION}")
        turns = [[measure(name, mode, trials) for mode in ("fresh", "warm")] for _ in range(rounds)]
        for fresh, warm in turns:
            assert fresh.board == warm.board, "the leaderboards differ"
        for key, what, unit, scale in (
            ("trial", "a trial", "ms", 1e3),
            ("cpu", "processor time of a trial", "ms", 1e3),
            ("search", f"a search of {trials} trials", "s", 1.0),
        ):
            seconds = [[getattr(each, key) for each in turn] for turn in turns]
            fresh_median, warm_median = (statistics.median(column) for column in zip(*seconds, strict=True))
            ratios = sorted(fresh / warm for fresh, warm in seconds)
            yield (
                f"| {title}: {what} | {scale * fresh_median:.1f} {unit} | {scale * warm_median:.1f} {unit}"
                f" | {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}) |"
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
        print("| the module imports | fresh | warm | fresh / warm |\n|---|---:|---:|---:|")
        for row in rows(arguments.rounds, arguments.trials):
            print(row, flush=True)
        os.chdir("/")


if __name__ == "__main__":
    main()
