import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from hpsearch.config import parse_space
from hpsearch.config.space_section import resolved_space
from hpsearch.errors import ConfigError
from hpsearch.search import Search
from hpsearch.searchers import METHODS
from hpsearch.space import Categorical, Number, Space


def refusal(mapping: Any) -> str:
    """The message about a mapping that is not a space."""
    with pytest.raises(ConfigError) as error:
        parse_space(mapping)
    return str(error.value)


def test_parameters_and_constants() -> None:
    """A mapping describes parameters of every kind, in its order, and constants."""
    space = parse_space(
        {
            "rate": {"prior": "log", "min": 1e-4, "max": 1},
            "layers": {"type": "int", "min": 1, "max": 3},
            "kind": {"values": ["a", "b"], "probabilities": [0.25, 0.75]},
            "decay": {"min": 0, "max": 1, "step": 0.25, "when": {"kind": "a", "layers": [2, 3]}},
            "verbose": True,
        }
    )
    assert space == Space(
        (
            Number("rate", 1e-4, 1, "log"),
            Number("layers", 1, 3, integer=True),
            Categorical("kind", ("a", "b"), (0.25, 0.75)),
            Number("decay", 0, 1, step=0.25, when={"kind": ("a",), "layers": (2, 3)}),
        ),
        {"verbose": True},
    )


def test_range_of_one_step() -> None:
    """A range can be a single step, although 0.3 - 0.2 is below 0.1 in floating point."""
    space = parse_space({"x": {"min": 0.2, "max": 0.3, "step": 0.1}})
    assert space.parameters[0].count == 2


def test_numpy_and_tuples() -> None:
    """NumPy's numbers and arrays, tuples and ranges are read like Python's numbers and lists."""
    mapping = {
        "x": MappingProxyType({"min": np.float32(0.5), "max": np.int64(2)}),
        "y": {"values": (np.int32(1), 2)},
        "z": {"values": range(3)},
        "v": {"values": np.logspace(-2, 0, 3)},
    }
    assert parse_space(mapping) == parse_space(
        {
            "x": {"min": 0.5, "max": 2},
            "y": {"values": [1, 2]},
            "z": {"values": [0, 1, 2]},
            "v": {"values": [0.01, 0.1, 1.0]},
        }
    )


def test_one_value_is_a_constant() -> None:
    """A parameter with one value is a constant; under a condition it stays a parameter."""
    space = parse_space(
        {
            "a": {"min": 2, "max": 2},
            "b": {"type": "int", "min": 3, "max": 3},
            "c": {"values": ["x"]},
            "d": {"values": [1, 2]},
            "e": {"min": 5, "max": 5, "when": {"d": 1}},
        }
    )
    assert space.constants == {"a": 2.0, "b": 3, "c": "x"}
    assert type(space.constants["b"]) is int
    assert space.parameters[1] == Categorical("e", (5.0,), when={"d": (1,)})


def test_constants_alone_are_a_space() -> None:
    """A space with nothing to search has one configuration."""
    space = parse_space({"a": 1})
    assert (space.dimensions, space.size) == (0, 1)


def test_conditions_on_constants_are_decided() -> None:
    """A true condition on a constant is removed; a false one removes the parameter and its dependents."""
    space = parse_space(
        {
            "kind": "a",
            "x": {"values": [1, 2], "when": {"kind": ["a", "b"]}},
            "y": {"values": [1, 2], "when": {"kind": "b"}},
            "z": {"values": [1, 2], "when": {"y": 1}},
        }
    )
    assert space.parameters == (Categorical("x", (1, 2)),)


