"""What a run has found: which hyperparameters matter, where the search looked, and why."""

from collections import Counter

from hpsearch.analysis import anova
from hpsearch.analysis.anova import Importance
from hpsearch.analysis.explanation import SearchExplanation, TrialExplanation
from hpsearch.analysis.learned import TRIALS_PER_PARAMETER
from hpsearch.analysis.moves import moves
from hpsearch.analysis.narrowing import at_bounds, narrowing, thirds
from hpsearch.commands import command
from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.inspection.stored_observations import stored_observations
from hpsearch.network.hyperparameters import hyperparameter
from hpsearch.store import Run

__all__ = ["explain_search", "explain_trial", "importance"]


def importance(run: Run) -> Importance:
    """How much each hyperparameter of a run matters, alone and in pairs.

    Args:
        run: The run, open.

    Raises:
        UsageError: The results are too few or too similar to tell; the message says what is missing.
    """
    config = Config.from_resolved(run.meta("config"))
    found = anova.importance(config.space, stored_observations(run, config), config.search.repeats)
    if found is None:
        raise UsageError(_what_is_missing(run, config))
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
    if config.objective.kind == "network":  # its hyperparameters have their own limits
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


def _what_is_missing(run: Run, config: Config) -> str:
    """Why the results do not show which parameters matter, and what to do about it."""
    directory, space, statuses = run.directory, config.space, run.counts()
    if not space.dimensions:
        return f"{directory} searches nothing: all its parameters are constants. Give one a range."
    results = sum(statuses.values())
    valued = sum(count for status, count in statuses.items() if status.ranked)
    if results and not valued:
        counts = ", ".join(f"{count} {status}" for status, count in statuses.items())
        return (
            f"No trial of {directory} has a value, so the importance of parameters cannot be estimated"
            f" ({counts}). {command('leaderboard', directory)} shows the reasons."
        )
    needed = TRIALS_PER_PARAMETER * space.dimensions
    if valued >= needed:
        (best,) = run.ranking(1)
        return (
            f"All {valued} values of {directory} are {best.value:g}, so no parameter makes a difference."
            " Widen the ranges, or use a metric that differs between trials."
        )
    parameters = "1 parameter" if space.dimensions == 1 else f"{space.dimensions} parameters"
    rule = (
        f"The importance of {parameters} needs at least {needed} trials with a value"
        f" ({TRIALS_PER_PARAMETER} for each); {directory} has {valued}"
    )
    if space.size <= max(needed, results):
        return (
            f"{rule}, and the space has only {space.size:.0f} configurations."
            f" {command('leaderboard', directory, '-n', 0)} shows all of them."
        )
    total = results + needed - valued
    more = () if total <= config.search.trials else ("--trials", total)
    return f"{rule}. Continue with {command('resume', directory, *more)}."
