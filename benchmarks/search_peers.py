"""The searchers that are compared, all behind the same two functions: ask and tell."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpsearch.searchers import METHODS, Observations, SearcherContext
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Value

Values = Mapping[str, Value]


@dataclass(frozen=True)
class AskTell:
    """A search under way.

    Attributes:
        ask: Gives a handle and the values to try.
        tell: Takes the handle and the loss.
    """

    ask: Callable[[], tuple[Any, Values]]
    tell: Callable[[Any, float], None]


def hpsearch(method: str) -> Callable[[Space, int, int], AskTell]:
    """One of this project's own searchers."""

    def start(space: Space, seed: int, trials: int) -> AskTell:
        searcher = METHODS[method](SearcherContext(space, seed))
        units: list[np.ndarray] = []
        losses: list[float] = []

        def ask() -> tuple[int, Values]:
            m = len(losses)
            points = np.array(units).reshape(len(units), space.dimensions)
            known = Observations(points, np.array(losses), np.zeros(m, dtype=np.bool_), [np.empty(0)] * m)
            unit = searcher.propose(len(units), known).unit
            units.append(unit)
            return len(units) - 1, space.values(unit[None])[0]

        return AskTell(ask, lambda _, loss: losses.append(loss))

    return start


def sobol(space: Space, seed: int, trials: int) -> AskTell:
    """A scrambled Sobol sequence."""
    from scipy.stats import qmc  # type: ignore[import-untyped] # it has no types

    points = qmc.Sobol(space.dimensions, rng=seed).random(1 << (trials - 1).bit_length())
    rows = iter(space.values(space.snap(points)))
    return AskTell(lambda: (None, next(rows)), lambda handle, loss: None)


def optuna(sampler: str) -> Callable[[Space, int, int], AskTell]:
    """One of Optuna's samplers, with its defaults."""

    def start(space: Space, seed: int, trials: int) -> AskTell:
        import optuna as package

        package.logging.set_verbosity(package.logging.ERROR)
        warnings.simplefilter("ignore")
        study = package.create_study(sampler=getattr(package.samplers, sampler)(seed=seed))

        def ask() -> tuple[Any, Values]:
            trial = study.ask()
            values: dict[str, Value] = {}
            for parameter in space.parameters:  # in an order that has conditions after what they ask for
                if all(values.get(name) in allowed for name, allowed in parameter.when.items()):
                    values[parameter.name] = suggest(trial, parameter)
            return trial, values

        return AskTell(ask, lambda trial, loss: study.tell(trial, loss) and None)

    return start


def suggest(trial: Any, parameter: Number | Categorical) -> Value:
    """Optuna's own parameter of the same kind; ordered lists are searched by their index."""
    if isinstance(parameter, Number):
        log = parameter.prior == "log"
        if parameter.integer:
            return int(trial.suggest_int(parameter.name, int(parameter.min), int(parameter.max), log=log))
        if parameter.prior == "reverse_log":
            return 1 - float(
                trial.suggest_float(parameter.name, 1 - parameter.max, 1 - parameter.min, log=True)
            )
        return float(trial.suggest_float(parameter.name, parameter.min, parameter.max, log=log))
    if parameter.ordered:
        return parameter.values[trial.suggest_int(parameter.name, 0, len(parameter.values) - 1)]
    value: Value = trial.suggest_categorical(parameter.name, parameter.values)
    return value


def hyperopt(space: Space, seed: int, trials: int) -> AskTell:
    """Hyperopt's TPE, one proposal at a time."""
    from hyperopt import base, hp, tpe  # type: ignore[import-untyped] # it has no types

    expressions = {p.name: _expression(hp, p) for p in space.parameters}
    domain = base.Domain(lambda values: 0.0, expressions)
    history = base.Trials()

    def ask() -> tuple[int, Values]:
        identifier = len(history.trials)
        (document,) = tpe.suggest([identifier], domain, history, seed + 1000 * identifier)
        drawn = {name: cells[0] for name, cells in document["misc"]["vals"].items()}
        history.insert_trial_docs([document])
        history.refresh()
        return identifier, {
            p.name: p.values[int(drawn[p.name])] if isinstance(p, Categorical) else drawn[p.name]
            for p in space.parameters
        }

    def tell(identifier: int, loss: float) -> None:
        document = history._dynamic_trials[identifier]
        document["result"] = {"loss": loss, "status": base.STATUS_OK}
        document["state"] = base.JOB_STATE_DONE
        history.refresh()

    return AskTell(ask, tell)


def _expression(hp: Any, parameter: Number | Categorical) -> Any:
    plain = isinstance(parameter, Categorical) or (
        parameter.step is None and parameter.prior != "reverse_log"
    )
    if parameter.when or not plain:
        raise NotImplementedError(f"no task of this benchmark gives Hyperopt such a parameter: {parameter}")
    if isinstance(parameter, Categorical):
        if parameter.ordered:
            return hp.quniform(parameter.name, -0.499, len(parameter.values) - 0.501, 1)
        return hp.choice(parameter.name, list(parameter.values))
    if parameter.prior == "log":
        return hp.loguniform(parameter.name, np.log(parameter.min), np.log(parameter.max))
    return hp.uniform(parameter.name, parameter.min, parameter.max)


PEERS: dict[str, Callable[[Space, int, int], AskTell]] = {
    "coarse_to_fine": hpsearch("coarse_to_fine"),
    "random": hpsearch("random"),
    "sobol": sobol,
    "optuna_tpe": optuna("TPESampler"),
    "optuna_cmaes": optuna("CmaEsSampler"),
    "optuna_gp": optuna("GPSampler"),
    "hyperopt_tpe": hyperopt,
}
