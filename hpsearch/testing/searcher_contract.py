"""The promises of every searcher, as tests.

::

    from hpsearch.testing import SearcherContract

    class TestMine(SearcherContract):
        searcher = Mine
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hpsearch.errors import SpaceExhausted
from hpsearch.searchers import EarlierSearch, Observations, Searcher, SearcherContext
from hpsearch.space import Floats, Space
from hpsearch.testing import example_spaces as spaces

Loss = Callable[[Floats], float]


def bowl(unit: Floats) -> float:
    """A loss with its minimum away from the middle."""
    return float(((unit - 0.3) ** 2).sum())


def observations(units: Floats, losses: Floats, seen: int) -> Observations:
    """The observations when the first ``seen`` of the trials have results."""
    return Observations(units, losses[:seen], np.zeros(seen, dtype=np.bool_), [np.empty(0)] * seen)


def replay(
    searcher: Searcher, space: Space, trials: int, loss: Loss = bowl, lag: int = 0
) -> tuple[Floats, Floats]:
    """The points and losses of a search, in the order of the trials' numbers."""
    units, losses = np.empty((0, space.dimensions)), np.empty(0)
    for number in range(trials):
        proposal = searcher.propose(number, observations(units, losses, max(0, number - lag)))
        units = np.concatenate([units, proposal.unit[None]])
        losses = np.append(losses, loss(proposal.unit))
    return units, losses


LOSSES: dict[str, Loss] = {
    "bowl": bowl,
    "ties": lambda unit: float(unit.sum() > 0.3),
    "constant": lambda unit: 1.0,
    "all failed": lambda unit: np.nan,
    "some failed": lambda unit: np.nan if unit.sum() > 0.4 * len(unit) else bowl(unit),
    "huge": lambda unit: 1e308 * (bowl(unit) - 0.5),
    "tiny": lambda unit: 1e-300 * bowl(unit),
    "infinite": lambda unit: np.inf if unit.sum() > 0.4 * len(unit) else bowl(unit),
}


