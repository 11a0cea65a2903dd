"""What ``doctor`` shows: the software and the CPUs that searches use."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hpsearch.blas import Measurement
from hpsearch.reports.table import Details
from hpsearch.reports.text import number

__all__ = ["doctor_details"]


def doctor_details(
    versions: Mapping[str, Any],
    cpus: int,
    own: Measurement | None,
    better: str | None,
    other: Measurement | None,
) -> Details:
    """Versions, CPUs and the speed of matrix products.

    Args:
        versions: The versions of hpsearch and of what its numbers depend on.
        cpus: The number of CPUs that may be used.
        own: The speed with the kernel that OpenBLAS chooses; None if it could not be measured.
        better: A kernel that is likely faster; None if there is none.
        other: The speed with that kernel.
    """
    lines = [(name, str(value)) for name, value in versions.items() if name != "blas"]
    lines.append(("cpus", str(cpus)))
    for library in own.libraries if own else ():
        words = (library.get(key) for key in ("internal_api", "version", "threading_layer"))
        lines.append(("blas", " ".join(str(word) for word in words if word)))
    lines.append(("kernels", _kernels(own)))
    lines.append(("better kernels", _comparison(own, better, other)))
    data = {
        **versions,
        "cpus": cpus,
        "own": asdict(own) if own else None,
        "better_kernel": better,
        "other": asdict(other) if other else None,
    }
    return Details("doctor", data, lines)


def _comparison(own: Measurement | None, better: str | None, other: Measurement | None) -> str:
    if better is None:
        return "none for this CPU and OpenBLAS"
    if own is None or other is None:
        return f"{better} did not run here"
    ratio = number(other.gflops / own.gflops)
    return f"{_kernels(other)}: {ratio} times as fast; used by blas_kernel: auto"


def _kernels(measured: Measurement | None) -> str:
    if measured is None:
        return "could not be measured"
    kernel = measured.kernel or "unknown"
    return f"{kernel}, {number(measured.gflops)} Gflop/s (float32, 512 × 512, one thread)"
