"""Why trials have no value, and what those that failed alike have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpsearch.space import Number, Parameter, Space
from hpsearch.trial import Result, Trial, Value

__all__ = ["FailureGroup", "failure_groups"]


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The trials that have no value for the same reason.

    Attributes:
        reason: The first line of their reason.
        numbers: Their numbers, rising.
        shared: By parameter, how their values differ from those of all trials with a value: ``optimizer``
            ``= adam``, ``learning_rate`` ``≥ 0.3``.
    """

    reason: str
    numbers: tuple[int, ...]
    shared: Mapping[str, tuple[str, Value]]


def failure_groups(
    space: Space, trials: Mapping[int, Trial], results: Sequence[Result]
) -> list[FailureGroup]:
    """The trials without a value, by reason, the largest group first.

    Args:
        space: What was searched.
        trials: The trials of the results, by number.
        results: All results so far.
    """
    good = [trials[result.number].values for result in results if result.value is not None]
    by_reason: dict[str, list[int]] = {}
    for result in results:
        if result.value is None:
            by_reason.setdefault(result.reason.partition("\n")[0], []).append(result.number)
    groups = []
    for reason, numbers in by_reason.items():
        bad = [trials[number].values for number in numbers]
        shared = {}
        if len(bad) > 1 and good:  # a single trial differs from others in many ways
            for parameter in space.parameters:
                if (found := _shared(parameter, bad, good)) is not None:
                    shared[parameter.name] = found
        groups.append(FailureGroup(reason, tuple(sorted(numbers)), shared))
    return sorted(groups, key=lambda group: (-len(group.numbers), group.numbers))


def _shared(
    parameter: Parameter, bad: Sequence[Mapping[str, Value]], good: Sequence[Mapping[str, Value]]
) -> tuple[str, Value] | None:
    """What all of some configurations have in one parameter, and none of the others."""
    name = parameter.name
    if any(name not in values for values in bad):
        return None
    others = [values[name] for values in good if name in values]
    ours = [values[name] for values in bad]
    if not isinstance(parameter, Number):
        same = all(parameter.is_among(each, ours[:1]) for each in ours)
        return ("=", ours[0]) if same and not parameter.is_among(ours[0], others) else None
    low, high = min(map(float, ours)), max(map(float, ours))
    if others and low > max(map(float, others)):
        return "≥", min(ours, key=float)
    if others and high < min(map(float, others)):
        return "≤", max(ours, key=float)
    return None
