from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers.stopping import Halving, RungHistory, _ranks
from hpsearch.space import Floats
from hpsearch.trial import Rung


def history(curves: Sequence[Floats], halving: Halving | None = None, epochs: int = 0) -> RungHistory:
    """The rungs after these trials; trials shorter than ``epochs`` were stopped early."""
    found = RungHistory(halving or Halving())
    for curve in curves:
        found.add(curve, stopped=len(curve) < epochs)
    return found


@pytest.mark.parametrize(
    ("min_epochs", "reduction", "epochs", "expected"),
    [(1, 2, 27, (1, 2, 4, 8, 16)), (1, 3, 27, (1, 3, 9)), (5, 2, 5, ()), (4, 4, 17, (4, 16)), (1, 2, 1, ())],
)
def test_rungs_are_powers_below_the_last_epoch(
    min_epochs: int, reduction: int, epochs: int, expected: tuple[int, ...]
) -> None:
    """A rung at the last epoch could stop nothing, so there is none."""
    assert Halving(min_epochs, reduction).rung_epochs(epochs) == expected


def straight(*levels: float) -> list[Floats]:
    """Full learning curves of four epochs that never cross."""
    return [np.array([4 * level, 3 * level, 2 * level, level]) for level in levels]


def test_a_trusted_rung_passes_the_best_share() -> None:
    """If order never changes, reduction 2 lets the better half of those that reached the rung continue."""
    curves = [*straight(1, 2, 3, 4, 5, 6), np.array([1.0]), np.array([100.0])]
    assert history(curves, epochs=4).rungs(4) == (Rung(1, 12.0), Rung(2, 9.0))


def test_a_search_that_is_resumed_has_the_rungs_that_it_had() -> None:
    """Many trials added at once give the same thresholds as trials added one by one."""
    rng = np.random.default_rng(0)
    curves = [
        level + 1 / np.arange(1.0, length + 1)
        for level, length in zip(rng.integers(9, size=60), rng.choice([1, 2, 4], 60), strict=True)
    ]
    one_by_one = history([])
    for count, curve in enumerate(curves, 1):
        one_by_one.add(curve, stopped=len(curve) < 4)
        assert one_by_one.rungs(4) == history(curves[:count], epochs=4).rungs(4)
    assert len(one_by_one.rungs(4)) == 2


def test_a_rung_that_predicts_nothing_stops_nothing() -> None:
    """If the best in the end are the worst at the rung, or all are equal there, every trial continues."""
    crossing = [np.array([-level, 0.0, level]) for level in range(12)]
    assert history(crossing, epochs=3).rungs(3) == ()


def test_a_rung_needs_trials_that_were_trained_to_the_end() -> None:
    """Before three final losses are known, nothing is stopped, whatever its loss."""
    stopped = [np.array([loss]) for loss in range(30)]
    assert history([*stopped, *straight(1, 2)], epochs=4).rungs(4) == ()
    assert history([*stopped, *straight(1, 2, 3)], epochs=4).rungs(4)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=12))
def test_equal_values_share_the_mean_of_their_ranks(values: list[tuple[float, float]]) -> None:
    """Ranks count from 1 and are doubled to be whole numbers; the worst of n has at most twice n."""
    means = [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]
    assert [rank + 1 for rank in _ranks(values, sorted(values))] == [2 * mean for mean in means]


def test_few_pairs_are_trusted_less_than_many() -> None:
    """With reduction 4, more trials pass while few final losses confirm the rung."""
    shares = []
    for count in (4, 8, 40):
        curves = straight(*range(1, count + 1))
        threshold = history(curves, Halving(1, 4), epochs=4).rungs(4)[0].loss
        shares.append(np.mean([curve[0] <= threshold for curve in curves]))
    assert shares == [0.5, 0.25, 0.25]
    assert history(straight(1, 2, 3, 4), epochs=4).trust(1) == pytest.approx((4 * 1 + 4 * 0.3) / 8)


def test_trust_makes_up_for_what_the_rung_stopped() -> None:
    """Among the better half, the correlation is lower than among all; the trust is not."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal(400)
    final = first + rng.standard_normal(400)
    trusted = {}
    for cut in (np.inf, np.median(first)):
        curves = [
            np.array([early, late]) if early <= cut else np.array([early])
            for early, late in zip(first, final, strict=True)
        ]
        trusted[cut] = history(curves, epochs=2).trust(1)
    kept = first <= np.median(first)
    plain = history(np.stack([first, final], axis=1)[kept], epochs=2).trust(1)
    whole, halved = trusted.values()
    assert plain < halved - 0.1
    assert halved == pytest.approx(whole, abs=0.15)


def test_entries_that_are_not_finite_do_not_count() -> None:
    """A diverged trial is neither a competitor nor evidence."""
    odd = [np.array([np.nan]), np.array([np.inf]), np.array([0.5, np.nan]), np.array([0.5, 1, 1, np.inf])]
    plain = history([*straight(1, 2, 3, 4, 5, 6), np.array([0.5, 1]), np.array([0.5, 1, 1])], epochs=4)
    mixed = history([*straight(1, 2, 3, 4, 5, 6), *odd, np.array([np.nan, 1])], epochs=4)
    assert mixed.trust(1) == plain.trust(1)
    assert mixed.rungs(4) == plain.rungs(4)


@given(
    st.lists(st.lists(st.floats(-10, 10), max_size=9), max_size=12),
    st.integers(1, 3),
    st.integers(2, 4),
    st.randoms(),
)
def test_best_always_goes_on_and_order_is_nothing(curves, min_epochs, reduction, random) -> None:
    """The best loss at a rung passes, the order of trials does not matter, and at least 1/reduction pass."""
    arrays = [np.array(curve) for curve in curves]
    halving = Halving(min_epochs, reduction)
    found = history(arrays, halving, 8).rungs(8)
    random.shuffle(arrays)
    assert history(arrays, halving, 8).rungs(8) == found
    for rung in found:
        reached = [curve[rung.epoch - 1] for curve in arrays if len(curve) >= rung.epoch]
        assert min(reached) <= rung.loss
        assert sum(loss <= rung.loss for loss in reached) >= len(reached) / reduction


def test_equal_losses_at_a_rung_are_ordered_by_their_ties() -> None:
    """If all losses are equal, the better half by the ties continues, and the ties decide on trust."""
    found = RungHistory(Halving())
    for tie in range(16):
        found.add(np.ones(4), np.array([4.0, 3.0, 2.0, 1.0]) * tie, stopped=False)
    assert found.rungs(4)[0] == Rung(1, 1.0, 28.0)
    untied = RungHistory(Halving())
    for _ in range(16):
        untied.add(np.ones(4), stopped=False)
    assert untied.rungs(4) == ()
