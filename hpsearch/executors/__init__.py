"""Where trials run: one after another here, in worker processes, on a cluster."""

from hpsearch.executors.base import Executor, Objective
from hpsearch.executors.caviar import BLAS_VARIABLES, Caviar, available_cpus
from hpsearch.executors.panda import Panda

__all__ = ["BLAS_VARIABLES", "Caviar", "Executor", "Objective", "Panda", "available_cpus"]
