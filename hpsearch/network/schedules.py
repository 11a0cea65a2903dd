"""How the learning rate changes from epoch to epoch.

A schedule is a function with a line in :data:`SCHEDULES`. It computes the α of an epoch from

- ``rate``: the learning rate α₀ of epoch 0;
- ``decay``: the hyperparameter ``learning_rate_decay``, d; at 0 the rate does not change, except with a
  schedule that does not use it;
- ``epoch``: e, counted from 0;
- ``epochs``: E, the total number of epochs.
"""

import math
from collections.abc import Callable

Schedule = Callable[[float, float, int, int], float]


def inverse_time(rate: float, decay: float, epoch: int, epochs: int) -> float:
    """α = α₀ / (1 + d e): half of α₀ after 1/d epochs."""
    return rate / (1 + decay * epoch)


def exponential(rate: float, decay: float, epoch: int, epochs: int) -> float:
    """α = α₀ e^(−d e): with d = 0.05, each epoch has 95 % of the rate of the one before."""
    return rate * math.exp(-decay * epoch)


def staircase(rate: float, decay: float, epoch: int, epochs: int) -> float:
    """α = α₀ / 2^⌊d e⌋: with d = 0.1, half as large after every 10 epochs."""
    # Rounded first, because 0.29 · 100 is less than 29; at most as often as a float can be halved.
    return math.ldexp(rate, -math.floor(round(min(decay * epoch, 1e4), 9)))


def inverse_sqrt(rate: float, decay: float, epoch: int, epochs: int) -> float:
    """α = α₀ / √(1 + d e): with d = 1, α₀ over the square root of the epoch's number, counted from 1."""
    return rate / math.sqrt(1 + decay * epoch)


def cosine(rate: float, decay: float, epoch: int, epochs: int) -> float:
    """α = α₀ (1 + cos(π e/E)) / 2, and 0 after E epochs; d is not used.

    Loshchilov and Hutter (2017), equation 5, with one cycle and the smallest rate 0.
    """
    return rate * (1 + math.cos(math.pi * min(epoch / epochs, 1))) / 2


SCHEDULES: dict[str, Schedule] = {
    "inverse_time": inverse_time,
    "exponential": exponential,
    "staircase": staircase,
    "inverse_sqrt": inverse_sqrt,
    "cosine": cosine,
}
"""Schedules by the value of the hyperparameter ``learning_rate_schedule``."""
