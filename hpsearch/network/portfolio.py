"""Configurations that do well on many data sets, for searches to try early."""

from collections.abc import Mapping

from hpsearch.trial import Value

PORTFOLIO: tuple[Mapping[str, Value], ...] = ({"optimizer": "adam", "learning_rate": 0.003},)
"""The best first; hyperparameters that one does not name have their defaults.

Learnt by ``benchmarks/portfolio.py``, which names the data sets."""
