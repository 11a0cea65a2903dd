import numpy as np
import pytest

from hpsearch.searchers.candidates import NO_CENTRE, Sampler, quasirandom_point, reflect
from hpsearch.space import Number, Space
from hpsearch.testing import example_spaces as spaces


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_spread_points_leave_no_large_gap(dimensions: int) -> None:
    """Along every coordinate, 64 points fill the range more evenly than random ones do."""
    points = np.array([quasirandom_point(number, np.full(dimensions, 0.3)) for number in range(64)])
    assert np.all((points >= 0) & (points < 1))
    edges = np.vstack([np.zeros(dimensions), np.sort(points, axis=0), np.ones(dimensions)])
    assert np.diff(edges, axis=0).max() < 0.08


def test_spread_points_are_shifted() -> None:
    """The shift moves all points alike, modulo 1."""
    base, moved = (quasirandom_point(7, np.full(3, shift)) for shift in (0.0, 0.25))
    assert (moved - base) % 1 == pytest.approx(np.full(3, 0.25))


@pytest.mark.parametrize(
    ("unit", "expected"), [(0.3, 0.3), (-0.2, 0.2), (1.1, 0.9), (2.3, 0.3), (-1.4, 0.6), (1.0, 1.0)]
)
def test_reflect_folds_at_both_ends(unit: float, expected: float) -> None:
    """A step past an end is reflected."""
    assert reflect(np.array([unit])) == pytest.approx([expected])


@pytest.mark.parametrize("space", spaces.ALL.values(), ids=spaces.ALL)
def test_candidates_are_canonical(space: Space) -> None:
    """Every drawn or moved point is that of its configuration, and satisfies the constraints."""
    rng, sampler = np.random.default_rng(0), Sampler(space)
    prior = sampler.sample_prior(rng, 50)
    rows = np.arange(len(prior.units))
    near = sampler.perturb(rng, prior.units, rows, 0.4, np.ones(space.dimensions))
    for candidates in (prior, near, prior + near):
        assert np.array_equal(space.snap(candidates.units), candidates.units)
        assert space.feasible(candidates.units).all()
    assert set(prior.centres) == {NO_CENTRE}
    if not space.constraints:
        assert near.centres.tolist() == list(range(50))
    assert np.all((near.radii >= 0.1) & (near.radii <= 0.4))


def test_moves_shrink_with_radius_and_length_scale() -> None:
    """A smaller radius, or a shorter length scale of one parameter, keeps candidates closer."""
    space = spaces.CONTINUOUS
    sampler, points = Sampler(space), np.full((4000, 3), 0.5)

    def distances(radius: float, lengths: list[float]) -> np.ndarray:
        rng = np.random.default_rng(0)
        near = sampler.perturb(rng, points, np.zeros(4000, dtype=np.intp), radius, np.array(lengths))
        return np.abs(near.units - 0.5).mean(axis=0)

    wide, narrow = distances(0.2, [1, 1, 1]), distances(0.02, [1, 1, 1])
    assert narrow == pytest.approx(wide / 10, rel=0.1)
    uneven = distances(0.02, [0.5, 1, 2])
    assert uneven / uneven[1] == pytest.approx([0.5, 1, 2], rel=0.1)


def test_short_steps_still_reach_the_next_bucket() -> None:
    """A radius far below the width of a bucket does not pin an integer down."""
    space = Space((Number("n", 1, 10, integer=True),))
    centre = space.units([{"n": 5}])
    near = Sampler(space).perturb(
        np.random.default_rng(0),
        np.repeat(centre, 400, axis=0),
        np.zeros(400, dtype=np.intp),
        0.001,
        np.ones(1),
    )
    assert {values["n"] for values in space.values(near.units)} == {4, 5, 6}
