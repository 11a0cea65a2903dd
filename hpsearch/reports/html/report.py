"""The report: everything about one or more runs on one page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.analysis.anova import Importance
from hpsearch.analysis.narrowing import AtBound
from hpsearch.analysis.ranking import leaderboard_row, standings
from hpsearch.commands import pasteable
from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.reports.figures import FIGURES, Figure, RunData
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.html.page import figure_section, page
from hpsearch.reports.text import plain, printable, value_text
from hpsearch.reports.verdict import verdict
from hpsearch.space import Categorical, Parameter
from hpsearch.trial import Result

__all__ = ["ReportedRun", "choice_data", "report_page"]

_STATIC_ROWS = 20  # rows that are present without the script, and in print
_GROUPS = 20  # groups of failures
_HINT = "Drag over a figure to select trials; select in more of them to narrow down. Esc clears."
_NUMBERS = 30  # numbers of trials shown for each group


@dataclass(frozen=True)
class ReportedRun:
    """One run of a report.

    Attributes:
        name: Its name on the page.
        config: Its config.
        config_text: The search, as YAML.
        data: Its trials and results.
        bounds: The parameters whose best value is at the end of its range.
        found: Which parameters matter; None if that is unknown.
        facts: Other facts to show: labels and texts.
        rows: The number of rows, if the metric is a share of them.
        complete: Whether its search has ended by itself.
        place: The run directory, for commands to paste; None in a page that is equal for equal searches.
    """

    name: str
    config: Config
    config_text: str
    data: RunData
    bounds: Sequence[AtBound]
    found: Importance | None
    facts: Mapping[str, str]
    rows: int | None = None
    complete: bool = True
    place: Path | None = None


def report_page(runs: Sequence[ReportedRun]) -> str:
    """A page that needs no network; equal searches have equal pages, unless they show times.

    Args:
        runs: The runs, in the order to show them.
    """
    names = [run.name for run in runs]
    sections, heights = [], []
    for index, run in enumerate(runs):
        figures = _figures(run)
        heights += [figure.height for figure in figures.values() if isinstance(figure, Figure)]
        sections.append(_section(run, figures, f"r{index}-" if len(runs) > 1 else ""))
    title = f"{', '.join(dict.fromkeys(names))}: hyperparameter search"
    overview = _overview(runs) if len(runs) > 1 else ""
    return page(title, overview + "".join(sections), heights)


def _figures(run: ReportedRun) -> dict[str, Figure | str]:
    """Every figure, or the reason why there is none."""
    found: dict[str, Figure | str] = {}
    for kind, draw in FIGURES.items():
        if kind == "timeline" and not run.data.times:
            continue
        try:
            found[kind] = draw(run.data, run.found)
        except UsageError as error:
            found[kind] = str(error)
    return found


def _overview(runs: Sequence[ReportedRun]) -> str:
    rows = []
    for index, run in enumerate(runs):
        best = run.data.ranked[0] if run.data.ranked else None
        cells = [
            f'<a href="#r{index}-run">{escape(run.name)}</a>',
            escape(run.config.metric.name),
            escape(plain(best.value)) if best else "",
            str(len(run.data.results)),
            escape(run.config.search.method),
        ]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("run", "metric", "best", "trials", "method"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<h1>{len(runs)} runs</h1><div class="table">{table}</div>\n'


def _section(run: ReportedRun, figures: Mapping[str, Figure | str], prefix: str) -> str:
    sentences = verdict(
        run.config,
        run.data.results,
        run.data.ranked,
        run.bounds,
        run.found,
        run.rows,
        complete=run.complete,
        place=run.place,
    )
    lead, *rest = (_prose(sentence) for sentence in sentences)
    links = {f"{prefix}{kind}": each.title for kind, each in figures.items() if isinstance(each, Figure)}
    links |= {f"{prefix}trials": "Trials", f"{prefix}failures": "Failures", f"{prefix}config": "Config"}
    nav = "".join(f'<a href="#{target}">{escape(text)}</a>' for target, text in links.items())
    drawn = [
        figure_section(each, prefix) if isinstance(each, Figure) else f'<p class="muted">{escape(each)}</p>\n'
        for each in figures.values()
    ]
    return (
        f'<section class="run" id="{prefix}run">\n<h1>{escape(run.name)}</h1>\n'
        f'<p class="lead">{lead}</p>\n' + "".join(f"<p>{each}</p>\n" for each in rest) + f"<nav>{nav}</nav>\n"
        '<div class="controls"><input class="filter" type="search" aria-label="Filter trials"'
        ' placeholder="Filter: status=done, learning_rate&lt;0.01, or words">'
        '<button type="button" class="clear">Clear</button>'
        '<span class="count" aria-live="polite"></span></div>\n'
        f'<p class="muted hint">{_HINT}</p>\n'
        + "".join(drawn)
        + _trials(run, prefix)
        + _failures(run.data.results, prefix)
        + _origin(run, prefix)
        + "</section>\n"
    )


def _prose(sentence: str) -> str:
    """A sentence with the commands between backticks set as code."""
    parts = [escape(part) for part in sentence.split("`")]
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _trials(run: ReportedRun, prefix: str) -> str:
    """The table of all trials: its first rows as HTML, all of them as data for the script."""
    columns, missing, rows = _table(run)
    numeric = [all(_is_number(row[index]) for row in rows) for index in range(len(columns))]
    data = {
        "columns": columns,
        "numeric": numeric,
        "trial": columns.index("trial"),
        "missing": missing,
        "rows": rows,
    }
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for character in "<>&":  # so that no text can end the script or begin a comment
        text = text.replace(character, f"\\u{ord(character):04x}")
    head = "".join(
        f'<th aria-sort="none"><button type="button">{escape(name)}</button></th>' for name in columns
    )
    body = "".join(_row(row, numeric) for row in rows[:_STATIC_ROWS])
    return (
        f'<h2 id="{prefix}trials">Trials</h2>\n<div class="table"><table><thead><tr>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table></div>\n<button type="button" class="more" hidden>Show more</button>\n'
        f'<script type="application/json">{text}</script>\n'
    )


def _table(run: ReportedRun) -> tuple[list[str], list[list[str]], list[list[Any]]]:
    """The names of the columns, the words that the filter has for no value in each, and the rows."""
    data, metric = run.data, run.config.metric
    timings = bool(data.times)
    lines = [leaderboard_row(each, metric, timings=timings) for each in standings(data.results, metric)]
    optional = ("standard_error", "tie")
    keys = ["rank", "trial", "value", *optional, "status", "epochs"]
    keys = [key for key in keys if key not in optional or any(key in line for line in lines)]
    names = {"value": metric.name, "standard_error": "±", "tie": metric.ties.name if metric.ties else ""}
    columns = [names.get(key, key) for key in keys] + list(data.space.names)
    missing = [["null", "unused"] for _ in keys] + list(map(_missing, data.space.parameters))
    rows = [
        [line.get(key) for key in keys] + [choice_data(line["values"], name) for name in data.space.names]
        for line in lines
    ]
    more = [*(["seconds"] if timings else []), *(["reason"] if len(data.ranked) < len(lines) else [])]
    for key in more:
        columns.append(key)
        missing.append(["null"])
        for row, line in zip(rows, lines, strict=True):
            row.append(line[key])
    shown = [[printable(value) if isinstance(value, str) else value for value in row] for row in rows]
    return [printable(name) for name in columns], missing, shown


def _missing(parameter: Parameter) -> list[str]:
    """The filter's words for a parameter that a trial does not use; one that is a choice means the choice."""
    choices = parameter.values if isinstance(parameter, Categorical) else ()
    return [word for word, choice in (("null", None), ("unused", "unused")) if choice not in choices]


