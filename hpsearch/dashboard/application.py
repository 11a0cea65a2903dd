"""The pages and their addresses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from hpsearch.dashboard.comparison_page import comparison_page
from hpsearch.dashboard.daemon_threads import DaemonThreads
from hpsearch.dashboard.figure_cache import FigureCache
from hpsearch.dashboard.guard import Guard
from hpsearch.dashboard.layout import Page, Part, Updates, problem, whole_page
from hpsearch.dashboard.list_page import list_page
from hpsearch.dashboard.resources import resource
from hpsearch.dashboard.run_page import run_page
from hpsearch.dashboard.trial_page import trial_page
from hpsearch.dashboard.trial_table import TableView
from hpsearch.dashboard.watched_runs import WatchedRuns
from hpsearch.errors import HpsearchError, RunNotFound, UsageError
from hpsearch.reports.figures import FIGURES

__all__ = ["POLL_SECONDS", "application"]

POLL_SECONDS = 1.0
"""Seconds between two looks at what a page shows."""

_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}


def application(
    root: Path, host: str = "127.0.0.1", is_ending: Callable[[], bool] = lambda: False
) -> ASGIApp:
    """The server as an ASGI application.

    Args:
        root: The directory with the runs, or one run.
        host: The address or name that it listens on.
        is_ending: Whether the server, and with it the event streams, is about to end.

    Raises:
        RunNotFound: There is no such directory.
    """
    pages = _Pages(WatchedRuns(root), is_ending)
    routes = [
        Route("/", pages.answer(pages.all_runs)),
        Route("/compare", pages.answer(pages.comparison)),
        Route("/runs/{name}", pages.answer(pages.run)),
        Route("/runs/{name}/trials/{number}", pages.answer(pages.trial)),
        Route("/runs/{name}/trials.json", pages.trials),
        Route("/runs/{name}/figures/{kind}", pages.figure),
        Route("/static/{name}", _static),
    ]
    not_found = {404: lambda *_: HTMLResponse(whole_page(_problem_page("There is nothing here."), ""), 404)}
    return Guard(Starlette(routes=routes, exception_handlers=not_found), host)


class _Pages:
    """The handlers.

    Args:
        runs: The runs to show.
        is_ending: Whether the server is about to end.
    """

    def __init__(self, runs: WatchedRuns, is_ending: Callable[[], bool]) -> None:
        self._runs = runs
        self._figures = FigureCache()
        self._threads = DaemonThreads()
        self._is_ending = is_ending

    def all_runs(self, _: Request) -> Page:
        """All runs."""
        return list_page(self._runs)

    def run(self, request: Request) -> Page:
        """One run."""
        return run_page(self._runs.get(request.path_params["name"]), TableView.of(request.query_params))

    def trial(self, request: Request) -> Page:
        """One trial."""
        watched = self._runs.get(request.path_params["name"])
        return trial_page(watched, watched.run.trial_number(request.path_params["number"]))

    def comparison(self, request: Request) -> Page:
        """Two runs."""
        names = list(dict.fromkeys(request.query_params.getlist("run")))
        if len(names) != 2:
            raise UsageError(f"Choose two runs to compare; found {len(names)}.")
        left, right = map(self._runs.get, names)
        return comparison_page(left, right, self._figures)

    async def figure(self, request: Request) -> Response:
        """A figure, as a part of a page."""
        return await self._threads.run(self._figure, request)

    async def trials(self, request: Request) -> Response:
        """The trials in the figures."""
        return await self._threads.run(self._trials, request)

    def _figure(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in FIGURES:
            return HTMLResponse(problem("There is no such figure."), 404)
        try:
            return HTMLResponse(self._figures.figure(self._runs.get(request.path_params["name"]), kind))
        except HpsearchError as error:
            return HTMLResponse(problem(str(error)))

    def _trials(self, request: Request) -> Response:
        try:
            text = self._figures.trials(self._runs.get(request.path_params["name"]))
        except HpsearchError:
            text = '{"columns":[],"trial":0,"rows":[]}'
        return Response(text, media_type="application/json")

    def answer(self, make: Callable[[Request], Page]) -> Callable[[Request], object]:
        """The handler of a page: its HTML, or its changes for a browser that already shows it."""

        async def handle(request: Request) -> Response:
            if request.method == "GET" and "text/event-stream" in request.headers.get("accept", ""):
                return StreamingResponse(self._events(request, make), media_type="text/event-stream")
            return await self._threads.run(self._html, request, make)

        return handle

    def _html(self, request: Request, make: Callable[[Request], Page]) -> Response:
        root = str(self._runs.root)
        try:
            return HTMLResponse(whole_page(make(request), root))
        except HpsearchError as error:
            status = 404 if isinstance(error, RunNotFound | UsageError) else 200
            return HTMLResponse(whole_page(_problem_page(str(error)), root), status)

    async def _events(self, request: Request, make: Callable[[Request], Page]) -> AsyncIterator[str]:
        """Yields a message whenever something on a page changes: the parts, by name, and the version."""
        updates: Updates | None = None
        while not self._is_ending():
            updates, changed = await self._threads.run(_look, request, make, updates)
            if changed:
                yield f"data: {json.dumps(changed)}\n\n"
            else:
                yield ": nothing new\n\n"  # detects a closed connection
            await asyncio.sleep(POLL_SECONDS)


def _look(
    request: Request, make: Callable[[Request], Page], before: Updates | None
) -> tuple[Updates | None, dict[str, object]]:
    """The changes since the last look; the run may have been replaced since."""
    try:
        page = make(request)
        updates = before or Updates(page)
        updates.page = page
        parts = updates.changed()
        return updates, {"parts": parts, "version": str(page.version())} if parts else {}
    except HpsearchError as error:
        return before, {"problem": str(error)}


def _problem_page(text: str) -> Page:
    return Page("hpsearch", [Part("problem", lambda: problem(text))], [("/", "Runs")])


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    makers: dict[str, Callable[[], str]] = {
        "figures.js": lambda: resource("reports.html", "page.js"),
        "dashboard.js": lambda: resource("dashboard", "dashboard.js"),
        "icon.svg": lambda: resource("dashboard", "icon.svg"),
    }
    if name not in makers:
        return HTMLResponse(problem("There is nothing here."), 404)
    return Response(makers[name](), media_type=_TYPES[Path(name).suffix])
