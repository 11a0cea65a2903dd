"""What a run found out: which hyperparameters matter, where the search looked, and why."""

from collections import Counter
from collections.abc import Sequence

from hpsearch.analysis import anova
from hpsearch.analysis.anova import Importance
from hpsearch.analysis.explanation import SearchExplanation, TrialExplanation
from hpsearch.analysis.learned import TRIALS_PER_PARAMETER
from hpsearch.analysis.moves import moves
from hpsearch.analysis.narrowing import at_bounds, narrowing, thirds
from hpsearch.commands import command
from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.network.hyperparameters import hyperparameter
from hpsearch.searchers import ObservationBuffer
from hpsearch.store import Run
from hpsearch.trial import Result

__all__ = ["explain_search", "explain_trial", "importance"]


def importance(run: Run) -> Importance:
    """How much each hyperparameter of a run matters, alone and in pairs.

    Args:
        run: The run, open.

    Raises:
        UsageError: The results are too few or too similar to tell; the message says what is missing.
    """
    config = Config.from_resolved(run.meta("config"))
    records = [(trial, result) for trial, result in run.records() if result is not None]
    tried, results = [trial for trial, _ in records], [result for _, result in records]
    observations = ObservationBuffer.of(config.space, config.metric, tried, results)
    found = anova.importance(config.space, observations, config.search.repeats)
    if found is None:
        raise UsageError(_what_is_missing(run, config, results))
    return found


def explain_search(run: Run) -> SearchExplanation:
    """Where the search of a run looked first and last, and whether its ranges are wide enough.

    Args:
        run: The run, open.

    Raises:
        UsageError: No trial has a value yet.
    """
    config = Config.from_resolved(run.meta("config"))
    best, trials = run.trial(run.trial_number("best")), run.trials()
    bounds = at_bounds(config.space, config.space.units([best.values])[0])
    if config.objective.kind == "network":  # its hyperparameters have limits of their own
        limits = {each.name: hyperparameter(each.name) for each in bounds}
        bounds = [
            each for each in bounds if (limit := limits[each.name]) is None or limit.allows(each.beyond)
        ]
    phases = Counter(str(trial.origin.get("phase", "unknown")) for trial in trials)
    narrowed = narrowing(config.space, [trial.values for trial in trials])
    return SearchExplanation(narrowed, *thirds(len(trials)), best, phases, bounds)


def explain_trial(run: Run, trial: int | str) -> TrialExplanation:
    """Why the searcher proposed a trial.

    Args:
        run: The run, open.
        trial: The trial's number, or ``best``.

    Raises:
        UsageError: There is no such trial.
    """
    config = Config.from_resolved(run.meta("config"))
    proposed = run.trial(run.trial_number(trial))
    around = proposed.origin.get("around")
    centre = run.trial(around) if isinstance(around, int) else None
    return TrialExplanation(
        config.metric.name,
        proposed,
        run.result(proposed.number),
        run.result(centre.number) if centre else None,
        moves(config.space, proposed, centre),
    )


def _what_is_missing(run: Run, config: Config, results: Sequence[Result]) -> str:
    """Why the results do not show which parameters matter, and what to do about it."""
    directory, space = run.directory, config.space
    if not space.dimensions:
        return f"{directory} searches nothing: all its parameters are constants. Give one a range."
    values = [result.value for result in results if result.value is not None]
    if results and not values:
        statuses = Counter(str(result.status) for result in results)
        counts = ", ".join(f"{count} {status}" for status, count in statuses.items())
        return (
            f"No trial of {directory} has a value, so the importance of parameters cannot be estimated"
            f" ({counts}). {command('leaderboard', directory)} shows the reasons."
        )
    needed = TRIALS_PER_PARAMETER * space.dimensions
    if len(values) >= needed:
        return (
            f"All {len(values)} values of {directory} are {values[0]:g}, so no parameter makes a difference."
            " Widen the ranges, or use a metric that differs between trials."
        )
    parameters = "1 parameter" if space.dimensions == 1 else f"{space.dimensions} parameters"
    rule = (
        f"The importance of {parameters} needs at least {needed} trials with a value"
        f" ({TRIALS_PER_PARAMETER} for each); {directory} has {len(values)}"
    )
    if space.size <= max(needed, len(results)):
        return (
            f"{rule}, and the space has only {space.size:.0f} configurations."
            f" {command('leaderboard', directory, '-n', 0)} shows all of them."
        )
    total = len(results) + needed - len(values)
    more = () if total <= config.search.trials else ("--trials", total)
    return f"{rule}. Continue with {command('resume', directory, *more)}."
