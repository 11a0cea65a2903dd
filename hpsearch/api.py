"""The command line's main job, from Python."""

from os import PathLike
from pathlib import Path

from hpsearch import launch
from hpsearch.config import load as load_config
from hpsearch.reports.lines import Lines
from hpsearch.store import Run


def run(
    config: str | PathLike[str],
    *overrides: str,
    output: str | PathLike[str] | None = None,
    trials: int | None = None,
) -> Run:
    """Run a search, as ``hpsearch run`` does.

    In a script, call it under ``if __name__ == "__main__":``; worker processes import the script.

    Args:
        config: The config's path.
        overrides: ``KEY=VALUE`` settings, by dotted path.
        output: The run directory to make; the next free one under ``runs/`` if not given.
        trials: How many trials in all.

    Returns:
        The run, open for reading.

    Raises:
        HpsearchError: As the command's exit codes tell.
    """
    given = [*overrides, *([] if trials is None else [f"search.trials={trials}"])]
    directory = launch.start(
        load_config(Path(config), given), Lines(None), directory=None if output is None else Path(output)
    )
    return load(directory)


def load(directory: str | PathLike[str]) -> Run:
    """A run, open for reading: ``results()``, ``trials()``, ``ranking(10)``.

    Raises:
        RunError: There is none, or it cannot be read.
    """
    return Run.read(Path(directory))
