"""Scales: where draws of a learning rate and of β fall, on a linear and on a suitable scale."""

import numpy as np

from hpsearch.demos.demonstration import Demonstration
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.axes import parameter_axis
from hpsearch.reports.figures.figure import Axis, Dots, Label, Mark, Panel
from hpsearch.space import Floats, Number

__all__ = ["demonstration"]

DRAWS = 100_000
_SHOWN = 150
_RATE = {prior: Number("learning_rate", 1e-4, 1.0, prior=prior) for prior in ("linear", "log")}
_BETA = {prior: Number("momentum", 0.9, 0.999, prior=prior) for prior in ("linear", "reverse_log")}


def demonstration() -> Demonstration:
    """Draw α and β from two priors each, and count."""
    rate = {prior: _draw(parameter) for prior, parameter in _RATE.items()}
    beta = {prior: _draw(parameter) for prior, parameter in _BETA.items()}
    low = {prior: f"{np.mean(values < 0.1):.1%}" for prior, values in rate.items()}
    high = {prior: f"{np.mean(values > 0.99):.1%}" for prior, values in beta.items()}
    findings = [
        (
            f"Of {DRAWS:,} draws of α from 0.0001 to 1, {low['linear']} are below 0.1 on a linear scale, and "
            f"{low['log']} on a logarithmic one."
        ),
        (
            f"Of {DRAWS:,} draws of β from 0.9 to 0.999, {high['linear']} are above 0.99 on a linear scale, "
            f"and {high['reverse_log']} on log(1 − β)."
        ),
        (
            "β averages over about 1 / (1 − β) steps: some 10 at both 0.9 and 0.9005, but 1,000 at 0.999 and "
            "2,000 at 0.9995."
        ),
    ]
    panels = [
        _panel(rate, _RATE["log"], {"linear": "linear", "log": "log α"}),
        _panel(beta, _BETA["reverse_log"], {"linear": "linear", "reverse_log": "log(1 − β)"}),
    ]
    caption = (
        f"{_SHOWN} draws from each prior, on an axis where equal distances are equal effects. The linear"
        " draws gather at one end."
    )
    legend = [("best", "linear prior"), ("main", "its own scale")]
    return Demonstration(Figure("scales", "Each on its own scale", caption, panels, 1, 190, legend), findings)


def _draw(parameter: Number) -> Floats:
    units = np.random.default_rng(0).random(DRAWS)
    return np.array(parameter.decode(units), dtype=np.float64)


def _panel(draws: dict[str, Floats], scale: Number, names: dict[str, str]) -> Panel:
    marks: list[Mark] = []
    for row, (prior, values) in enumerate(draws.items()):
        positions = scale.encode(values[:_SHOWN].tolist())
        y = 2.0 - row
        marks.append(Dots(positions, np.full(len(positions), y), "main" if row else "best", size=6))
        marks.append(Label(0.0, y, names[prior], dy=-12))
    return Panel(parameter_axis(scale), Axis("", [], 0.5, 2.9), marks, scale.name, left=16)
