"""How close the importances of `hpsearch importance`, and of Optuna, are to known ones.

python -m benchmarks.importance run --results runs/importance.jsonl
python -m benchmarks.importance table --results runs/importance.jsonl
"""

import argparse
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.importance_tasks import FUNCTIONS, Known, Names, load
from benchmarks.search_tasks import TABLES
from hpsearch.analysis import anova
from hpsearch.analysis.learned import learn
from hpsearch.searchers import METHODS, Observations, SearcherContext
from hpsearch.space import Categorical, Floats, Number, Space

TASKS = (*FUNCTIONS, *(name for _, names in TABLES.values() for name in names))
SAMPLINGS = ("random", "coarse_to_fine")
PEERS = ("hpsearch", "fanova", "ped_anova")
_EXACT = 0.005  # the error of a true share
_LARGE = 0.05


def observations(units: Floats, losses: Floats) -> Observations:
    """Results without learning curves."""
    count = len(losses)
    return Observations(units, losses, np.zeros(count, dtype=np.bool_), [np.empty(0)] * count)


def search(task: Known, sampling: str, trials: int, seed: int) -> Observations:
    """The trials of a search, and what they reported."""
    rng = np.random.default_rng([seed, trials])
    searcher = METHODS[sampling](SearcherContext(task.space, seed))
    units, losses = np.empty((0, task.space.dimensions)), np.empty(0)
    for number in range(trials):
        unit = searcher.propose(number, observations(units, losses)).unit
        units = np.concatenate([units, unit[None]])
        losses = np.concatenate([losses, task.observe(units[-1:], rng)])
    return observations(units, losses)


def ours(task: Known, found: Observations) -> tuple[Mapping[Names, anova.Effect], Callable[[Floats], Floats]]:
    """Our effects, and the scale on which they are shares of the variance."""
    importance, learned = anova.importance(task.space, found), learn(task.space, found)
    if importance is None or learned is None:
        raise ValueError("too few results")
    return {effect.names: effect for effect in importance.effects}, learned.scale.forward


def optunas(evaluator: str, task: Known, found: Observations, seed: int) -> dict[str, float]:
    """The importances that an evaluator of Optuna finds in the same trials."""
    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    distributions = {parameter.name: _distribution(parameter) for parameter in task.space.parameters}
    for values, loss in zip(task.space.values(found.units), found.losses.tolist(), strict=True):
        parameters = {
            each.name: each.values.index(values[each.name]) if _by_index(each) else values[each.name]
            for each in task.space.parameters
        }
        study.add_trial(optuna.trial.create_trial(params=parameters, distributions=distributions, value=loss))
    seeded = {"seed": seed} if evaluator == "FanovaImportanceEvaluator" else {}
    chosen = getattr(optuna.importance, evaluator)(**seeded)
    return dict(optuna.importance.get_param_importances(study, evaluator=chosen))


def _by_index(parameter: Number | Categorical) -> bool:
    return isinstance(parameter, Categorical) and parameter.ordered


def _distribution(parameter: Number | Categorical) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(parameter, Number):
        return FloatDistribution(parameter.min, parameter.max)
    if parameter.ordered:
        return IntDistribution(0, len(parameter.values) - 1)
    return CategoricalDistribution(parameter.values)


def off(space: Space, found: Mapping[str, float], truth: Mapping[Names, float]) -> float:
    """How far importances are off: half the sum of differences, all main effects being 1 together."""
    known = np.array([truth[name,] for name in space.names])
    given = np.array([max(found.get(name, 0.0), 0.0) for name in space.names])
    if given.sum() == 0:
        given = np.ones(len(given))
    return float(np.abs(known / known.sum() - given / given.sum()).sum() / 2)


@cache
def _task(name: str) -> tuple[Known, Mapping[Names, float]]:
    task = load(name)
    return task, task.shares(lambda losses: losses)


def measure(name: str, sampling: str, trials: int, seed: int) -> dict[str, Any]:
    """One search, judged by all evaluators."""
    task, plain = _task(name)
    found = search(task, sampling, trials, seed)
    effects, scale = ours(task, found)
    truth = task.shares(scale)
    first = max(task.space.names, key=lambda each: plain[each,])
    mine = {name: effects[name,].share for name in task.space.names}
    fanova = optunas("FanovaImportanceEvaluator", task, found, seed)
    ped_anova = optunas("PedAnovaImportanceEvaluator", task, found, seed)
    said = {"hpsearch": mine, "fanova": fanova, "ped_anova": ped_anova}
    held = {
        names: effect.low - _EXACT <= truth[names] <= effect.high + _EXACT
        for names, effect in effects.items()
    }
    large = [each for names, each in held.items() if truth[names] >= _LARGE]
    return {
        "task": name,
        "sampling": sampling,
        "trials": trials,
        "seed": seed,
        "off": {peer: off(task.space, each, plain) for peer, each in said.items()},
        "off_on_its_scale": off(task.space, mine, truth),
        "first": {peer: max(each, key=each.__getitem__) == first for peer, each in said.items()},
        "held": [sum(held.values()), len(held)],
        "held_large": [sum(large), len(large)],
    }


def table(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A summary of the records, as Markdown."""
    peers = " | ".join(PEERS)
    yield f"| trials | of | off: {peers} | first named: {peers} | intervals hold | of shares of 5 % |"
    yield "|---|---|" + "---|" * (2 * len(PEERS) + 2)
    for trials in sorted({each["trials"] for each in records}):
        for sampling in SAMPLINGS:
            chosen = [each for each in records if (each["trials"], each["sampling"]) == (trials, sampling)]
            cells = [f"{np.mean([each['off'][peer] for each in chosen]):.3f}" for peer in PEERS]
            cells += [f"{100 * np.mean([each['first'][peer] for each in chosen]):.0f} %" for peer in PEERS]
            for key in ("held", "held_large"):
                held, count = np.sum([each[key] for each in chosen], axis=0)
                cells.append(f"{100 * held / count:.0f} %")
            yield f"| {trials} | {sampling} | {' | '.join(cells)} |"


def main() -> None:
    """Run searches, or summarise them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--trials", nargs="+", type=int, default=[64, 128])
    parser.add_argument("--seeds", nargs="+", type=int, default=range(10, 12))
    options = parser.parse_args()
    if options.what == "table":
        lines = options.results.read_text(encoding="utf-8").splitlines()
        records = [each for each in map(json.loads, lines) if each["task"] in options.tasks]
        print("\n".join(table(records)))
        return
    with options.results.open("a", encoding="utf-8") as results:
        for seed, trials, name, sampling in product(options.seeds, options.trials, options.tasks, SAMPLINGS):
            results.write(json.dumps(measure(name, sampling, trials, seed)) + "\n")
            results.flush()


if __name__ == "__main__":
    main()
