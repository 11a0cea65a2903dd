"""The page of one run, and the parts that a comparison also shows."""

from collections.abc import Mapping, Sequence

from hpsearch.analysis.failures import FailureGroup, failure_groups
from hpsearch.dashboard.layout import Page, Part, address, facts, link
from hpsearch.dashboard.running_part import running_html
from hpsearch.dashboard.trial_table import TableView, trials_html
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.show import run_details
from hpsearch.reports.status import counted, search_state, status_details
from hpsearch.reports.text import value_text, with_error
from hpsearch.standing import error_of_result
from hpsearch.trial import Result

__all__ = ["figure_slots", "run_page", "state_html"]

_REASONS = 12
_NUMBERS = 20  # trials named for each reason
_FAILURES = 1000  # results without a value that are read
_OTHERS = 300  # results with a value to compare them with
_HINT = (
    "Drag over a figure to select trials; select in more of them to narrow down. Esc clears. Click on a trial"
    " to open it."
)


def run_page(watched: WatchedRun, view: TableView) -> Page:
    """A run: its state, running trials, figures, all trials, failures, its config.

    Args:
        watched: The run.
        view: The part of the table of trials to show.
    """
    parts = [
        Part("state", lambda: f"<h1>{escape(watched.name)}</h1>{state_html(watched)}", watched.state),
        Part("running", lambda: running_html(watched), watched.state, title="Running trials"),
        Part("figures", lambda: figure_slots(watched, FIGURE_KINDS), lambda: 0, title="Figures"),
        Part("trials", lambda: trials_html(watched, view), watched.version, title="Trials"),
        Part("failures", lambda: _failures(watched), lambda: _failed(watched), "Failures", later=True),
        Part("config", lambda: _config(watched), lambda: 0, title="Config"),
    ]
    return Page(watched.name, parts, [("/", "Runs")], watched.version)


def state_html(watched: WatchedRun) -> str:
    """The progress of a search, and what it has found."""
    run, config = watched.run, watched.config
    searching, counts, events = run.searching(), run.counts(), run.events()
    best = next(iter(run.ranking(1)), None)
    finished = sum(counts.values())
    state = search_state(config, finished, searching=searching, events=events)
    details = status_details(
        run.directory,
        config,
        searching=searching,
        counts=counts,
        unfinished=() if searching else run.unfinished(),
        running=(),
        best=best,
        rows=watched.rows,
        events=events,
    )
    lines = [
        (label, text) for label, text in details.lines if label not in ("run", "state", "best", "trials")
    ]
    total = config.search.trials
    return (
        f'<p class="lead"><span class="state {state}">{state}</span> {_best(watched, best)}</p>'
        f'<p><progress max="{total}" value="{finished}"></progress> {finished} of {total} trials finished:'
        f" {escape(counted(counts))}</p>" + facts([each for each in lines if each[0] != "results"])
    )


def _best(watched: WatchedRun, best: Result | None) -> str:
    if best is None or best.value is None:
        return "no trial has a value yet"
    metric = watched.config.metric
    value = with_error(best.value, error_of_result(best, metric, watched.rows))
    trial = link(address("runs", watched.name, "trials", best.number), f"trial {best.number}")
    return f"best {escape(metric.name)} <strong>{value}</strong> in {trial}"


def figure_slots(watched: WatchedRun, kinds: Sequence[str]) -> str:
    """Placeholders for figures, which are loaded when they come into view.

    Args:
        watched: The run.
        kinds: Keys of :data:`hpsearch.reports.figures.FIGURES`.
    """
    slots = "".join(
        f'<div class="slot" data-figure="{escape(address("runs", watched.name, "figures", kind))}">'
        f'<p class="muted">{kind} …</p></div>'
        for kind in kinds
    )
    return (
        f'<div class="figures" data-trials="{escape(address("runs", watched.name, "trials.json"))}"'
        f' data-trial="{escape(address("runs", watched.name, "trials"))}/">'
        f'<p class="muted hint">{_HINT} <span class="count" aria-live="polite"></span></p>{slots}'
        "<noscript><p>Figures need JavaScript.</p></noscript></div>"
    )


def _failed(watched: WatchedRun) -> tuple[object, ...]:
    """A value that differs when the groups of failures may have changed."""
    # After --retry-failed there may be as many as before, and others.
    return watched.opened, len(watched.run.without_value()), len(watched.run.events())


def _failures(watched: WatchedRun) -> str:
    run = watched.run
    numbers = run.without_value()
    if not numbers:
        return '<p class="muted">Every result has a value.</p>'
    results = [result for number in numbers[:_FAILURES] if (result := run.result(number)) is not None]
    ranked = run.order()
    spread = ranked[:: max(1, len(ranked) // _OTHERS)]
    good = [result for number in spread if (result := run.result(number)) is not None]
    trials = {result.number: run.trial(result.number) for result in [*results, *good]}
    groups = failure_groups(watched.config.space, trials, [*results, *good])
    by_number = {result.number: result for result in results}
    text = "".join(_group(watched, group, by_number) for group in groups[:_REASONS])
    if len(groups) > _REASONS:
        text += f"<p>{len(groups) - _REASONS} more reasons are left out.</p>"
    if len(numbers) > _FAILURES:
        read = f"The first {_FAILURES} of {len(numbers)} results without a value are grouped."
        text += f'<p class="muted">{read}</p>'
    return text


def _group(watched: WatchedRun, group: FailureGroup, results: Mapping[int, Result]) -> str:
    first = results[group.numbers[0]]
    links = ", ".join(
        link(address("runs", watched.name, "trials", number), str(number))
        for number in group.numbers[:_NUMBERS]
    )
    links += " …" if len(group.numbers) > _NUMBERS else ""
    count = "1 trial" if len(group.numbers) == 1 else f"{len(group.numbers)} trials"
    shared = ", ".join(f"{name} {sign} {value_text(value)}" for name, (sign, value) in group.shared.items())
    only = f" Only where {escape(shared)}." if shared else ""
    text = (
        f"<h3>{escape(first.status)}: {escape(group.reason)}</h3><p class=muted>{count}: {links}.{only}</p>"
    )
    if "\n" in first.reason:
        lines = "\n".join(map(escape, first.reason.split("\n")))
        text += f"<details><summary>Traceback of trial {first.number}</summary><pre>{lines}</pre></details>"
    return text


def _config(watched: WatchedRun) -> str:
    metadata = {key: watched.run.meta(key) for key in ("created", "data", "versions")}
    return facts(run_details(watched.run.directory, watched.config, metadata).lines)
