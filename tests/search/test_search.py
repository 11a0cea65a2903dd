"""Tests of asking and telling: which trials may start when, and that only the config matters."""

import contextlib
import copy
import functools
import io
import math
import pickle
import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.errors import ConfigError, UsageError
from hpsearch.search import Search
from hpsearch.searchers.stopping import Halving
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

SPACE: dict[str, Any] = {
    "learning_rate": {"prior": "log", "min": 1e-4, "max": 1},
    "layers": {"type": "int", "min": 1, "max": 4},
    "optimizer": {"values": ["sgd", "adam"]},
}


def worth(trial: Trial) -> float:
    """A smooth objective with noise from the trial's seed."""
    noise = random.Random(trial.seed).random() / 100
    return abs(math.log10(trial.values["learning_rate"]) + 2) + trial.values["layers"] / 10 + noise


def run(
    search: Search, workers: int, order: random.Random, objective: Callable[[Trial], object] = worth
) -> list[Trial]:
    """Run a search with several trials at once, with results that arrive in any order."""
    flight: list[Trial] = []
    trials: list[Trial] = []
    while True:
        while len(flight) < workers and search.ready:
            trial = search.ask()
            if trial is None:
                break
            flight.append(trial)
            trials.append(trial)
        if not flight:
            return trials
        trial = flight.pop(order.randrange(len(flight)))
        search.tell(trial, objective(trial))


def search(**changes: Any) -> Search:
    """A small coarse-to-fine search."""
    return Search(SPACE, **{"seed": 5, "trials": 24, "lag": 3, **changes})


@functools.cache
def one_after_another() -> list[Trial]:
    """The trials of the search with one worker."""
    return run(search(), 1, random.Random(0))


@settings(max_examples=12)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_workers_and_order_of_results_change_nothing(workers: int, order: int) -> None:
    """Any number of workers, with results in any order, asks for the same trials."""
    assert run(search(), workers, random.Random(order)) == one_after_another()


@settings(max_examples=12)
@given(st.integers(1, 4), st.integers(0, 10**6), st.sampled_from(["random", "coarse_to_fine"]))
def test_a_value_that_ends_a_search_ends_it_after_the_same_trial(
    workers: int, order: int, method: str
) -> None:
    """The first trial whose visible results reach the value does not start, whatever else is running."""
    whole = search(method=method)
    run(whole, 1, random.Random(0))
    target = sorted(result.value for result in whole.results)[3]
    first = next(result.number for result in whole.results if result.value <= target)
    ours = search(method=method, stop_at=target)
    run(ours, workers, random.Random(order))
    assert ours.reached == whole.results[first]
    assert ours.results == whole.results[: first + 3 + 1]
    again = search(method=method, stop_at=target)
    again.restore([ours.trial(number) for number in range(ours.asked)], ours.results[:-2])
    run(again, workers, random.Random(order))
    assert again.results == ours.results


def test_a_value_to_reach_follows_the_goal() -> None:
    """If the metric is maximized, a value is reached from below; a diverged trial reaches none."""
    ours = search(method="random", lag=0, goal="maximize", stop_at=5.0)
    for value in (4.0, math.nan, 5.0):
        ours.tell(ours.ask(), value)
    assert ours.ask() is None
    assert ours.reached.number == 2


@pytest.mark.parametrize("cut", range(0, 25, 3))
def test_a_search_cut_anywhere_goes_on_the_same(cut: int) -> None:
    """Restored from the first results and the trials in flight, a search asks for the same trials."""
    whole = search()
    trials = run(whole, 3, random.Random(1))
    known = [result for result in whole.results if result.number < cut and result.number % 5 != 3]
    begun = [trial for trial in trials if trial.number < cut]
    again = search()
    again.restore(begun, known)
    run(again, 2, random.Random(2))
    assert again.results == whole.results


def test_trials_without_a_result_are_asked_for_first_after_a_restore() -> None:
    """A resumed search begins with the trials in flight, with the same number, values and seed."""
    before = search()
    asked = [before.ask() for _ in range(4)]
    after = search()
    after.restore(asked, [before.tell(asked[2], 1.0)])
    assert [after.ask() for _ in range(3)] == [asked[0], asked[1], asked[3]]


