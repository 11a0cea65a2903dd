"""The style sheet and the scripts of the pages, read once.

The style sheet is part of every page: a browser paints nothing without it, and so need not request it.
"""

from functools import cache
from importlib.resources import files

from hpsearch.reports.html.page import content_hash, static_style

__all__ = ["resource", "style", "style_source"]


@cache
def style() -> str:
    """The style sheet of every page."""
    return static_style() + resource("dashboard", "dashboard.css")


@cache
def style_source() -> str:
    """Its source expression in a Content-Security-Policy."""
    return f"'{content_hash(style())}'"


@cache
def resource(room: str, name: str) -> str:
    """The text of a file of the package.

    Args:
        room: The package in ``hpsearch`` that contains it.
        name: The file.
    """
    return files(f"hpsearch.{room}").joinpath(name).read_text(encoding="utf-8")
