"""Loads earlier knowledge: from earlier runs, from files, and the network's portfolio."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hpsearch.config import Config
from hpsearch.errors import ConfigError, HpsearchError, Problem, RunDamaged, UsageError
from hpsearch.network.hyperparameters import HYPERPARAMETERS
from hpsearch.network.portfolio import PORTFOLIO
from hpsearch.searchers import EarlierSearch, ObservationBuffer, match_observations
from hpsearch.searchers.targets import comparable_losses
from hpsearch.space import Number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.searchers import PriorObservation
    from hpsearch.space import Parameter, Space
    from hpsearch.store import Run
    from hpsearch.trial import Value


_AUTO_RUNS = 8
"""The largest number of runs that ``warm_start: auto`` learns from: the newest that fit."""
_AUTO_TRIALS = 8
"""The smallest number of trials with a loss that such a run must have."""


def load_warm_start(config: Config, root: Path = Path("runs")) -> tuple[list[EarlierSearch], list[str]]:
    """Load the results of the runs and files that a config starts from.

    Args:
        config: The config of the new search.
        root: Where ``warm_start: auto`` looks for runs.

    Returns:
        The earlier searches, and sentences about their number and what was left out.

    Raises:
        ConfigError: A run or file cannot be read, has another goal, or has no results for this space; all
            of them are named.
    """
    problems: list[Problem] = []
    earlier, notes = (
        _runs_below(config, root) if config.search.warm_start is None else _runs(config, problems)
    )
    for index, name in enumerate(config.search.known_results):
        found, sentences = _file(config, f"search.known_results.{index}", Path(name), problems)
        earlier += [EarlierSearch(Path(name).name, found)] if found else []
        notes += sentences
    if problems:
        raise ConfigError(problems)
    return earlier, notes


def _runs_below(config: Config, root: Path) -> tuple[list[EarlierSearch], list[str]]:
    """The newest runs below a directory that search something similar, and a sentence about each."""
    from hpsearch.store import Run

    fitting: list[tuple[str, EarlierSearch]] = []
    for database in sorted(root.glob("[!.]*/search.db")):
        with (
            contextlib.suppress(HpsearchError),
            Run.read(database.parent) as run,
        ):  # runs that cannot be used are skipped
            if (found := _similar(config, run)) is not None:
                fitting.append((str(run.meta("created")), found))
    newest = sorted(fitting, key=lambda each: (each[0], each[1].name))[-_AUTO_RUNS:]
    if not newest:
        return [], [f"Warm start: no run in {root} searches something similar."]
    return [each for _, each in newest], [_loaded(each) for _, each in newest]


def _similar(config: Config, run: Run) -> EarlierSearch | None:
    """The results of a run, if its objective is of the same kind and it shares half of the parameters."""
    theirs = Config.from_resolved(run.meta("config"))
    if (theirs.objective.kind, theirs.metric.goal) != (config.objective.kind, config.metric.goal):
        return None
    if 2 * len({*theirs.space.names} & {*config.space.names}) < len(config.space.names):
        return None
    found = _matched(config, theirs, run)
    return EarlierSearch(run.directory.name, found) if len(found) >= _AUTO_TRIALS else None


def _loaded(earlier: EarlierSearch) -> str:
    return f"Warm start: {len(earlier.observations)} trials of {earlier.name}."


def known_data(
    earlier: Sequence[EarlierSearch], portfolio: Sequence[Mapping[str, Value]]
) -> dict[str, list[Any]]:
    """The earlier knowledge, in the form in which a run stores it."""
    return {
        "earlier": [[each.name, len(each.observations)] for each in earlier],
        "prior_observations": [
            [dict(values), loss] for each in earlier for values, loss in each.observations
        ],
        "portfolio": [dict(values) for values in portfolio],
    }


def known_by(run: Run, space: Space) -> tuple[list[EarlierSearch], list[Mapping[str, Value]]]:
    """The earlier knowledge of a run: the earlier searches and the portfolio of :func:`known_data`.

    Raises:
        RunDamaged: A configuration of the portfolio is not in the run's space.
    """
    observations = [(values, loss) for values, loss in run.meta("prior_observations")]
    sizes = run.meta("earlier") or [["earlier results", len(observations)]]
    each = iter(observations)
    earlier = [EarlierSearch(name, list(islice(each, size))) for name, size in sizes if size]
    portfolio: list[Mapping[str, Value]] = run.meta("portfolio") or []
    for values in portfolio:
        for name, what in space.problems(values):
            raise RunDamaged(f"{run.directory} is damaged: in its entry 'portfolio', {name} {what}")
    return earlier, portfolio


def load_portfolio(config: Config) -> list[Mapping[str, Value]]:
    """The network's portfolio in the space of a config; empty if the config does not use it."""
    if not config.search.portfolio:
        return []
    return fitting_portfolio(config.space, {**config.objective.constants, **config.space.constants})


