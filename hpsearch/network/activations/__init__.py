"""The functions that follow a hidden layer's affine map.

Each activation has a module here, named as in a config, that defines ``ACTIVATION``, and a line in
:data:`ACTIVATIONS`. The module is imported when it is first used, so the names are available without NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpsearch.network.activations.activation import Activation

ACTIVATIONS = (
    "relu",
    "tanh",
    "leaky_relu",
    "sigmoid",
    "gelu",
)
"""The names of the modules: the values of the hyperparameter ``activation``."""


def load_activation(name: str) -> "Activation":
    """The activation with a name.

    Args:
        name: One of :data:`ACTIVATIONS`.
    """
    found: Activation = import_module(f"{__name__}.{name}").ACTIVATION
    return found
