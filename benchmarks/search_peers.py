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
    from scipy.stats import qmc

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
    from hyperopt import base, hp, tpe

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


def smac(space: Space, seed: int, trials: int) -> AskTell:
    """SMAC3 for hyperparameters, one training run per configuration: random forest, expected improvement."""
    import tempfile
    from pathlib import Path

    import ConfigSpace
    from smac import HyperparameterOptimizationFacade, Scenario
    from smac.runhistory.dataclasses import TrialValue

    root = tempfile.TemporaryDirectory()
    described = ConfigSpace.ConfigurationSpace(seed=seed)
    for parameter in space.parameters:
        described.add(own := _configspace(ConfigSpace, parameter))
        conditions = [
            ConfigSpace.InCondition(
                own, described[name], [_position(space, name, value) for value in allowed]
            )
            for name, allowed in parameter.when.items()
        ]
        if conditions:
            described.add(conditions[0] if len(conditions) == 1 else ConfigSpace.AndConjunction(*conditions))
    scenario = Scenario(
        described, deterministic=True, n_trials=trials, seed=seed, output_directory=Path(root.name)
    )
    search = HyperparameterOptimizationFacade(
        scenario, lambda configuration, seed: 0.0, logging_level=False, overwrite=True
    )

    def ask() -> tuple[Any, Values]:
        info = search.ask()
        return info, decoded(space, dict(info.config))

    def tell(info: Any, loss: float) -> None:
        assert root.name  # the directory lives as long as the search
        search.tell(info, TrialValue(cost=loss), save=False)

    return AskTell(ask, tell)


def _configspace(package: Any, parameter: Number | Categorical) -> Any:
    if isinstance(parameter, Categorical):
        last = len(parameter.values) - 1
        if parameter.ordered:
            return package.Integer(parameter.name, (0, last))
        return package.Categorical(parameter.name, [str(index) for index in range(last + 1)])
    low, high, log = bounds(parameter)
    if parameter.integer:
        return package.Integer(parameter.name, (int(low), int(high)), log=log)
    return package.Float(parameter.name, (low, high), log=log)


def nevergrad(space: Space, seed: int, trials: int) -> AskTell:
    """Nevergrad's NGOpt, which chooses an algorithm by the space and the number of trials."""
    import nevergrad as package

    def axis(parameter: Number | Categorical) -> Any:
        if isinstance(parameter, Categorical):
            kind = package.p.TransitionChoice if parameter.ordered else package.p.Choice
            return kind(list(range(len(parameter.values))))
        low, high, log = bounds(parameter)
        scale = package.p.Log if log else package.p.Scalar
        scalar = scale(lower=low, upper=high)
        return scalar.set_integer_casting() if parameter.integer else scalar

    described = package.p.Dict(**{parameter.name: axis(parameter) for parameter in space.parameters})
    described.random_state.seed(seed)
    warnings.simplefilter("ignore")
    search = package.optimizers.NGOpt(described, budget=trials)

    def ask() -> tuple[Any, Values]:
        candidate = search.ask()
        return candidate, decoded(space, candidate.value)

    return AskTell(ask, search.tell)


def ax(space: Space, seed: int, trials: int) -> AskTell:
    """Ax's client with its defaults: a Gaussian process of BoTorch after a few Sobol points."""
    import logging

    from ax.api.client import Client
    from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

    def axis(parameter: Number | Categorical) -> Any:
        name = parameter.name
        if isinstance(parameter, Categorical):
            last = len(parameter.values) - 1
            if parameter.ordered:
                return RangeParameterConfig(name=name, bounds=(0, last), parameter_type="int")
            values = [str(index) for index in range(last + 1)]
            return ChoiceParameterConfig(name=name, values=values, parameter_type="str", is_ordered=False)
        low, high, log = bounds(parameter)
        kind, scaling = ("int" if parameter.integer else "float"), ("log" if log else "linear")
        return RangeParameterConfig(name=name, bounds=(low, high), parameter_type=kind, scaling=scaling)

    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    client = Client(random_seed=seed)
    client.configure_experiment(parameters=[axis(parameter) for parameter in space.parameters])
    client.configure_optimization(objective="-loss")

    def ask() -> tuple[int, Values]:
        ((index, values),) = client.get_next_trials(max_trials=1).items()
        return index, decoded(space, values)

    return AskTell(ask, lambda index, loss: client.complete_trial(index, raw_data={"loss": loss}) and None)


def bounds(parameter: Number) -> tuple[float, float, bool]:
    """A number's bounds for a peer, and whether its scale is logarithmic: ``reverse_log`` as 1 − x."""
    if parameter.prior == "reverse_log":
        return 1 - parameter.max, 1 - parameter.min, True
    return parameter.min, parameter.max, parameter.prior == "log"


def _position(space: Space, name: str, value: Value) -> Any:
    """A value of a list as a peer writes it: by its index, which is text if the list has no order."""
    (parameter,) = (each for each in space.parameters if each.name == name)
    assert isinstance(parameter, Categorical)
    index = parameter.values.index(value)
    return index if parameter.ordered else str(index)


def decoded(space: Space, raw: Mapping[str, Any]) -> Values:
    """The values of a peer's numbers and indices; parameters that are not active are left out.

    Args:
        space: The space that is searched.
        raw: Numbers in the bounds of :func:`bounds`, and indices of listed values.
    """
    values: dict[str, Value] = {}
    for parameter in space.parameters:  # in an order that has conditions after what they ask for
        if not all(values.get(name) in allowed for name, allowed in parameter.when.items()):
            continue
        own = raw[parameter.name]
        if isinstance(parameter, Categorical):
            values[parameter.name] = parameter.values[int(own)]
        elif parameter.integer:
            values[parameter.name] = int(own)
        else:
            values[parameter.name] = 1 - float(own) if parameter.prior == "reverse_log" else float(own)
    return values


PEERS: dict[str, Callable[[Space, int, int], AskTell]] = {
    "coarse_to_fine": hpsearch("coarse_to_fine"),
    "random": hpsearch("random"),
    "sobol": sobol,
    "optuna_tpe": optuna("TPESampler"),
    "optuna_cmaes": optuna("CmaEsSampler"),
    "optuna_gp": optuna("GPSampler"),
    "hyperopt_tpe": hyperopt,
    "smac": smac,
    "nevergrad": nevergrad,
    "ax": ax,
}
