"""In which settings do two configs differ?"""

from __future__ import annotations  # types are imported for annotations only

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpsearch.document.nodes import JSON


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting in which two configs differ.

    Attributes:
        key: Its dotted path.
        ours: Its value in this config; None if it has none.
        theirs: Its value in the other config; None if it has none.
    """

    key: str
    ours: JSON
    theirs: JSON


def differences(ours: Mapping[str, JSON], theirs: Mapping[str, JSON]) -> list[Difference]:
    """The settings in which two resolved configs differ, by dotted path.

    ``space`` itself is one of them if only the order of the parameters differs.

    Args:
        ours: One config, as returned by :meth:`Config.resolved`.
        theirs: The other config, likewise.
    """
    before, after = dict(_settings(ours)), dict(_settings(theirs))
    order = [list(each["space"]) for each in (ours, theirs)]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        before["space"], after["space"] = order
    return [
        Difference(key, before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


def _settings(section: Mapping[str, JSON], prefix: str = "") -> list[tuple[str, JSON]]:
    """Every setting of a section, by dotted path."""
    settings: list[tuple[str, JSON]] = []
    for key, value in section.items():
        if isinstance(value, Mapping) and key != "stop_at":  # its keys are not settings
            settings += _settings(value, f"{prefix}{key}.")
        else:
            settings.append((prefix + key, value))
    return settings
