"""Tests of the hyperparameters and their possible values."""

import json
from dataclasses import fields

import numpy as np
import pytest

from hpsearch.errors import UsageError
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameter, Hyperparameters


def test_fields_are_those_of_the_table() -> None:
    """The dataclass has the table's names, except hidden_layers: hidden_units has a number per layer."""
    names = [name for name in HYPERPARAMETERS if name != "hidden_layers"]
    assert [field.name for field in fields(Hyperparameters)] == names


def test_defaults_are_possible_values() -> None:
    """Every default of the table is a value that the table allows."""
    for name, hyperparameter in HYPERPARAMETERS.items():
        assert hyperparameter.allows(hyperparameter.default), name


@pytest.mark.parametrize(
    ("values", "units"),
    [
        ({}, (64, 64)),
        ({"hidden_layers": 0}, ()),
        ({"hidden_layers": 3, "hidden_units": 20}, (20, 20, 20)),
        ({"hidden_layers": 3, "hidden_units": 20, "hidden_units_2": 7}, (20, 7, 20)),
        ({"hidden_layers": 1, "hidden_units_1": 9, "hidden_units_2": 7}, (9,)),
    ],
)
def test_units_of_a_layer_come_before_those_of_all(values: dict[str, int], units: tuple[int, ...]) -> None:
    """hidden_units_n applies to one layer, hidden_units to the others; surplus ones are ignored."""
    assert Hyperparameters.from_values(values).hidden_units == units


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("learning_rate", 0, "a number above 0"),
        ("learning_rate", "fast", "a number above 0"),
        ("learning_rate", float("nan"), "a number above 0"),
        ("learning_rate", True, "a number above 0"),
        ("momentum", 1.0, "a number of at least 0 and below 1"),
        ("hidden_layers", 1.5, "a whole number of at least 0 and at most 100"),
        ("batch_norm", 1, "true or false"),
        ("epsilon", 1e60, "a number above 0 and at most 1"),
        ("optimizer", "adagrad", HYPERPARAMETERS["optimizer"].rule()),
    ],
)
def test_impossible_values_are_refused(name: str, value: object, rule: str) -> None:
    """The message names the hyperparameter, the rule and the value."""
    with pytest.raises(UsageError) as caught:
        Hyperparameters.from_values({name: value})
    assert str(caught.value) == f"{name}: must be {rule}; found {value!r}"


def test_choices_are_listed() -> None:
    """The rule of a hyperparameter with choices names all of them."""
    assert Hyperparameter("str", "a", "a letter", choices=("a", "b", "c")).rule() == "a, b or c"


def test_unknown_names_are_refused() -> None:
    """A name that the network does not have is an error that lists the known ones."""
    with pytest.raises(UsageError, match="lerning_rate: unknown hyperparameter; the network has learning"):
        Hyperparameters.from_values({"lerning_rate": 0.1})


def test_numpy_numbers_are_numbers() -> None:
    """Values from NumPy arrays are accepted like Python's."""
    chosen = Hyperparameters.from_values({"hidden_units": np.int64(8), "learning_rate": np.float32(0.5)})
    assert chosen.hidden_units == (8, 8)
    assert chosen.learning_rate == 0.5
    assert json.loads(json.dumps(chosen.to_json()))["hidden_units"] == [8, 8]


def test_batch_norm_needs_two_rows() -> None:
    """A mini-batch of one row is refused, because it cannot be normalised, unless batch_norm is off."""
    with pytest.raises(UsageError, match="batch_size: must be at least 2 with batch_norm"):
        Hyperparameters.from_values({"batch_size": 1})
    assert Hyperparameters.from_values({"batch_size": 1, "batch_norm": False}).batch_size == 1
    assert Hyperparameters.from_values({"batch_size": 1, "hidden_layers": 0}).batch_size == 1


def test_json_keeps_everything() -> None:
    """A round trip through JSON data changes nothing."""
    chosen = Hyperparameters.from_values({"hidden_units_1": 3, "dropout": 0.5})
    assert Hyperparameters.from_json(chosen.to_json()) == chosen
