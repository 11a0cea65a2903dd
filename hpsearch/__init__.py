"""Reproducible hyperparameter search: the same leaderboard for any number of workers, engine and kills.

The names below are imported when they are first used, so that ``import hpsearch`` is fast.
"""

# The first import decides where later ones are found.
from hpsearch.machine.environment import is_program, leave_current_directory

if is_program():
    leave_current_directory()

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpsearch.api import load, resume, run, train
    from hpsearch.config import Config
    from hpsearch.exchange.exporting import export
    from hpsearch.inspection.findings import explain_search, explain_trial, importance
    from hpsearch.inspection.plotting import plot, report
    from hpsearch.network.classifier import BatchNormMLPClassifier
    from hpsearch.process.reporting import StopTrial
    from hpsearch.search import Search
    from hpsearch.space import Categorical, Number, Space
    from hpsearch.trial import Metric, Result, Status, Trial

_HOMES = {
    "BatchNormMLPClassifier": "hpsearch.network.classifier",
    "Categorical": "hpsearch.space",
    "Config": "hpsearch.config",
    "Metric": "hpsearch.trial",
    "Number": "hpsearch.space",
    "Result": "hpsearch.trial",
    "Search": "hpsearch.search",
    "Space": "hpsearch.space",
    "Status": "hpsearch.trial",
    "StopTrial": "hpsearch.process.reporting",
    "Trial": "hpsearch.trial",
    "explain_search": "hpsearch.inspection.findings",
    "explain_trial": "hpsearch.inspection.findings",
    "export": "hpsearch.exchange.exporting",
    "importance": "hpsearch.inspection.findings",
    "load": "hpsearch.api",
    "plot": "hpsearch.inspection.plotting",
    "report": "hpsearch.inspection.plotting",
    "resume": "hpsearch.api",
    "run": "hpsearch.api",
    "train": "hpsearch.api",
}

__all__ = [
    "BatchNormMLPClassifier",
    "Categorical",
    "Config",
    "Metric",
    "Number",
    "Result",
    "Search",
    "Space",
    "Status",
    "StopTrial",
    "Trial",
    "explain_search",
    "explain_trial",
    "export",
    "importance",
    "load",
    "plot",
    "report",
    "resume",
    "run",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name == "callbacks":
        return import_module("hpsearch.callbacks")
    if name in _HOMES:
        if name != "StopTrial":  # used in user functions, which choose their own arithmetic
            from hpsearch.machine.kernels import prefer_portable

            prefer_portable()  # while NumPy is not loaded
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
