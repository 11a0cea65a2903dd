import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior, fit, log_posterior
from hpsearch.space import Categorical, Floats, Number, Space
from hpsearch.testing import example_spaces as spaces


def drawn(space: Space, count: int, seed: int = 0) -> Floats:
    """Canonical points drawn from the priors."""
    return space.snap(np.random.default_rng(seed).random((count, space.dimensions)))


def matern(r: Floats) -> Floats:
    """Matérn-5/2 as in the book (4.17)."""
    return (1 + np.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-np.sqrt(5) * r)


def test_features_are_coordinates_and_columns_of_categories() -> None:
    """Numbers and ordered lists keep their coordinates; categories are half a unit apart."""
    space = Space((Number("x", 0, 1), Categorical("batch", (16, 32)), Categorical("kind", ("a", "b", "c"))))
    features = Features(space)(np.array([[0.1, 0.25, 1 / 6], [0.1, 0.25, 0.5], [0.4, 0.75, 0.5]]))
    assert features[:, :2].tolist() == [[0.1, 0.25], [0.1, 0.25], [0.4, 0.75]]
    assert np.linalg.norm(features[0] - features[1]) == pytest.approx(0.5)
    assert features.shape == (3, 5)


def test_inactive_categories_have_no_column() -> None:
    """If a category is inactive, all its columns are 0."""
    space = Space((Categorical("on", (True, False)), Categorical("kind", ("a", "b"), when={"on": (True,)})))
    features = Features(space)(space.units([{"on": False}, {"on": True, "kind": "b"}]))
    assert features[0, 2:].tolist() == [0, 0]
    assert np.count_nonzero(features[1, 2:]) == 1


def test_posterior_is_that_of_the_textbook() -> None:
    """Mean and deviation agree with (2.25) and (2.26), written out with a general solver."""
    units, targets = drawn(spaces.CONTINUOUS, 12), np.random.default_rng(1).standard_normal(12)
    theta = np.log([0.5, 1.0, 2.0, 1.3, 0.01])
    points = drawn(spaces.CONTINUOUS, 5, seed=2)

    def kernel(a: Floats, b: Floats) -> Floats:
        scaled = (a[:, None] - b) / np.exp(theta[:3])
        return 1.3 * matern(np.linalg.norm(scaled, axis=2))

    inverse = np.linalg.inv(kernel(units, units) + (0.01 + 1e-4) * np.eye(12))
    cross = kernel(points, units)
    mean, deviation = GaussianProcess(Features(spaces.CONTINUOUS), theta, units, targets).predict(points)
    assert mean == pytest.approx(cross @ inverse @ targets)
    assert deviation**2 == pytest.approx(1.3 - np.einsum("ij,jk,ik->i", cross, inverse, cross))


def test_pending_points_lower_the_variance_and_leave_the_mean() -> None:
    """A point whose result is pending is assumed to have its posterior mean."""
    space, theta = spaces.MIXED, HyperparameterPrior.about(6).mean
    units, targets = drawn(space, 10), np.linspace(-1, 1, 10)
    pending, points = drawn(space, 3, seed=5), drawn(space, 20, seed=6)
    features = Features(space)
    alone = GaussianProcess(features, theta, units, targets)
    crowded = GaussianProcess(features, theta, np.concatenate([units, pending]), targets)
    assert crowded.predict(points)[0] == pytest.approx(alone.predict(points)[0])
    assert np.all(crowded.predict(points)[1] <= alone.predict(points)[1] + 1e-9)
    assert np.all(crowded.predict(pending)[1] < 0.5 * alone.predict(pending)[1])


def test_means_are_predictions_at_the_observed_points() -> None:
    """The posterior means at the data need no second computation."""
    units, targets = drawn(spaces.CONDITIONAL, 9), np.linspace(-1, 1, 9)
    gp = GaussianProcess(Features(spaces.CONDITIONAL), HyperparameterPrior.about(5).mean, units, targets)
    assert gp.means == pytest.approx(gp.predict(units)[0])


@pytest.mark.parametrize("space", [spaces.CONTINUOUS, spaces.MIXED, spaces.CONDITIONAL])
def test_gradient_agrees_with_central_differences(space: Space) -> None:
    """The gradient of the log posterior is the slope of the log posterior."""
    features, prior = Features(space), HyperparameterPrior.about(space.dimensions)
    points, targets = features(drawn(space, 60)), np.random.default_rng(3).standard_normal(60)
    theta = prior.mean + 0.3 * np.random.default_rng(4).standard_normal(len(prior.mean))
    _, gradient = log_posterior(features.owners, prior, theta, points, targets)
    for index, step in enumerate(1e-5 * np.eye(len(theta))):
        above, below = (
            log_posterior(features.owners, prior, theta + sign * step, points, targets)[0] for sign in (1, -1)
        )
        assert gradient[index] == pytest.approx((above - below) / 2e-5, rel=1e-4, abs=1e-4)


def test_fit_finds_which_parameter_matters() -> None:
    """The length scale of a parameter without effect becomes the longest."""
    units = drawn(spaces.CONTINUOUS, 40)
    targets = np.sin(6 * units[:, 0]) + 0.3 * units[:, 2]
    theta = fit(
        Features(spaces.CONTINUOUS),
        HyperparameterPrior.about(3),
        HyperparameterPrior.about(3).mean,
        units,
        targets,
        30,
    )
    assert theta[0] < theta[2] < theta[1]


@given(st.integers(0, 1000), st.integers(1, 12))
def test_fit_never_gets_worse_and_stays_in_bounds(seed: int, steps: int) -> None:
    """The result is at least as probable as the start of the fit, and within the bounds."""
    features, prior = Features(spaces.LINE), HyperparameterPrior.about(1)
    units = drawn(spaces.LINE, 8, seed)
    targets = np.random.default_rng(seed).standard_normal(8)
    theta = fit(features, prior, prior.mean, units, targets, steps)
    before, after = (
        log_posterior(features.owners, prior, value, features(units), targets)[0]
        for value in (prior.mean, theta)
    )
    assert after >= before
    assert np.all((theta >= prior.low) & (theta <= prior.high))


def test_a_mean_over_seeds_is_thought_less_noisy() -> None:
    """Over four seeds, the noise is assumed to have a quarter of its variance; nothing else changes."""
    once, often = HyperparameterPrior.about(3), HyperparameterPrior.about(3, repeats=4)
    assert np.exp(once.mean[-1] - often.mean[-1]) == pytest.approx(4)
    assert np.array_equal(once.mean[:-1], often.mean[:-1])


def test_what_is_left_out_is_predicted_by_the_others() -> None:
    """Each residual is that of a process fitted to all other points."""
    units = drawn(spaces.MIXED, 12)
    observed = np.sin(5 * units).sum(axis=1)
    features, theta = Features(spaces.MIXED), HyperparameterPrior.about(spaces.MIXED.dimensions).mean
    found = GaussianProcess(features, theta, units, observed).left_out
    for row in range(12):
        others = np.arange(12) != row
        without = GaussianProcess(features, theta, units[others], observed[others])
        assert found[row] == pytest.approx(observed[row] - without.predict(units[row : row + 1])[0][0])
