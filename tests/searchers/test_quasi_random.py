import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers.quasi_random import QuasiRandom, RandomizedHalton
from hpsearch.testing import example_spaces as spaces
from hpsearch.testing.searcher_contract import SearcherContract, replay
from tests.searchers.make import make


class TestQuasiRandom(SearcherContract):
    searcher = QuasiRandom


def points(count: int, dimensions: int, seed: int) -> np.ndarray:
    """The first points of a sequence, shape (count, dimensions)."""
    sequence = RandomizedHalton(dimensions, np.random.default_rng(seed))
    return np.array([sequence.point(number) for number in range(count)])


@given(st.integers(0, 2**32 - 1), st.integers(0, 200))
def test_every_run_of_points_fills_all_parts_of_every_axis(seed: int, first: int) -> None:
    """In base p, p^k points in a row from a multiple of p^k lie in the p^k equal parts, one in each."""
    for column, (base, power) in enumerate([(2, 4), (3, 3), (5, 2), (7, 1)]):
        count = base**power
        start = first // count * count
        run = points(start + count, 4, seed)[start:, column]
        assert sorted((run * count).astype(int).tolist()) == list(range(count))


def test_every_point_is_uniform_over_seeds() -> None:
    """The first point of 500 searches covers each axis as random numbers do."""
    first = np.array([points(1, 6, seed)[0] for seed in range(500)])
    assert np.abs(np.sort(first, axis=0) - np.linspace(0, 1, 500)[:, None]).max() < 0.09


def test_means_are_nearer_than_those_of_random_points() -> None:
    """The mean of a product of coordinates over 64 points errs at most half as much as over random points."""
    errors = {
        "quasi": [points(64, 3, seed).prod(axis=1).mean() - 1 / 8 for seed in range(40)],
        "random": [
            np.random.default_rng(seed).random((64, 3)).prod(axis=1).mean() - 1 / 8 for seed in range(40)
        ],
    }
    assert np.square(errors["quasi"]).mean() < np.square(errors["random"]).mean() / 4


def test_large_bases_are_not_correlated() -> None:
    """Of 50 coordinates, no two rise together, as those of the plain sequence do."""
    correlations = np.corrcoef(points(64, 50, 0).T) - np.eye(50)
    assert np.abs(correlations).max() < 0.6


def test_a_finite_space_is_covered_by_draws_once_its_points_repeat() -> None:
    """The rest of a grid is drawn, as the origin says."""
    searcher = make("quasi_random", spaces.GRID, 0)
    units, _ = replay(searcher, spaces.GRID, 12)
    assert len(np.unique(units, axis=0)) == 12
