"""What the nursery costs: training of realistic size, by itself and in `hpsearch nurse`. Linux.

    python -m benchmarks.nursery [--pairs 5] [--epochs 20]

20,000 made-up rows of 784 features, two hidden layers of 512 units, mini-batches of 64, float32, one BLAS
thread. These take turns: a plain loop over the epochs, and the display in a terminal of 120 × 35, whose
thread and training thread are measured separately. It prints for each pair the processor time per epoch of
the loop, of nursed training (which also keeps the diary, checkpoints and the figures of the layers) and of
the display, and the peak memory of both processes; finally the medians and the shares.
"""

import argparse
import contextlib
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
from fcntl import ioctl
from pathlib import Path

import numpy as np

CONFIG = """
name: large
metric: {{name: val_error}}
objective:
  network:
    {{data: large.npz, validation: 0.1, test: 0.1, epochs: {epochs}, hidden_layers: 2, hidden_units: 512}}
space: {{learning_rate: 0.001}}
"""

LOOP = """
import resource, time
from pathlib import Path
from threadpoolctl import threadpool_limits
from hpsearch.config import load
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.objectives.kinds import prepare
config = load(Path("large.yaml"))
values = {**config.objective.constants, **config.space.constants}
training = Training(prepare(config).dataset, Hyperparameters.from_values(values), (1,))
began = time.process_time()
with threadpool_limits(1):
    while not training.ended:
        training.train_epoch()
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

SIZE = struct.pack("HHHH", 35, 120, 0, 0)
TICK = 1 / os.sysconf("SC_CLK_TCK")


def loop() -> tuple[float, float]:
    """Seconds of processor time of plain training, and MiB of its process."""
    done = subprocess.run([sys.executable, "-c", LOOP], check=True, capture_output=True, text=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory / 1024


def nursed() -> tuple[float, float, float]:
    """Seconds of nursed training and of its display, and MiB of their process."""
    child, terminal = pty.fork()
    if not child:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "hpsearch", "nurse", "large.yaml"])  # noqa: S606 -- starts this Python, without a shell
    ioctl(terminal, termios.TIOCSWINSZ, SIZE)
    seen, keys, times = b"", [(b"Press space", b" "), (b"is trained", b"q")], []
    with contextlib.suppress(OSError):  # the terminal closes when the process has ended
        while True:
            if select.select([terminal], [], [], 0.1)[0]:
                seen = (seen + os.read(terminal, 2**16))[-(2**16) :]
            if keys and keys[0][0] in seen:
                times.append(seconds_of_threads(child))
                os.write(terminal, keys.pop(0)[1])
    _, _, usage = os.wait4(child, 0)
    display, training = (after - before for before, after in zip(*times, strict=True))
    return training, display, usage.ru_maxrss / 1024


def seconds_of_threads(process: int) -> tuple[float, float]:
    """Processor time of a process's first thread, which has the display, and of all others together."""
    first, others = 0.0, 0.0
    for task in Path(f"/proc/{process}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        seconds = (int(fields[11]) + int(fields[12])) * TICK
        if int(task.name) == process:
            first += seconds
        else:
            others += seconds
    return first, others


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
        rng = np.random.default_rng(0)
        data = rng.normal(size=(20_000, 784)).astype(np.float32)
        np.savez("large.npz", X=data, y=(data @ rng.normal(size=(784, 10))).argmax(axis=1))
        Path("large.yaml").write_text(CONFIG.format(epochs=options.epochs), encoding="utf-8")
        print("s per epoch: loop  nursed  display      MiB: loop  nursed")
        for _ in range(options.pairs):
            (plain, plain_memory), (training, display, memory) = loop(), nursed()
            seconds = [each / options.epochs for each in (plain, training, display)]
            rows.append([*seconds, plain_memory, memory])
            print_row(rows[-1])
    print("medians")
    plain, training, display, plain_memory, memory = np.median(rows, axis=0)
    print_row([plain, training, display, plain_memory, memory])
    shares = [row[2] / row[1] for row in rows]
    low, high = min(shares), max(shares)
    print(f"display: {display / training:.1%} of the training's processor time [{low:.1%}, {high:.1%}]")
    print(
        f"nursed against loop: {training / plain - 1:+.1%} processor time, {memory - plain_memory:+.0f} MiB"
    )


def print_row(row: list[float]) -> None:
    """Print one row."""
    print(f"{row[0]:17.3f} {row[1]:7.3f} {row[2]:8.4f} {row[3]:14.0f} {row[4]:7.0f}", flush=True)


if __name__ == "__main__":
    main()
