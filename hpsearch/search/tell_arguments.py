"""The arguments of ``tell``: a trial or its number, and a value or a result."""

import math
import operator
from collections.abc import Mapping, Sequence

from hpsearch.errors import UsageError
from hpsearch.trial import Metric, Result, Status, Trial, real_number


def asked_trial(trial: object, asked: Sequence[Trial]) -> Trial:
    """The trial that was asked for, from the trial itself or its number.

    Args:
        trial: The argument.
        asked: The trials that were asked for, by number.

    Raises:
        UsageError: It is not one of them.
    """
    if not isinstance(trial, Trial):
        try:
            number = operator.index(trial)  # type: ignore[arg-type]  # what is not a number raises
        except TypeError:
            number = None
        if number is None or isinstance(trial, bool):
            raise UsageError(
                f"tell() takes a trial or its number, then the value; found {trial!r:.80} as the trial"
            )
    else:
        number = trial.number
    if not 0 <= number < len(asked):
        raise UsageError(f"trial {number} was not asked for; call ask() first")
    found = asked[number]
    if isinstance(trial, Trial) and (trial.seed, trial.values) != (found.seed, found.values):
        raise UsageError(f"trial {number} of this search is {found}; found {trial}, of another search")
    return found


def as_result(trial: Trial, value: object, metric: Metric) -> Result:
    """The result of a trial, from a result or a value.

    Args:
        trial: The trial.
        value: The argument.
        metric: The name of the value, for messages.

    Raises:
        UsageError: It is neither a result nor a value.
    """
    number = trial.number
    if isinstance(value, Result):
        if value.number != number:
            raise UsageError(f"the result of trial {number} must have its number; found {value}")
        return value
    if value is None:
        return Result(number, Status.FAILED, reason="no value was given")
    try:
        worth = real_number(value)
    except TypeError:
        raise UsageError(
            f"the value of trial {number} must be a number, or None if it failed; found"
            f" {type(value).__name__} {value!r:.80}. {_what_to_tell(number, value, metric)}"
        ) from None
    if not math.isfinite(worth):
        return Result(number, Status.DIVERGED, reason=f"its value was {worth}")
    return Result(number, Status.DONE, worth)


def _what_to_tell(number: int, value: object, metric: Metric) -> str:
    """What to write instead of a value that is not a number."""
    if isinstance(value, Mapping):
        key = metric.name if metric.name in value or not value else next(iter(value))
        return f"Write tell({number}, value[{key!r}])"
    if isinstance(value, complex):
        return f"Write tell({number}, abs(value)), or another real number"
    if getattr(value, "mask", None) is not None:
        return f"Write tell({number}, None) if it is masked because it is missing"
    if isinstance(value, bool | str) or getattr(value, "size", None) == 1:
        return f"Write tell({number}, float(value)) if it stands for a number"
    return f"Write tell({number}, …) with one number, such as the last or the mean of several"
