"""Loads what is known beforehand, by ``search.warm_start`` and ``search.known_results``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hpsearch.config import Config
from hpsearch.errors import ConfigError, HpsearchError, Problem, UsageError
from hpsearch.searchers import ObservationBuffer, match_observations
from hpsearch.searchers.targets import comparable_losses

if TYPE_CHECKING:
    from hpsearch.searchers import PriorObservation
    from hpsearch.store import Run


def load_warm_start(config: Config) -> tuple[list[PriorObservation], list[str]]:
    """Load the results of the runs and files that a config starts from.

    Returns:
        The prior observations, and sentences with their number and what was left out.

    Raises:
        ConfigError: A run or file cannot be read, has another goal, or has no results for this space; all
            of them are named.
    """
    problems: list[Problem] = []
    prior_observations, notes = _runs(config, problems)
    for index, name in enumerate(config.search.known_results):
        found, sentences = _file(config, f"search.known_results.{index}", Path(name), problems)
        prior_observations += found
        notes += sentences
    if problems:
        raise ConfigError(problems)
    return prior_observations, notes


def _file(
    config: Config, key: str, path: Path, problems: list[Problem]
) -> tuple[list[PriorObservation], list[str]]:
    """The prior observations of one file, and what was read; without any, a problem is added."""
    from hpsearch.known_results import read_known_results

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


def _runs(config: Config, problems: list[Problem]) -> tuple[list[PriorObservation], list[str]]:
    """The prior observations of earlier runs, and for each run a sentence with their number."""
    if not config.search.warm_start:
        return [], []
    from hpsearch.store import Run  # only here: `check` of other configs does without

    prior_observations: list[PriorObservation] = []
    notes: list[str] = []
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
        prior_observations += found
        notes.append(f"Warm start: {len(found)} trials of {directory}.")
    return prior_observations, notes


def _observations_of(config: Config, key: str, run: Run, problems: list[Problem]) -> list[PriorObservation]:
    """The prior observations of one run; without any, a problem is added."""
    earlier = Config.from_resolved(run.meta("config"))
    results, trials = run.results(), {trial.number: trial for trial in run.trials()}
    metric, goal = earlier.metric, config.metric.goal
    if metric.goal != goal:
        rule = (
            f"must be a run that {goal}s its metric, as this one does; that run {metric.goal}s {metric.name}"
        )
        problems.append(
            config.problem(key, rule, hint="Leave it out, or name a run with the same metric.goal")
        )
        return []
    tried = [trials[result.number] for result in results]
    observations = ObservationBuffer.of(earlier.space, metric, tried, results)
    losses = comparable_losses(observations)
    found = match_observations(config.space, [trial.values for trial in tried], losses)
    if not found:
        theirs, ours = ", ".join(earlier.space.names), ", ".join(config.space.names)
        if all(result.value is None for result in results):
            rule, hint = "must be a run in which a trial has a value", "Name another run"
        elif set(earlier.space.names) & set(config.space.names):
            rule = "must be a run with values in or near this space"
            hint = "Compare the two with `hpsearch show`"
        else:
            rule = f"must be a run that shares a parameter with this space; that run searched {theirs}"
            hint = f"Parameters are matched by name; this space has {ours}"
        problems.append(config.problem(key, rule, hint=hint))
    return found
