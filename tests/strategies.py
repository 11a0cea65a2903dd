"""Hypothesis strategies shared by the tests."""

import math

from hypothesis import strategies as st

from hpsearch.space import PRIORS, Categorical, Number, Space

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
    """A space of up to five parameters, some of them conditional on a categorical one."""
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
