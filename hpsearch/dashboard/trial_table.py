"""The table of a run's trials: one page of it, filtered and sorted on the server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hpsearch.analysis.ranking import leaderboard_row
from hpsearch.dashboard.layout import address, grid, link, problem
from hpsearch.dashboard.watched_runs import WatchedRun
from hpsearch.errors import UsageError
from hpsearch.inspection.querying import Vocabulary
from hpsearch.reports.figures.svg import escape
from hpsearch.reports.table import Column
from hpsearch.reports.text import duration, spread
from hpsearch.store.results_query import ResultsQuery

__all__ = ["TableView", "trials_html"]

_ROWS = 50
_PARAMETER = "values."


@dataclass(frozen=True, slots=True)
class TableView:
    """The requested part of the table, as given by the address.

    Attributes:
        where: Conditions and words, separated by commas.
        sort: A column: a parameter's name after ``values.``, or a column of results; "" for the ranking.
        down: Whether the largest comes first.
        page: Counted from 1.
    """

    where: str = ""
    sort: str = ""
    down: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "TableView":
        """The part that the query of an address requests; invalid values are ignored."""
        page = query.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
        return cls(query.get("where", "").strip(), query.get("sort", ""), "down" in query, max(number, 1))

    def address(self, name: str) -> str:
        """Its address on the server."""
        down = "1" if self.down else ""
        page = self.page if self.page > 1 else ""
        return address("runs", name, where=self.where, sort=self.sort, down=down, page=page)

    def query(self, watched: WatchedRun) -> ResultsQuery | None:
        """The query for its results; None for all in the order of the ranking.

        Raises:
            UsageError: A condition cannot be read.
        """
        vocabulary = Vocabulary([watched.config])
        known = self.sort.removeprefix(_PARAMETER) in (*vocabulary.names(), "value", "tie")
        return vocabulary.query(self.where, f"{'-' * self.down}{self.sort}" if known else "", words=True)


def trials_html(watched: WatchedRun, view: TableView) -> str:
    """The table, with its filter and links to its other pages."""
    try:
        wanted = view.query(watched)
    except UsageError as error:
        return _filter(watched.name, view, "") + problem(str(error))
    total = sum(watched.run.counts().values())
    # Without conditions the total is known, and the rows up to the page are enough.
    chooses = wanted is not None and wanted.chooses
    places = watched.run.places(wanted, None if chooses else min(view.page, _pages(total)) * _ROWS)
    found = len(places) if chooses else total
    pages = _pages(found)
    view = replace(view, page=min(view.page, pages))
    standings = watched.run.standings(places[(view.page - 1) * _ROWS : view.page * _ROWS])
    rows = [
        leaderboard_row(each, watched.config.metric, rows=watched.rows, timings=True) for each in standings
    ]
    count = f"{found} of {total} results" if view.where else f"{found} results"
    return (
        _filter(watched.name, view, count) + _table(watched, rows, view) + _pager(watched.name, view, pages)
    )


def _pages(rows: int) -> int:
    return max(-(-rows // _ROWS), 1)


def _columns(watched: WatchedRun, rows: list[dict[str, Any]]) -> list[tuple[Column, str]]:
    """The columns, and the key that each is sorted by."""
    columns = [
        (Column("rank", ("rank",), right=True), ""),
        (Column("trial", ("trial",), right=True), "trial"),
        (Column(watched.config.metric.name, ("value",), right=True), "value"),
    ]
    if any("standard_error" in row for row in rows):
        columns.append((Column("±", ("standard_error",), spread, right=True), ""))
    columns += [
        (Column("status", ("status",)), "status"),
        (Column("epochs", ("epochs",), right=True), "epochs"),
    ]
    for name in watched.config.space.names:
        columns.append((Column(name, ("values", name), right=True, choice=True), _PARAMETER + name))
    columns.append((Column("time", ("seconds",), duration, right=True), "seconds"))
    if any(row["reason"] for row in rows):
        columns.append((Column("reason", ("reason",)), "reason"))
    return columns


def _table(watched: WatchedRun, rows: list[dict[str, Any]], view: TableView) -> str:
    columns = _columns(watched, rows)
    body = []
    for row in rows:
        cells = (_cell(watched.name, column, row) for column, _ in columns)
        body.append(f"<tr>{''.join(cells)}</tr>")
    return grid((_head(watched.name, column, key, view) for column, key in columns), body)


def _head(name: str, column: Column, key: str, view: TableView) -> str:
    if column.header == "±":
        return f"<th>{column.header}</th>"
    sorted_now = view.sort == key
    down = sorted_now and not view.down and bool(key)
    state = ("descending" if view.down else "ascending") if sorted_now else "none"
    arrow = (" ▼" if view.down else " ▲") if sorted_now and key else ""
    target = replace(view, sort=key, down=down, page=1).address(name)
    return f'<th aria-sort="{state}">{link(target, column.header + arrow, "here")}</th>'


def _cell(name: str, column: Column, row: Mapping[str, Any]) -> str:
    text = escape(column.text(row))
    full = f' title="{text}"' if len(text) > 40 else ""
    if column.key == ("trial",):
        text = link(address("runs", name, "trials", row["trial"]), text)
    return f'<td class="number">{text}</td>' if column.right else f"<td{full}>{text}</td>"


def _filter(name: str, view: TableView, count: str) -> str:
    hidden = {"sort": view.sort, "down": "1" if view.down else ""}
    fields = "".join(
        f'<input type="hidden" name="{key}" value="{escape(value)}">'
        for key, value in hidden.items()
        if value
    )
    return (
        f'<form class="filter-form" action="{escape(address("runs", name))}">'
        f'<input class="where" type="search" name="where" value="{escape(view.where)}"'
        ' aria-label="Filter trials" placeholder="status=done, learning_rate&lt;0.01, or words">'
        f'{fields}<button>Filter</button><span class="count">{escape(count)}</span></form>'
    )


def _pager(name: str, view: TableView, pages: int) -> str:
    if pages == 1:
        return ""
    links = []
    for text, page in (("First", 1), ("Previous", view.page - 1), ("Next", view.page + 1), ("Last", pages)):
        usable = 1 <= page <= pages and page != view.page
        target = replace(view, page=page).address(name)
        links.append(link(target, text, "here") if usable else f'<span class="muted">{text}</span>')
    at = f'<span class="muted">page {view.page} of {pages}</span>'
    return f'<nav class="pager">{" ".join(links)} {at}</nav>'
