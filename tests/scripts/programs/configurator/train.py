"""Trains with module constants that ``--name=value`` replaces."""

from ast import literal_eval
from pathlib import Path

out_dir = "out"
eval_interval = 5
always_save_checkpoint = True
# model
n_layer = 6
n_embd = 64
dropout = 0.0
bias = False
# optimizer
learning_rate = 6e-4
max_iters = 20
beta2 = 0.95
decay_lr = True
exec(open(Path(__file__).parent / "configurator.py").read())  # noqa: S102, SIM115, PTH123 -- nanoGPT does
assert isinstance(bias, bool), literal_eval("1")

for step in range(0, max_iters + 1, eval_interval):
    loss = (
        1
        + abs(n_layer - 8) / 10
        + dropout
        + 0.1 * bias
        + (1e3 * learning_rate - 1) ** 2
        + (beta2 - 0.99) ** 2
    )
    val = loss + 1 / (step + 1)
    print(f"step {step}: train loss {loss:.4f}, val loss {val:.4f}")
