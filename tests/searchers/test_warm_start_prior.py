"""Tests of the warm start: earlier results are a prior over where to look, and nothing more."""

import json
import math
from typing import Any

import numpy as np
import pytest

from hpsearch.search import Search
from hpsearch.searchers import EarlierSearch, Observations, PriorObservation, match_observations
from hpsearch.searchers.warm_start_prior import WarmStart
from hpsearch.space import Categorical, Number, Space

SPACE = Space(
    (
        Number("rate", 1e-4, 1, "log"),
        Number("units", 8, 128, "log", integer=True),
        Categorical("kind", ("a", "b")),
        Number("beta", 0.9, 0.999, "reverse_log", when={"kind": ("b",)}),
    )
)


def earlier(count: int = 40) -> tuple[list[dict[str, Any]], np.ndarray]:
    """An earlier search of rate, kind and something else: best near rate 0.003 with kind b."""
    rng = np.random.default_rng(5)
    values = [
        {"rate": 10 ** rng.uniform(-4, 0), "kind": "ab"[rng.integers(2)], "other": 1} for _ in range(count)
    ]
    losses = [abs(math.log10(each["rate"]) + 2.5) + (each["kind"] == "a") for each in values]
    return values, np.array(losses)


def test_observations_are_matched_by_name() -> None:
    """Parameters that this space does not have are left out; losses are made comparable."""
    found = match_observations(SPACE, *earlier())
    assert len(found) == 40
    assert all(set(values) == {"rate", "kind"} for values, _ in found)
    assert np.mean([loss for _, loss in found]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "losses", "count"),
    [
        ([{"rate": 5e9}, {"rate": 0.1}, {"rate": 0.2}], [1.0, 2.0, 3.0], 2),
        ([{"rate": 5e9, "units": 9}, {"rate": 0.1}], [1.0, 2.0], 2),
        ([{"kind": "c"}, {"kind": "b", "units": 9}], [1.0, 2.0], 1),
        ([{"nothing": 1}], [1.0], 0),
        ([{"rate": 0.1}], [math.nan], 0),
        ([{"rate": 0.1}, {"rate": 0.2}], [math.nan, 1.0], 2),
        ([], [], 0),
    ],
)
def test_only_what_lies_in_this_space_is_matched(values: list, losses: list, count: int) -> None:
    """A value far out of range, another category, no shared parameter, or no result gives no observation."""
    assert len(match_observations(SPACE, values, np.array(losses))) == count


def proposals(prior_observations: list[PriorObservation], count: int, seed: int = 3) -> list[dict[str, Any]]:
    """The first trials of a search that knows of no results of its own."""
    search = Search(SPACE, seed=seed, trials=count, lag=count, prior_observations=prior_observations)
    return [dict(trial.values) | {"phase": trial.origin["phase"]} for trial in iter(search.ask, None)]


def near(values: dict[str, Any]) -> bool:
    """Whether a trial is where the earlier search was good: kind b, rate within a decade of the best."""
    return values["kind"] == "b" and 3e-4 < values["rate"] < 3e-2


def test_untested_earlier_results_choose_every_sixth_coarse_point() -> None:
    """This is so while the search has no results; the other points are as without them."""
    found, plain = proposals(match_observations(SPACE, *earlier()), 8), proposals([], 8)
    assert [each["phase"] == "warm" for each in found] == [number in (0, 6) for number in range(8)]
    assert near(found[0])
    assert found[1:6] == plain[1:6]


def test_earlier_results_that_agree_choose_all_further_coarse_points() -> None:
    """They do so after three results; most points lie where the earlier search was good, and none twice."""
    known = match_observations(SPACE, *earlier())
    search = Search(SPACE, seed=3, trials=8, prior_observations=known)
    while (trial := search.ask()) is not None:
        rate, other = math.log10(float(trial.values["rate"])), trial.values["kind"] == "a"
        search.tell(trial, abs(rate + 2.5) + other)
    phases = [search.trial(number).origin["phase"] for number in range(8)]
    assert [phase == "warm" for phase in phases] == [True, False, False, True, True, True, True, True]
    warm = [search.trial(number) for number in range(3, 8)]
    assert sum(near(dict(trial.values)) for trial in warm) >= 3
    assert len({trial.values["rate"] for trial in warm}) == 5


