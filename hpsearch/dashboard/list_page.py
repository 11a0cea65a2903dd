"""The page of all runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.dashboard.layout import Page, Part, address, grid, link
from hpsearch.dashboard.watched_runs import WatchedRuns
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.text import local_time, plain, with_error

__all__ = ["list_page"]

_COLUMNS = ("", "run", "state", "metric", "best", "finished", "progress", "running", "started")


def list_page(runs: WatchedRuns) -> Page:
    """Every run below the root, the newest first."""
    return Page("Runs", [Part("runs", lambda: _runs(runs.rows()), title="Runs")], wide=True)


def _runs(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return '<p class="muted">No runs here yet. `hpsearch run CONFIG` makes one.</p>'
    table = grid((f"<th>{name}</th>" for name in _COLUMNS), map(_row, rows))
    compare = '<p><button>Compare two runs</button> <span class="muted">Tick two of them.</span></p>'
    return f'<form action="/compare">{table}{compare if len(rows) > 1 else ""}</form>'


def _row(row: Mapping[str, Any]) -> str:
    name = escape(str(row["name"]))
    state = f'<span class="state {escape(row["state"])}">{escape(row["state"])}</span>'
    begin = f"<td>{link(address('runs', row['name']), row['name'])}</td><td>{state}</td>"
    if "reason" in row:
        return f'<tr><td></td>{begin}<td colspan="6" class="reason">{escape(plain(row["reason"]))}</td></tr>'
    finished, total = row["finished"], row["trials"]
    best = with_error(row["value"], row.get("standard_error"))
    cells = (
        f'<td><input type="checkbox" name="run" value="{name}" aria-label="Compare {name}"></td>{begin}',
        f"<td>{escape(row['metric'])}</td>",
        f'<td class="number">{escape(best)}</td>',
        f'<td class="number">{finished} of {total}</td>',
        f'<td><progress max="{total}" value="{finished}" aria-label="{finished} of {total}"></progress></td>',
        f'<td class="number">{row["running"] or ""}</td>',
        f"<td>{escape(local_time(row['created']))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"
