"""Hypothesis strategies shared by the tests."""

import json
import math
from typing import Any

from hypothesis import strategies as st

from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS, Categorical, Number, Space
from hpsearch.space.choices import identity
from hpsearch.trial import Value

names = st.sampled_from(
    ["learning_rate", "momentum", "hidden_units", "beta2", "dropout", "decay", "optimizer"]
)


Range = tuple[float, float, dict[str, float]]

RANGES: dict[str, st.SearchStrategy[Range]] = {
    "linear": st.builds(
        lambda low, width: (low, low + width, {}), st.floats(-1e3, 1e3), st.floats(1e-3, 1e4)
    ),
    "log": st.builds(lambda low, ratio: (low, low * ratio, {}), st.floats(1e-6, 100), st.floats(1.1, 1e6)),
    "reverse_log": st.builds(
        lambda low, share: (low, low + share * (0.9999 - low), {}), st.floats(0, 0.9), st.floats(0.02, 1)
    ),
    "normal": st.builds(
        lambda mean, sd, z, share: (
            mean + z * sd,
            mean + (z + share * (5 - z)) * sd,
            {"mean": mean, "sd": sd},
        ),
        *(st.floats(-1e3, 1e3), st.floats(1e-2, 1e3), st.floats(-5.9, 4), st.floats(0.02, 1)),
    ),
    "log_normal": st.builds(
        lambda mean, sd, z, share: (
            math.exp(mean + z * sd),
            math.exp(mean + (z + share * (5 - z)) * sd),
            {"mean": mean, "sd": sd},
        ),
        *(st.floats(-9, 3), st.floats(0.1, 2), st.floats(-5.9, 4), st.floats(0.02, 1)),
    ),
}
"""For every prior: min, max, and the prior's own keys."""


@st.composite
def numbers(draw: st.DrawFn, name: str = "x") -> Number:
    """Any float or integer parameter with any prior and step."""
    prior = draw(st.sampled_from(sorted(RANGES)))
    low, high, own = draw(RANGES[prior])
    first = math.ceil(low)
    last = first + draw(st.integers(1, 300))
    if draw(st.booleans()) and not list(PRIORS[prior].invalid_bounds(first, last, **own)):
        return Number(
            name, first, last, prior, draw(st.sampled_from([None, 1, 2, 7])), True, prior_parameters=own
        )
    step = (high - low) / draw(st.integers(1, 40)) if draw(st.booleans()) else None
    return Number(name, low, high, prior, step, prior_parameters=own)


_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "1", "null", "a, b", "é: #", "[1]", "true", " x"])
)

json_values: st.SearchStrategy[Value] = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab1: ", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
"""What a choice can be: anything that JSON holds."""

json_choices = st.lists(json_values, min_size=2, max_size=6, unique_by=identity)
"""The values of a parameter."""


@st.composite
def categoricals(draw: st.DrawFn, name: str = "c") -> Categorical:
    """Any list of values, with or without probabilities."""
    values = draw(
        st.lists(st.one_of(st.text(max_size=3), st.integers(2, 99)), min_size=2, max_size=5, unique_by=str)
    )
    weights = draw(st.none() | st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values)))
    shares = None if weights is None else tuple(weight / sum(weights) for weight in weights)
    return Categorical(name, tuple(values), shares)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """A space of up to five parameters, some of which are conditional on a categorical one."""
    switch = Categorical("switch", ("on", "off"))
    count = draw(st.integers(1, 4))
    parameters = []
    for index in range(count):
        parameter = draw(numbers(f"p{index}") | categoricals(f"p{index}"))
        if draw(st.booleans()):
            fields = {key: getattr(parameter, key) for key in parameter.__dataclass_fields__}
            parameter = type(parameter)(**{**fields, "when": {"switch": ("on",)}})
        parameters.append(parameter)
    return Space((switch, *parameters), {"epochs": 3})


