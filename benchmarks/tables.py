"""What does it cost to show, export and continue a run of 100,000 trials?

::

    OPENBLAS_NUM_THREADS=1 python benchmarks/tables.py [TRIALS] [COMMAND]

It makes a run of the quick start's config with TRIALS made-up results. For every command, or those that begin
with COMMAND, it prints the CPU time, its ratio to that of starting Python to do nothing, and the peak memory.
``--make DIRECTORY`` only makes the run.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from hpsearch.config import load
from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Rung, Status, Trial

CONFIG = Path(__file__).parents[1] / "configs" / "digits.yaml"
EPOCHS = 27
LENGTHS = 1, 1, 1, 1, 2, 2, 4, 8, 16, EPOCHS  # of learning curves, in turn
REAL = 4  # trials that a search runs, so that it can be resumed
MORE = 12
CHUNK = 10_000
WHERE = "optimizer=adam, learning_rate<1e-2, status=done"
COMMANDS = {
    "leaderboard": ["leaderboard"],
    "leaderboard -n 0": ["leaderboard", "-n", "0"],
    "leaderboard -n 0, 80 columns": ["leaderboard", "-n", "0"],
    "leaderboard -f json": ["leaderboard", "-f", "json"],
    "leaderboard -f csv": ["leaderboard", "-f", "csv"],
    "leaderboard --where --sort": ["leaderboard", "--where", WHERE, "--sort", "learning_rate"],
    "export --to csv": ["export", "--to", "csv"],
    "export --to jsonl": ["export", "--to", "jsonl"],
    "status": ["status"],
    "importance": ["importance"],
    f"resume with {MORE} more": ["resume", "--strategy", "panda", "--quiet", "--trials"],
}


def result(trial: Trial) -> Result:
    """A made-up result: most trials are stopped early, one in a hundred fails."""
    number = trial.number
    if number % 100 == 99:
        return Result(number, Status.FAILED, reason=f"ValueError: made up {number % 3}", seconds=0.1)
    rate, momentum = trial.values["learning_rate"], trial.values["momentum"]
    last = min(abs(math.log10(rate) + 2) / 3 + (1 - momentum) + trial.values["hidden_layers"] / 50, 0.9)
    curve = tuple(
        Epoch(
            epoch,
            {
                "train_loss": 2 * last + 1 / epoch,
                "val_loss": 2 * last + 2 / epoch,
                "val_error": round((last + (1 - last) / (epoch + 1)) * 360) / 360,
            },
            0.02 * epoch,
        )
        for epoch in range(1, LENGTHS[number % len(LENGTHS)] + 1)
    )
    status = Status.DONE if len(curve) == EPOCHS else Status.STOPPED
    value = min(epoch.metrics["val_error"] for epoch in curve)
    assert value is not None
    return Result(number, status, value, curve, {"test_error": value}, seconds=0.02 * len(curve))


def make(directory: Path, trials: int) -> None:
    """A run with ``trials`` results: the first few from a real search, the rest made up."""
    command = ["run", str(CONFIG), "--output", str(directory), "--quiet", "--trials"]
    subprocess.run([sys.executable, "-m", "hpsearch", *command, str(REAL)], check=True, stdout=sys.stderr)
    config = load(CONFIG, [f"search.trials={trials}"])
    rungs = tuple(Rung(epoch, 0.4 / epoch, 1.0 / epoch) for epoch in (1, 3, 9))
    with Run.open(directory) as run:
        run.set_meta(config=config.resolved())
        for first in range(REAL, trials, CHUNK):
            numbers = range(first, min(first + CHUNK, trials))
            points = np.random.default_rng(first).random((len(numbers), config.space.dimensions))
            made = [
                Trial(number, values, number, rungs, {"phase": "coarse"})
                for number, values in zip(numbers, config.space.values(points), strict=True)
            ]
            run.record(made, map(result, made))


def cost(arguments: list[str], columns: int | None = None) -> tuple[float, float, float]:
    """CPU seconds, seconds and peak MB of a command, as for a terminal that wide; its output is discarded."""
    environment = os.environ | ({"COLUMNS": str(columns)} if columns else {})
    began = time.perf_counter()
    # Its own process, because the system adds up the children of this one.
    wrapper = (
        "import json, resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))"
    )
    text = subprocess.check_output(
        [sys.executable, "-c", wrapper, sys.executable, *arguments], env=environment
    )
    cpu, megabytes = json.loads(text)
    return cpu, time.perf_counter() - began, megabytes


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--make"]:
        make(Path(arguments[1]), int(arguments[2]) if len(arguments) > 2 else 100_000)
        return
    trials = int(arguments[0]) if arguments else 100_000
    bare = statistics.median(cost(["-c", "pass"])[0] for _ in range(11))
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "run"
        make(directory, trials)
        print(f"{trials:,} trials; {1000 * bare:.0f} ms for python -c pass.")
        print(f"{'':30} CPU, s  seconds  starts of Python  peak, MB")
        for name, (command, *rest) in COMMANDS.items():
            if not name.startswith(" ".join(arguments[1:])):
                continue
            last = [str(trials + MORE)] if command == "resume" else []
            words = ["-m", "hpsearch", command, str(directory), *rest, *last]
            cpu, seconds, megabytes = cost(words, 80 if "80" in name else None)
            print(f"{name:30} {cpu:6.2f} {seconds:8.2f} {cpu / bare:17.0f} {megabytes:9.0f}", flush=True)


if __name__ == "__main__":
    main()
