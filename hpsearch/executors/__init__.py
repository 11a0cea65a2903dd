"""Where trials run: one after another here, in worker processes, on a cluster."""

from __future__ import annotations  # Dask is imported for annotations only

from typing import TYPE_CHECKING

from hpsearch.errors import UsageError
from hpsearch.executors.caviar import BLAS_VARIABLES, Caviar, available_cpus
from hpsearch.executors.executor import Executor, Objective
from hpsearch.executors.panda import Panda

__all__ = ["BLAS_VARIABLES", "Caviar", "Executor", "Objective", "Panda", "available_cpus", "dask"]

if TYPE_CHECKING:
    from hpsearch.executors.dask import Dask


def dask() -> type[Dask]:
    """The executor on a Dask cluster.

    Raises:
        UsageError: Dask is not installed.
    """
    try:
        from hpsearch.executors.dask import Dask
    except ModuleNotFoundError as error:
        raise UsageError(
            f"run.engine: dask needs the package {error.name}; install it by `pip install 'hpsearch[dask]'`"
        ) from error
    return Dask