def fitting_portfolio(space: Space, constants: Mapping[str, Value]) -> list[Mapping[str, Value]]:
    """The network's portfolio in a space, the best first.

    A value that the space does not have is replaced by the nearest one; a parameter that the portfolio does
    not name has its default. A member is left out if it has a fractional value, such as a learning rate, that
    is far from the space; if it breaks a constraint; or if its optimizer is not the constant one, because its
    other values were learned with its optimizer.

    Args:
        space: The space to search.
        constants: The hyperparameters that are not searched.
    """
    near: list[dict[str, Value]] = []
    for member in PORTFOLIO:
        if constants.get("optimizer", member["optimizer"]) == member["optimizer"]:
            with contextlib.suppress(LookupError):
                near.append({each.name: _nearest(each, member) for each in space.parameters})
    units = space.snap(space.units(near))
    found: list[Mapping[str, Value]] = []
    for values in space.values(units[space.feasible(units)]):
        if values not in found:
            found.append(values)
    return found


def _nearest(parameter: Parameter, member: Mapping[str, Value]) -> Value:
    """The value of a parameter nearest to a member's; ``hidden_units_2`` is looked up as ``hidden_units``.

    Raises:
        LookupError: None is close.
    """
    name = parameter.name
    known = name if name in HYPERPARAMETERS else name.rpartition("_")[0]
    value = member.get(known, HYPERPARAMETERS[known].default)
    if isinstance(parameter, Number) and parameter.integer:
        value = min(max(value, parameter.min), parameter.max)
    return parameter.nearest(value)


def _file(
    config: Config, key: str, path: Path, problems: list[Problem]
) -> tuple[list[PriorObservation], list[str]]:
    """The prior observations in one file, and a summary; if there are none, a problem is added."""
    from hpsearch.starting.known_results import read_known_results

    try:
        known = read_known_results(path, config.space, config.metric)
    except UsageError as error:
        problems.append(config.problem(key, str(error)))
        return [], []
    found = match_observations(config.space, known.values, np.array(known.losses))
    if not found:
        why = known.left_out[0] if known.left_out else "no row has a number for the metric"
        problems.append(config.problem(key, "must have a row that fits the space", hint=why))
    return found, known.notes(path)


def _runs(config: Config, problems: list[Problem]) -> tuple[list[EarlierSearch], list[str]]:
    """The runs that a config lists, and a sentence about each."""
    if not config.search.warm_start:
        return [], []
    from hpsearch.store import Run  # only here: `check` of other configs does not need it

    earlier: list[EarlierSearch] = []
    for index, directory in enumerate(config.search.warm_start):
        key = f"search.warm_start.{index}"
        if directory in config.search.warm_start[:index]:
            problems.append(
                config.problem(key, "must not repeat an earlier run of the list", hint="Leave it out")
            )
            continue
        try:
            with Run.read(Path(directory)) as run:
                found = _observations_of(config, key, run, problems)
        except HpsearchError as error:
            rule = f"must be a readable run: {str(error).partition(chr(10))[0]}"
            problems.append(config.problem(key, rule, hint="Leave it out"))
            continue
        earlier += [EarlierSearch(Path(directory).name, found)] if found else []
    return earlier, [_loaded(each) for each in earlier]


def _observations_of(config: Config, key: str, run: Run, problems: list[Problem]) -> list[PriorObservation]:
    """The prior observations in one run; if there are none, a problem is added."""
    earlier = Config.from_resolved(run.meta("config"))
    metric, goal = earlier.metric, config.metric.goal
    if metric.goal != goal:
        rule = (
            f"must be a run that {goal}s its metric, as this one does; that run {metric.goal}s {metric.name}"
        )
        problems.append(
            config.problem(key, rule, hint="Leave it out, or name a run with the same metric.goal")
        )
        return []
    found = _matched(config, earlier, run)
    if not found:
        theirs, ours = ", ".join(earlier.space.names), ", ".join(config.space.names)
        if not any(status.ranked for status in run.counts()):
            rule, hint = "must be a run in which a trial has a value", "Name another run"
        elif set(earlier.space.names) & set(config.space.names):
            rule = "must be a run with values in or near this space"
            hint = "Compare the two with `hpsearch show`"
        else:
            rule = f"must be a run that shares a parameter with this space; that run searched {theirs}"
            hint = f"Parameters are matched by name; this space has {ours}"
        problems.append(config.problem(key, rule, hint=hint))
    return found


def _matched(config: Config, earlier: Config, run: Run) -> list[PriorObservation]:
    """The results of a run in the space of a config."""
    records = [(trial, result) for trial, result in run.records() if result is not None]
    tried, results = [trial for trial, _ in records], [result for _, result in records]
    observations = ObservationBuffer.of(earlier.space, earlier.metric, tried, results)
    losses = comparable_losses(observations)
    return match_observations(config.space, [trial.values for trial in tried], losses)
