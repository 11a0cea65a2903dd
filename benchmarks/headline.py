"""A whole search on digits: hpsearch, and Optuna with PyTorch, on the same rows and the same core.

::

    python -m benchmarks.headline --results runs/headline.jsonl --seeds 12 --python ../torch/bin/python

Each search is a separate process, including imports: 64 trials of at most 27 epochs, in the space of
``configs/digits.yaml``. On our side, that is ``hpsearch run`` with this config and one trial after another,
as shipped and (``hpsearch_cold``) without the portfolio; on the other side, it is the program that one would
write with the two libraries: TPE with its Hyperband pruner, BatchNorm1d, fused optimizers, tensors in memory,
one thread. On both sides, a trial has the value of its best epoch by the validation error, and the test error
is that of the best trial's best epoch. Every seed splits the rows differently; the searches take turns.
``--python`` is an interpreter that has PyTorch and Optuna.
"""

import argparse
import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).parents[1] / "configs" / "digits.yaml"
TRIALS, EPOCHS = 64, 27
SPLITS = "train", "validation", "test"
PEER = "optuna_torch"


class Trace:
    """The costs and results of a search after each trial, printed for the parent process."""

    def __init__(self) -> None:
        self._epochs = 0
        self._best: tuple[float, float] | None = None
        self._test = 1.0
        self._rows = [self._row()]

    def add(self, epochs: int, worth: tuple[float, float], test: float) -> None:
        """A trial has ended, with a validation error, what orders equal ones, and a test error."""
        self._epochs += epochs
        if self._best is None or worth < self._best:
            self._best, self._test = worth, test
        self._rows.append(self._row())

    def _row(self) -> list[float]:
        return [time.process_time(), self._epochs, self._test]

    def print(self) -> None:
        """As JSON: processor seconds, epochs and test error after each trial; the most memory in MB."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"trace": self._rows, "memory": memory}))


def hpsearch(rows: Path, seed: int, portfolio: bool = True) -> None:
    """The search of this project.

    Args:
        rows: The directory with the files of rows.
        seed: The seed of the search.
        portfolio: Whether it tries configurations that did well on other data.
    """
    from hpsearch.machine import kernels

    kernels.prefer_portable()
    from hpsearch.config import load
    from hpsearch.reports.lines import Lines
    from hpsearch.starting.start import start
    from hpsearch.trial import Result, Trial

    trace = Trace()

    class Traced(Lines):
        """Writes nothing, and records what each trial has cost."""

        def on_trial_complete(self, trial: Trial, result: Result) -> None:
            """Record it."""
            worths = [(epoch.metrics["val_error"], epoch.metrics["val_loss"]) for epoch in result.curve]
            if result.value is None:
                trace.add(len(worths), (1.0, 1e9), 1.0)
            else:
                trace.add(len(worths), min(worths), float(result.final["test_error"] or 0.0))

    files = {"data": "train", "validation": "validation", "test": "test"}
    data = [f"objective.network.{key}={rows / split}.npz" for key, split in files.items()]
    settings = [f"seed={seed}", "run.strategy=panda", f"search.trials={TRIALS}"]
    if not portfolio:
        settings.append("search.portfolio=false")
    with tempfile.TemporaryDirectory() as directory:
        start(load(CONFIG, [*settings, *data]), Traced(None), directory=Path(directory) / "run")
    trace.print()


def optuna_torch(rows: Path, seed: int) -> None:
    """The search of Optuna, which trains with PyTorch."""
    import optuna
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    trace, data = Trace(), _tensors(rows)

    def objective(trial: Any) -> float:
        (epochs, pruned), worth, test = _train(trial, data)
        trace.add(epochs, worth, test)
        if pruned:
            raise optuna.TrialPruned
        return worth[0]

    pruner = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS, reduction_factor=3)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), pruner=pruner)
    study.optimize(objective, n_trials=TRIALS)
    trace.print()


def _tensors(rows: Path) -> dict[str, Any]:
    """Features and labels of each split, standardised by the training rows."""
    import numpy as np
    import torch

    data = {}
    for split in SPLITS:
        with np.load(rows / f"{split}.npz") as arrays:
            data[split] = arrays["X"].astype(np.float32), arrays["y"].astype(np.int64)
    mean, deviation = data["train"][0].mean(axis=0), data["train"][0].std(axis=0)
    deviation[deviation == 0] = 1
    return {
        split: (torch.from_numpy((x - mean) / deviation), torch.from_numpy(y))
        for split, (x, y) in data.items()
    }


def _network(trial: Any, inputs: int) -> Any:
    import torch

    units = trial.suggest_int("hidden_units", 16, 256, log=True)
    layers: list[Any] = []
    for _ in range(trial.suggest_int("hidden_layers", 1, 3)):
        layers += [torch.nn.Linear(inputs, units, bias=False), torch.nn.BatchNorm1d(units), torch.nn.ReLU()]
        inputs = units
    return torch.nn.Sequential(*layers, torch.nn.Linear(units, 10))


def _optimizer(trial: Any, parameters: Any) -> Any:
    import torch

    rate = trial.suggest_float("learning_rate", 1e-4, 1, log=True)
    momentum = 1 - trial.suggest_float("1 - momentum", 1e-3, 0.1, log=True)
    name = trial.suggest_categorical("optimizer", ["momentum", "rmsprop", "adam"])
    if name == "momentum":  # with the gradient's share, as in our search
        return torch.optim.SGD(parameters, rate, momentum, dampening=momentum, fused=True)
    beta2 = 1 - trial.suggest_float("1 - beta2", 1e-4, 0.1, log=True)
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, rate, alpha=beta2)
    return torch.optim.Adam(parameters, rate, (momentum, beta2), fused=True)


def _train(trial: Any, data: dict[str, Any]) -> tuple[tuple[int, bool], tuple[float, float], float]:
    """One trial: its epochs and whether it was pruned, its best validation error and loss, its test error."""
    import copy

    import torch

    loss_of = torch.nn.CrossEntropyLoss()
    x, y = data["train"]
    model = _network(trial, x.shape[1])
    steps = _optimizer(trial, model.parameters())
    batch_size = trial.suggest_categorical("batch_size", [16, 32, 64, 128, 256])

    def measure(split: str) -> tuple[float, float]:
        model.eval()
        with torch.inference_mode():
            scores = model(data[split][0])
            wrong = (scores.argmax(dim=1) != data[split][1]).float().mean().item()
            return wrong, loss_of(scores, data[split][1]).item()

    best, kept, pruned = (1.0, float("inf")), model.state_dict(), False
    for epoch in range(1, EPOCHS + 1):
        model.train()
        for index in torch.randperm(len(x)).split(batch_size):
            steps.zero_grad()
            loss_of(model(x[index]), y[index]).backward()
            steps.step()
        if (worth := measure("validation")) < best:
            best, kept = worth, copy.deepcopy(model.state_dict())
        trial.report(best[0], epoch)
        if pruned := epoch < EPOCHS and trial.should_prune():
            break
    model.load_state_dict(kept)
    return (epoch, pruned), best, measure("test")[0]


SEARCHES = {
    "hpsearch": hpsearch,
    "hpsearch_cold": functools.partial(hpsearch, portfolio=False),
    PEER: optuna_torch,
}


def write_rows(directory: Path, seed: int) -> None:
    """Write the rows of digits, split 60 : 20 : 20, as files that both searches read."""
    import numpy as np

    from hpsearch.data.load import load

    data = load("digits", seed=seed, validation=0.2, test=0.2, standardize=False)
    for split in SPLITS:
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        np.savez(directory / f"{split}.npz", X=x, y=y.astype(int))


def measured(name: str, python: str, core: int, rows: Path, seed: int) -> dict[str, Any]:
    """Run a search in a separate process, on one core."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    words = [python, "-m", "benchmarks.headline", "--search", name, "--rows", str(rows), "--seed", str(seed)]
    began = time.perf_counter()
    done = subprocess.run(
        ["taskset", "-c", str(core), *words],
        env={**os.environ, **one_thread},
        capture_output=True,
        text=True,
        check=True,
    )
    return {**json.loads(done.stdout.splitlines()[-1]), "seconds": time.perf_counter() - began}


def run(arguments: argparse.Namespace) -> None:
    """Do the searches that the results file lacks, in turn."""
    done = {(row["search"], row["seed"]) for row in rows_of(arguments.results)}
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as directory:
            write_rows(Path(directory), seed)
            for name in sorted(arguments.searches, reverse=bool(seed % 2)):
                if (name, seed) in done:
                    continue
                python = arguments.python if name == PEER else sys.executable
                row = measured(name, python, arguments.core, Path(directory), seed)
                with arguments.results.open("a") as file:
                    file.write(json.dumps({"search": name, "seed": seed, **row}) + "\n")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The searches in a results file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, help="a JSON-lines file")
    parser.add_argument("--searches", nargs="+", choices=SEARCHES, default=list(SEARCHES))
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--core", type=int, default=0, help="the CPU that all searches run on")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--search", choices=SEARCHES, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.search:
        SEARCHES[arguments.search](arguments.rows, arguments.seed)
        return
    if arguments.results is None:
        parser.error("--results is missing")
    run(arguments)

    # Not above: a search chooses its kernels before NumPy starts.
    from benchmarks.headline_table import table

    table(rows_of(arguments.results), PEER)


if __name__ == "__main__":
    main()
