"""The version of the algorithm that chooses trials, and the changes between versions."""

ALGORITHM = 5
"""The version of the algorithm, increased when the trials of a config change; see :data:`ALGORITHMS`."""
ALGORITHMS = {
    2: "values are drawn with few digits, and rungs stop fewer trials",
    3: "a trial of the network has the value of its best epoch, and ties are ordered by the loss",
    4: "the network begins with configurations that did well elsewhere, and earlier searches are weighed",
    5: "the network begins with fewer and faster configurations, and earlier searches are followed when they"
    " agree with the first results",
}
"""The changes in each version. Runs that record no version were made by version 1."""


def changed_algorithm(before: int | None) -> list[str]:
    """The changes in how trials are chosen since a run began, as sentences.

    Args:
        before: The version that it recorded.
    """
    before = before or 1
    if before == ALGORITHM:
        return []
    changes = "; ".join(change for version, change in ALGORITHMS.items() if version > before)
    return [
        f"This run began with version {before} of the search algorithm; this is version {ALGORITHM}"
        + (f": {changes}." if changes else ".")
        + " Its trials keep their values. This version chooses the new trials, so they differ from those that"
        " the other version would have chosen."
    ]
