"""Figures as files."""

from pathlib import Path

from hpsearch.errors import UsageError
from hpsearch.files import replacing, usage_errors
from hpsearch.reports.figure_kinds import FIGURE_SUFFIXES
from hpsearch.reports.figures.figure import Figure
from hpsearch.reports.figures.svg import figure_svg

__all__ = ["figure_bytes", "save_figure"]

_SHARP = 2.0  # pixels of a PNG for each pixel of the figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure to a file, completely or not at all.

    Args:
        figure: The figure.
        path: The file to replace or create; its suffix is one of
            :data:`hpsearch.reports.figure_kinds.FIGURE_SUFFIXES`.

    Raises:
        UsageError: See :func:`figure_bytes`; or the file cannot be written.
    """
    content = figure_bytes(figure, path.suffix)
    with usage_errors(path), replacing(path) as file:
        file.write(content)


def figure_bytes(figure: Figure, suffix: str) -> bytes:
    """The content of a file.

    Args:
        figure: The figure.
        suffix: One of :data:`hpsearch.reports.figure_kinds.FIGURE_SUFFIXES`, the kind of file.

    Raises:
        UsageError: Such files are not supported, or the package for them is not installed.
    """
    svg = figure_svg(figure)
    if suffix == ".svg":
        return svg.encode()
    if suffix == ".html":
        from hpsearch.reports.html.page import figure_page

        return figure_page(figure).encode()
    if suffix in (".png", ".pdf"):
        return _converted(svg, suffix)
    raise UsageError(f"A figure is written as {', '.join(FIGURE_SUFFIXES)}; found {suffix or 'no suffix'}")


def _converted(svg: str, suffix: str) -> bytes:
    try:
        import vl_convert
    except ModuleNotFoundError:
        raise UsageError(
            f"{suffix} files need the package vl-convert-python: pip install 'hpsearch[report]'. .svg and"
            " .html need nothing."
        ) from None
    if suffix == ".pdf":
        return bytes(vl_convert.svg_to_pdf(svg))
    return bytes(vl_convert.svg_to_png(svg, scale=_SHARP))
