"""What is shown of the machine."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hpsearch.blas import Measurement
from hpsearch.reports.table import Details
from hpsearch.reports.text import number


def doctor_sheet(
    versions: Mapping[str, Any],
    cpus: int,
    own: Measurement | None,
    better: str | None,
    other: Measurement | None,
) -> Details:
    """Versions, CPUs and matrix products.

    Args:
        versions: Of hpsearch and what its numbers depend on.
        cpus: How many may be used.
        own: What OpenBLAS does by itself; None if it could not be measured.
        better: The kernel it could be asked for; None if there is none.
        other: What it does with that.
    """
    lines = [(name, str(value)) for name, value in versions.items() if name != "blas"]
    lines.append(("cpus", str(cpus)))
    for library in own.libraries if own else ():
        said = (library.get(key) for key in ("internal_api", "version", "threading_layer"))
        lines.append(("blas", " ".join(str(word) for word in said if word)))
    lines.append(("kernels", _kernels(own)))
    if better is None:
        lines.append(("better kernels", "none that this CPU and OpenBLAS have"))
    elif own and other:
        ratio = other.gflops / own.gflops
        lines.append(
            ("better kernels", f"{_kernels(other)}: {number(ratio)} times as fast; used by blas_kernel: auto")
        )
    else:
        lines.append(("better kernels", f"{better} did not run here"))
    data = {
        **versions,
        "cpus": cpus,
        "own": asdict(own) if own else None,
        "better_kernel": better,
        "other": asdict(other) if other else None,
    }
    return Details("doctor", data, lines)


def _kernels(measured: Measurement | None) -> str:
    if measured is None:
        return "could not be measured"
    return (
        f"{measured.kernel or 'unknown'}, {number(measured.gflops)} Gflop/s (float32, 512 × 512, one thread)"
    )
