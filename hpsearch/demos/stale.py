"""Stale values: when the data change, so do the best values. Keep the old ones, or search again?"""

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch import api
from hpsearch.data.builtin import spirals
from hpsearch.demos.demonstration import Demonstration, interval
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.axes import count_axis
from hpsearch.reports.figures.figure import Axis, Lines, Panel
from hpsearch.space import Floats
from hpsearch.trial import Value

__all__ = ["demonstration"]

SEEDS = range(6)
TRIALS = 24
EPOCHS = 15
ROWS = 600
"""The number of rows after the change."""
FLIPPED = 0.25
"""The share of wrong labels after the change."""
_SPACE: Mapping[str, Any] = {
    "learning_rate": {"prior": "log", "min": 1e-4, "max": 1},
    "weight_decay": {"prior": "log", "min": 1e-6, "max": 1},
    "hidden_units": {"type": "int", "prior": "log", "min": 4, "max": 128},
    "batch_size": {"values": [8, 16, 32, 64, 128]},
}


@dataclass(frozen=True, slots=True)
class _Searched:
    """A search: the lowest validation loss after each trial, the test loss of its best, and its values."""

    best: Floats
    test_loss: float
    values: Mapping[str, Value]


def demonstration(seeds: Sequence[int] = SEEDS, trials: int = TRIALS, epochs: int = EPOCHS) -> Demonstration:
    """Search on clean spirals; then, with few and noisy rows, keep the old values or search again.

    Args:
        seeds: The seeds, each for one sequence of searches.
        trials: The trials of every search.
        epochs: The epochs of every training run.
    """
    found = [_sequence(seed, trials, epochs) for seed in seeds]
    kept, cold, warm = (
        np.array([each[part].test_loss for each in found]) for part in ("kept", "cold", "warm")
    )
    findings = [
        (
            f"On the new data, the old values have a test loss of {kept.mean():.3f}; {trials} new trials "
            f"find one of {cold.mean():.3f} from nothing and {warm.mean():.3f} warm-started."
        ),
    ]
    for name, other in (("kept − cold", kept - cold), ("cold − warm", cold - warm)):
        mean, low, high = interval(other)
        findings.append(f"{name} = {mean:+.3f} [{low:+.3f}, {high:+.3f}] of test loss.")
    for part, name in (("cold", "from nothing"), ("warm", "warm-started")):
        needed = [int(np.argmax(each[part].best <= each["kept"].best[0])) + 1 for each in found]
        reached = [each[part].best[-1] <= each["kept"].best[0] for each in found]
        findings.append(
            f"{name.capitalize()}, {sum(reached)} of {len(found)} searches get to the validation loss of"
            " the old values or below, after a median of"
            f" {np.median([n for n, ok in zip(needed, reached, strict=True) if ok] or [trials]):g} trials."
        )
    old, new = (
        {name: each[part].values[name] for name in _SPACE} for each in found[:1] for part in ("old", "cold")
    )
    findings.append(f"Best before, seed {seeds[0]}: {_shown(old)}. Best after: {_shown(new)}.")
    findings.append(f"Intervals are 90 % intervals over {len(seeds)} seeds.")
    return Demonstration(_figure(found, trials), findings)


def _sequence(seed: int, trials: int, epochs: int) -> dict[str, _Searched]:
    with tempfile.TemporaryDirectory(prefix="hpsearch-demo-") as directory, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # messages of the searches
        place = Path(directory)
        _change(place / "changed.npz", seed)
        old = _search(place / "old", "spirals", seed, epochs, {"trials": trials})
        changed = str(place / "changed.npz")
        kept = {"trials": 1, "enqueue": [dict(old.values)]}
        return {
            "old": old,
            "kept": _search(place / "kept", changed, seed, epochs, kept),
            "cold": _search(place / "cold", changed, seed, epochs, {"trials": trials}),
            "warm": _search(
                place / "warm", changed, seed, epochs, {"trials": trials, "warm_start": [str(place / "old")]}
            ),
        }


def _change(path: Path, seed: int) -> None:
    """Write the changed data: fewer rows, and some wrong labels."""
    rng, rows = np.random.default_rng(seed), spirals()
    chosen = rng.permutation(len(rows.y))[:ROWS]
    y = np.where(rng.random(ROWS) < FLIPPED, rng.integers(3, size=ROWS), rows.y[chosen])
    np.savez(path, allow_pickle=False, X=rows.x[chosen], y=y)


def _search(place: Path, data: str, seed: int, epochs: int, settings: dict[str, Any]) -> _Searched:
    config = {
        "seed": seed,
        "metric": {"name": "val_loss"},
        "objective": {"network": {"data": data, "epochs": epochs, "hidden_layers": 2}},
        "space": _SPACE,
        "search": {"early_stopping": False, "portfolio": False, **settings},
        "run": {"strategy": "panda"},
    }
    with api.run(config, output=place) as run:
        values = [np.inf if result.value is None else result.value for result in run.results()]
        (first,) = run.ranking(1)
    return _Searched(np.minimum.accumulate(values), first.final["test_loss"] or np.nan, first.values)


def _shown(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in values.items()
    )


def _figure(found: Sequence[dict[str, _Searched]], trials: int) -> Figure:
    x = np.arange(1.0, trials + 1)
    curves = {part: np.mean([each[part].best for each in found], axis=0) for part in ("cold", "warm")}
    kept = float(np.mean([each["kept"].best[0] for each in found]))
    low, high = min(curve.min() for curve in curves.values()), max(curves["cold"][0], curves["warm"][0], kept)
    step = 10.0 ** np.floor(np.log10(high - low))
    ticks = [(each, f"{each:g}") for each in np.arange(np.ceil(low / step), high / step + 1) * step]
    y = Axis("lowest validation loss", ticks, low - 0.05 * (high - low), high + 0.05 * (high - low))
    marks = [
        Lines([(np.array([1.0, float(trials)]), np.full(2, kept))], "muted", width=2, dash="2 3"),
        Lines([(x, curves["cold"])], "best", width=2.5, dash="6 3"),
        Lines([(x, curves["warm"])], "main", width=2.5),
    ]
    caption = (
        f"Spirals, of which {FLIPPED:.0%} of the labels were drawn again and {ROWS} of 1,500 rows are left:"
        f" the lowest loss after each trial, as the mean of {len(found)} searches."
    )
    legend = [("muted", "the old values"), ("best", "a new search"), ("main", "a new search, warm-started")]
    return Figure(
        "stale",
        "Tuned values go stale",
        caption,
        [Panel(count_axis("trial", trials, 1), y, marks)],
        1,
        320,
        legend,
    )
