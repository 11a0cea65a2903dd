"""Tests of axes: ticks are values of their parameter, at the right place, and do not overlap."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.reports.figures.axes import COLUMN_CHARACTERS, count_axis, metric_axis, parameter_axis, short
from hpsearch.space import Categorical, Number
from hpsearch.trial import Metric
from tests.strategies import categoricals, numbers

ERROR = Metric("error")


@given(st.one_of(numbers(), categoricals()))
def test_ticks_do_not_overlap(parameter: Number | Categorical) -> None:
    """Texts along a horizontal axis have a space between them, and are on the axis."""
    axis = parameter_axis(parameter, COLUMN_CHARACTERS)
    assert axis.ticks
    for (at, text), (following, other) in itertools.pairwise(axis.ticks):
        assert (following - at) * COLUMN_CHARACTERS >= (len(text) + len(other)) / 2 + 1
    assert all(axis.low <= at <= axis.high for at, _ in axis.ticks)


@pytest.mark.parametrize(
    ("prior", "low", "high", "texts"),
    [
        ("log", 1e-4, 1, ["0.0001", "0.001", "0.01", "0.1", "1"]),
        ("reverse_log", 0.9, 0.999, ["0.9", "0.99", "0.999"]),
        ("linear", 0, 10, ["0", "2", "4", "6", "8", "10"]),
    ],
)
def test_ticks_are_round_on_the_scale_of_the_prior(
    prior: str, low: float, high: float, texts: list[str]
) -> None:
    """They are powers of ten, 1 minus powers of ten, or multiples of two."""
    axis = parameter_axis(Number("p", low, high, prior))
    assert [text for _, text in axis.ticks] == texts
    positions = [at for at, _ in axis.ticks]
    assert positions == pytest.approx(np.linspace(0, 1, len(texts)).tolist())


def test_long_names_of_categories_are_cut() -> None:
    """The text keeps its beginning and its end; control characters are made visible."""
    assert short("hidden_units_of_layer_12") == "hidden_…yer_12"
    assert short("\x1b[31m") == "\\x1b[31m"


def test_a_wide_range_of_positive_values_is_logarithmic() -> None:
    """It is logarithmic from a factor of 50 between the best and the worst."""
    assert metric_axis(ERROR, np.array([0.01, 1.0])).logarithmic
    assert not metric_axis(ERROR, np.array([0.5, 1.0])).logarithmic
    assert not metric_axis(ERROR, np.array([-1.0, 100.0])).logarithmic


def test_what_is_far_worse_than_the_rest_is_at_the_edge() -> None:
    """A loss of a million does not squeeze the others; it is drawn at the end of the axis."""
    values = np.append(np.linspace(1.0, 2.0, 50), 1e6)
    axis = metric_axis(Metric("loss"), values)
    assert axis.worst is not None
    assert axis.at(np.array([1e6]))[0] == axis.axis.high
    assert axis.axis.share(axis.at(np.array([1.0])))[0] < 0.2


def test_of_a_metric_to_maximize_the_low_end_is_the_worst() -> None:
    """A very low value is at the lower edge."""
    values = np.append(np.linspace(1.0, 2.0, 50), -1e6)
    axis = metric_axis(Metric("score", "maximize"), values)
    assert axis.at(np.array([-1e6]))[0] == axis.axis.low
    assert axis.axis.low > -10


@pytest.mark.parametrize("values", [[], [np.nan], [3.0], [0.0, 0.0], [1e-300, 1e300], [-1e308, 1e308]])
def test_odd_values_have_an_axis(values: list[float]) -> None:
    """For any values, the ends are finite and apart."""
    axis = metric_axis(ERROR, np.array(values, dtype=np.float64)).axis
    assert axis.low < axis.high
    assert np.isfinite([axis.low, axis.high]).all()


def test_counts_are_whole() -> None:
    """An axis of 3 epochs has no tick at 1.5."""
    assert [text for _, text in count_axis("epoch", 3, low=1).ticks] == ["1", "2", "3"]