def test_no_trial_starts_before_the_results_it_uses() -> None:
    """With a lag of 3, trial 8 starts when trial 4 has a result, whatever else is known."""
    later = search(early_stopping=Halving(), epochs=4)
    trials = [later.ask() for _ in range(4)]
    assert not later.ready
    for trial in trials[1:]:
        later.tell(trial, 1.0)
    assert not later.ready
    with pytest.raises(UsageError, match="trial 4 needs the result of trial 0"):
        later.ask()
    later.tell(trials[0], 1.0)
    assert later.ready


def test_random_search_waits_for_nothing() -> None:
    """A trial that uses no results may start at once, whatever the lag."""
    free = search(method="random", lag=0)
    assert all(free.ask() is not None for _ in range(24))
    assert free.ask() is None


def test_trials_have_seeds_of_their_own() -> None:
    """A trial's seed follows from the search's seed and its number."""
    seeds = [trial.seed for trial in run(search(), 1, random.Random(0))]
    assert len(set(seeds)) == 24
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert seeds != [trial.seed for trial in run(search(seed=6), 1, random.Random(0))]


def stepwise(trial: Trial) -> Result:
    """A trial that reports three epochs, and may be stopped at its rungs."""
    value = worth(trial)
    losses = [value + 2, value + 1, value]
    curve = tuple(Epoch(number, {"value": loss}, 0.0) for number, loss in enumerate(losses, 1))
    for rung in trial.rungs:
        if losses[rung.epoch - 1] > rung.loss:
            return Result(trial.number, Status.STOPPED, losses[rung.epoch - 1], curve[: rung.epoch])
    return Result(trial.number, Status.DONE, losses[-1], curve)


def test_rungs_come_from_the_visible_results_alone() -> None:
    """With early stopping, too, workers and order make no difference; and some trials are stopped."""
    settings = {"early_stopping": Halving(1, 2), "epochs": 3}
    first = search(**settings)
    one = run(first, 1, random.Random(0), stepwise)
    assert run(search(**settings), 4, random.Random(9), stepwise) == one
    assert any(result.status is Status.STOPPED for result in first.results)
    assert one[20].rungs
    assert not one[2].rungs


def test_bounds_for_more_seeds_come_from_the_visible_results_alone() -> None:
    """Workers and order make no difference, and the bounds follow the best so far."""

    def repeated(trial: Trial) -> Result:
        metrics = {"value": worth(trial), "value_se": 0.01}
        return Result(trial.number, Status.DONE, worth(trial), (Epoch(1, metrics, 0.0),))

    settings = {"repeats": 3, "early_stopping": Halving(1, 2), "_repeats_the_best": True}
    one = run(search(**settings), 1, random.Random(0), repeated)
    assert run(search(**settings), 4, random.Random(9), repeated) == one
    assert [trial.repeat_below for trial in one[:4]] == [None] * 4
    best = min(worth(trial) for trial in one[:20])
    assert one[23].repeat_below == pytest.approx(best + 2 * 0.01 * 3**0.5 * (4 / 3) ** 0.5)


def test_without_epochs_the_longest_visible_curve_says_where_the_rungs_are() -> None:
    """So the config need not tell how to stop a generator early; and workers make no difference."""
    given, inferred = search(early_stopping=Halving(1, 2), epochs=3), search(early_stopping=Halving(1, 2))
    assert run(inferred, 4, random.Random(9), stepwise) == run(given, 1, random.Random(0), stepwise)


def test_trials_of_one_epoch_have_no_rungs() -> None:
    """Programs that report one number are never stopped early, however many epochs the config names."""
    ours = search(early_stopping=Halving(1, 2), epochs=16)
    trials = run(
        ours,
        3,
        random.Random(0),
        lambda trial: Result(
            trial.number, Status.DONE, worth(trial), (Epoch(1, {"value": worth(trial)}, 0.0),)
        ),
    )
    assert not any(trial.rungs for trial in trials)


def test_the_best_is_the_one_with_the_smallest_loss() -> None:
    """Ties go to the trial with the lower number; a failed trial is never best."""
    ours = search(method="random", goal="maximize")
    trials = [ours.ask() for _ in range(5)]
    for trial, value in zip(trials[::-1], [2.0, None, 3.0, 3.0, math.nan], strict=True):
        ours.tell(trial, value)
    assert ours.best.number == 1
    assert [result.status for result in ours.results] == ["diverged", "done", "done", "failed", "done"]


