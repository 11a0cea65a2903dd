"""The page of one trial: what it tried and why, its learning curves, what it printed."""

from pathlib import Path

import numpy as np

from hpsearch.dashboard.layout import Page, Part, address, facts, link, problem, table_html
from hpsearch.dashboard.trial_log import log_tail
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.errors import HpsearchError
from hpsearch.inspection.findings import explain_trial
from hpsearch.reports.explain import trial_table
from hpsearch.reports.figures.axes import count_axis, metric_axis
from hpsearch.reports.figures.figure import Figure, Lines, Mark, Panel
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.html.page import figure_section
from hpsearch.reports.show import trial_details
from hpsearch.running import RunningTrial, read_curve
from hpsearch.trial import Epoch, Metric, Trial
from hpsearch.trying import command_line

__all__ = ["trial_page"]

_METRICS = 9


def trial_page(watched: WatchedRun, number: int) -> Page:
    """A trial.

    Args:
        watched: The run.
        number: The trial's.

    Raises:
        UsageError: It has not started.
    """
    trial = watched.run.trial(number)
    run_address = address("runs", watched.name)
    title = f"Trial {number}"
    parts = [
        Part("trial", lambda: f"<h1>{title}</h1>{_neighbours(watched, number)}{_details(watched, trial)}"),
        Part("curves", lambda: _curves(watched, trial), title="Learning curves"),
        Part("explanation", lambda: _explanation(watched, number), watched.version, "Why it was tried"),
        Part("output", lambda: _output(watched, number), title="Output"),
    ]
    return Page(f"{title} of {watched.name}", parts, [("/", "Runs"), (run_address, watched.name)])


def _neighbours(watched: WatchedRun, number: int) -> str:
    others = [each for each in (number - 1, number + 1) if 0 <= each < watched.run.asked()]
    links = (link(address("runs", watched.name, "trials", each), f"Trial {each}") for each in others)
    return f"<nav>{' '.join(links)}</nav>"


def _running(watched: WatchedRun, trial: Trial) -> RunningTrial | None:
    run = watched.run
    if not run.searching() or trial.number not in run.in_flight():
        return None
    return RunningTrial(trial, read_curve(run.trial_directory(trial.number)), run.started(trial.number))


def _details(watched: WatchedRun, trial: Trial) -> str:
    run = watched.run
    details = trial_details(
        watched.config.metric,
        trial,
        run.result(trial.number),
        running=_running(watched, trial),
        stops_early=watched.config.search.early_stopping is not None,
        rows=watched.rows,
        timings=True,
        command=_command(watched, trial),
    )
    labels = [label for label, _ in details.lines]
    curves = labels.index("epochs") + 1 if "epochs" in labels else len(labels)
    drawn = {name for epoch in _curve(watched, trial) for name in epoch.metrics}  # shown below, as a figure
    kept = [
        line
        for at, line in enumerate(details.lines)
        if line[0] != "trial" and (at < curves or line[0] not in drawn)
    ]
    return facts([(label, _first_line(text) if label == "reason" else text) for label, text in kept]) + (
        _traceback(dict(kept).get("reason", ""))
    )


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _traceback(reason: str) -> str:
    """The rest of a reason, with its alignment kept."""
    _, _, rest = reason.partition("\n")
    lines = "\n".join(map(escape, rest.rstrip().split("\n")))
    return f'<pre class="log">{lines}</pre>' if lines else ""


def _curve(watched: WatchedRun, trial: Trial) -> tuple[Epoch, ...]:
    """Its learning curve so far."""
    result = watched.run.result(trial.number)
    if result is not None:
        return result.curve
    running = _running(watched, trial)
    return running.curve if running else ()


def _command(watched: WatchedRun, trial: Trial) -> str:
    try:
        return command_line(watched.config, trial, Path(watched.run.trial_directory(trial.number)))
    except (HpsearchError, OSError, ValueError) as error:  # files that the command names may be gone by now
        return f"cannot be shown: {error}"


def _curves(watched: WatchedRun, trial: Trial) -> str:
    figure = _figure(watched.config.metric, _curve(watched, trial), trial)
    return (
        figure_section(figure) if figure else '<p class="muted">It has reported no more than one epoch.</p>'
    )


def _figure(metric: Metric, curve: tuple[Epoch, ...], trial: Trial) -> Figure | None:
    """A panel for each metric, the search's own first, with the thresholds of the rungs."""
    names = dict.fromkeys([metric.name, *(name for epoch in curve for name in epoch.metrics)])
    panels = []
    for name in list(names)[:_METRICS]:
        points = [(epoch.number, epoch.metrics.get(name)) for epoch in curve]
        known = np.array([(at, value) for at, value in points if value is not None], dtype=np.float64)
        if len(known) < 2:
            continue
        own = name == metric.name
        scale = metric_axis(metric if own else Metric(name), known[:, 1], name)
        marks: list[Mark] = [Lines([(known[:, 0], scale.at(known[:, 1]))], "main", width=2)]
        if own:
            marks += [
                Lines(
                    [
                        (
                            np.array([rung.epoch - 0.4, rung.epoch + 0.4]),
                            scale.at(np.full(2, metric.loss(rung.loss))),
                        )
                    ],
                    "best",
                    width=3,
                )
                for rung in trial.rungs
            ]
        panels.append(Panel(count_axis("epoch", known[-1, 0], low=1), scale.axis, marks))
    if not panels:
        return None
    legend = [("best", "threshold at a rung")] if trial.rungs else []
    return Figure("curve", "", "", panels, min(len(panels), 3), 240, legend)


def _explanation(watched: WatchedRun, number: int) -> str:
    try:
        return table_html(trial_table(explain_trial(watched.run, number)))
    except HpsearchError as error:
        return problem(str(error))


def _output(watched: WatchedRun, number: int) -> str:
    """The ends of its logs; only trials of user code have any."""
    run = watched.run
    directory = run.trial_directory(number).name
    tails = {stream: log_tail(run.trials_directory, directory, stream) for stream in ("stdout", "stderr")}
    shown = (f"<h3>{stream}</h3>{tail}" for stream, tail in tails.items() if tail is not None)
    return "".join(shown) or '<p class="muted">It has printed nothing.</p>'
