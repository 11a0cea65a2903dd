"""Covariate shift: how far the inputs of each layer move while the layers below it learn."""

from collections.abc import Sequence

import numpy as np

from hpsearch.demos.demonstration import Demonstration, dataset, interval
from hpsearch.network.diagnostics import Diagnostics
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.figure import Axis, Lines, Panel
from hpsearch.space import Floats

__all__ = ["demonstration"]

SEEDS = range(5)
EPOCHS = 12
LAYERS = 4
_NETWORK = {
    "hidden_layers": LAYERS,
    "hidden_units": 64,
    "activation": "tanh",
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "batch_size": 64,
}


def demonstration(seeds: Sequence[int] = SEEDS, epochs: int = EPOCHS) -> Demonstration:
    """Train a deep network with and without batch normalisation; watch the inputs of every activation.

    Args:
        seeds: The seeds; each trains one network with and one without.
        epochs: The epochs of every training run.
    """
    drifts = {norm: np.array([_drift(norm, seed, epochs) for seed in seeds]) for norm in (True, False)}
    findings = []
    for layer in range(LAYERS):
        means = {norm: drift[:, :, layer].mean(axis=1) for norm, drift in drifts.items()}
        ratio, low, high = interval(means[False] / means[True])
        findings.append(
            f"Layer {layer + 1}: in an epoch, the input of a unit moves by {means[False].mean():.3f} of its"
            f" standard deviation without batch normalisation, and by {means[True].mean():.3f} with it:"
            f" {ratio:.1f} times as far without [{low:.1f}, {high:.1f}]."
        )
    findings.append(
        f"These are 90 % intervals over {len(seeds)} paired seeds. The inputs are those of the activation: Z,"
        " or γ Ẑ + β with batch normalisation, whose mean and deviation over a mini-batch are β and γ"
        " regardless of the layers below."
    )
    return Demonstration(_figure(drifts, epochs), findings)


def _drift(norm: bool, seed: int, epochs: int) -> Floats:
    """How far the mean input of a unit moves in an epoch, in standard deviations of it: (epochs, layers).

    This is the root mean square over the units of a layer.
    """
    data = dataset("digits")
    values = {**_NETWORK, "batch_norm": norm, "epochs": epochs}
    training = Training(data, Hyperparameters.from_values(values), seeds=[seed])
    diagnostics = Diagnostics()
    before = diagnostics.take(training)
    rows = []
    for _ in training:
        now = diagnostics.take(training)
        moves = [(b.input_mean - a.input_mean) / a.input_std for a, b in zip(before, now, strict=True)]
        rows.append([float(np.sqrt(np.mean(np.square(move)))) for move in moves[:LAYERS]])
        before = now
    return np.array(rows)


def _figure(drifts: dict[bool, Floats], epochs: int) -> Figure:
    x = Axis(
        "epoch", [(each, str(each)) for each in range(1, epochs + 1, max(1, epochs // 4))], 0.5, epochs + 0.5
    )
    highest = max(float(drift.mean(axis=0).max()) for drift in drifts.values())
    step = 10.0 ** np.floor(np.log10(highest))
    ticks = [(each, f"{each:g}") for each in np.arange(0, 1.05 * highest, step / 2)]
    y = Axis("drift of the mean, in deviations", ticks[:: max(1, len(ticks) // 5)], 0.0, 1.05 * highest)
    panels = []
    for norm, title in ((False, "Without BatchNorm"), (True, "With BatchNorm")):
        curves = drifts[norm].mean(axis=0)
        lines = [
            Lines([(np.arange(1.0, epochs + 1), curves[:, layer])], f"series{layer}", width=2)
            for layer in range(LAYERS)
        ]
        panels.append(Panel(x, y, lines, title))
    caption = (
        "How far the mean input of a unit's activation moves from one epoch to the next, in its standard"
        " deviations: root mean square over a layer, mean over seeds."
        f" {LAYERS} hidden layers of 64 units (tanh) on the digits, sgd."
    )
    legend = [(f"series{layer}", f"layer {layer + 1}") for layer in range(LAYERS)]
    return Figure("covariate-shift", "What each layer sees, drifting", caption, panels, 2, 300, legend)