@pytest.mark.parametrize(
    ("value", "status"), [(None, "failed"), (math.nan, "diverged"), (math.inf, "diverged")]
)
def test_a_trial_without_a_value_has_a_status_and_a_reason(value: object, status: str) -> None:
    """None means that a trial failed, and a non-finite number that it diverged."""
    ours = search(method="random")
    result = ours.tell(ours.ask(), value)
    assert result.status == status
    assert result.reason


class Tensor:
    """What PyTorch's tensors have: elements, a dtype that is not NumPy's, item() and float()."""

    dtype = "torch.float32"

    def __init__(self, *elements: Any) -> None:
        self.elements = elements

    def item(self) -> Any:
        """The only element."""
        if len(self.elements) != 1:
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.elements[0]

    def __float__(self) -> float:
        return float(self.item())

    def __repr__(self) -> str:
        return f"tensor{self.elements}"


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        np.float32(0.5),
        np.array(0.5),
        np.array([0.5]),
        np.array([[0.5]], dtype=np.float16),
        Tensor(0.5),
        Decimal("0.5"),
        Fraction(1, 2),
    ],
    ids=repr,
)
def test_numbers_of_any_kind_are_values(value: object) -> None:
    """These are scalars, and arrays and tensors of one element."""
    ours = search(method="random")
    assert ours.tell(ours.ask(), value).value == 0.5


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("0.5", "found str '0.5'. Write tell(0, float(value))"),
        (True, "found bool True. Write tell(0, float(value))"),
        (np.True_, "Write tell(0, float(value))"),
        (np.array("0.5"), "Write tell(0, float(value))"),
        (Tensor(True), "with one number"),
        ({"loss": 0.5, "accuracy": 1}, "Write tell(0, value['loss'])"),
        ({"loss": 0.5, "value": 1}, "Write tell(0, value['value'])"),
        ([0.5], "found list [0.5]. Write tell(0, …) with one number"),
        ((0.5, 0.6), "with one number"),
        (np.array([0.5, 0.6]), "with one number"),
        (np.array([]), "with one number"),
        (np.ma.array([0.5], mask=[True]), "Write tell(0, None) if it is masked"),
        (Tensor(0.5, 0.6), "with one number"),
        (1j, "Write tell(0, abs(value))"),
        (np.complex128(1j), "found complex128"),
        (print, "with one number"),
        (Result(1, Status.DONE, 0.5), "the result of trial 0 must have its number"),
    ],
)
def test_what_is_not_a_value_is_refused(value: object, advice: str) -> None:
    """The message says what to write; the trial still awaits its result."""
    ours = search(method="random")
    trial = ours.ask()
    with pytest.raises(UsageError, match=re.escape(advice)):
        ours.tell(trial, value)
    assert ours.tell(trial, 0.5).value == 0.5


@pytest.mark.parametrize("trial", [True, "0", 0.5, None])
def test_what_is_not_a_trial_is_refused(trial: Any) -> None:
    """The first argument of tell() is a trial or its number; NumPy integers are numbers."""
    ours = search(method="random")
    ours.ask()
    with pytest.raises(UsageError, match="takes a trial or its number, then the value"):
        ours.tell(trial, 0.5)
    assert ours.tell(np.int64(0), 0.5).value == 0.5


def test_a_trial_of_another_search_is_refused() -> None:
    """Its values are not those that this search asked for under its number."""
    ours, other = search(), search(seed=6)
    ours.ask()
    with pytest.raises(UsageError, match="of another search"):
        ours.tell(other.ask(), 0.5)


def test_telling_twice_or_out_of_the_blue_is_an_error() -> None:
    """Only a trial that was asked for can have a result, and only one result."""
    ours = search()
    with pytest.raises(UsageError, match="not asked for"):
        ours.tell(0, 1.0)
    trial = ours.ask()
    ours.tell(trial, 1.0)
    with pytest.raises(UsageError, match="already has a result"):
        ours.tell(trial, 2.0)


def test_a_finite_space_ends_the_search_early() -> None:
    """Once all four configurations have been tried, there is no fifth trial."""
    ours = Search({"a": {"values": ["x", "y"]}, "b": {"values": [1, 2]}}, trials=10)
    trials = run(ours, 1, random.Random(0), lambda trial: 1.0)
    assert len({tuple(trial.values.items()) for trial in trials}) == 4
    assert ours.exhausted
    assert ours.finished


