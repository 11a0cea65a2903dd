"""What the searches of :mod:`benchmarks.headline` cost and found, over seeds."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

Figure = Callable[[np.ndarray, np.ndarray], float]


def table(rows: Iterable[Mapping[str, Any]], peer: str) -> None:
    """Print means over the seeds that all searches have, and how much processor time the peer takes.

    Args:
        rows: One search per row.
        peer: The search that the others are compared with.
    """
    by_seed: dict[str, dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        by_seed.setdefault(row["search"], {})[row["seed"]] = row
    seeds = sorted(set.intersection(*(set(searches) for searches in by_seed.values())))
    traces = {
        name: np.array([searches[seed]["trace"] for seed in seeds]) for name, searches in by_seed.items()
    }
    print(f"{len(seeds)} seeds\n{'':14}  CPU s  wall s  epochs  MB  test error       CPU s until  for good")
    for name, searches in by_seed.items():
        cpu, epochs, test = traces[name][:, -1].mean(axis=0)
        error = traces[name][:, -1, 2].std(ddof=1) / np.sqrt(len(seeds))
        wall, memory = (np.mean([searches[seed][key] for seed in seeds]) for key in ("seconds", "memory"))
        first, good = (seconds_until(traces[name], traces[peer], last=last) for last in (False, True))
        print(
            f"{name:14} {cpu:6.1f} {wall:7.1f} {epochs:7.0f} {memory:4.0f}  {test:.4f} ± {error:.4f}"
            f" {first:12.1f} {good:9.1f}"
        )
    for name, trace in traces.items():
        for what, figure in (
            ("the whole search", whole),
            (f"to the test error of {peer} at its end, the first time", functools.partial(until, last=False)),
            (f"to the test error of {peer} at its end, for good", functools.partial(until, last=True)),
        ):
            ratio, low, high = interval(trace, traces[peer], figure)
            print(f"{name:14} processor time of {peer} / ours, {what}: {ratio:.1f} [{low:.1f}, {high:.1f}]")


def whole(own: np.ndarray, peer: np.ndarray) -> float:
    """The processor time of the peer for the whole search, as a multiple of ours.

    Args:
        own: The rows of our traces, shape (seeds, trials + 1, 3).
        peer: Those of the peer.
    """
    return float(peer[:, -1, 0].mean() / own[:, -1, 0].mean())


def until(own: np.ndarray, peer: np.ndarray, last: bool) -> float:
    """As :func:`whole`, but ours only as far as :func:`seconds_until`; 0 if it never gets there."""
    return float(peer[:, -1, 0].mean() / seconds_until(own, peer, last))


def seconds_until(own: np.ndarray, peer: np.ndarray, last: bool) -> float:
    """Our processor seconds until the mean test error is the peer's final one; infinite if it never is.

    With ``last`` it has to stay as low from then on.
    """
    low = own[:, :, 2].mean(axis=0) <= peer[:, -1, 2].mean() + 1e-12
    if last:
        low = np.logical_and.accumulate(low[::-1])[::-1]
    return float(own[:, low.argmax(), 0].mean()) if low.any() else np.inf


def interval(own: np.ndarray, peer: np.ndarray, figure: Figure) -> tuple[float, float, float]:
    """A figure, and its 90 % bootstrap interval over seeds."""
    rng, n = np.random.default_rng(0), len(own)
    draws = [figure(own[rows], peer[rows]) for rows in rng.integers(n, size=(2000, n))]
    low, high = np.quantile(draws, [0.05, 0.95])
    return figure(own, peer), float(low), float(high)
