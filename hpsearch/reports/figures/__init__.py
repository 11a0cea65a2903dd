"""Figures: one file per kind, each a pure function of the results; drawn as SVG, HTML or text.

To add one, write a function from :class:`RunData` to :class:`Figure` and add it to :data:`FIGURES`.
"""

from collections.abc import Callable

from hpsearch.analysis.anova import Importance
from hpsearch.reports.figures.figure import Figure
from hpsearch.reports.figures.grid_or_random import grid_or_random
from hpsearch.reports.figures.history import history
from hpsearch.reports.figures.importance_bars import importance_bars
from hpsearch.reports.figures.learning_curves import learning_curves
from hpsearch.reports.figures.marginals import marginals
from hpsearch.reports.figures.pair_maps import pair_maps
from hpsearch.reports.figures.parallel_coordinates import parallel_coordinates
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.slices import slices
from hpsearch.reports.figures.timeline import timeline
from hpsearch.reports.figures.zoom import zoom

__all__ = ["FIGURES", "Figure", "RunData"]

FIGURES: dict[str, Callable[[RunData, Importance | None], Figure]] = {
    "history": lambda data, _: history(data),
    "zoom": lambda data, _: zoom(data),
    "curves": lambda data, _: learning_curves(data),
    "importance": importance_bars,
    "slices": slices,
    "marginal": marginals,
    "maps": pair_maps,
    "parallel": lambda data, _: parallel_coordinates(data),
    "grid": lambda data, _: grid_or_random(data),
    "timeline": lambda data, _: timeline(data),
}
"""Every kind of figure, by the name it has on the command line."""