def test_the_search_gives_up_after_so_many_failures_in_a_row() -> None:
    """Three failures in the order of the numbers end it; a success in between resets the count."""
    ours = search(method="random", max_failures=3)
    outcomes = [None, None, 1.0, None, None, None]
    run(ours, 1, random.Random(0), lambda trial: outcomes[trial.number])
    assert ours.gave_up
    assert len(ours.results) == 6


def test_diverged_trials_do_not_count_as_failures() -> None:
    """That a learning rate diverges is informative, so the search continues."""
    ours = search(method="random", max_failures=3)
    run(ours, 1, random.Random(0), lambda trial: math.nan)
    assert not ours.gave_up
    assert len(ours.results) == 24


@pytest.mark.parametrize(
    "wrong",
    [
        *({"trials": 0}, {"lag": -1}, {"seed": True}, {"method": "grid"}, {"goal": "minimise"}),
        *({"epochs": "9"}, {"max_failures": 0}, {"stop_at": math.nan}, {"stop_at": "low"}),
        *({"metric": "loss"}, {"early_stopping": True}, {"enqueue": {"layers": 1}}, {"enqueue": [1]}),
        {"constraints": "layers < 3"},
    ],
)
def test_wrong_arguments_are_explained(wrong: dict[str, Any]) -> None:
    """The message names the argument, the rule and what was found."""
    (name, found) = next(iter(wrong.items()))
    with pytest.raises(UsageError, match=rf"{name} must be .*found {re.escape(repr(found))}"):
        search(**wrong)


@pytest.mark.parametrize("rungs", [Halving(min_epochs=0), Halving(reduction=1), Halving(reduction=1.5)])
def test_rungs_that_would_never_end_are_refused(rungs: Halving) -> None:
    """The message says which of the two settings is wrong."""
    with pytest.raises(UsageError, match=r"early_stopping\.\w+ must be a whole number of at least"):
        search(early_stopping=rungs)


def test_whole_numbers_may_be_numpys() -> None:
    """The search is the same as with Python's numbers."""
    ours, theirs = (search(seed=kind(3), trials=kind(4), lag=kind(1)) for kind in (int, np.int64))
    assert ours.ask() == theirs.ask()
    assert type(theirs.trials) is int


def test_a_wrong_space_is_a_config_error() -> None:
    """The mapping is checked as it would be in a config."""
    with pytest.raises(ConfigError, match=r"space\.x"):
        Search({"x": {"prior": "log", "min": 0, "max": 1}})


def test_more_trials_begin_with_the_same_ones() -> None:
    """The number of planned trials changes none of them, so a search can always be continued."""
    assert run(search(trials=48), 1, random.Random(0))[:24] == run(search(trials=24), 1, random.Random(0))


def test_a_full_metric_may_be_given() -> None:
    """Results are ranked by the metric and its goal, here a metric that is maximized."""
    ours = search(method="random", metric=Metric("accuracy", "maximize"))
    for value in (0.5, 0.9, 0.7):
        ours.tell(ours.ask(), value)
    assert ours.best.value == 0.9


def test_enqueued_configurations_come_first() -> None:
    """They come as given, in order, without waiting; they are never proposed again."""
    points = [
        {"learning_rate": 1, "layers": 2, "optimizer": "adam"},
        {"learning_rate": 1e-3, "layers": 1, "optimizer": "sgd"},
    ]
    ours = search(enqueue=points, lag=0)
    first, second = ours.ask(), ours.ask()
    assert [first.values, second.values] == points
    assert isinstance(first.values["learning_rate"], float)
    assert first.origin == {"phase": "enqueued"}
    for trial in (first, second):
        ours.tell(trial, worth(trial))
    assert all(trial.values not in points for trial in run(ours, 1, random.Random(0)))


@pytest.mark.parametrize(
    ("point", "text"),
    [
        ({"learning_rate": 2.0, "layers": 1, "optimizer": "sgd"}, "learning_rate must be a number from"),
        ({"learning_rate": 0.1, "layers": 1, "optimizer": "sgd", "x": 1}, "x is not a parameter"),
    ],
)
def test_what_is_enqueued_lies_in_the_space(point: dict[str, Any], text: str) -> None:
    """Otherwise the message says which value does not."""
    with pytest.raises(UsageError, match=text):
        search(enqueue=[point])


