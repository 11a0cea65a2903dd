"""Hypothesis strategies shared by the tests."""

from hypothesis import strategies as st

from hpsearch.space import Categorical, Number, Space

names = st.sampled_from(
    ["learning_rate", "momentum", "hidden_units", "beta2", "dropout", "decay", "optimizer"]
)


@st.composite
def numbers(draw: st.DrawFn, name: str = "x") -> Number:
    """Any float or integer parameter with any prior and step."""
    prior = draw(st.sampled_from(["linear", "log", "reverse_log"]))
    if prior == "reverse_log":
        low = draw(st.floats(0, 0.9))
        high = draw(st.floats(low, 0.9999).filter(lambda x: x - low > 1e-3))
    elif prior == "log":
        low = draw(st.floats(1e-6, 100))
        high = low * draw(st.floats(1.1, 1e6))
    else:
        low = draw(st.floats(-1e3, 1e3))
        high = low + draw(st.floats(1e-3, 1e4))
    if prior != "reverse_log" and draw(st.booleans()):
        first = max(int(low), 1 if prior == "log" else int(low))
        return Number(
            name,
            first,
            first + draw(st.integers(1, 300)),
            prior,
            draw(st.sampled_from([None, 1, 2, 7])),
            True,
        )
    step = (high - low) / draw(st.integers(1, 40)) if draw(st.booleans()) else None
    return Number(name, low, high, prior, step)


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
