"""What does early stopping save on few rows, where the first epochs say little about the last?

::

    python -m benchmarks.search_stopping --results runs/stopping.jsonl --data clusters shells parity \\
        --rules none trusted none+portfolio trusted+portfolio tpe_hyperband

It searches the built-in network on data of at most 500 rows, with the epochs of 64 full trials each: without
stopping; with rungs that always let half of the trials pass; with rungs that are trusted as far as they
predict; with separate thresholds for each trial, from the surrogate and the rungs together; and with Optuna's
TPE with its pruners Hyperband, successive halving and median. With ``+portfolio``, a search begins with the
portfolio of the network, as a user's does. In all of them, a trial has the value of its best epoch. Every
seed splits the rows differently.

The first table shows the share of the epochs that each needs for the loss that the search without stopping
has after 32 and 64 full trials, on the validation split, which decides, and on the test split, which no
search sees. The second has, over all data, the epochs that one rule needs to get as far as another rule after
some numbers of full trials, as a share of the epochs of the other rule.
"""

import argparse
import itertools
import json
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_peers import suggest
from benchmarks.search_training import EPOCHS, SPACE
from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.searchers import Observations, SearcherContext
from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.searchers.targets import surrogate_targets
from hpsearch.space import Floats
from hpsearch.starting.warm_start import fitting_portfolio
from hpsearch.trial import Rung, Value

BUDGET = 64 * EPOCHS
MOST_TRIALS = 240
METRIC = "val_loss"
PORTFOLIO = "+portfolio"
"""After the name of a rule, it means that the search begins with the portfolio."""
TARGETS = 16, 24, 32, 48, 64
"""The numbers of full trials after which a rule's loss is the one to reach."""
_LEAST = 1e-3  # lower losses are considered equal
_PER_TRAINING = 4  # points of a curve
_MISSED = 1.25  # times the budget: the epochs that count for a loss that is not reached
_DRAWS = 1000  # of the bootstrap


class Untrusting(RungHistory):
    """Rungs that stop nothing."""

    def trust(self, epoch: int) -> float:
        """None at all."""
        return 0.0


class Trusting(RungHistory):
    """Rungs that always let the better half pass."""

    def trust(self, epoch: int) -> float:
        """In full."""
        return 1.0


class SurrogateRungs(RungHistory):
    """Thresholds of each trial's own: how good it has to be at a rung depends on what the surrogate expects.

    The final ranks of the trials that were trained to the end are regressed on their ranks at the rung and on
    the ranks that the surrogate gives them without their own result. A trial passes if its rank at the rung
    brings the prediction among the best share; the share follows the multiple correlation, as the trust of a
    rung follows the simple one.
    """

    def __init__(self, halving: Halving) -> None:
        super().__init__(halving)
        self._halving_of_trials = halving
        self._curves: list[Floats] = []
        self._early: list[bool] = []

    def add(self, curve: Floats, ties: Floats | None = None, *, stopped: bool) -> None:
        """Also keep the curve itself."""
        super().add(curve, ties, stopped=stopped)
        self._curves.append(curve)
        self._early.append(stopped)

    def rungs_for(self, expected: dict[int, float], own: float) -> tuple[Rung, ...]:
        """The thresholds of a trial.

        Args:
            expected: What the surrogate expects of earlier trials without their own results, by number.
            own: What it expects of this one.
        """
        found = []
        for epoch in self._halving_of_trials.rung_epochs(EPOCHS):
            reached = [number for number in expected if len(self._curves[number]) >= epoch]
            full = [number for number in reached if not self._early[number]][-64:]
            if len(full) < 6:
                continue
            rung = _share_below([self._curves[number][epoch - 1] for number in reached])
            prior = _share_below([expected[number] for number in reached])
            rows = [reached.index(number) for number in full]
            final = _share_below([self._curves[number][-1] for number in full])
            design = np.column_stack([rung[rows], prior[rows]]) - 0.5
            weights = np.linalg.solve(
                design.T @ design + 4 / 12 * np.eye(2),
                design.T @ (final - 0.5) + 4 / 12 * 0.3 * np.ones(2) / 2,
            )
            weights = np.maximum(weights, [1e-3, 0.0])
            predicted = design @ weights
            correlation = np.corrcoef(predicted, final)[0, 1] if predicted.std() and final.std() else 0.0
            trusted = (len(full) * correlation + 4 * 0.3) / (len(full) + 4)
            share = 1 - 0.5 * min(max((trusted - 0.3) / 0.4, 0.0), 1.0)
            if share >= 1:
                continue
            everyone = (np.column_stack([rung, prior]) - 0.5) @ weights
            bar = np.sort(everyone)[math.ceil(len(everyone) * share) - 1]
            own_share = float(np.mean([expected[number] < own for number in reached]))
            needed = 0.5 + (bar - (own_share - 0.5) * weights[1]) / weights[0]
            if needed >= 1:
                continue
            losses = np.sort([self._curves[number][epoch - 1] for number in reached])
            found.append(Rung(epoch, float(losses[max(0, math.ceil(len(losses) * max(needed, 0.1)) - 1)])))
        return tuple(found)