class SearcherContract:
    """The laws of a searcher.

    Attributes:
        searcher: The class under test.
        trials: The number of trials in the tests' searches.
    """

    searcher: type[Searcher]
    trials = 24

    def make(self, space: Space, seed: int, **more: Any) -> Searcher:
        """A new searcher."""
        return self.searcher(SearcherContext(space, seed, **more))

    @pytest.fixture(params=spaces.ALL.values(), ids=list(spaces.ALL))
    def space(self, request: pytest.FixtureRequest) -> Space:
        """Every kind of space."""
        found: Space = request.param
        return found

    @pytest.fixture(params=[0, 5], ids=["lag 0", "lag 5"])
    def lag(self, request: pytest.FixtureRequest) -> int:
        """How many trials the results may lag behind."""
        found: int = request.param
        return found

    def trials_in(self, space: Space) -> int:
        """As many trials as the test's length and the space allow."""
        return int(min(self.trials, space.size))

    def test_points_are_canonical_and_different(self, space: Space, lag: int) -> None:
        """Proposals are in the cube, are the points of their configurations, and never repeat."""
        units, _ = replay(self.make(space, 3), space, self.trials_in(space), lag=lag)
        assert np.all((units >= 0) & (units <= 1))
        assert np.array_equal(space.snap(units), units)
        assert len({row.tobytes() for row in units}) == len(units)

    def test_constraints_hold(self, space: Space, lag: int) -> None:
        """Proposals satisfy the constraints of the space."""
        units, _ = replay(self.make(space, 4), space, self.trials_in(space), lag=lag)
        assert all(not space.broken_constraint(values) for values in space.values(units))

    def test_same_arguments_same_proposal(self, space: Space, lag: int) -> None:
        """A search resumed at any trial, in any order, continues with the same proposals."""
        trials = self.trials_in(space)
        units, losses = replay(self.make(space, 3), space, trials, lag=lag)
        jumping = self.make(space, 3)
        for number in np.random.default_rng(0).permutation(trials):
            arguments = number, observations(units[:number], losses, max(0, number - lag))
            expected = self.make(space, 3).propose(*arguments)
            for searcher in (jumping, jumping):
                proposal = searcher.propose(*arguments)
                assert proposal.unit.tobytes() == units[number].tobytes()
                assert proposal.origin == expected.origin

    def test_another_history_in_between_changes_nothing(self, space: Space) -> None:
        """An instance that has seen other results gives the same answers as a new one."""
        trials = self.trials_in(space)
        used = self.make(space, 3)
        replay(used, space, trials, loss=lambda unit: -bowl(unit))
        again, _ = replay(used, space, trials)
        unseen, _ = replay(self.make(space, 3), space, trials)
        assert again.tobytes() == unseen.tobytes()

    def test_a_trial_that_uses_no_results_does_not_depend_on_them(self, space: Space) -> None:
        """If uses_results() returns False, the results make no difference."""
        trials = self.trials_in(space)
        searcher = self.make(space, 3)
        units, losses = replay(searcher, space, trials)
        for number in filter(lambda number: not searcher.uses_results(number), range(trials)):
            blind = searcher.propose(number, observations(units[:number], losses, 0))
            assert blind.unit.tobytes() == units[number].tobytes()

    def test_the_class_says_whether_any_trial_uses_results(self, space: Space) -> None:
        """A searcher is adaptive if and only if some of its trials use results."""
        searcher = self.make(space, 3)
        assert self.searcher.adaptive == any(map(searcher.uses_results, range(1000)))

    def test_the_class_says_whether_earlier_results_matter(self) -> None:
        """Results of earlier searches change the proposals if and only if the class says so."""
        space = spaces.CONTINUOUS
        known = [({"rate": 10.0**-k, "x": k / 4}, abs(k - 2.0)) for k in range(5)]
        plain, _ = replay(self.make(space, 3), space, 8)
        started, _ = replay(self.make(space, 3, earlier=[EarlierSearch("earlier", known)]), space, 8)
        assert self.searcher.uses_prior_observations == (not np.array_equal(plain, started))

    def test_seeds_give_different_searches(self) -> None:
        """Another seed is another search."""
        one, other = (replay(self.make(spaces.MIXED, seed), spaces.MIXED, 4)[0] for seed in (3, 4))
        assert not np.array_equal(one, other)

    @pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
    def test_survives_any_losses(self, loss: Loss) -> None:
        """Failures, ties and extreme numbers never stop a search."""
        for space in (spaces.MIXED, spaces.CONDITIONAL):
            units, _ = replay(self.make(space, 0), space, self.trials, loss)
            assert len({row.tobytes() for row in units}) == self.trials

    def test_exhausts_a_finite_space(self, lag: int) -> None:
        """Every configuration of a finite space is proposed once; then SpaceExhausted is raised."""
        for space in (spaces.GRID, spaces.LOPSIDED, spaces.NOTHING, spaces.CONSTRAINED_GRID):
            size = int(space.size)
            searcher = self.make(space, 1)
            units, losses = replay(searcher, space, size, lag=lag)
            assert {row.tobytes() for row in units} == {row.tobytes() for row in space.every_point()}
            with pytest.raises(SpaceExhausted, match=f"there are {size}"):
                searcher.propose(size, observations(units, losses, size))

    def test_origin_is_json_and_names_a_phase_of_the_class(self, space: Space) -> None:
        """The reason for a proposal is plain data, with one of the phases that the class describes."""
        trials = self.trials_in(space)
        units, losses = replay(self.make(space, 3), space, trials)
        searcher = self.make(space, 3)
        for number in range(trials):
            origin = searcher.propose(number, observations(units[:number], losses, number)).origin
            assert origin["phase"] in self.searcher.phases
            json.dumps(origin, allow_nan=False)

    def test_phases_are_described_in_one_line(self) -> None:
        """Every phase has a description, for people who ask why a trial was proposed."""
        for description in self.searcher.phases.values():
            assert description
            assert "\n" not in description

    @pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**64])
    def test_any_seed(self, seed: int) -> None:
        """Any nonnegative whole number can be the seed of a search."""
        units, _ = replay(self.make(spaces.CONDITIONAL, seed), spaces.CONDITIONAL, 12)
        assert np.array_equal(spaces.CONDITIONAL.snap(units), units)