def test_observations_survive_json_and_decide_the_same() -> None:
    """The run stores them as JSON, and a resumed search proposes the same."""
    prior_observations = match_observations(SPACE, *earlier())
    again = [(values, loss) for values, loss in json.loads(json.dumps(prior_observations))]
    assert proposals(again, 6) == proposals(prior_observations, 6)


def worth(values: dict[str, Any]) -> float:
    """A function whose best rate is far from where the earlier search had it."""
    return abs(math.log10(values["rate"]) + 0.5) + (values["kind"] == "b")


def test_misleading_observations_are_overcome() -> None:
    """If this function differs, the search still comes near its best within 30 trials."""
    search = Search(SPACE, seed=1, trials=30, prior_observations=match_observations(SPACE, *earlier()))
    while (trial := search.ask()) is not None:
        search.tell(trial, worth(dict(trial.values)))
    assert search.best is not None
    assert search.best.value < 0.1
    assert len(search.results) == 30


def ranked() -> tuple[WarmStart, Observations]:
    """Two earlier searches, one with all losses inverted, and results that agree with the other."""
    values, losses = earlier()
    sources = [
        EarlierSearch(name, match_observations(SPACE, values, turned))
        for name, turned in (("alike", losses), ("opposite", -losses))
    ]
    units = SPACE.snap(np.random.default_rng(8).random((10, SPACE.dimensions)))
    own = np.array([abs(math.log10(float(each["rate"])) + 2.5) for each in SPACE.values(units)])
    curves = [np.empty(0)] * 10
    return WarmStart(SPACE, sources), Observations(units, own, np.zeros(10, dtype=np.bool_), curves)


def test_earlier_searches_weigh_as_much_as_their_rankings_agree() -> None:
    """Without results, all weigh the same; with them, the opposite one has no weight and is not named."""
    start, seen = ranked()
    assert len(set(start.weights(Observations.nothing(SPACE.dimensions)))) == 1
    weights = start.weights(seen)
    assert weights[0] > 0.5
    assert weights[1] == 0
    assert list(start.names(weights)) == ["alike"]


def test_where_all_earlier_searches_mislead_the_space_is_covered() -> None:
    """Trials that earlier results would have chosen become points of the coarse phase."""
    values, losses = earlier()
    search = Search(SPACE, seed=3, trials=7, prior_observations=match_observations(SPACE, values, -losses))
    while (trial := search.ask()) is not None:
        search.tell(trial, abs(math.log10(float(trial.values["rate"])) + 2.5))
    phases = [search.trial(number).origin["phase"] for number in range(7)]
    assert phases == ["warm", *["coarse"] * 6]


@pytest.mark.parametrize("lag", [0, 3])
def test_a_warm_search_continued_after_any_trial_is_the_same(lag: int) -> None:
    """Restored from any number of first trials and results, it asks for the same trials."""
    known = match_observations(SPACE, *earlier(20))

    def make() -> Search:
        return Search(SPACE, seed=3, trials=9, lag=lag, prior_observations=known)

    whole = make()
    while not whole.finished:
        trials = list(iter(lambda: whole.ask() if whole.ready else None, None))
        for trial in trials:
            whole.tell(trial, worth(dict(trial.values)))
    for cut in range(9):
        again = make()
        again.restore([whole.trial(number) for number in range(cut)], whole.results[:cut])
        while (trial := again.ask()) is not None:
            assert trial == whole.trial(trial.number)
            again.tell(trial, worth(dict(trial.values)))
