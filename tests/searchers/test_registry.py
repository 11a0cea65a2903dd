"""Tests of the table of searchers."""

import importlib
import pkgutil

import pytest

import tests.searchers
from hpsearch.searchers import METHODS, PHASES
from hpsearch.testing import SearcherContract


@pytest.mark.parametrize("method", METHODS)
def test_every_searcher_passes_the_contract(method: str) -> None:
    """Some test class in this directory runs the contract on it."""
    for module in pkgutil.iter_modules(tests.searchers.__path__, "tests.searchers."):
        importlib.import_module(module.name)
    assert METHODS[method] in {each.searcher for each in SearcherContract.__subclasses__()}


def test_a_phase_means_the_same_for_every_searcher() -> None:
    """Reports look up its description without knowing the searcher."""
    for searcher in METHODS.values():
        assert PHASES.items() >= searcher.phases.items()
