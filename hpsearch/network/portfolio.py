"""Configurations that do well on many data sets, for searches to try early."""

from collections.abc import Mapping

from hpsearch.trial import Value

PORTFOLIO: tuple[Mapping[str, Value], ...] = (
    {
        "optimizer": "adam",
        "learning_rate": 0.028,
        "momentum": 0.9941,
        "beta2": 0.9981,
        "batch_size": 32,
        "hidden_layers": 3,
        "hidden_units": 85,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.00077,
        "momentum": 0.929,
        "beta2": 0.975,
        "batch_size": 128,
        "hidden_layers": 2,
        "hidden_units": 127,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.011,
        "momentum": 0.82,
        "beta2": 0.99917,
        "batch_size": 128,
        "hidden_layers": 2,
        "hidden_units": 169,
    },
    {
        "optimizer": "rmsprop",
        "learning_rate": 0.009,
        "momentum": 0.9985,
        "beta2": 0.9986,
        "batch_size": 32,
        "hidden_layers": 3,
        "hidden_units": 127,
    },
    {
        "optimizer": "rmsprop",
        "learning_rate": 0.00051,
        "momentum": 0.9905,
        "beta2": 0.99944,
        "batch_size": 32,
        "hidden_layers": 1,
        "hidden_units": 202,
    },
    {
        "optimizer": "rmsprop",
        "learning_rate": 0.18,
        "momentum": 0.81,
        "beta2": 0.99958,
        "batch_size": 32,
        "hidden_layers": 2,
        "hidden_units": 119,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.061,
        "momentum": 0.9,
        "beta2": 0.951,
        "batch_size": 256,
        "hidden_layers": 1,
        "hidden_units": 39,
    },
    {
        "optimizer": "momentum",
        "learning_rate": 0.0077,
        "momentum": 0.9913,
        "batch_size": 64,
        "hidden_layers": 3,
        "hidden_units": 148,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.0094,
        "momentum": 0.983,
        "beta2": 0.986,
        "batch_size": 128,
        "hidden_layers": 3,
        "hidden_units": 35,
    },
    {
        "optimizer": "adam",
        "learning_rate": 0.0004,
        "momentum": 0.977,
        "beta2": 0.9987,
        "batch_size": 32,
        "hidden_layers": 3,
        "hidden_units": 78,
    },
)
"""The best first; hyperparameters that one does not name have their defaults.

Learnt by ``benchmarks/portfolio.py``, which names the data sets."""
