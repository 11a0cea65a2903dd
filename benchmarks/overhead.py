"""What does a trial cost beyond its own work, and what does a second worker bring?

Contenders take turns; every figure is the median of the rounds. Other work on the machine affects it: a
search waits for several processes, and each of them for the scheduler.

- A command: from the end of one trial to the end of the next, with panda, compared with the command by
  itself.
- A network: the same in a worker process of caviar, compared with training in this process.
- Two workers: the time of a search whose trials compute for a while, with panda and with caviar.

    OPENBLAS_NUM_THREADS=1 python benchmarks/overhead.py [--rounds 5]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from hpsearch.config import load
from hpsearch.data.load import load as load_data
from hpsearch.objectives.network import NetworkObjective
from hpsearch.reports.lines import Lines
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Trial

TRIALS = 30
COMMAND = ("/bin/echo", '{"value": 1}')
CONSTANTS = {"hidden_layers": 1, "hidden_units": 16, "epochs": 2, "learning_rate": 0.01}
COMPUTE = """\
def objective(x):
    total = 0.0
    for step in range(6_000_000):
        total += x * step
    return total
"""
SEARCH = """\
search: {{method: random, trials: {trials}, early_stopping: false}}
"""
CONFIGS = {
    "command": """\
metric: {name: value}
objective: {command: [/bin/echo, '{{"value": 1}}']}
space: {x: {min: 0, max: 1}}
""",
    "network": """\
objective: {network: {data: blobs, hidden_layers: 1, hidden_units: 16, epochs: 2, learning_rate: 0.01}}
space: {momentum: {min: 0.5, max: 0.9}}
""",
    "compute": """\
metric: {name: value}
objective: {function: "compute:objective"}
space: {x: {min: 0, max: 1}}
""",
}


class Clock(Lines):
    """A silent callback that records when trials end."""

    def __init__(self) -> None:
        super().__init__(None)
        self.ends: list[float] = []

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """A result is on disk."""
        assert result.status == "done", result.reason
        self.ends.append(time.perf_counter())


def search(kind: str, trials: int, *settings: str) -> tuple[Clock, Path]:
    """Run a search in a new directory below this one."""
    path = Path(f"{kind}.yaml")
    path.write_text(CONFIGS[kind] + SEARCH.format(trials=trials))
    clock = Clock()
    return clock, start(load(path, settings), clock)


def between_ends(kind: str, *settings: str) -> float:
    """Seconds from the end of one trial to the end of the next, without the first ones."""
    clock, _ = search(kind, TRIALS, *settings)
    return statistics.median(late - early for early, late in pairwise(clock.ends[5:]))


def alone(work: Callable[[int], object]) -> float:
    """Seconds that something takes."""
    seconds = []
    for number in range(TRIALS):
        begin = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[5:])


def bare_network() -> Callable[[int], Result]:
    """Trains as the trials of the search do."""
    data = Path("data")
    load_data("blobs", seed=0).save(data)
    objective = NetworkObjective(data, Path("trials"), Metric("val_error"), CONSTANTS)
    return lambda number: objective(Trial(number, {"momentum": 0.9}, number))


def whole(kind: str, trials: int, *settings: str) -> tuple[float, Sequence[tuple[int, float | None]]]:
    """Seconds from the beginning of the first trial to the end of the last; the leaderboard."""
    clock, directory = search(kind, trials, *settings)
    with Run.read(directory) as run:
        board = [(result.number, result.value) for result in run.ranking()]
        first = run.result(0)
    assert first is not None
    return clock.ends[-1] - clock.ends[0] + first.seconds, board


def rows(rounds: int) -> Iterator[tuple[str, float, float, str]]:
    """The name of a measurement, its seconds, those to compare them with, and the outcome."""
    network = bare_network()
    Path("compute.py").write_text(COMPUTE)
    contests = {
        "command, panda": (
            lambda: between_ends("command", "run.strategy=panda"),
            lambda: alone(lambda _: subprocess.run(COMMAND, capture_output=True, check=True)),
        ),
        "network, caviar": (
            lambda: between_ends("network", "run.strategy=caviar", "run.workers=1"),
            lambda: alone(network),
        ),
    }
    for name, contenders in contests.items():
        turns = [[contender() for contender in contenders] for _ in range(rounds)]
        ours, bare = (statistics.median(column) for column in zip(*turns, strict=True))
        least = min(mine - theirs for mine, theirs in turns)
        yield name, ours, bare, f"{1e3 * (ours - bare):.1f} ms more (least {1e3 * least:.1f})"
    turns = []
    for _ in range(rounds):
        ours, board = whole("compute", 12, "run.strategy=caviar", "run.workers=2")
        bare, expected = whole("compute", 12, "run.strategy=panda")
        assert board == expected, "the leaderboards differ"
        turns.append([ours, bare])
    ours, bare = (statistics.median(column) for column in zip(*turns, strict=True))
    best = max(theirs / mine for mine, theirs in turns)
    yield "12 trials: 2 workers, panda", ours, bare, f"{bare / ours:.2f} × (best {best:.2f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
        print("| what | ms | against, ms | |\n|---|---:|---:|---|")
        for name, ours, bare, outcome in rows(rounds):
            print(f"| {name} | {1e3 * ours:.1f} | {1e3 * bare:.1f} | {outcome} |")
        os.chdir("/")


if __name__ == "__main__":
    main()
