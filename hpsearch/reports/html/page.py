"""A page that is one file and needs no network.

Its Content-Security-Policy allows the one script and the one style sheet below, by their hashes, and nothing
else: no other script, no request, no frame, no form. Texts from outside are escaped where they are inserted.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from hpsearch.reports.figures.figure import Figure
from hpsearch.reports.figures.palette import style_sheet
from hpsearch.reports.figures.svg import escape, panel_html, swatch

__all__ = ["content_hash", "figure_page", "figure_section", "page", "static_style"]

_MARGINS = (10, 16, 66, 82, 230)
"""The left margins of panels, which must not be in attributes."""


def page(title: str, body: str, heights: Sequence[int]) -> str:
    """A whole page.

    Args:
        title: Its title, as plain text.
        body: HTML.
        heights: The heights of the figures' panels, in pixels.
    """
    script = _resource("page.js")
    style = _resource("page.css") + _sizes(heights) + style_sheet() + "\n"
    policy = (
        f"default-src 'none'; script-src '{content_hash(script)}'; style-src '{content_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def static_style() -> str:
    """The style sheet of a server's pages, whose script gives the panels of figures their heights."""
    return _resource("page.css") + _sizes([]) + style_sheet() + "\n"


def figure_page(figure: Figure) -> str:
    """A page with one figure."""
    return page(figure.title, f'<div class="run">{figure_section(figure)}</div>\n', [figure.height])


def figure_section(figure: Figure, prefix: str = "") -> str:
    """A figure as part of a page.

    Args:
        figure: The figure.
        prefix: A prefix of its kind, which together identify it on the page.
    """
    legend = "".join(f"<span>{swatch(role)}{escape(text)}</span>" for role, text in figure.legend)
    names = [f"{figure.title}: {panel.title}" if panel.title else figure.title for panel in figure.panels]
    panels = "".join(panel_html(panel, name) for panel, name in zip(figure.panels, names, strict=True))
    scroll = " scroll" if figure.wide else ""
    return (
        f'<figure id="{prefix}{figure.kind}" class="height-{figure.height}"><figcaption>'
        f"<h2>{escape(figure.title)}</h2>"
        f'<div class="legend">{legend}</div></figcaption>'
        f'<div class="panels columns-{figure.columns}{scroll}">{panels}</div>'
        f"<p class=muted>{escape(figure.caption)}</p></figure>\n"
    )


def _sizes(heights: Sequence[int]) -> str:
    """CSS for the sizes of panels, which must not be in attributes."""
    rules = [f".left-{left}{{padding-left:{left}px}}" for left in _MARGINS]
    rules += [f".height-{height} .panel{{height:{height}px}}" for height in sorted(set(heights))]
    return "\n".join(rules) + "\n"


def _resource(name: str) -> str:
    return files("hpsearch.reports.html").joinpath(name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The source expression of an inline script or style sheet in a Content-Security-Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
