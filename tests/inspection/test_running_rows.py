"""Tests of values of running trials in conditions."""

import pytest

from hpsearch.inspection.running_rows import comparable
from hpsearch.store.results_query import Missing


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (True, "true"),
        (False, "false"),
        (None, Missing.NULL),
        (2.5, 2.5),
        (3, 3),
        ("true", "true"),
        ([64, 32], "[64,32]"),
        ({"kernel": None}, '{"kernel":null}'),
    ],
)
def test_values_are_compared_as_in_the_database(value: object, found: object) -> None:
    """Truth values, lists and mappings as text, the others as they are."""
    assert comparable(value) == found
    assert type(comparable(value)) is type(found)
