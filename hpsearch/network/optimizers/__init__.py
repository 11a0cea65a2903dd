"""How a gradient becomes a step.

Each optimizer has a module here, named as in a config, and a line in :data:`OPTIMIZERS`. The module is
imported when it is first used, so the names are available without NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpsearch.network.optimizers.optimizer import Optimizer

OPTIMIZERS = {
    "sgd": "Sgd",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
"""The class of each optimizer, by the name of its module: a value of the hyperparameter ``optimizer``."""


def optimizer_class(name: str) -> type["Optimizer"]:
    """The class of an optimizer.

    Args:
        name: One of :data:`OPTIMIZERS`.
    """
    found: type[Optimizer] = getattr(import_module(f"{__name__}.{name}"), OPTIMIZERS[name])
    return found
