"""The names of the figures, for the command line, which must not import the drawing code."""

__all__ = ["FIGURE_KINDS", "FIGURE_SUFFIXES"]

FIGURE_KINDS = (
    "history",
    "zoom",
    "curves",
    "importance",
    "slices",
    "marginal",
    "maps",
    "parallel",
    "grid",
    "timeline",
)
"""Every kind of figure."""

FIGURE_SUFFIXES = (".html", ".svg", ".png", ".pdf")
"""The suffixes of the files that a figure can be written to."""
