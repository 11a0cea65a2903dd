"""The data for a model of the metric: losses of some trials, at the epochs where others were stopped.

A trial that was stopped early has no loss at the last epoch. Its losses until then still show how it
compares with the trials that continued, so the epoch is an input of the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.searchers.candidates import quasirandom_point
from hpsearch.searchers.searcher import Indices, Observations
from hpsearch.searchers.surrogate import Features
from hpsearch.space import Booleans, Floats, Space

MOST_TRIALS = 256
"""The largest number of trials that is used; half of it if some were stopped early."""

_MOST_ROWS = 320


@dataclass(frozen=True, slots=True)
class Evidence:
    """Losses of n trials in r rows; the first n rows contain the last loss of each trial.

    Attributes:
        units: The trials' canonical points, shape (n, d).
        epochs: The epochs that occur, ascending; the last one is that of complete trials; shape (l,).
        trials: The trial of each row, shape (r,).
        levels: The index of each row's epoch, shape (r,).
        losses: Finite, shape (r,). A failed trial has the worst loss, at the last epoch.
    """

    units: Floats
    epochs: Floats
    trials: Indices
    levels: Indices
    losses: Floats


def evidence(observations: Observations) -> Evidence:
    """All trials of the observations, each at its last epoch and at the earlier ones that there is room for.

    The order of the trials makes no difference.

    Args:
        observations: Results, at least one of them with a loss.
    """
    count = len(observations.losses)
    worst = np.nanmax(np.where(np.isfinite(observations.losses), observations.losses, np.nan))
    losses = np.where(np.isfinite(observations.losses), observations.losses, worst)
    order = np.lexsort((losses, *observations.units[:count].T))
    losses, curves = losses[order], [observations.curves[row] for row in order]
    lengths = np.fromiter(map(len, curves), np.intp, count)
    stopped = observations.stopped[order] & (lengths > 0)
    epochs = np.unique([*lengths[stopped], max(lengths.max(), 1)])
    last = np.where(stopped, np.searchsorted(epochs, lengths), len(epochs) - 1)
    rows = [(np.arange(count), last, losses)]
    for level, epoch in enumerate(epochs[:-1].tolist()):
        passed = _passed(curves, last > level, epoch)
        if level and sum(len(trials) for trials, _, _ in rows) + len(passed) > _MOST_ROWS:
            break
        values = np.array([curves[trial][epoch - 1] for trial in passed])
        rows.append((passed, np.full(len(passed), level), values))
    trials, levels, losses = map(np.concatenate, zip(*rows, strict=True))
    return Evidence(observations.units[:count][order], epochs.astype(np.float64), trials, levels, losses)


def _passed(curves: Sequence[Floats], later: Booleans, epoch: int) -> Indices:
    """The trials with a finite loss at an epoch, among those whose last loss is at a later one."""
    known = [len(curve) >= epoch and bool(np.isfinite(curve[epoch - 1])) for curve in curves]
    return np.flatnonzero(later & np.array(known, dtype=np.bool_))


def chosen_trials(space: Space, units: Floats, losses: Floats, *, stopped: bool) -> Indices:
    """Which of many trials are used: those nearest to evenly distributed points of the space.

    A search's trials crowd around its best ones, but the estimates are about the whole space. The chosen
    trials cover it as evenly as possible.

    Args:
        space: What was searched.
        units: Canonical points of the trials, shape (n, d).
        losses: Their losses, shape (n,). Together with the points they determine an order of the trials, so
            that their numbers do not matter.
        stopped: Whether some were stopped early.

    Returns:
        All rows, or at most :data:`MOST_TRIALS` of them; ascending.
    """
    most = MOST_TRIALS // 2 if stopped else MOST_TRIALS
    if len(units) <= most:
        return np.arange(len(units))
    order = np.lexsort((losses, *units.T))
    features = Features(space)
    points = features(units[order]).astype(np.float32)
    targets = np.array([quasirandom_point(number, np.zeros(space.dimensions)) for number in range(most)])
    lengths = np.square(points).sum(axis=1)
    chosen = []
    for target in features(space.snap(targets)).astype(np.float32):
        nearest = int((lengths - 2 * (points @ target)).argmin())
        lengths[nearest] = np.inf
        chosen.append(nearest)
    return np.sort(order[chosen])
