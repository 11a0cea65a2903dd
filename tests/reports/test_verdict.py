"""Tests of the verdict: the sentences that follow from the results."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.analysis.anova import Effect, Importance
from hpsearch.analysis.narrowing import AtBound
from hpsearch.config import Config, load
from hpsearch.reports.verdict import verdict
from hpsearch.trial import Result, Status

CONFIG = """\
objective: {network: {data: blobs, epochs: 2}}
space: {learning_rate: {prior: log, min: 1e-4, max: 1}}
search: {trials: 4, lag: 0}
run: {workers: 1}
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A search of four trials."""
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG)
    return load(path)


def done(number: int, value: float) -> Result:
    """A result."""
    return Result(number, Status.DONE, value, final={"test_error": value + 0.01})


def sentences(
    config: Config,
    results: list[Result],
    found: Importance | None = None,
    place: Path | None = None,
    **bounds: AtBound,
) -> str:
    """The verdict as one text; the search is complete if it has four trials."""
    ranked = sorted((each for each in results if each.value is not None), key=lambda each: each.value or 0.0)
    return " ".join(
        verdict(
            config, results, ranked, list(bounds.values()), found, complete=len(results) == 4, place=place
        )
    )


def test_the_best_trial_comes_first(config: Config) -> None:
    """It has its value and its test error."""
    text = sentences(config, [done(0, 0.1), done(1, 0.3), done(2, 0.2), done(3, 0.4)])
    assert text.startswith(
        "The best of 4 trials is trial 0, with val_error 0.1; at its end it had test_error 0.11."
    )


def test_an_error_on_few_rows_has_its_spread(config: Config) -> None:
    """It is as in the leaderboard, with the number of trials that cannot be told apart."""
    results = [done(0, 0.1), done(1, 0.3), done(2, 0.12), done(3, 0.4)]
    ranked = sorted(results, key=lambda each: each.value or 0.0)
    first, second, *_ = verdict(config, results, ranked, [], None, rows=100)
    assert first.startswith("The best of 4 trials is trial 0, with val_error 0.1 ± 0.031;")
    assert second == "2 trials are within one ± of the best; val_error on 100 rows does not tell them apart."


def test_a_late_best_asks_for_more_trials(config: Config) -> None:
    """This is said only if it came in the last quarter of a complete search."""
    late = "`hpsearch resume RUN --trials 8`, where RUN is the run directory."
    assert late in sentences(config, [done(0, 0.4), done(1, 0.3), done(2, 0.2), done(3, 0.1)])
    assert late not in sentences(config, [done(0, 0.1), done(1, 0.3), done(2, 0.2), done(3, 0.4)])


def test_a_search_that_is_not_complete_can_be_continued(config: Config) -> None:
    """The command can be pasted anywhere if the run is known."""
    text = sentences(config, [done(0, 0.4)], place=Path("/some where/c-001"))
    assert "Continue with `hpsearch resume '/some where/c-001'`." in text
    text = sentences(config, [done(0, 0.4)])
    assert "Continue with `hpsearch resume RUN`, where RUN is the run directory." in text


def test_a_best_value_at_a_bound_asks_for_a_wider_range(config: Config) -> None:
    """The sentence names the end and the bound."""
    at = AtBound("learning_rate", "max", 1.0, 1.1)
    text = sentences(config, [done(0, 0.1)], learning_rate=at)
    assert "The best learning_rate is at the upper end of its range: widen it above 1." in text


def test_failures_and_ties_are_counted(config: Config) -> None:
    """They get a sentence if a fifth of the trials fail, or if best values are equal."""
    text = sentences(config, [done(0, 0.1), done(1, 0.1), Result(2, Status.FAILED), done(3, 0.2)])
    assert "1 of 4 trials have no value" in text
    assert "2 trials share the best value" in text


def test_a_search_without_results_has_no_failures(config: Config) -> None:
    """Nothing is said of trials that do not exist; and one trial is singular."""
    assert sentences(config, []) == "No trial has a result yet."
    assert sentences(config, [done(0, 0.1)]).startswith("The best of 1 trial is trial 0")


def test_nothing_but_failures_is_said_at_once(config: Config) -> None:
    """There is no best trial to describe."""
    text = sentences(config, [Result(0, Status.FAILED)])
    assert text == "1 of 4 trials have a result, and none has a value. The failures below say why."


def test_importance_is_only_told_if_it_holds(config: Config) -> None:
    """If less than half of the differences are explained, no parameter is named."""
    effects = [Effect(("learning_rate",), 0.6, 0.4, 0.8)]
    assert "learning_rate matters most: alone it causes 40 to 80 %" in sentences(
        config, [done(0, 0.1)], Importance(effects, 0.9)
    )
    assert "do not yet show" in sentences(config, [done(0, 0.1)], Importance(effects, 0.3))
    nothing = [Effect(("learning_rate",), 0.1, 0.004, 0.8)]
    assert "do not yet show" in sentences(config, [done(0, 0.1)], Importance(nothing, 0.9))


def test_a_parameter_that_another_may_exceed_probably_matters_most(config: Config) -> None:
    """This is said if the intervals of the largest effects overlap."""
    effects = [Effect(("learning_rate",), 0.6, 0.4, 0.8), Effect(("depth",), 0.1, 0.0, 0.5)]
    text = sentences(config, [done(0, 0.1)], Importance(effects, 0.9))
    assert "learning_rate probably matters most: alone it causes 40 to 80 %" in text


def test_one_seed_asks_for_several(config: Config) -> None:
    """This is not said if the search repeats its trials."""
    results = [done(0, 0.1), done(1, 0.2)]
    assert "`search.repeats`" in sentences(config, results)
    repeated = replace(config, search=replace(config.search, repeats=3))
    assert "`search.repeats`" not in sentences(repeated, results)