def _share_below(values: Sequence[float]) -> Floats:
    """Of each value the share of all that are below, equal ones half, shape (n,)."""
    own = np.array(values)
    return np.asarray(
        ((own[None] < own[:, None]).sum(axis=1) + 0.5 * (own[None] == own[:, None]).sum(axis=1)) / len(own)
    )


RULES: dict[str, Callable[[Halving], RungHistory]] = {
    "none": Untrusting,
    "half": Trusting,
    "trusted": RungHistory,
    "surrogate": SurrogateRungs,
}
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "tpe_hyperband": (
        "HyperbandPruner",
        {"min_resource": 1, "max_resource": EPOCHS, "reduction_factor": 3},
    ),
    "tpe_halving": ("SuccessiveHalvingPruner", {"min_resource": 1}),
    "tpe_median": ("MedianPruner", {}),
}
"""Optuna's pruners, with their defaults but for the epochs of the first and the last rung."""


def _toy(name: str, rows: int | None = None) -> Callable[[], tuple[Floats, np.ndarray]]:
    def rows_of() -> tuple[Floats, np.ndarray]:
        from sklearn import datasets

        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        order = np.random.default_rng(3).permutation(len(x))[:rows]
        return x[order], y[order]

    return rows_of


def _clusters() -> tuple[Floats, np.ndarray]:
    from sklearn.datasets import make_classification

    x, y = make_classification(
        500, 15, n_informative=8, n_classes=4, n_clusters_per_class=2, flip_y=0.03, random_state=1
    )
    return x, y


def _shells() -> tuple[Floats, np.ndarray]:
    from sklearn.datasets import make_gaussian_quantiles

    x, y = make_gaussian_quantiles(n_samples=450, n_features=6, n_classes=3, random_state=5)
    return x, y


def _diabetes() -> tuple[Floats, np.ndarray]:
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    return x, np.searchsorted(np.quantile(y, [1 / 3, 2 / 3]), y)


def _parity() -> tuple[Floats, np.ndarray]:
    """Whether the digit is odd."""
    x, y = _toy("digits")()
    rows = np.random.default_rng(9).permutation(len(x))[:450]
    return x[rows], y[rows] % 2


def _teacher() -> tuple[Floats, np.ndarray]:
    """Random rows, classified by a random network with some noise."""
    rng = np.random.default_rng(77)
    x = rng.standard_normal((480, 14))
    hidden = np.tanh(0.8 * x @ rng.standard_normal((14, 12)))
    scores = hidden @ rng.standard_normal((12, 5)) + 0.3 * rng.standard_normal((480, 5))
    return x, (scores - scores.mean(axis=0)).argmax(axis=1)


DATA = {
    "wine": _toy("wine"),
    "breast_cancer": _toy("breast_cancer", 350),
    "digits": _toy("digits", 400),
    "clusters": _clusters,
    "shells": _shells,
    "diabetes": _diabetes,
    "parity": _parity,
    "teacher": _teacher,
}
"""Constants of early stopping were chosen on the first three; the portfolio was learnt on wine, diabetes."""


def train(
    data: Dataset, values: dict[str, object], seed: int, stops: Callable[[int, float], bool]
) -> tuple[Floats, bool, float]:
    """The best validation loss so far after each epoch, whether it was stopped, the test loss of the best.

    Args:
        data: The data to train on.
        values: Hyperparameters.
        seed: The seed of training.
        stops: Whether training ends early after an epoch with a best loss so far.
    """
    training, curve, tested = (
        Training(data, Hyperparameters.from_values(values), [seed]),
        list[float](),
        np.nan,
    )
    for (metrics,) in training:
        loss = metrics[METRIC]
        if not np.isfinite(loss):
            return np.array([*curve, np.nan]), False, np.nan
        if not curve or loss < curve[-1]:
            tested = training.evaluate(data.x_test, data.y_test)[0]["loss"]
        curve.append(min([loss, *curve[-1:]]))
        if stops(len(curve), curve[-1]):
            return np.array(curve), True, tested
    return np.array(curve), False, tested


