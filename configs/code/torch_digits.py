"""A small PyTorch network on handwritten digits: the code of configs/pytorch.yaml."""

import torch
from sklearn.datasets import load_digits
from torch import nn


def objective(learning_rate, hidden_units, dropout, trial):
    """Train, and yield the metrics of every epoch. A trial run again continues from its checkpoint."""
    torch.manual_seed(trial.seed)
    x_train, y_train, x_val, y_val = split()
    network = nn.Sequential(
        nn.Linear(64, hidden_units),
        nn.BatchNorm1d(hidden_units),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(hidden_units, 10),
    )
    optimizer = torch.optim.Adam(network.parameters(), learning_rate)
    loss_of = nn.CrossEntropyLoss()
    done = 0
    checkpoint = trial.checkpoint_dir / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"])
        done = state["epoch"]
        set_rate(optimizer, learning_rate)  # it may have been changed since
    for epoch in range(done + 1, trial.epochs + 1):
        network.train()
        for rows in torch.randperm(len(x_train)).split(64):
            optimizer.zero_grad()
            loss = loss_of(network(x_train[rows]), y_train[rows])
            loss.backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            wrong = network(x_val).argmax(dim=1) != y_val
        yield {"epoch": epoch, "val_error": wrong.float().mean(), "train_loss": loss.detach()}
        # After the yield, so that each saved epoch has been reported; first under another name, so a kill
        # leaves the old checkpoint intact.
        state = {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "epoch": epoch,
        }
        draft = checkpoint.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(checkpoint)
        changed = trial.touches()  # {} in a search; hpsearch nurse makes it wait here while it is paused
        set_rate(optimizer, changed.get("learning_rate", optimizer.param_groups[0]["lr"]))
        network[3].p = changed.get("dropout", network[3].p)


def set_rate(optimizer, learning_rate):
    """Change the learning rate during training."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def split():
    """Training and validation rows as tensors, always the same."""
    x, y = load_digits(return_X_y=True)
    rows = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    x, y = torch.tensor(x, dtype=torch.float32)[rows] / 16, torch.tensor(y)[rows]
    return x[360:], y[360:], x[:360], y[:360]
