from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers.stopping import Halving, RungHistory
from hpsearch.space import Floats
from hpsearch.trial import Rung


def history(curves: Sequence[Floats], halving: Halving | None = None, epochs: int = 0) -> RungHistory:
    """The rungs after these trials; those shorter than ``epochs`` were stopped early."""
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


def test_threshold_is_that_of_the_best_share() -> None:
    """With reduction 2 the better half of those that reached the rung goes on."""
    curves = [np.array([loss, loss / 2]) for loss in (4.0, 1.0, 3.0, 2.0)] + [np.array([9.0])]
    assert history(curves, epochs=4).rungs(4) == (Rung(1, 3.0), Rung(2, 1.0))


def test_a_rung_needs_three_trials() -> None:
    """Nothing is stopped on the word of two."""
    assert history([np.array([1.0]), np.array([2.0])]).rungs(4) == ()


def test_entries_that_are_not_finite_do_not_count() -> None:
    """A diverged trial is no competition."""
    curves = [np.array([loss]) for loss in (np.nan, np.inf, 1.0, 2.0)]
    assert history(curves).rungs(4) == ()
    assert history([*curves, np.array([3.0])]).rungs(4) == (Rung(1, 2.0),)


@given(
    st.lists(st.lists(st.floats(-10, 10), max_size=9), max_size=12),
    st.integers(1, 3),
    st.integers(2, 4),
    st.randoms(),
)
def test_best_always_goes_on_and_order_is_nothing(curves, min_epochs, reduction, random) -> None:  # type: ignore[no-untyped-def]  # hypothesis gives the types
    """The best loss at a rung passes it, a rung needs no order of trials, and 1/reduction pass at least."""
    arrays = [np.array(curve) for curve in curves]
    halving = Halving(min_epochs, reduction)
    found = history(arrays, halving, 8).rungs(8)
    random.shuffle(arrays)
    assert history(arrays, halving, 8).rungs(8) == found
    for rung in found:
        reached = [curve[rung.epoch - 1] for curve in arrays if len(curve) >= rung.epoch]
        assert min(reached) <= rung.loss
        assert sum(loss <= rung.loss for loss in reached) >= len(reached) / reduction
