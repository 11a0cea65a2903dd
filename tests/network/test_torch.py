"""Compares the network with PyTorch's, number for number. Skipped if PyTorch is not installed."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.network.activations import ACTIVATIONS
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.train import Training, batches

torch = pytest.importorskip("torch")

ROWS, FEATURES, CLASSES, RATE, DECAY = 160, 12, 4, 0.02, 0.5


def make_data() -> Dataset:
    """Rows only for training."""
    rng = np.random.default_rng(0)
    rows = Rows(rng.standard_normal((ROWS, FEATURES)), rng.permutation(np.arange(ROWS) % CLASSES))
    return prepare(rows, shares=(0, 0), dtype="float64")


def torch_network(training: Training) -> Any:
    """The same network in PyTorch, with the same parameters."""
    chosen = training.hyperparameters
    layers: list[Any] = []
    sizes = training.network.sizes
    for inputs, units in pairwise(sizes[:-1]):
        layers.append(torch.nn.Linear(inputs, units, bias=not chosen.batch_norm))
        if chosen.batch_norm:
            layers.append(torch.nn.BatchNorm1d(units, momentum=1 - chosen.batch_norm_momentum))
        layers.append(TORCH_ACTIVATIONS[chosen.activation]())
    model = torch.nn.Sequential(*layers, torch.nn.Linear(*sizes[-2:])).double()
    weights, biases = training.network.views(training.network.parameters)
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    shifted = [layer for layer in model if isinstance(layer, torch.nn.BatchNorm1d)] or linear[:-1]
    with torch.no_grad():
        for layer, own in zip(linear, weights, strict=True):
            layer.weight[:] = torch.from_numpy(own[0].T)
        for layer, own in zip((*shifted, linear[-1]), biases, strict=True):
            layer.bias[:] = torch.from_numpy(own[0, 0])
            if isinstance(layer, torch.nn.BatchNorm1d):
                layer.weight[:] = torch.from_numpy(own[0, 1])
    return model


def torch_optimizer(model: Any, chosen: Hyperparameters) -> Any:
    """The same optimizer in PyTorch; the penalty applies only to weights."""
    weights = [layer.weight for layer in model if isinstance(layer, torch.nn.Linear)]
    known = set(map(id, weights))
    groups = [
        {"params": weights, "weight_decay": chosen.weight_decay},
        {"params": [parameter for parameter in model.parameters() if id(parameter) not in known]},
    ]
    return TORCH_OPTIMIZERS[chosen.optimizer](groups, chosen)


TORCH_OPTIMIZERS: dict[str, Callable[[Any, Hyperparameters], Any]] = {
    "sgd": lambda groups, chosen: torch.optim.SGD(groups, lr=RATE),
    "momentum": lambda groups, chosen: torch.optim.SGD(groups, lr=RATE, momentum=chosen.momentum),
    "nesterov": lambda groups, chosen: torch.optim.SGD(
        groups, lr=RATE, momentum=chosen.momentum, nesterov=True
    ),
    "rmsprop": lambda groups, chosen: torch.optim.RMSprop(
        groups, lr=RATE, alpha=chosen.beta2, eps=chosen.epsilon
    ),
    "adam": lambda groups, chosen: torch.optim.Adam(
        groups, lr=RATE, betas=(chosen.momentum, chosen.beta2), eps=chosen.epsilon
    ),
    "adamw": lambda groups, chosen: torch.optim.AdamW(
        groups, lr=RATE, betas=(chosen.momentum, chosen.beta2), eps=chosen.epsilon, weight_decay=0
    ),
}
"""What each optimizer is there."""

TORCH_ACTIVATIONS: dict[str, Callable[[], Any]] = {
    "relu": torch.nn.ReLU,
    "tanh": torch.nn.Tanh,
    "leaky_relu": torch.nn.LeakyReLU,
    "sigmoid": torch.nn.Sigmoid,
    "gelu": lambda: torch.nn.GELU(approximate="tanh"),
}
"""What each activation is there."""


def train_torch(model: Any, training: Training, epochs: int) -> list[float]:
    """Train on the mini-batches that the network draws; returns the mean loss of every epoch."""
    chosen, dataset, (seed,) = training.hyperparameters, training.dataset, training.seeds
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=chosen.label_smoothing)
    optimizer = torch_optimizer(model, chosen)
    x, y = torch.from_numpy(dataset.x_train), torch.from_numpy(dataset.y_train)
    means = []
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = RATE / (1 + DECAY * epoch)
        order = np.random.default_rng([seed, 1 + epoch]).permutation(ROWS)
        total = 0.0
        for start, end in batches(ROWS, chosen.batch_size):
            index = torch.from_numpy(order[start:end])
            optimizer.zero_grad()
            loss = loss_of(model(x[index]), y[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * (end - start)
        means.append(total / ROWS)
    return means


CASES: list[dict[str, Any]] = [
    {},
    {"batch_norm": False},
    {"label_smoothing": 0.1, "weight_decay": 0.05},
    {"batch_norm_momentum": 0.6},
    {"hidden_layers": 1, "batch_size": 53},
    {"hidden_layers": 0},
]


@pytest.mark.parametrize(
    "values",
    [
        *({"optimizer": name, **case} for name in OPTIMIZERS for case in CASES),
        *({"activation": name, "weight_decay": 0.05} for name in ACTIVATIONS),
    ],
    ids=str,
)
def test_twenty_steps_end_where_pytorch_ends(values: dict[str, Any]) -> None:
    """Losses, running statistics and predictions in evaluation mode agree to ten digits."""
    given = {"hidden_units": 9, "batch_size": 32, "learning_rate": RATE}
    chosen = Hyperparameters.from_values({**given, "learning_rate_decay": DECAY, "epochs": 7, **values})
    training = Training(make_data(), chosen, (3,))
    model = torch_network(training)

    losses = [metrics["train_loss"] for (metrics,) in training]
    expected = train_torch(model, training, chosen.epochs)

    assert len(batches(ROWS, chosen.batch_size)) * chosen.epochs >= 20
    np.testing.assert_allclose(losses, expected, rtol=1e-10)
    norms = [layer for layer in model if isinstance(layer, torch.nn.BatchNorm1d)]
    for moments, layer in zip(training.network.moments(training.network.running_stats), norms, strict=True):
        np.testing.assert_allclose(moments[0, 0], layer.running_mean.numpy(), rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(moments[0, 1], layer.running_var.numpy(), rtol=1e-10)
    x = training.dataset.x_train
    with torch.no_grad():
        logits = model.eval()(torch.from_numpy(x))
    expected_log = torch.log_softmax(logits, dim=1).numpy()
    own = np.log(training.model().probabilities(x * training.dataset.scale + training.dataset.mean))
    np.testing.assert_allclose(own, expected_log, rtol=1e-9, atol=1e-10)