def test_what_an_enqueued_configuration_leaves_out_is_drawn() -> None:
    """It is drawn from the priors by the trial's own generator, respecting conditions and constraints."""
    space = {
        "kind": {"values": ["plain", "deep", "wide"]},
        "depth": {"type": "int", "min": 1, "max": 50, "when": {"kind": ["deep"]}},
        "rate": {"prior": "log", "min": 1e-4, "max": 1},
    }

    def asked(seed: int) -> list[Trial]:
        points = [{"depth": 7}, {"rate": 0.123456789}, {"kind": "deep", "rate": 0.5}, {}]
        ours = Search(space, seed=seed, enqueue=points, constraints=["depth < 9"])
        return [ours.ask() for _ in points]

    for seed in range(9):
        deep, rate, drawn, free = asked(seed)
        assert (deep.values["kind"], deep.values["depth"]) == ("deep", 7)
        assert rate.values["rate"] == 0.123456789
        assert drawn.values["depth"] < 9
        assert drawn.origin == {"phase": "enqueued", "drawn": ["depth"]}
        assert set(free.values) >= {"kind", "rate"}
    assert asked(3) == asked(3)
    assert asked(3) != asked(4)


def test_an_enqueued_configuration_that_cannot_be_completed_is_refused() -> None:
    """No value of b is large enough for this a."""
    space = {name: {"type": "int", "min": 1, "max": 9} for name in ("a", "b")}
    with pytest.raises(UsageError, match=r"enqueue must leave values with .* found {'a': 9}"):
        Search(space, enqueue=[{"a": 9}], constraints=["a < b"])


def test_known_points_come_on_top_of_the_coarse_phase() -> None:
    """The trials after them cover the space as they would without known points."""
    point = {"learning_rate": 0.1, "layers": 2, "optimizer": "sgd"}
    plain, ours = search(lag=99, trials=99), search(lag=99, trials=99, enqueue=[point] * 20)
    known = [ours.ask() for _ in range(20)]
    assert {trial.origin["phase"] for trial in known} == {"enqueued"}
    assert [ours.ask().values for _ in range(6)] == [plain.ask().values for _ in range(6)]


def test_repeats_add_seeds_and_change_no_other() -> None:
    """Each trial gets two more seeds; its first seed is the same as without repeats."""
    once = run(search(method="random"), 1, random.Random(0))
    thrice = run(search(method="random", repeats=3), 1, random.Random(0))
    assert [trial.seed for trial in once] == [trial.seed for trial in thrice]
    assert len({seed for trial in thrice for seed in trial.seeds}) == 3 * 24
    assert all(trial.seeds == (trial.seed,) for trial in once)


def test_a_search_that_gave_up_does_not_begin_again() -> None:
    """Trials in flight when the third in a row failed may still succeed; no other trial starts."""
    ours = search(method="random", max_failures=3)
    trials = [ours.ask() for _ in range(5)]
    for trial in trials[:3]:
        ours.tell(trial, None)
    ours.tell(trials[3], 1.0)
    assert ours.gave_up
    assert ours.ask() is None


def in_threads(count: int, work: Callable[[], object]) -> None:
    """Do the same in several threads at once; raise what one of them raises."""
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(work) for _ in range(count)]:
            future.result()


@pytest.mark.parametrize("threads", [2, 8])
@pytest.mark.parametrize("early_stopping", [None, Halving(1, 2)])
def test_threads_change_nothing(threads: int, early_stopping: Halving | None) -> None:
    """With a lag of 7, up to eight threads ask for every trial once; the results are as with one thread."""
    settings: dict[str, Any] = {"lag": 7, "early_stopping": early_stopping, "epochs": 3}
    alone, ours = search(**settings), search(**settings)
    run(alone, 1, random.Random(0), stepwise)
    asked: list[int] = []

    def work() -> None:
        while (trial := ours.ask(timeout=60)) is not None:
            asked.append(trial.number)
            ours.tell(trial, stepwise(trial))

    in_threads(threads, work)
    assert sorted(asked) == list(range(24))
    assert ours.results == alone.results
    assert [result.values for result in ours.results] == [result.values for result in alone.results]


