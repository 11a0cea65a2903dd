import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from hpsearch.searchers import CoarseToFine, Observations
from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.space import Categorical, Floats, Space
from hpsearch.testing import example_spaces as spaces
from hpsearch.testing.searcher_contract import SearcherContract, bowl, observations, replay
from tests.searchers.make import make


class TestCoarseToFine(SearcherContract):
    searcher = CoarseToFine


def stopped_history(space: Space, trials: int, lag: int) -> tuple[list[Floats], list[Observations]]:
    """Proposals, and the results each of them saw, of a search whose bad trials are stopped early."""
    searcher = make("coarse_to_fine", space, 5)
    units, losses = np.empty((0, space.dimensions)), np.empty(0)
    stopped, curves = np.empty(0, dtype=np.bool_), list[Floats]()
    proposals, seen, history = [], [], RungHistory(Halving())
    for number in range(trials):
        m = max(0, number - lag)
        seen.append(Observations(units.copy(), losses[:m].copy(), stopped[:m].copy(), tuple(curves[:m])))
        unit = searcher.propose(number, seen[-1]).unit
        curve = bowl(unit) + 1 / np.arange(1.0, 9.0)
        while history.counted < m:
            history.add(curves[history.counted], stopped=bool(stopped[history.counted]))
        rungs = history.rungs(8)
        ends = [rung.epoch for rung in rungs if curve[rung.epoch - 1] > rung.loss]
        curve = curve[: min(ends, default=8)]
        proposals.append(unit)
        units, losses = np.concatenate([units, unit[None]]), np.append(losses, curve[-1])
        stopped, curves = np.append(stopped, bool(ends)), [*curves, curve]
    assert stopped.any()
    return proposals, seen


@pytest.mark.parametrize("lag", [0, 3])
def test_resumes_with_learning_curves(lag: int) -> None:
    """With early stopping, too, a search interrupted after any trial continues with the same proposals."""
    proposals, seen = stopped_history(spaces.MIXED, 30, lag)
    for number in range(30):
        again = make("coarse_to_fine", spaces.MIXED, 5).propose(number, seen[number])
        assert again.unit.tobytes() == proposals[number].tobytes()


def test_other_curves_are_another_history() -> None:
    """Equal losses with other curves do not count as the same results."""
    _, seen = stopped_history(spaces.MIXED, 30, 0)
    last = seen[-1]
    other = Observations(last.units, last.losses, last.stopped, tuple(curve + 1 for curve in last.curves))
    used = make("coarse_to_fine", spaces.MIXED, 5)
    used.propose(29, last)
    unseen = make("coarse_to_fine", spaces.MIXED, 5)
    assert used.propose(29, other).unit.tobytes() == unseen.propose(29, other).unit.tobytes()


def test_finds_a_bowl_sooner_than_random() -> None:
    """After 40 trials its best is at least ten times closer than that of random search."""
    best = {
        method: np.mean(
            [
                replay(make(method, spaces.CONTINUOUS, seed), spaces.CONTINUOUS, 40)[1].min()
                for seed in range(3)
            ]
        )
        for method in ("coarse_to_fine", "random")
    }
    assert best["coarse_to_fine"] < best["random"] / 10


def test_coarse_trials_use_no_results() -> None:
    """The first trials use no results; all later ones do."""
    searcher = make("coarse_to_fine", spaces.WIDE, 0)
    uses_results = [searcher.uses_results(number) for number in range(20)]
    assert uses_results == [False] * 12 + [True] * 8


def origins(space: Space, trials: int) -> list[Mapping[str, Any]]:
    """The origins of the proposals of a search."""
    units, losses = replay(make("coarse_to_fine", space, 0), space, trials)
    searcher = make("coarse_to_fine", space, 0)
    return [
        searcher.propose(number, observations(units[:number], losses, number)).origin
        for number in range(trials)
    ]


def test_says_where_it_zoomed() -> None:
    """The origin of a zoom names the trial nearby, the radius, and the step scale of each parameter."""
    found = origins(spaces.CONTINUOUS, 40)
    assert [origin["phase"] for origin in found[:6]] == ["coarse"] * 6
    local = [(n, origin) for n, origin in enumerate(found) if "around" in origin]
    assert len(local) > 15
    for number, origin in local:
        assert 0 <= origin["around"] < number
        assert 0 < origin["radius"] <= 0.4
        assert len(origin["step_scale"]) == spaces.CONTINUOUS.dimensions
        assert all(0.3 <= step_scale <= 3 for step_scale in origin["step_scale"])


def test_says_both_radii_of_a_fine_trial() -> None:
    """The first is the candidate's, which shrinks with the trial's number; the second is at most 0.15."""
    found = origins(spaces.CONTINUOUS, 40)
    fine = [origin for origin in found if origin["phase"] == "fine"]
    assert len(fine) > 5
    assert all(0.15 / 4 <= origin["fine_radius"] <= 0.15 for origin in fine)
    assert all(("around" in origin) == ("radius" in origin) for origin in fine)
    widest = [0.4 * (0.02 / 0.4) ** min(1, math.log1p((n - 6) / 9) / math.log1p(256 / 9)) for n in range(40)]
    for number, origin in enumerate(found):
        if "radius" in origin:
            assert widest[number] / 4 - 1e-4 <= origin["radius"] <= widest[number] + 1e-4
        assert "fine_radius" not in origin or origin["phase"] == "fine"


def test_what_is_left_over_is_called_so() -> None:
    """If the coarse point has been tried before, any other configuration is drawn."""
    space = Space((Categorical("a", ("x", "y", "z")), Categorical("b", ("x", "y"))))
    phases = [origin["phase"] for origin in origins(space, 6)]
    assert phases[0] == "coarse"
    assert "leftover" in phases


@pytest.mark.parametrize("seed", range(3))
def test_pending_trials_keep_the_next_away(seed: int) -> None:
    """If a trial is running near the point that would be proposed, the next proposal goes elsewhere."""
    space = spaces.WIDE
    units, losses = replay(make("coarse_to_fine", space, seed), space, 25)
    alone = make("coarse_to_fine", space, seed).propose(25, observations(units, losses, 25)).unit
    pending = space.snap(np.clip(alone + 0.004, 0, 1)[None])
    assert np.linalg.norm(pending - alone) < 0.05
    beside = observations(np.concatenate([units, pending]), losses, 25)
    proposed = make("coarse_to_fine", space, seed).propose(25, beside).unit
    assert np.linalg.norm(pending - proposed) > 0.3


def test_the_portfolio_is_tried_at_every_other_trial_of_the_coarse_phase() -> None:
    """It keeps its order without repeats; the points between are those of a search without it."""
    plain, _ = replay(make("coarse_to_fine", spaces.MIXED, 5), spaces.MIXED, 6)
    portfolio = spaces.MIXED.values(plain[[1, 3, 3]])
    units, _ = replay(make("coarse_to_fine", spaces.MIXED, 6, portfolio=portfolio), spaces.MIXED, 6)
    without, _ = replay(make("coarse_to_fine", spaces.MIXED, 6), spaces.MIXED, 6)
    assert units[[0, 2]].tobytes() == plain[[1, 3]].tobytes()
    assert units[[1, 3, 4, 5]].tobytes() == without[[1, 3, 4, 5]].tobytes()
