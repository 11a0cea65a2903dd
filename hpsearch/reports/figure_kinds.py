"""The names of the figures, for the command line, which must not import what draws them."""

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
"""The files that a figure is written as."""
