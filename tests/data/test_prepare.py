"""Tests of turning rows into a data set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare, split
from hpsearch.errors import DataError


def rows(count: int = 60, features: int = 3, classes: int = 3) -> Rows:
    """Some numbers, with the classes in turn."""
    x = 5 + 2 * np.random.default_rng(0).standard_normal((count, features))
    return Rows(x, np.arange(count) % classes)


@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    validation=st.floats(0, 0.45),
    test=st.floats(0, 0.45),
    seed=st.integers(0, 2**32 - 1),
)
def test_splits_are_stratified_and_share_no_row(
    counts: list[int], validation: float, test: float, seed: int
) -> None:
    """Every row is in one split, and every split has its share of every class to within one row."""
    y = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    splits = split(y, (validation, test), seed)
    assert sorted(np.concatenate(splits).tolist()) == list(range(len(y)))
    for taken, share in zip(splits[1:], (validation, test), strict=True):
        assert abs(len(taken) - share * len(y)) <= 1
        for label, count in enumerate(counts):
            # The validation rows are taken from what the test rows left, so two roundings add up.
            assert abs(np.count_nonzero(y[taken] == label) - share * count) <= 2


def test_splits_depend_on_the_seed_alone() -> None:
    """The same seed selects the same rows; another seed selects others."""
    y = rows().y
    first, second, other = (split(y, (0.2, 0.2), seed)[2].tolist() for seed in (1, 1, 2))
    assert first == second != other


def test_features_are_standardised_by_the_training_split() -> None:
    """The training features have mean 0 and deviation 1; mean and scale restore the rows."""
    dataset = prepare(rows(), dtype="float64")
    np.testing.assert_allclose(dataset.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(dataset.x_train.std(axis=0), 1)
    everything = np.concatenate([dataset.x_train, dataset.x_validation, dataset.x_test])
    back = everything * dataset.scale + dataset.mean
    np.testing.assert_allclose(np.sort(back, axis=0), np.sort(rows().x, axis=0))


@pytest.mark.parametrize("offset", [1e8, -1e12])
def test_features_far_from_zero_keep_their_differences(offset: float) -> None:
    """The mean is subtracted before precision is lost, for example from times."""
    near, far = prepare(rows()), prepare(Rows(rows().x + offset, rows().y))
    np.testing.assert_allclose(far.x_train, near.x_train, atol=1e-3)
    assert not far.warnings


def test_features_beyond_single_precision_can_be_standardised() -> None:
    """Only the standardised numbers have to fit into single precision."""
    large = prepare(Rows(rows().x * 1e100, rows().y))
    np.testing.assert_allclose(large.x_train, prepare(rows()).x_train, rtol=1e-5)


def test_standardizing_does_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small blocks give the same result as one."""
    whole = prepare(rows())
    monkeypatch.setattr("hpsearch.data.standardize._BLOCK", 7)
    np.testing.assert_allclose(prepare(rows()).x_test, whole.x_test, rtol=1e-6)


def test_a_feature_that_is_constant_but_for_rounding_counts_as_constant() -> None:
    """Its scale is 1, because division by rounding errors would turn them into a feature."""
    x = rows().x.copy()
    x[:, 0] = np.where(np.arange(len(x)) % 2, 0.1 + 0.2, 0.3)
    dataset = prepare(Rows(x, rows().y))
    assert dataset.scale[0] == 1
    assert np.abs(dataset.x_train[:, 0]).max() < 1e-15
    assert "feature 0" in dataset.warnings[0]


def test_features_may_stay_as_they_are() -> None:
    """Without standardising, mean 0 and scale 1 are recorded."""
    dataset = prepare(rows(), standardize=False, shares=(0, 0), dtype="float64")
    np.testing.assert_array_equal(dataset.x_train, rows().x)
    assert not dataset.mean.any()
    assert (dataset.scale == 1).all()


def test_a_constant_feature_is_left_out_of_scaling_with_a_warning() -> None:
    """Its scale is 1, its values become 0, and the warning names it."""
    x = rows().x.copy()
    x[:, 1] = 0.1
    dataset = prepare(Rows(x, rows().y))
    assert dataset.scale[1] == 1
    assert not dataset.x_train[:, 1].any()
    (warning,) = dataset.warnings
    assert warning.startswith("constant in the training split, so without effect: feature 1")


def test_labels_become_indices_of_sorted_classes() -> None:
    """Classes are sorted as text or as numbers."""
    assert prepare(Rows(rows().x, np.array(["b", "c", "a"])[rows().y])).classes == ("a", "b", "c")
    dataset = prepare(Rows(rows().x, np.array([10, 9, -1])[rows().y]), shares=(0, 0))
    assert dataset.classes == (-1, 9, 10)
    np.testing.assert_array_equal(dataset.y_train, np.array([2, 1, 0])[rows().y])


def test_rows_of_their_own_take_the_place_of_shares() -> None:
    """Separate validation and test rows are used completely, standardised like the training rows."""
    dataset = prepare(rows(), validation=rows(12), test=rows(9), shares=(0, 0), dtype="float64")
    assert (len(dataset.x_train), len(dataset.x_validation), len(dataset.x_test)) == (60, 12, 9)
    np.testing.assert_allclose(dataset.x_test * dataset.scale + dataset.mean, rows(9).x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": Rows(rows().x, rows().y * 0)}, "there must be at least two classes; every label is 0"),
        (
            {"rows": rows(30), "shares": (0.01, 0)},
            "validation: must be enough for one row; found a share of 0.01 of 30",
        ),
        (
            {"rows": rows(30), "shares": (0, 0.01)},
            "test: must be enough for one row; found a share of 0.01 of 30 rows",
        ),
        ({"rows": rows(2, classes=2), "shares": (0, 0.5)}, "every class needs a row in the training split"),
        ({"rows": rows(), "shares": (0.5, 0.5)}, "must leave rows for training; found 0.5 [+] 0.5"),
        ({"rows": rows(), "test": rows(9, classes=4)}, "the label 3 occurs in test only, 2 times"),
        (
            {"rows": rows(), "test": Rows(rows(2).x, np.array(["a", "b"]))},
            "must be whole numbers, like the training",
        ),
        ({"rows": rows(), "validation": rows(9, 4)}, "validation rows must have 3 features, .* found 4"),
        ({"rows": rows(), "dtype": "float16"}, "dtype: must be float32 or float64; found float16"),
        (
            {"rows": Rows(rows().x * 1e39, rows().y), "standardize": False},
            r"train features: every number must fit float32 .* found \d.*e\+39 in row 0, column 0",
        ),
        (
            {"rows": Rows(rows().x * 1e200, rows().y)},
            r"small enough to be squared; found .*e\+200 in column 0",
        ),
    ],
)
def test_what_cannot_be_used_is_named(arguments: dict[str, object], message: str) -> None:
    """The message states the rule and the value found."""
    with pytest.raises(DataError, match=message):
        prepare(**arguments)
