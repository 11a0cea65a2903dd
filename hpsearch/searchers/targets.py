"""The targets of the surrogate: losses made comparable, bounded and standardised."""

import itertools
from collections.abc import Sequence

import numpy as np

from hpsearch.searchers.searcher import Indices, Observations
from hpsearch.space import Booleans, Floats
from hpsearch.trial import WORST_TIE

_MOST_PAIRS = 48  # of learning curves, the latest, through which a line is laid
_LATEST = 4096  # trials that are looked at besides the best ones
_TIED_SHARE = 0.5  # of the way to the next larger loss, that equal losses are spread over


def surrogate_targets(observations: Observations, most: int, clip: float) -> tuple[Indices, Floats]:
    """The targets of a surrogate: losses at the last epoch, of at most ``most`` trials.

    Args:
        observations: Results, at least one of them with a loss.
        most: The largest number of trials.
        clip: See :func:`targets`.

    Returns:
        Which trials, and their targets, both of shape (n,).
    """
    recent = _best_and_latest(observations.losses, most)
    losses = comparable_losses(observations, recent)
    rows = representatives(losses, most)
    return recent[rows], targets(losses[rows], clip)


def comparable_losses(observations: Observations, rows: Indices | None = None) -> Floats:
    """Losses at the last epoch, equal ones set apart by their ties.

    Args:
        observations: Results.
        rows: Which of them; None for all.

    Returns:
        Shape (n,).
    """
    chosen = np.arange(len(observations.losses)) if rows is None else rows
    listed = chosen.tolist()  # Python integers index lists faster
    curves = [observations.curves[row] for row in listed]
    losses = observations.losses[chosen]
    if observations.ties:
        ends = [observations.ties[row] for row in listed]
        losses = set_apart(losses, np.array([end[-1] if len(end) else WORST_TIE for end in ends]))
    return extrapolated(losses, observations.stopped[chosen], curves)


def set_apart(losses: Floats, ties: Floats) -> Floats:
    """Equal losses raised in the order of their ties, by up to half the way to the next larger loss.

    Only the order of ties counts, so their unit does not matter, and no trial overtakes a better one.

    Args:
        losses: Shape (n,); those that are not finite stay as they are.
        ties: Lower is better, shape (n,).
    """
    order = np.lexsort((ties, losses))
    order = order[np.isfinite(losses[order])]
    levels, first, counts = np.unique(losses[order], return_index=True, return_counts=True)
    if len(levels) == 0:
        return losses
    gaps = np.diff(levels, append=np.nan)
    gaps[-1] = gaps[-2] if len(levels) > 1 else 1.0
    # Equal ties share their first rank, so that the numbers of trials, which say nothing, do not count.
    tied = np.r_[False, (np.diff(losses[order]) == 0) & (np.diff(ties[order]) == 0)]
    ranks = np.maximum.accumulate(np.where(tied, 0, np.arange(len(order)))) - np.repeat(first, counts)
    apart = losses.copy()
    apart[order] += _TIED_SHARE * np.repeat(gaps / counts, counts) * ranks
    return apart


def _best_and_latest(losses: Floats, most: int) -> Indices:
    """The latest rows, and the best ones of those before: at any number of trials the same cost.

    Args:
        losses: Shape (n,); NaN counts as worst.
        most: How many of the best ones.

    Returns:
        All rows, or ``_LATEST`` + ``most`` of them, in ascending order.
    """
    early = max(0, len(losses) - _LATEST)
    if early <= most:
        return np.arange(len(losses))
    before = np.where(np.isnan(losses[:early]), np.inf, losses[:early])
    worst = np.partition(before, most - 1)[most - 1]
    better, level = np.flatnonzero(before < worst), np.flatnonzero(before == worst)
    best = np.sort(np.concatenate([better, level[: most - len(better)]]))
    return np.concatenate([best, np.arange(early, len(losses))])


def targets(losses: Floats, clip: float) -> Floats:
    """Losses scaled to mean 0 and variance 1.

    Failures count as the worst loss. Losses above the quantile ``clip`` count as that quantile, since how bad
    a bad trial is says little about where the good ones are.

    Args:
        losses: Shape (n,), at least one of them finite.
        clip: Between 0 and 1.

    Returns:
        Shape (n,); all 0 when all losses are equal.
    """
    finite = np.isfinite(losses)
    filled = np.where(finite, losses, losses[finite].max())
    clipped = np.minimum(filled, np.sort(filled)[int(clip * (len(filled) - 1))])
    scaled = clipped / (np.abs(clipped).max() or 1.0)  # so that no square overflows or vanishes
    centred = scaled - scaled.mean()
    return np.asarray(centred / (centred.std() or 1.0))


def representatives(losses: Floats, most: int) -> Indices:
    """At most ``most`` rows, in ascending order: half are the best, half are evenly spaced ranks of the rest.

    Args:
        losses: Shape (n,); NaN counts as worst.
        most: The largest number of rows.
    """
    if len(losses) <= most:
        return np.arange(len(losses))
    order = np.argsort(losses, kind="stable")
    rest = order[most // 2 :]
    ranks = np.linspace(0, len(rest) - 1, most - most // 2).astype(np.intp)
    return np.sort(np.concatenate([order[: most // 2], rest[ranks]]))


def extrapolated(losses: Floats, stopped: Booleans, curves: Sequence[Floats]) -> Floats:
    """Losses, with those of trials that were stopped early extrapolated to the last epoch.

    From the epoch of one rung to that of the next a loss follows the line through the trials that reached
    both, so that a configuration does not count as bad only because it was stopped.

    Args:
        losses: Shape (m,).
        stopped: Which trials were stopped early, shape (m,).
        curves: Losses epoch by epoch, m of them.

    Returns:
        Shape (m,).
    """
    if not stopped.any():
        return losses
    lengths = np.fromiter(map(len, curves), np.intp, len(curves))
    stopped = stopped & (lengths > 0)
    ends = np.unique(np.append(lengths[stopped], lengths.max())).tolist()
    carried = losses.copy()
    for epoch, following in itertools.pairwise(ends):
        both = np.flatnonzero(lengths >= following)[-_MOST_PAIRS:].tolist()
        before = np.array([curves[row][epoch - 1] for row in both])
        after = np.array([curves[row][following - 1] for row in both])
        rows = stopped & (lengths <= epoch) & np.isfinite(carried)
        carried[rows] = _carried(carried[rows], before, after)
    return carried


def _carried(losses: Floats, before: Floats, after: Floats) -> Floats:
    """Losses at one epoch carried to a later one, by the line through pairs of both (Theil, 1950; Sen, 1968).

    Medians, so that a single diverging training does not bend the line. Its slope is kept between 0 and 1,
    since trainings converge. With few pairs the change is shrunk, by n / (n + 2).
    """
    known = np.isfinite(before) & np.isfinite(after)
    before, after = before[known], after[known]
    n = len(before)
    if n == 0:
        return losses
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        slopes = (after - after[:, None]) / (before - before[:, None])
        finite = slopes[np.isfinite(slopes)]
        slope = float(np.clip(np.median(finite), 0.0, 1.0)) if len(finite) else 1.0
        change = np.median(after) + slope * (losses - np.median(before)) - losses
        return np.asarray(np.where(np.isfinite(change), losses + n / (n + 2) * change, losses))