def test_threads_that_try_again_change_nothing() -> None:
    """A thread that does not wait for others may ask again after a UsageError."""
    alone, ours = search(lag=7), search(lag=7)
    run(alone, 1, random.Random(0))

    def work() -> None:
        while not ours.finished:
            with contextlib.suppress(UsageError):
                if (trial := ours.ask(timeout=0)) is not None:
                    ours.tell(trial, worth(trial))

    in_threads(8, work)
    assert ours.results == alone.results


def test_more_threads_than_the_lag_allows_take_turns() -> None:
    """With a lag of 0, trials run one at a time, regardless of the number of threads."""
    alone, ours = search(lag=0), search(lag=0)
    run(alone, 1, random.Random(0))

    def work() -> None:
        while (trial := ours.ask(timeout=60)) is not None:
            ours.tell(trial, worth(trial))

    in_threads(4, work)
    assert ours.results == alone.results


def test_no_thread_waits_for_one_that_has_ended() -> None:
    """A thread that asked and ended without telling never delivers its result, so asking is an error."""
    ours = search(lag=0, early_stopping=Halving())
    thread = threading.Thread(target=ours.ask)
    thread.start()
    thread.join()
    with pytest.raises(UsageError, match=r"needs the result of trial 0; call tell\(0, …\) first"):
        ours.ask()


@pytest.mark.parametrize("cut", [0, 1, 9, 20])
def test_a_pickled_search_continues_the_same(cut: int) -> None:
    """The copy has every result, and asks first for the trials in flight."""
    whole, ours = search(), search()
    run(whole, 1, random.Random(0))
    for _ in range(cut):
        trial = ours.ask()
        ours.tell(trial, worth(trial))
    waiting = [ours.ask(), ours.ask()]
    other = pickle.loads(pickle.dumps(ours))  # noqa: S301 -- our own
    assert other.results == ours.results
    assert other.tell(waiting[1], worth(waiting[1])).value
    assert other.ask() == waiting[0]
    other.tell(waiting[0], worth(waiting[0]))
    run(other, 3, random.Random(1))
    assert other.results == whole.results


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copied_search_and_its_original_continue_apart(copied: Callable[[Search], Search]) -> None:
    """Each continues as if the other did not exist, in whatever order they are told results."""
    whole, ours = search(lag=0), search(lag=0)
    run(whole, 1, random.Random(0))
    for _ in range(9):
        trial = ours.ask()
        ours.tell(trial, worth(trial))
    other = copied(ours)
    while (trial := ours.ask()) is not None:
        ours.tell(trial, worth(trial))
        if len(other.results) % 2 or ours.finished:
            run(other, 1, random.Random(0))
    assert other.results == ours.results == whole.results


def test_a_search_is_pickled_as_it_is_at_one_moment() -> None:
    """A result told by another thread meanwhile is not in the copy, where the trial may end differently."""

    def failing_late(trial: Trial) -> float | None:
        return None if trial.number == late.number else worth(trial)

    whole, ours = search(lag=0), search(lag=0)
    for _ in range(9):
        trial = ours.ask()
        ours.tell(trial, worth(trial))
    late = ours.ask()

    class Pickler(pickle.Pickler):
        def persistent_id(self, found: object) -> None:
            if found is ours.metric and len(ours.results) == 9:
                ours.tell(late, worth(late))

    written = io.BytesIO()
    Pickler(written).dump(ours)
    other = pickle.loads(written.getvalue())  # noqa: S301 -- our own
    run(other, 1, random.Random(0), failing_late)
    run(whole, 1, random.Random(0), failing_late)
    assert other.results == whole.results


def test_a_trial_that_is_told_is_not_asked_for_again() -> None:
    """After a restore, its result may come from somewhere else."""
    before, after = search(), search()
    asked = [before.ask(), before.ask()]
    after.restore(asked, [])
    after.tell(asked[0], 1.0)
    assert after.ask() == asked[1]


def test_the_best_shows_its_values() -> None:
    """A result has the values of its trial, and its repr shows them."""
    ours = search(method="random")
    trial = ours.ask()
    ours.tell(trial, 0.25)
    assert ours.best.values == trial.values
    assert repr(ours.best) == f"Result(0, done, 0.25, {trial.values})"
    assert repr(ours) == "<Search: 1 of 24 trials have a result, best value 0.25>"
    assert repr(ours.results) == "<1 result: 1 done>"
