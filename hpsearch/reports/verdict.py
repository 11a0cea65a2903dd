"""The outcome of a search in words: the best trial, how certain it is, and what to do next."""

from collections.abc import Sequence
from pathlib import Path

from hpsearch.analysis.anova import Importance
from hpsearch.analysis.narrowing import AtBound
from hpsearch.config import Config
from hpsearch.reports.importance import TRUSTED
from hpsearch.reports.status import continuing
from hpsearch.reports.text import plain, with_error
from hpsearch.standing import error_of_result
from hpsearch.trial import Metric, Result, Status

__all__ = ["verdict"]

_LATE = 0.75  # if the best was found after this share of the trials, more trials would help
_MANY_FAILED = 0.2
_NO_SHARE = 0.005  # smaller shares are shown as 0 %


def verdict(
    config: Config,
    results: Sequence[Result],
    ranked: Sequence[Result],
    bounds: Sequence[AtBound],
    found: Importance | None,
    rows: int | None = None,
    *,
    complete: bool = True,
    place: Path | None = None,
) -> list[str]:
    """Sentences, the most important first.

    Args:
        config: The run's config.
        results: All results.
        ranked: The results with a value, best first.
        bounds: The parameters whose best value is at the end of its range.
        found: Which parameters matter; None if that is unknown.
        rows: The number of rows, if the metric is a share of them.
        complete: Whether the search has ended by itself.
        place: The run directory, for commands to paste; None if the page does not show it.
    """
    if not results:
        return ["No trial has a result yet."]
    count = f"{len(results)} of {config.search.trials} trials have a result"
    if not ranked:
        return [f"{count}, and none has a value. The failures below say why."]
    error = error_of_result(ranked[0], config.metric, rows)
    sentences = [
        _best(config.metric, ranked[0], len(results), error),
        *_alike(config.metric, ranked, error, rows),
        *_importance(found),
    ]
    if not complete:
        sentences.append(f"The search is not complete: {count}. Continue with {_resume(config, place)}.")
    failed = len(results) - len(ranked)
    if failed >= _MANY_FAILED * len(results):
        sentences.append(f"{failed} of {len(results)} trials have no value; the failures below say why.")
    return [*sentences, *_next(config, results, ranked, bounds, place, complete=complete)]


def _resume(config: Config, place: Path | None, *options: object) -> str:
    """The command that continues the search."""
    if place is not None:
        return f"`{continuing(place, config, *options)}`"
    return f"`{continuing(Path('RUN'), config, *options)}`, where RUN is the run directory"


def _best(metric: Metric, best: Result, count: int, error: float | None) -> str:
    value = f"{metric.name} {with_error(best.value, error)}"
    trials = "1 trial" if count == 1 else f"{count} trials"
    text = f"The best of {trials} is trial {best.number}, with {value}"
    tested = [f"{name} {plain(value)}" for name, value in best.final.items() if value is not None]
    when = "at its end"
    if metric.at == "best" and best.curve:
        when = f"after epoch {metric.epoch_of(best.curve).number}"
    return f"{text}; {when} it had {', '.join(tested)}." if tested else f"{text}."


def _alike(metric: Metric, ranked: Sequence[Result], error: float | None, rows: int | None) -> list[str]:
    """How many trials are within one standard error of the best, as in the line below the leaderboard."""
    if error is None:
        return []
    losses = [metric.loss(result.value) for result in ranked if result.value is not None]
    count = sum(loss <= losses[0] + error for loss in losses)
    figure = f"{metric.name} on {rows} rows" if rows else metric.name
    text = f"{count} trials are within one ± of the best; {figure} does not tell them apart."
    return [text] if count > 1 else []


def _importance(found: Importance | None) -> list[str]:
    if found is None:
        return []
    alone = [effect for effect in found.effects if len(effect.names) == 1]
    if found.explained < TRUSTED or not alone or alone[0].low < _NO_SHARE:
        return ["The results do not yet show which parameters matter."]
    first = alone[0]
    sure = "" if all(first.low > other.high for other in alone[1:]) else "probably "
    low, high = (f"{100 * share:.0f}" for share in (first.low, first.high))
    return [
        f"{first.names[0]} {sure}matters most: alone it causes {low} to {high} % of the metric's variance."
    ]


def _next(
    config: Config,
    results: Sequence[Result],
    ranked: Sequence[Result],
    bounds: Sequence[AtBound],
    place: Path | None,
    *,
    complete: bool,
) -> list[str]:
    sentences = []
    for each in bounds:
        side, where = ("lower", "below") if each.end == "min" else ("upper", "above")
        sentences.append(
            f"The best {each.name} is at the {side} end of its range: widen it {where} {plain(each.bound)}."
        )
    total = config.search.trials
    if complete and config.space.size > total and ranked[0].number >= _LATE * total:
        sentences.append(
            f"The best trial came late (number {ranked[0].number}), so more trials may find a better one:"
            f" {_resume(config, place, '--trials', 2 * total)}."
        )
    first = config.metric.order(ranked[0])[:2]
    ties = sum(config.metric.order(result)[:2] == first for result in ranked)
    if ties > 1:
        sentences.append(f"{ties} trials share the best value; the first of them counts as the best.")
    done = sum(result.status is Status.DONE for result in results)
    if config.search.repeats == 1 and done > 1:
        sentences.append(
            "Every trial ran with one seed, and the best of many was also lucky. To see how much, run the"
            " best few again with several: `search.repeats`."
        )
    return sentences