def search(
    data: Dataset, history: RungHistory, seed: int, portfolio: Sequence[Mapping[str, Value]]
) -> Iterator[tuple[int, float, float]]:
    """After each trial: the epochs so far, and the validation and test loss of the best trial."""
    searcher = CoarseToFine(SearcherContext(SPACE, seed, portfolio=portfolio))
    units, losses = np.empty((0, SPACE.dimensions)), np.empty(0)
    stopped, curves = np.empty(0, dtype=np.bool_), list[Floats]()
    used, best, tested = 0, np.inf, np.nan
    for number in range(MOST_TRIALS):
        seen = Observations(units, losses, stopped, curves)
        unit = searcher.propose(number, seen).unit
        rungs = history.rungs(EPOCHS)
        if isinstance(history, SurrogateRungs) and number >= 12:
            rungs = history.rungs_for(*_expected(searcher, seen, unit))
        bars = {rung.epoch: rung.loss for rung in rungs}
        curve, early, test = train(
            data,
            dict(SPACE.values(unit[None])[0]),
            1000 * seed + number,
            lambda epoch, loss, bars=bars: loss > bars.get(epoch, np.inf),
        )
        history.add(curve, stopped=early)
        used += len(curve)
        if curve[-1] < best:
            best, tested = float(curve[-1]), test
        units, losses = np.concatenate([units, unit[None]]), np.append(losses, curve[-1])
        stopped, curves = np.append(stopped, early), [*curves, curve]
        yield used, best, tested
        if used >= BUDGET:
            return


def _expected(searcher: CoarseToFine, seen: Observations, unit: Floats) -> tuple[dict[int, float], float]:
    """What the surrogate expects of the trials that it has, without their own results, and of one."""
    surrogate, rows = searcher._surrogate(seen, 0.95)
    _, targets = surrogate_targets(seen, 160, 0.95)
    without = targets - surrogate.left_out
    expected = {int(row): float(value) for row, value in zip(rows, without, strict=True)}
    return expected, float(surrogate.mean(unit[None])[0])


def search_peer(data: Dataset, peer: str, seed: int) -> Iterator[tuple[int, float, float]]:
    """As :func:`search`, by Optuna's TPE with one of its pruners."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    name, options = PEERS[peer]
    pruner = getattr(optuna.pruners, name)(**options)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), pruner=pruner)
    used, best, tested, number = 0, np.inf, np.nan, 0
    while used < BUDGET and number < 4 * MOST_TRIALS:
        trial = study.ask()
        values: dict[str, Any] = {}
        for parameter in SPACE.parameters:
            if all(values.get(name) in allowed for name, allowed in parameter.when.items()):
                values[parameter.name] = suggest(trial, parameter)

        def stops(epoch: int, loss: float, trial: Any = trial) -> bool:
            trial.report(loss, epoch)
            return epoch < EPOCHS and bool(trial.should_prune())

        curve, early, test = train(data, {**SPACE.constants, **values}, 1000 * seed + number, stops)
        if early:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif np.isfinite(curve[-1]):
            study.tell(trial, curve[-1])
        else:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        used, number = used + len(curve), number + 1
        if curve[-1] < best:
            best, tested = float(curve[-1]), test
        yield used, best, tested


def run(arguments: argparse.Namespace) -> None:
    """Do the searches that the results file lacks."""
    done = {(row["data"], row["seed"], row["rule"]) for row in _rows(arguments.results)}
    for seed in range(arguments.seeds):
        for name in arguments.data:
            data = prepare(Rows(*DATA[name]()), shares=(0.25, 0.3), seed=seed)
            for rule in arguments.rules:
                if (name, seed, rule) not in done:
                    if rule in PEERS:
                        trace = list(search_peer(data, rule, seed))
                    else:
                        portfolio = fitting_portfolio(SPACE, {}) if rule.endswith(PORTFOLIO) else ()
                        history = RULES[rule.removesuffix(PORTFOLIO)](Halving())
                        trace = list(search(data, history, seed, portfolio))
                    row = {"data": name, "seed": seed, "rule": rule, "trace": trace}
                    with arguments.results.open("a") as file:
                        file.write(json.dumps(row) + "\n")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(path: Path, names: Sequence[str]) -> None:
    """Print both tables, of the named data."""
    curves: dict[tuple[str, str], dict[int, Floats]] = {}
    for row in _rows(path):
        if row["data"] in names:
            curves.setdefault((row["data"], row["rule"]), {})[row["seed"]] = _curves(row["trace"])
    for (name, rule), found in curves.items():
        own, none = _mean(list(found.values())), _mean(list(curves[name, "none"].values()))
        line = f"{name:14} {rule:18} seeds {len(found):2}"
        for column, split in enumerate(("validation", "test")):
            for budget in (32, 64):
                target = none[column, budget * _PER_TRAINING - 1]
                epochs = _epochs(own[column], target)
                share = f"{epochs / budget:.2f}" if epochs <= 64 else "more"
                line += f"  {split} {budget}: {share} ({own[column, budget * _PER_TRAINING - 1]:.4f})"
        print(line)
    rules = list(dict.fromkeys(rule for _, rule in curves))
    for rule, base in itertools.permutations(rules, 2):
        if base in ("none", f"none{PORTFOLIO}", *PEERS):
            print_ratios(curves, [name for name in names if (name, rule) in curves], rule, base)


def print_ratios(
    curves: Mapping[tuple[str, str], Mapping[int, Floats]], names: Sequence[str], rule: str, base: str
) -> None:
    """Print the epochs that a rule needs as a share of another's, with a 90 % bootstrap interval."""
    seeds = sorted(set.intersection(*(set(curves[name, each]) for name in names for each in (rule, base))))
    pairs = [
        [np.array([curves[name, each][seed] for seed in seeds]) for each in (rule, base)] for name in names
    ]
    rng = np.random.default_rng(0)
    found = _log_ratios(pairs, np.arange(len(seeds)))
    draws = [
        _log_ratios(pairs, rng.integers(len(seeds), size=len(seeds))).mean(axis=1) for _ in range(_DRAWS)
    ]
    low, high = np.exp(np.quantile(draws, [0.05, 0.95], axis=0))
    for column, split in enumerate(("validation", "test")):
        each = " ".join(
            f"{budget}: {np.exp(log):.2f}" for budget, log in zip(TARGETS, found[column], strict=True)
        )
        mean = np.exp(found[column].mean())
        print(
            f"{rule:18} / {base:18} {split:10} data {len(names)} seeds {len(seeds)}  {mean:.2f} "
            f"[{low[column]:.2f}, {high[column]:.2f}]  {each}"
        )


