"""Configurations that do well on many data sets, for searches to try early."""

from collections.abc import Mapping

from hpsearch.trial import Value

PORTFOLIO: tuple[Mapping[str, Value], ...] = (
    {
        "optimizer": "adam",
        "learning_rate": 0.077,
        "momentum": 0.913,
        "beta2": 0.983,
        "batch_size": 32,
        "hidden_layers": 1,
        "hidden_units": 22,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.01,
        "momentum": 0.9944,
        "beta2": 0.99972,
        "batch_size": 64,
        "hidden_layers": 2,
        "hidden_units": 55,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.0039,
        "momentum": 0.983,
        "beta2": 0.982,
        "batch_size": 256,
        "hidden_layers": 3,
        "hidden_units": 37,
    },
    {
        "optimizer": "rmsprop",
        "learning_rate": 0.0089,
        "momentum": 0.982,
        "beta2": 0.967,
        "batch_size": 32,
        "hidden_layers": 1,
        "hidden_units": 33,
    },
)
"""Configurations, the best first; hyperparameters that one does not name have their defaults.

Learnt by ``benchmarks/portfolio.py``, which names the data sets."""