def choice_data(values: Mapping[str, Any], name: str) -> Any:
    """A number unchanged, so that it sorts; any other choice as text; None if there is none."""
    if name not in values:
        return None
    value = values[name]
    return value if _is_number(value) and value is not None else value_text(value)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _row(row: Sequence[Any], numeric: Sequence[bool]) -> str:
    cells = (
        f'<td class="number">{escape(plain(value))}</td>' if right else f"<td>{escape(plain(value))}</td>"
        for value, right in zip(row, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _failures(results: Sequence[Result], prefix: str) -> str:
    """Trials without a value, grouped by the first line of their reason, with the first traceback of each."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.value is None:
            groups.setdefault(f"{result.status}: {result.reason.partition(chr(10))[0]}", []).append(result)
    heading = f'<h2 id="{prefix}failures">Failures</h2>\n'
    if not groups:
        return f"{heading}<p>{'Every trial has a value.' if results else 'No trial has a result yet.'}</p>\n"
    parts = [heading]
    largest = sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0].number))
    for title, members in largest[:_GROUPS]:
        numbers = ", ".join(str(result.number) for result in members[:_NUMBERS])
        numbers += " …" if len(members) > _NUMBERS else ""
        trials = f"{len(members)} trials: {numbers}" if len(members) > 1 else f"Trial {numbers}"
        parts.append(f'<h3>{escape(title)}</h3>\n<p class="muted">{trials}</p>\n')
        if "\n" in members[0].reason:
            lines = (escape(line) for line in members[0].reason.split("\n"))
            parts.append("<pre>" + "\n".join(lines) + "</pre>\n")
    if len(groups) > _GROUPS:
        parts.append(f"<p>{len(groups) - _GROUPS} more kinds of failures are left out.</p>\n")
    return "".join(parts)


def _origin(run: ReportedRun, prefix: str) -> str:
    """The config, the facts that the numbers depend on, and the commands that reproduce them."""
    lines = (escape(line) for line in run.config_text.split("\n"))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in run.facts.items())
    commands = ["# the same search: save the config above as config.yaml", "hpsearch run config.yaml"]
    place = run.place or Path("RUN")
    if run.data.ranked:
        commands += [
            f"# the best trial alone{'' if run.place else '; RUN is the run directory'}",
            pasteable("hpsearch", "export", place, "--to", "config", "-o", "best.yaml"),
            "hpsearch run best.yaml",
        ]
    if run.config.objective.kind == "network" and run.data.ranked:
        commands += [
            "# the best network, trained for use",
            pasteable("hpsearch", "train", place, "best", "-o", "model.npz"),
        ]
    shown = "\n".join(map(escape, commands))
    return (
        f'<h2 id="{prefix}config">Config</h2>\n<pre>' + "\n".join(lines) + "</pre>\n"
        f"<h2>Run it again</h2>\n<pre>{shown}</pre>\n"
        f'<h2>What the numbers depend on</h2>\n<dl class="facts">{facts}</dl>\n'
    )