def _log_ratios(pairs: Sequence[Sequence[Floats]], seeds: np.ndarray) -> Floats:
    """The mean over data of the logarithms of ratios of epochs, shape (splits, targets).

    Args:
        pairs: For each data set the curves of a rule and of its base, each of shape (seeds, splits, points).
        seeds: Which of the seeds, as indices.
    """
    logs = np.zeros((2, len(TARGETS)))
    for pair in pairs:
        own, other = (_mean(curves[seeds]) for curves in pair)
        for column in range(2):
            for index, budget in enumerate(TARGETS):
                target = other[column, budget * _PER_TRAINING - 1]
                ratio = _epochs(own[column], target) / _epochs(other[column], target)
                logs[column, index] += math.log(ratio) / len(pairs)
    return logs


def _curves(trace: Sequence[Sequence[float]]) -> Floats:
    """The losses of the best trial so far at every quarter of a full training, shape (splits, points)."""
    steps = np.array(trace)
    grid = np.arange(1, 64 * _PER_TRAINING + 1) * EPOCHS / _PER_TRAINING
    at = np.searchsorted(steps[:, 0], grid, side="right") - 1
    return np.asarray(np.where(at >= 0, steps[np.maximum(at, 0), 1:3].T, np.inf))


def _mean(curves: Sequence[Floats] | Floats) -> Floats:
    """The geometric mean over seeds of curves; infinite where one of them has no loss yet."""
    with np.errstate(invalid="ignore"):
        mean = np.exp(np.log(np.maximum(curves, _LEAST)).mean(axis=0))
    return np.asarray(np.where(np.isfinite(mean), mean, np.inf))


def _epochs(curve: Floats, target: float) -> float:
    """After how many full trainings' epochs a curve reaches a target."""
    reached = np.flatnonzero(curve <= target)
    return (reached[0] + 1) / _PER_TRAINING if len(reached) else 64 * _MISSED


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="a JSON-lines file")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    rules = [*RULES, *(f"{rule}{PORTFOLIO}" for rule in RULES), *PEERS]
    parser.add_argument("--rules", nargs="+", choices=rules, default=rules)
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    run(arguments)
    table(arguments.results, arguments.data)


if __name__ == "__main__":
    main()
