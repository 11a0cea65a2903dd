"""Softmax regression in NumPy that can be adjusted while it trains: the code of configs/nursed.yaml."""

import numpy as np


def objective(learning_rate, momentum, batch_size, trial):
    """Train by gradient descent with momentum, and ask after every epoch what to change."""
    now = {"learning_rate": learning_rate, "momentum": momentum, "batch_size": batch_size}
    x, y, x_val, y_val = made_up_rows()
    weights, velocity, done = np.zeros((3, 4)), np.zeros((3, 4)), 0
    checkpoint = trial.checkpoint_dir / "checkpoint.npz"
    if checkpoint.exists():  # the values above are those of that epoch, so they need not be saved
        with np.load(checkpoint) as saved:
            weights, velocity, done = saved["weights"], saved["velocity"], int(saved["epoch"])
    for epoch in range(done + 1, trial.epochs + 1):
        # Every epoch has its own order of rows, so no state of a generator has to be saved.
        order = np.random.default_rng([trial.seed, epoch]).permutation(len(x))
        for rows in np.array_split(order, max(1, len(x) // now["batch_size"])):
            error = softmax(x[rows] @ weights) - np.eye(4)[y[rows]]  # ∂L/∂Z = Ŷ − Y
            velocity = now["momentum"] * velocity - now["learning_rate"] * x[rows].T @ error / len(rows)
            weights = weights + velocity
        p = softmax(x_val @ weights)
        yield {
            "epoch": epoch,
            "val_loss": -np.log(p[np.arange(len(y_val)), y_val]).mean(),
            "val_error": (p.argmax(axis=1) != y_val).mean(),
        }
        draft = checkpoint.with_name("draft.npz")
        np.savez(draft, weights=weights, velocity=velocity, epoch=epoch)
        draft.replace(checkpoint)
        now |= trial.touches()  # {} in a search; the nursery makes it wait here while training is paused


def softmax(z):
    """Probabilities of the classes, one row per example."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def made_up_rows():
    """Training and validation rows of four overlapping classes; the last column is 1, for the bias."""
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=1200)
    centres = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    x = np.hstack([centres[y] + rng.normal(scale=0.8, size=(1200, 2)), np.ones((1200, 1))])
    return x[400:], y[400:], x[:400], y[:400]
