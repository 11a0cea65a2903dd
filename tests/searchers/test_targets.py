import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers import Observations
from hpsearch.searchers import targets as targets_module
from hpsearch.searchers.targets import (
    extrapolated,
    representatives,
    set_apart,
    surrogate_targets,
    targets,
)


def test_failures_count_as_the_worst_and_the_worst_are_alike() -> None:
    """With the quantile at 0.5, everything above the median becomes the median."""
    found = targets(np.array([1.0, np.nan, 2.0, 3.0, np.inf]), 0.5)
    assert found[0] < found[2] < found[1]
    assert found[1] == found[3] == found[4]


@given(st.lists(st.floats(allow_infinity=True, allow_nan=True), min_size=1), st.floats(0, 1))
def test_targets_are_standardised(losses: list[float], clip: float) -> None:
    """Their mean is 0 and their variance 1, or 0 when all are alike."""
    if not np.isfinite(losses).any():
        return
    found = targets(np.array(losses), clip)
    assert np.all(np.isfinite(found))
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() == pytest.approx(1) or not found.any()


def test_targets_know_no_unit() -> None:
    """Losses in another unit, or with another origin, give the same targets."""
    losses = np.random.default_rng(0).standard_normal(20)
    assert targets(1e-3 * losses + 5, 0.75) == pytest.approx(targets(losses, 0.75))


@given(st.integers(1, 50), st.integers(2, 20))
def test_representatives_have_the_best_half(count: int, most: int) -> None:
    """At most that number of rows, ascending, without repeats, including the best ones."""
    losses = np.random.default_rng(count).standard_normal(count)
    rows = representatives(losses, most)
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert len(rows) == min(count, most)
    assert set(np.argsort(losses)[: min(count, most) // 2]) <= set(rows)


def halved(slope: float) -> list[np.ndarray]:
    """Six curves of four epochs; the loss after four is a linear function of that after two."""
    return [np.array([2 * level, level, level, 0.1 + slope * level]) for level in np.linspace(1, 2, 6)]


def test_stopped_losses_are_carried_to_the_end() -> None:
    """A loss at a rung moves along the line of the continued trials, as far as six pairs are trusted."""
    curves = [*halved(0.5), np.array([6.0, 3.0])]
    losses = np.array([curve[-1] for curve in curves])
    stopped = np.array([False] * 6 + [True])
    found = extrapolated(losses, stopped, curves)
    assert found[:6].tolist() == losses[:6].tolist()
    assert found[6] == pytest.approx(3.0 + 6 / 8 * (1.6 - 3.0))


def test_stopped_losses_are_carried_from_rung_to_rung() -> None:
    """A trial stopped at the first rung passes the second one on its way."""
    curves = [*halved(0.5), np.array([6.0, 3.0]), np.array([8.0])]
    losses = np.array([curve[-1] for curve in curves])
    found = extrapolated(losses, np.array([False] * 6 + [True, True]), curves)
    assert found[6] < found[7] < 8.0


@pytest.mark.parametrize("last", [np.nan, np.inf, 1e300])
def test_one_training_that_blew_up_bends_no_line(last: float) -> None:
    """The line goes through medians."""
    curves = [*halved(0.5), np.array([4.0, 2.5, last, last]), np.array([6.0, 3.0])]
    stopped = np.array([False] * 7 + [True])
    found = extrapolated(np.array([curve[-1] for curve in curves]), stopped, curves)
    assert 1.5 < found[-1] < 2.5


def test_without_survivors_or_curves_nothing_changes() -> None:
    """Without points, there is no line to follow."""
    losses = np.array([1.0, np.nan, 2.0])
    for curves in ([np.array([1.0]), np.array([np.nan]), np.array([2.0])], [np.empty(0)] * 3):
        found = extrapolated(losses, np.array([True, False, True]), curves)
        assert np.array_equal(found, losses, equal_nan=True)


def test_of_many_trials_the_best_and_the_latest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost stays constant, and no good trial is forgotten, however old; ties go to the earlier one."""
    losses = np.random.default_rng(0).standard_normal(60)
    losses[[3, 7, 11]] = -9.0
    losses[5] = np.nan
    asked: list[int] = []

    class Curves(list[np.ndarray]):
        def __getitem__(self, row):
            asked.append(row)
            return super().__getitem__(row)

    curves = Curves([np.array([loss]) for loss in losses])
    seen = Observations(np.zeros((60, 1)), losses, np.zeros(60, dtype=np.bool_), curves)
    monkeypatch.setattr(targets_module, "_LATEST", 20)
    for most in (2, 8):
        asked.clear()
        rows, observed = surrogate_targets(seen, most, 0.95)
        assert len(rows) == len(observed) == most
        assert set(rows[: min(most, 3) // 2]) <= {3, 7, 11}
        assert sorted(asked) == sorted({*np.argsort(losses[:40], kind="stable")[:most], *range(40, 60)})


@pytest.mark.parametrize(
    ("last", "carried"), [([1.0, 4.0, 7.0], 6.2), ([3.0, 2.0, 1.0], 3.2)], ids=["steeper than 1", "falling"]
)
def test_a_loss_is_carried_as_trainings_converge(last: list[float], carried: float) -> None:
    """Trials never move further apart or past each other: the line's slope is between 0 and 1."""
    curves = [np.array([first, then]) for first, then in zip([1.0, 2.0, 3.0], last, strict=True)]
    losses = np.array([*last, 5.0])
    found = extrapolated(losses, np.array([False] * 3 + [True]), [*curves, np.array([5.0])])
    assert found[:3].tolist() == last
    assert found[3] == pytest.approx(carried)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 2.0]), st.integers(0, 3)), min_size=1))
def test_equal_losses_are_set_apart_by_their_ties(pairs: list[tuple[float, int]]) -> None:
    """The new losses have exactly the order of (loss, tie); the best stays."""
    losses, ties = np.array(pairs).T
    apart = set_apart(losses, ties)
    for one, first in enumerate(pairs):
        for other, second in enumerate(pairs):
            assert (first < second) == (apart[one] < apart[other])
    assert apart.min() == losses.min()


def test_losses_that_are_not_finite_stay() -> None:
    """They are left out of the computation."""
    apart = set_apart(np.array([np.nan, 1.0, np.inf, 1.0]), np.array([0.0, 2.0, 1.0, 1.0]))
    np.testing.assert_array_equal(np.isfinite(apart), [False, True, False, True])
    assert apart[3] < apart[1]
    assert np.isnan(set_apart(np.array([np.nan]), np.zeros(1)))[0]


def test_the_surrogate_learns_ties() -> None:
    """Results that differ only in their ties have different targets."""
    ties = [np.array([tie]) for tie in (3.0, 1.0, 2.0, 4.0, 4.0)]
    curves = [np.ones(1)] * 5
    seen = Observations(np.zeros((5, 1)), np.ones(5), np.zeros(5, dtype=np.bool_), curves, ties)
    _, found = surrogate_targets(seen, 10, 0.95)
    assert found[1] < found[2] < found[0] < found[3] == found[4]
