"""The command line's main job, from Python."""

import warnings
from os import PathLike
from pathlib import Path

from hpsearch import blas
from hpsearch.config import load as load_config
from hpsearch.errors import RunMismatch
from hpsearch.reports.lines import Lines
from hpsearch.resuming import resume as resume_search
from hpsearch.starting import start
from hpsearch.store import Run


class _Notes(Lines):
    """Shows nothing, and warns of what is worth saying."""

    def __init__(self) -> None:
        super().__init__(None)

    def on_search_start(self, *_: object) -> None:
        """The search goes its way in silence."""

    def on_message(self, text: str) -> None:
        """Warn."""
        warnings.warn(text, stacklevel=2)


def run(
    config: str | PathLike[str],
    *overrides: str,
    output: str | PathLike[str] | None = None,
    trials: int | None = None,
) -> Run:
    """Run a search, as ``hpsearch run`` does, without showing it; notes are warnings.

    In a script, call it under ``if __name__ == "__main__":``; worker processes import the script. The BLAS
    kernel stays the one that this process began with, whatever ``run.blas_kernel`` says: only a new process
    could take another. To have the command's, set the variable ``OPENBLAS_CORETYPE`` before Python starts, to
    what ``hpsearch doctor`` recommends.

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
    directory = start(
        load_config(Path(config), given), _Notes(), directory=None if output is None else Path(output)
    )
    return load(directory)


def resume(directory: str | PathLike[str], *, trials: int | None = None) -> Run:
    """Go on with a search, as ``hpsearch resume`` does.

    Args:
        directory: The run directory.
        trials: How many trials in all; as many as before if not given.

    Returns:
        The run, open for reading.

    Raises:
        RunMismatch: The run began with another BLAS kernel, or its config or data have changed.
        HpsearchError: As the command's exit codes tell.
    """
    kernel, own = load(directory).meta("blas_kernel"), blas.requested_kernel()
    if kernel != own and blas.supported(kernel, blas.cpu_flags()):
        raise RunMismatch(
            f"{directory} began with {blas.VARIABLE}={kernel or ''}, this process with "
            f"{blas.VARIABLE}={own or ''}, and their results differ in the last digits. Set it before Python "
            f"starts, or go on by `hpsearch resume {directory}`."
        )
    changes = {} if trials is None else {"search.trials": trials}
    return load(resume_search(Path(directory), _Notes(), changes=changes))


def load(directory: str | PathLike[str]) -> Run:
    """A run, open for reading: ``results()``, ``trials()``, ``ranking(10)``.

    Raises:
        RunError: There is none, or it cannot be read.
    """
    return Run.read(Path(directory))
