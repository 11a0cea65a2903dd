"""What the model has learned, in the metric's own units: for pictures of the space.

Means over other parameters are taken on the scale of the model and then turned into losses, so that a few
bad configurations do not hide the differences between good ones.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.analysis.learned import Learned
from hpsearch.searchers.candidates import quasirandom_point
from hpsearch.space import Floats, Parameter, Space

_POINTS = 1024  # draws from the prior at which each function is evaluated
_CHANCES = 15  # quantiles of the best of some random trials, for each function
_OTHERS = 48  # values of the other parameters that a mean is taken over
_CELLS = 33  # points of a range; a parameter with fewer values has one for each
_FINE = 4096  # points used to find the values of such a parameter


@dataclass(frozen=True, slots=True)
class Marginal:
    """The loss as a function of one parameter, averaged over the others.

    Attributes:
        units: Coordinates in the parameter's range, shape (m,); those of its values if they are few.
        low: The 5 % quantile over functions that the results allow, shape (m,).
        middle: Their median, shape (m,).
        high: Their 95 % quantile, shape (m,).
    """

    units: Floats
    low: Floats
    middle: Floats
    high: Floats


def marginal(learned: Learned, column: int) -> Marginal:
    """The mean loss for each value of one parameter, among configurations that use it, with a 90 % band.

    Args:
        learned: The model.
        column: The column of the parameter.
    """
    units = _coordinates(learned.space.parameters[column])
    points = np.repeat(_points(learned.space, _OTHERS)[None], len(units), axis=0)
    points[:, :, column] = units[:, None]
    used = learned.space.active(points[0])[:, column]
    if used.any():
        points = points[:, used]
    low, middle, high = np.quantile(learned.losses(_means(learned, points)), [0.05, 0.5, 0.95], axis=1)
    return Marginal(units, low, middle, high)


def has_few_values(parameter: Parameter) -> bool:
    """Whether a marginal has a point for each value of a parameter, instead of a curve."""
    return parameter.count <= _CELLS


def _coordinates(parameter: Parameter) -> Floats:
    if has_few_values(parameter):
        return np.unique(parameter.snap((np.arange(_FINE) + 0.5) / _FINE))
    return np.linspace(0.0, 1.0, _CELLS)


def pair(learned: Learned, first: int, second: int, cells: int) -> Floats:
    """The mean loss for values of two parameters, averaged over values of the others.

    Args:
        learned: The model.
        first: The column of one parameter.
        second: The column of the other.
        cells: How many cells each parameter's range is cut into.

    Returns:
        Shape (cells, cells); rows are cells of the first parameter.
    """
    middles = (np.arange(cells) + 0.5) / cells
    points = np.repeat(_points(learned.space, _OTHERS // 2)[None], cells * cells, axis=0)
    points[:, :, first] = np.repeat(middles, cells)[:, None]
    points[:, :, second] = np.tile(middles, cells)[:, None]
    means = _means(learned, points).mean(axis=1)
    return learned.losses(means).reshape(cells, cells)


def best_of_random(learned: Learned, most: int) -> Floats:
    """What random search would have reached after each number of trials, up to ``most``.

    The losses of random configurations are taken from functions that the results allow, so the spread
    reflects both luck and uncertainty.

    Returns:
        The 5 %, 50 % and 95 % quantiles of the best loss, shape (3, most).
    """
    # The number of threads changes the last bits.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        units = learned.space.snap(_points(learned.space, _POINTS))
        targets = np.concatenate([draws(units) for draws in learned.models], axis=1)
    losses = np.sort(learned.losses(targets), axis=0)  # (points, draws)
    chances = (np.arange(_CHANCES) + 0.5) / _CHANCES
    counts = np.arange(1, most + 1)
    # The best of n is below the quantile p of one with probability 1 − (1 − p)ⁿ.
    quantiles = 1.0 - (1.0 - chances[:, None]) ** (1.0 / counts)
    rows = np.minimum((quantiles * _POINTS).astype(np.intp), _POINTS - 1)  # (chances, most)
    best = losses[rows].transpose(0, 2, 1).reshape(-1, most)
    return np.asarray(np.quantile(best, [0.05, 0.5, 0.95], axis=0))


def _means(learned: Learned, points: Floats) -> Floats:
    """Each drawn function's mean over points, as targets.

    Args:
        learned: The model.
        points: Shape (cells, points, d).

    Returns:
        Shape (cells, draws).
    """
    cells, count, dimensions = points.shape
    units = learned.space.snap(points.reshape(-1, dimensions))
    # The number of threads changes the last bits.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        values = [draws(units).reshape(cells, count, -1).mean(axis=1) for draws in learned.models]
    return np.concatenate(values, axis=1)


def _points(space: Space, count: int) -> Floats:
    return np.array([quasirandom_point(number, np.zeros(space.dimensions)) for number in range(count)])
