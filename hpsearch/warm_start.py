"""Loads the results of the runs of ``search.warm_start``."""

from pathlib import Path

from hpsearch.config import Config
from hpsearch.errors import ConfigError, HpsearchError, Problem
from hpsearch.searchers import ObservationBuffer, PriorObservation, match_observations
from hpsearch.searchers.targets import comparable_losses
from hpsearch.store import Run


def load_warm_start(config: Config) -> tuple[list[PriorObservation], list[str]]:
    """Load the results of the runs that a config starts from.

    Returns:
        The prior observations, and for each run a sentence with their number.

    Raises:
        ConfigError: A run cannot be read, has another goal, or has no results for this space; all such runs
            are named.
    """
    prior_observations: list[PriorObservation] = []
    notes: list[str] = []
    problems: list[Problem] = []
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
    if problems:
        raise ConfigError(problems)
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
