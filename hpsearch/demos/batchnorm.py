"""Batch normalisation: the learning rates that train a network with and without it."""

from collections.abc import Sequence

import numpy as np

from hpsearch.demos.demonstration import Demonstration, interval, log_axis, validation_errors
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.figure import Axis, Cells, Lines, Panel
from hpsearch.space import Floats

__all__ = ["demonstration"]

RATES = np.linspace(-4, 1.5, 23)
"""log₁₀ of the learning rates."""
SEEDS = range(5)
_NETWORK = {
    "hidden_layers": 4,
    "hidden_units": 64,
    "activation": "tanh",
    "optimizer": "sgd",
    "batch_size": 64,
    "epochs": 6,
}
_NAMES = {True: "with", False: "without"}


def demonstration(seeds: Sequence[int] = SEEDS, rates: Floats = RATES, epochs: int = 6) -> Demonstration:
    """Train one network with every learning rate, with and without batch normalisation, with paired seeds.

    Args:
        seeds: The seeds; each trains one network with and one without.
        rates: log₁₀ of the learning rates, in even steps.
        epochs: The epochs of every training run.
    """
    errors = {norm: _errors(norm, seeds, rates, epochs) for norm in _NAMES}
    best = min(found.min() for found in errors.values())
    step = rates[1] - rates[0]
    widths = {
        norm: (found <= 2 * found.min(axis=1, keepdims=True)).sum(axis=1) * step
        for norm, found in errors.items()
    }
    findings = []
    for norm, name in _NAMES.items():
        mean, low, high = interval(widths[norm])
        findings.append(
            f"{name.capitalize()} batch normalisation, the learning rates within a factor of two of its best"
            f" error span {mean:.2f} decades [{low:.2f}, {high:.2f}]; the best error is"
            f" {errors[norm].min(axis=1).mean():.4f}, and the largest rate among them is"
            f" {_largest(errors[norm], rates):.2g}."
        )
    mean, low, high = interval(widths[True] - widths[False])
    findings.append(
        f"With − without = {mean:+.2f} decades [{low:+.2f}, {high:+.2f}], with the 90 % interval over"
        f" {len(seeds)} paired seeds."
    )
    return Demonstration(_figure(errors, rates, best), findings)


def _errors(norm: bool, seeds: Sequence[int], rates: Floats, epochs: int) -> Floats:
    """Validation errors, (seeds, rates)."""
    values = {**_NETWORK, "batch_norm": norm, "epochs": epochs}
    columns = [validation_errors("digits", {**values, "learning_rate": 10.0**rate}, seeds) for rate in rates]
    return np.array(columns).T


def _largest(errors: Floats, rates: Floats) -> float:
    mean = errors.mean(axis=0)
    return float(10.0 ** rates[np.flatnonzero(mean <= 2 * mean.min())[-1]])


def _figure(errors: dict[bool, Floats], rates: Floats, best: float) -> Figure:
    marks: list[Cells | Lines] = []
    half = (rates[1] - rates[0]) / 2
    for norm, role, dash in ((False, "best", "6 3"), (True, "main", "")):
        mean = errors[norm].mean(axis=0)
        marks.append(Lines([(rates, mean)], role, width=2.5, dash=dash))
        marks.append(Lines([(rates, each) for each in errors[norm]], role, width=0.5))
    y = Axis("validation error", [(each, f"{each:g}") for each in (0, 0.25, 0.5, 0.75, 1)], -0.02, 1.02)
    panel = Panel(log_axis("learning rate", rates[0] - half, rates[-1] + half), y, marks)
    caption = (
        f"A network of 4 hidden layers of 64 units (tanh) on the digits, {_NETWORK['optimizer']}, batches"
        f" of 64. Thin lines are seeds, thick ones their mean. The lowest error of all is {best:.3f}; a"
        " training run that diverged counts as 1."
    )
    legend = [("main", "with BatchNorm"), ("best", "without")]
    return Figure("batchnorm", "Which learning rates train?", caption, [panel], 1, 340, legend)
