"""What do portable kernels cost? The time of a training step with them, relative to the fastest kernels.

Kernels are chosen before NumPy is loaded, so each has its own process. The two train the same networks in
turn, on one core, and every figure is the median of the rounds.

    python benchmarks/kernels.py [--rounds 15]
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

from hpsearch.machine import kernels

SETTINGS = (kernels.PORTABLE, kernels.FASTEST)


def train(setting: str) -> None:
    """Each line of stdin is the number of a case: train it, and print the microseconds of a step."""
    kernels.set_kernels(setting)
    import time

    from network import CASES, network

    runs = [network(case) for case in CASES]
    print(kernels.arithmetic(), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        runs[int(line)]()
        print(1e6 * (time.perf_counter() - start) / CASES[int(line)].steps, flush=True)


def start(setting: str) -> subprocess.Popen[str]:
    """A process that trains with some kernels."""
    environment = {**kernels.user_environment(), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).resolve()), "--train", setting]
    return subprocess.Popen(
        command, text=True, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def ask(process: subprocess.Popen[str], case: int) -> float:
    """How long a step of a case currently takes there."""
    assert process.stdin is not None
    assert process.stdout is not None
    print(case, file=process.stdin, flush=True)
    return float(process.stdout.readline())


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--train", choices=SETTINGS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        return train(arguments.train)
    from network import CASES

    processes = [start(setting) for setting in SETTINGS]
    names = [process.stdout.readline().strip() for process in processes]
    print(f"µs per step | {' | '.join(names)} | portable / fastest")
    for case, about in enumerate(CASES):
        turns = [[ask(process, case) for process in processes] for _ in range(arguments.rounds + 1)][1:]
        medians = [statistics.median(column) for column in zip(*turns, strict=True)]
        ratio = statistics.median(portable / fastest for portable, fastest in turns)
        print(f"{about.name} | {medians[0]:.0f} | {medians[1]:.0f} | {ratio:.2f}")
    for process in processes:
        process.communicate()
    return None


if __name__ == "__main__":
    main()
