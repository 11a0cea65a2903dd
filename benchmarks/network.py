"""How fast does the network train, compared with scikit-learn, PyTorch and the bare matrix products?

One process, one core, float32, Adam; the contenders take turns and every figure is the median of the rounds.
PyTorch runs eagerly with BatchNorm1d and its fused Adam; scikit-learn's MLPClassifier has no batch
normalisation and so less to do; the bare products are only the matrix products of the network's own step.
A framework that is not installed is left out.

    python benchmarks/network.py [--rounds 15] [--json FILE]
"""

import argparse
import importlib.metadata
import json
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training

LEARNING_RATE = 0.001
STACK = "stack of 4, per network"


@dataclass(frozen=True)
class Case:
    """A network and its mini-batches."""

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    batches: int
    epochs: int

    @property
    def steps(self) -> int:
        """Training steps of a run."""
        return self.batches * self.epochs

    def rows(self) -> Rows:
        """Random features and labels."""
        rng = np.random.default_rng(0)
        count = self.batches * self.batch_size
        x = rng.standard_normal((count, self.sizes[0]), dtype=np.float32)
        return Rows(x, rng.permutation(np.arange(count) % self.sizes[-1]))


CASES = (
    Case("digits 64→64→64→10, batch 64", (64, 64, 64, 10), 64, batches=17, epochs=12),
    Case("784→256→128→10, batch 128", (784, 256, 128, 10), 128, batches=64, epochs=1),
    Case("784→256→128→10, batch 512", (784, 256, 128, 10), 512, batches=16, epochs=1),
)


def network(case: Case, stack: int = 1) -> Callable[[], None]:
    """This network; ``stack`` of them train at once."""
    units = {f"hidden_units_{layer}": size for layer, size in enumerate(case.sizes[1:-1], 1)}
    chosen = {
        "learning_rate": LEARNING_RATE,
        "batch_size": case.batch_size,
        "hidden_layers": len(units),
        **units,
    }
    dataset = prepare(case.rows(), shares=(0, 0), standardize=False)
    training = Training(dataset, Hyperparameters.from_values(chosen), range(stack))

    def run() -> None:
        for _ in range(case.epochs):
            training.train_epoch()

    return run


def sklearn(case: Case) -> Callable[[], None]:
    """scikit-learn's MLPClassifier."""
    from sklearn.neural_network import MLPClassifier

    x, y = case.rows()[:2]
    model = MLPClassifier(
        case.sizes[1:-1],
        alpha=0,
        batch_size=case.batch_size,
        learning_rate_init=LEARNING_RATE,
        max_iter=case.epochs,
        n_iter_no_change=case.epochs + 1,
    )

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about convergence
            model.fit(x, y)

    return run


def torch(case: Case) -> Callable[[], None]:
    """PyTorch, eager, with BatchNorm1d and fused Adam; the loss is read every step, as this network does."""
    import torch

    torch.set_num_threads(1)
    layers: list[torch.nn.Module] = []
    for inputs, units in zip(case.sizes[:-2], case.sizes[1:-1], strict=True):
        layers += [torch.nn.Linear(inputs, units, bias=False), torch.nn.BatchNorm1d(units), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(*case.sizes[-2:]))
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    loss_of = torch.nn.CrossEntropyLoss()
    x, y = map(torch.from_numpy, case.rows()[:2])

    def run() -> None:
        for _ in range(case.epochs):
            for index in torch.randperm(len(x)).split(case.batch_size):
                optimizer.zero_grad()
                loss = loss_of(model(x[index]), y[index])
                loss.backward()
                optimizer.step()
                loss.item()

    return run


def products(case: Case) -> Callable[[], None]:
    """The matrix products of a step: forward, and the gradients of weights and of inputs but the first."""
    rng = np.random.default_rng(0)
    shapes = list(zip(case.sizes, case.sizes[1:], strict=False))
    activations = [rng.standard_normal((case.batch_size, size), dtype=np.float32) for size in case.sizes]
    weights = [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
    z = [np.empty_like(a) for a in activations]
    dweights = [np.empty_like(w) for w in weights]

    def run() -> None:
        for _ in range(case.steps):
            for layer, w in enumerate(weights):
                np.dot(activations[layer], w, z[layer + 1])
                np.dot(activations[layer].T, activations[layer + 1], dweights[layer])
                if layer:
                    np.dot(activations[layer + 1], w.T, z[layer])

    return run


def measure(case: Case, rounds: int) -> dict[str, list[float]]:
    """Microseconds per step of every contender (of the stack: per step and network), turn by turn."""
    contenders = {"network": network(case), STACK: network(case, 4), "bare products": products(case)}
    for name, make in (("PyTorch", torch), ("scikit-learn", sklearn)):
        try:
            contenders[name] = make(case)
        except ImportError:
            continue
    turns: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            seconds = time.perf_counter() - start
            if turn:  # the first turn warms up
                turns[name].append(seconds / case.steps * 1e6 / (4 if name == STACK else 1))
    return turns


def medians(turns: dict[str, list[float]]) -> dict[str, float]:
    """The median time of every contender."""
    return {name: statistics.median(times) for name, times in turns.items()}


def ratios(turns: dict[str, list[float]]) -> dict[str, float]:
    """The median over the turns of every contender's time over the network's in the same turn."""
    own = turns["network"]
    return {
        name: statistics.median(time / base for time, base in zip(times, own, strict=True))
        for name, times in turns.items()
        if name != "network"
    }


def machine() -> dict[str, str]:
    """The versions and the machine on which the figures depend."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    blas = next((entry for entry in threadpool_info() if entry["user_api"] == "blas"), {})
    versions = {}
    for package in ("numpy", "scikit-learn", "torch"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "cpu": models[0] if models else platform.processor(),
        "blas": f"{blas.get('internal_api')} {blas.get('version')}",
        "kernel": str(blas.get("architecture")),
        "python": platform.python_version(),
        **versions,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="turns of every contender")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    arguments = parser.parse_args()
    with threadpool_limits(1):
        about = machine()
        turns = {case.name: measure(case, arguments.rounds) for case in CASES}
    times = {case: medians(own) for case, own in turns.items()}
    quotients = {case: ratios(own) for case, own in turns.items()}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print_table("µs per step", times, "{:.0f}")
    print_table("time / the network's", quotients, "{:.2f}")
    if arguments.json:
        report = {"machine": about, "microseconds_per_step": times, "ratios": quotients}
        arguments.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def print_table(title: str, columns: dict[str, dict[str, float]], form: str) -> None:
    print(f"\n| {title} | " + " | ".join(columns) + " |\n|---|" + "---:|" * len(columns))
    for name in next(iter(columns.values())):
        print(f"| {name} | " + " | ".join(form.format(column[name]) for column in columns.values()) + " |")


if __name__ == "__main__":
    main()
