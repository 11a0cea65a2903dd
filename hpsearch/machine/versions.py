"""The versions that the numbers of a search may depend on besides its config."""

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpsearch.machine.kernels import arithmetic, numpy_blas

VERSION = "0.1.0"
"""The version of hpsearch, and the source of the package's metadata, which take 8 ms to read."""


def versions() -> dict[str, Any]:
    """The versions of hpsearch, Python and NumPy, and the BLAS, as JSON data by name."""
    library = numpy_blas()
    blas = {key: library.get(key) for key in ("internal_api", "version", "architecture", "threading_layer")}
    return {
        "hpsearch": VERSION,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "arithmetic": arithmetic(),
        "blas": [blas],
    }


def changed_versions(before: Mapping[str, Any]) -> list[str]:
    """The differences between the versions that a run began with and the present ones, as sentences."""
    return [
        f"This run began with {name} {before[name]}; this is {name} {now}. New trials may differ in their"
        " last digits from what they would have been."
        for name, now in versions().items()
        if before[name] != now
    ]
