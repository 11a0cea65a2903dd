"""Names that tell several runs apart."""

from collections.abc import Sequence

from hpsearch.errors import UsageError
from hpsearch.store import Run

__all__ = ["run_names"]


def run_names(runs: Sequence[Run], command: str) -> list[str]:
    """The names of the runs' directories; their paths where two names are the same.

    Args:
        runs: The runs, open.
        command: The command that shows them together, for the message.

    Raises:
        UsageError: A run is given twice.
    """
    if len({run.directory.resolve() for run in runs}) < len(runs):
        raise UsageError(f"{command} needs different runs; found one twice")
    names = [run.directory.name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.directory) for run in runs]