@st.composite
def _sections(draw: st.DrawFn) -> tuple[dict[str, Any] | Value, list[Value]]:
    """A parameter's section in a config, or a constant, and some values for conditions on it."""
    kind = draw(st.sampled_from(["values", "int", "step", "range", "one", "constant"]))
    if kind == "constant":
        value = draw(st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(["a", "b"]) | st.booleans())
        return value, [value, "other"]
    if kind == "values":
        pool = draw(
            st.sampled_from(
                [
                    ["a", "b", "1", "null"],
                    [1, 2, 3, 10],
                    [0.1, 1.0, 2.5, 1e-7],
                    [True, False],
                    [1, 1.0, True, "1", None],
                    [[64], [64, 32], {"kernel": "rbf", "gamma": 0.1}, {"kernel": "linear"}, None],
                ]
            )
        )
        values: list[Value] = draw(
            st.lists(st.sampled_from(pool), min_size=1, max_size=4, unique_by=identity)
        )
        return {"values": values}, values
    if kind == "one":
        low = draw(st.integers(-5, 5))
        section = {"min": low, "max": low} | draw(st.sampled_from([{}, {"type": "int"}, {"step": 0.5}]))
        return section, [low]
    prior = draw(st.sampled_from(sorted(RANGES)))
    low, high, own = draw(RANGES[prior])
    if kind == "int":
        first, last = max(1, math.ceil(low)), max(1, math.ceil(low)) + draw(st.integers(1, 50))
        scale = draw(st.sampled_from(["linear", "log"]))
        return {"type": "int", "prior": scale, "min": first, "max": last}, [first, last]
    section = {"prior": prior, "min": low, "max": high, **own}
    if draw(st.booleans()) and own:
        del section[draw(st.sampled_from(["min", "max"]))]
    if kind == "step":
        return section | {"step": (high - low) / draw(st.integers(1, 9))}, [low]
    return section | draw(st.sampled_from([{}, {}, {"precision": 5}])), []


@st.composite
def configs(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """A whole config of a function, with conditions and constants, and arguments that override parts of it.

    Most of them are valid; tests have to skip the others.
    """
    space: dict[str, Any] = {}
    values: dict[str, list[Value]] = {}
    for index in range(draw(st.integers(1, 5))):
        name = f"p{index}"
        section, own = draw(_sections())
        parents = [other for other in values if values[other]]
        if isinstance(section, dict) and parents and draw(st.booleans()):
            names = draw(st.lists(st.sampled_from(parents), min_size=1, max_size=2, unique=True))
            section["when"] = {
                other: draw(st.sampled_from([[values[other][0]], values[other]])) for other in names
            }
        space[name], values[name] = section, own
    config = {
        "seed": draw(st.integers(0, 99)),
        "metric": {"name": "loss", "goal": draw(st.sampled_from(["minimize", "maximize"]))},
        "objective": {"function": {"name": "train:loss", "epochs": 8}},
        "space": {name: space[name] for name in draw(st.permutations(sorted(space)))},
        "search": {
            "method": draw(st.sampled_from(sorted(METHODS))),
            "trials": draw(st.integers(4, 14)),
            "lag": draw(st.integers(0, 4)),
            "early_stopping": draw(st.booleans()),
            "repeats": 1,
        },
    }
    config["constraints"] = draw(
        st.lists(
            st.builds(
                "{} {} {}".format,
                st.sampled_from(sorted(space)),
                st.sampled_from(["<", ">=", "!="]),
                st.sampled_from([*sorted(space), "3", "'a'"]),
            ),
            max_size=1,
        )
    )
    decided = [name for name in space if values[name] and isinstance(space[name], dict)]
    arguments = ["seed=5"] if draw(st.booleans()) else []
    if decided and draw(st.booleans()):
        name = draw(st.sampled_from(decided))
        arguments.append(f"space.{name}={json.dumps(draw(st.sampled_from(values[name])))}")
    return config, arguments
