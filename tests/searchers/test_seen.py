import numpy as np
import pytest

from hpsearch.errors import SpaceExhausted
from hpsearch.searchers.seen import Seen
from hpsearch.space import Categorical, Space
from hpsearch.testing import example_spaces as spaces


def test_unseen_are_the_first_of_the_untried() -> None:
    """A point that was tried is seen, and so is the second of two equal candidates."""
    points = spaces.GRID.every_point()
    tried = Seen(spaces.GRID)
    tried.update(points[:2])
    assert tried.unseen(points[[0, 2, 2, 1, 3]]).tolist() == [False, True, False, False, True]


def test_another_history_replaces_the_first() -> None:
    """Only the points of the last update count."""
    points = spaces.GRID.every_point()
    tried = Seen(spaces.GRID)
    for known in (points[:5], points[3:6], points[:2]):
        tried.update(known)
        unseen = points[tried.unseen(points)]
        assert {row.tobytes() for row in unseen} == {row.tobytes() for row in points} - {
            row.tobytes() for row in known
        }


def test_draws_until_nothing_is_left() -> None:
    """The last configuration is found even if the priors almost never draw it."""
    space, rng = spaces.LOPSIDED, np.random.default_rng(0)
    tried, units = Seen(space), np.empty((0, 2))
    for _ in range(int(space.size)):
        units = np.concatenate([units, tried.draw(rng)[None]])
        tried.update(units)
    assert len(np.unique(units, axis=0)) == space.size
    with pytest.raises(SpaceExhausted, match="there are 12"):
        tried.draw(rng)


def test_values_without_a_coordinate_of_their_own_do_not_keep_a_space_from_ending() -> None:
    """Two categories so rare that float64 cannot distinguish their coordinates count as one."""
    space = Space((Categorical("kind", ("a", "b", "c"), probabilities=(1.0, 1e-17, 1e-17)),))
    tried = Seen(space)
    tried.update(space.every_point())
    with pytest.raises(SpaceExhausted):
        tried.draw(np.random.default_rng(0))


def test_the_beginning_of_one_history_is_not_compared() -> None:
    """If a history only grows, new results are added; another one replaces it."""
    points, history = spaces.GRID.every_point(), object()
    tried = Seen(spaces.GRID)
    tried.update(points[:2], history)
    tried.update(points[:4], history)
    assert points[~tried.unseen(points)].tobytes() == points[:4].tobytes()
    tried.update(points[2:7], object())
    assert points[~tried.unseen(points)].tobytes() == points[2:7].tobytes()
    tried.update(points[2:3])
    assert points[~tried.unseen(points)].tobytes() == points[2:3].tobytes()
