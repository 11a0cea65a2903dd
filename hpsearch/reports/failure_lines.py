"""Why trials have no value, printed at every end of a search."""

from collections.abc import Sequence

from hpsearch.analysis.failures import FailureGroup
from hpsearch.reports.text import value_text

__all__ = ["failure_lines"]

_SHOWN = 3


def failure_lines(groups: Sequence[FailureGroup]) -> list[str]:
    """A line for each of the most common reasons, with the values that its trials share."""
    lines = []
    for group in groups[:_SHOWN]:
        shared = ", ".join(
            f"{name} {sign} {value_text(value)}" for name, (sign, value) in group.shared.items()
        )
        only = f" (only where {shared})" if shared else ""
        trials = f"trial {group.numbers[0]}" if len(group.numbers) == 1 else f"{len(group.numbers)} trials"
        lines.append(f"{trials} without a value: {group.reason}{only}")
    if len(groups) > _SHOWN:
        lines.append(f"and {len(groups) - _SHOWN} more reasons")
    return lines