def test_chain_of_conditions() -> None:
    """Chains of conditions may be as long as the largest space, in any order."""
    mapping: dict[str, Any] = {}
    for index in range(499, 1, -1):
        mapping[f"p{index}"] = {"values": [0, 1], "when": {f"p{index - 1}": 1, f"p{index - 2}": 1}}
    space = parse_space(mapping | {"p1": {"values": [0, 1]}, "p0": {"values": [0, 1]}})
    assert space.active(np.ones((1, 500))).all()
    assert space.active(np.zeros((1, 500))).sum() == 2


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({}, "space: must have 1 to 500 parameters; found none"),
        ({f"p{index}": 1 for index in range(501)}, "space: must have 1 to 500 parameters; found 501"),
        ({"x": {"values": range(1001)}}, "space.x.values: must list 1 to 1000 values; found 1001"),
        ([1], "space: must be a section with one key per parameter; found a list"),
        ({"x": object}, "space.x: must be text, a number, true or false; found <class 'object'>"),
        (
            {"x": {"values": {1}}},
            "space.x.values: must be text, a number, true or false; found {1}. Write a list",
        ),
        ({"x": {"values": [[float("inf")]]}}, "space.x.values[0][0]: numbers must be finite; found inf"),
        ({"x": {"values": [{"a": 1}, {"a": 1}]}}, "space.x.values[1]: must be listed only once; found"),
        ({"x": float("nan")}, "space.x: numbers must be finite; found nan"),
        (
            {"x": {"values": [1, 10**20]}},
            "space.x.values[1]: whole numbers must have at most 18 digits; found 1",
        ),
        ({"x": "\0"}, "space.x: text must not contain NUL characters or lone surrogates; found '\\x00'"),
        ({1: 2}, "space: keys must be text; found 1"),
        ({"x": {"min": 1}}, "space.x.max: is missing: a range needs both min and max"),
        ({"x": {"min": "1", "max": 2}}, 'space.x.min: must be a number; found "1". Write 1, without quotes'),
        ({"x": {"min": True, "max": 2}}, "space.x.min: must be a number; found true"),
        ({"x": {"min": -1e308, "max": 1e308}}, "space.x.max: must be closer to min"),
        ({"x": {"min": 1, "max": 1 + 1e-15}}, "space.x.max: must be farther from min"),
        (
            {"x": {"type": "int", "min": 0, "max": 10**17}},
            "space.x.max: must be between -9,007,199,254,740,991 and 9,007,199,254,740,991",
        ),
        (
            {"x": {"type": "int", "min": 0, "max": 2**53 + 1}},  # float64 rounds it to 2**53
            "space.x.max: must be between -9,007,199,254,740,991 and 9,007,199,254,740,991",
        ),
        ({"x": {"type": "int", "min": 10**13, "max": 10**13 + 5}}, "space.x.max: must be farther from min"),
        ({"x": {"type": "int", "min": 0, "max": 8, "step": 1.5}}, "space.x.step: must be a whole number"),
        (
            {"x": {"values": [1, 2], "prior": "log"}},
            "space.x.prior: can only be used with min and max. Remove it",
        ),
        (
            {"x": {"min": 0, "max": 1, "probabilities": [1]}},
            "space.x.probabilities: can only be used with values",
        ),
        ({"x": {"values": [1, 2], "when": {}}}, "space.x.when: must name at least one other parameter"),
        (
            {"x": {"values": [1, 2], "when": {"x": 1}}},
            "space.x.when: a parameter must not depend on itself",
        ),
        (
            {"x": {"values": [1, 2], "when": {"y": []}}},
            "space.x.when.y: must be a value or a list of values",
        ),
        ({"x": {"log": "yes", "min": 1, "max": 2}}, 'space.x.log: must be true or false; found "yes"'),
    ],
)
def test_wrong_space(mapping: Mapping[Any, Any], message: str) -> None:
    """A wrong space is refused with the path of the key."""
    assert refusal(mapping).startswith(f"hpsearch.Search: {message}")


def test_data_without_end() -> None:
    """A mapping that contains itself is refused."""
    mapping: dict[str, Any] = {}
    mapping["x"] = mapping
    assert "sections and lists may be nested at most 20 deep" in refusal(mapping)


def test_every_problem_is_reported() -> None:
    """Mistakes in several parameters are all reported at once."""
    message = refusal(
        {
            "a": {"min": 2, "max": 1},
            "b": {"values": [1, 2], "when": {"c": 1}},
            "d": {"prior": "log", "min": 0, "max": 1, "step": 2},
        }
    )
    assert len(message.splitlines()) == 4


def test_precision_is_a_number_of_digits() -> None:
    """The resolved config keeps it, and a range without it is unchanged."""
    space = parse_space({"x": {"min": 0, "max": 1, "precision": 2}, "y": {"min": 0, "max": 1}})
    assert space == Space((Number("x", 0, 1, precision=2), Number("y", 0, 1)))
    resolved = resolved_space(space)
    assert resolved["x"]["precision"] == 2
    assert "precision" not in resolved["y"]
    assert parse_space(resolved) == space


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_space_of_more_configurations_than_float64_can_count(method: str) -> None:
    """Its size is infinite, and it is searched like any other."""
    space = parse_space({f"n{index}": {"type": "int", "min": 0, "max": 9} for index in range(320)})
    assert space.size == math.inf
    search = Search(space, trials=3, method=method)
    while (trial := search.ask()) is not None:
        assert set(trial.values.values()) <= set(range(10))
        search.tell(trial, 1.0)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"min": 0, "max": 1e10, "step": 1e-300}, "x.step: must be at least 1.2e-06, or float64 cannot tell"),
        ({"prior": "normal", "mean": 0, "sd": 1e10, "step": 1e-300}, "x.step: must be at least 1.4e-05"),
        ({"min": 100, "max": 1.7e308, "step": 5.6e307}, "x.step: must be smaller: float64 cannot represent"),
        ({"min": -8.9e307, "max": 8.9e307, "step": 4e307}, "x.step: must be smaller"),
        ({"prior": "log", "min": 1e-300, "max": 1e300, "step": 1e-9}, "x.step: must be at least 1.2e+284"),
    ],
    ids=str,
)
def test_a_step_that_float64_cannot_count(section: dict[str, object], text: str) -> None:
    """It is refused at its position, and no value can become infinite."""
    assert text in refusal({"x": section})


@pytest.mark.parametrize(
    "section",
    [
        {"min": 0, "max": 1.7e308},
        {"min": 0, "max": 1.6e308, "step": 1e307},
        {"prior": "log", "min": 1e-300, "max": 1e300},
        {"prior": "log", "min": 5e-324, "max": 1},
        {"min": 0, "max": 5e-320},
        {"prior": "normal", "mean": 0, "sd": 1e307},
        {"prior": "log_normal", "mean": 0, "sd": 100},
    ],
    ids=str,
)
def test_ranges_as_wide_as_float64_work(section: dict[str, object]) -> None:
    """Every value is finite, and its coordinate leads back to it."""
    (parameter,) = parse_space({"x": section}).parameters
    values = parameter.decode(np.linspace(0, 1, 101))
    assert np.isfinite(values).all()
    assert parameter.decode(parameter.encode(values)) == values
