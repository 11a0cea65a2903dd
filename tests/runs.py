"""Looking at runs."""

from pathlib import Path

from hpsearch.store import Run


def rows(directory: Path) -> list[tuple[int, str, float | None]]:
    """What a leaderboard is made of."""
    with Run.read(directory) as run:
        return [(result.number, str(result.status), result.value) for result in run.ranking()]
