"""Names for types of arrays, and arrays aligned in memory."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_CACHE_LINE = 64


def cache_aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros that start at a cache line in memory, where vector instructions read and write fastest."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.zeros(size + _CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)
