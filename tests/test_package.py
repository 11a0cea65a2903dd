"""Tests of the public names of the package."""

import importlib

import pytest

import hpsearch


def test_public_names_are_those_listed() -> None:
    """dir() and __all__ agree and are sorted."""
    assert dir(hpsearch) == sorted(hpsearch.__all__) == hpsearch.__all__


@pytest.mark.parametrize("name", hpsearch.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """Each can be imported and has a docstring."""
    if name == "BatchNormMLPClassifier":
        pytest.importorskip("sklearn")
    found = getattr(hpsearch, name)
    assert found.__doc__
    assert importlib.import_module(found.__module__)


def test_another_name_is_an_attribute_error() -> None:
    """The message is the same as for any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        hpsearch.nonsense  # noqa: B018 -- the access is the test
