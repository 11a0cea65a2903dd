"""A module that the script imports from its own directory."""

import math


def loss_of(learning_rate: float, dropout: float, batch_size: int) -> float:
    """The loss of the settings."""
    return (math.log10(learning_rate) + 1) ** 2 + dropout + abs(math.log2(batch_size) - 6)
