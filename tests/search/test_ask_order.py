"""Tests of the order in which trials may start."""

import hypothesis.strategies as st
from hypothesis import given

from hpsearch.search.ask_order import AskOrder
from hpsearch.search.enqueued import EnqueuedConfigurations
from hpsearch.search.proposals import Proposals
from hpsearch.searchers import METHODS, SearcherContext
from hpsearch.space import Number, Space
from hpsearch.trial import Metric, Result, Status, Trial

SPACE = Space((Number("x", 0, 1),))
METRIC = Metric("value", "minimize")
TRIALS = 12


def ask_order(lag: int, stop_at: float | None = None) -> AskOrder:
    """The order of a random search; with ``stop_at`` every trial depends on earlier results."""
    proposals = Proposals(
        SPACE,
        METRIC,
        METHODS["random"](SearcherContext(SPACE, 0, 1, (), ())),
        EnqueuedConfigurations(SPACE, 0, ()),
        seed=0,
        repeats=1,
        epochs=None,
        rungs=None,
        repeat_rule=None,
    )
    return AskOrder(proposals, METRIC, TRIALS, lag, max_failures=None, stop_at=stop_at)


def add_next(order: AskOrder) -> Trial:
    """Ask for the next trial."""
    trial = order.propose()
    assert trial is not None
    order.add_trials([trial])
    return trial


def result(number: int, value: float) -> Result:
    """A finished trial."""
    return Result(number, Status.DONE, value)


@given(lag=st.integers(0, 5), told=st.sets(st.integers(0, 5)))
def test_a_trial_that_depends_on_results_starts_once_those_before_its_lag_are_there(
    lag: int, told: set[int]
) -> None:
    """Trial k is ready exactly when trials 0 to k − lag − 1 have results, regardless of later ones."""
    order = ask_order(lag, stop_at=-1.0)
    while order.ready and len(order.asked) <= 5:
        add_next(order)
    for number in sorted(told & set(range(len(order.asked))), reverse=True):
        order.add_result(result(number, 1.0))
    needed = range(len(order.asked) - lag)
    assert order.ready == all(number in order.results for number in needed)


def test_no_trial_starts_whose_visible_results_have_reached_the_target() -> None:
    """With a lag of 2, the target reached by trial 1 ends the search after trial 3."""
    order = ask_order(2, stop_at=0.1)
    for value in (0.5, 0.05):
        order.add_result(result(add_next(order).number, value))
    assert order.reached == result(1, 0.05)
    assert [add_next(order).number for _ in range(2)] == [2, 3]
    assert order.finished
    assert order.propose() is None


def test_a_copy_asks_again_for_the_trials_without_a_result() -> None:
    """It asks for them in the order of their numbers; the original still waits for them."""
    order = ask_order(5)
    trials = [add_next(order) for _ in range(3)]
    order.add_result(result(1, 0.3))
    other = order.copy()
    assert list(other.again) == [trials[0], trials[2]]
    assert not order.again
    other.add_result(result(0, 0.1))
    assert list(other.again) == [trials[2]]
    assert 0 not in order.results
    assert (order.awaited, other.awaited) == (0, 2)


def test_of_equal_results_the_first_by_number_is_best() -> None:
    """The order in which they come does not matter."""
    for numbers in ((0, 1), (1, 0)):
        order = ask_order(5)
        add_next(order)
        add_next(order)
        for number in numbers:
            order.add_result(result(number, 0.5))
        assert order.best == result(0, 0.5)
