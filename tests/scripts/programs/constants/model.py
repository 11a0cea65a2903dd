"""What the script imports from beside it."""

import math


def loss_of(learning_rate: float, dropout: float, batch_size: int) -> float:
    """What the settings are worth."""
    return (math.log10(learning_rate) + 1) ** 2 + dropout + abs(math.log2(batch_size) - 6)
