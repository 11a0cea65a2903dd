"""The output of ``doctor``: the software and the CPUs that searches use."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hpsearch.machine.kernels import Measurement
from hpsearch.reports.settings import blas_lines
from hpsearch.reports.table import Details
from hpsearch.reports.text import number

__all__ = ["doctor_details"]


def doctor_details(
    versions: Mapping[str, Any], cpus: int, portable: Measurement | None, fastest: Measurement | None
) -> Details:
    """Versions, CPUs and the speed of matrix products.

    Args:
        versions: The versions of hpsearch and of the software that its numbers depend on.
        cpus: The number of CPUs that may be used.
        portable: The speed with the portable kernels; None if they do not run here.
        fastest: The speed with the fastest kernels; None if it could not be measured.
    """
    lines = [(name, str(value)) for name, value in versions.items() if name != "blas"]
    lines += [
        ("cpus", str(cpus)),
        ("blas", blas_lines(versions)),
        ("portable", _speed(portable) if portable else "this CPU lacks the instructions"),
        ("fastest", _comparison(portable, fastest)),
    ]
    data = {
        **versions,
        "cpus": cpus,
        "portable": asdict(portable) if portable else None,
        "fastest": asdict(fastest) if fastest else None,
    }
    return Details("doctor", data, lines)


def _comparison(portable: Measurement | None, fastest: Measurement | None) -> str:
    if fastest is None:
        return "could not be measured"
    if portable is None:
        return _speed(fastest)
    if fastest.arithmetic == portable.arithmetic:
        return "the same"
    ratio = number(fastest.gflops / portable.gflops)
    return f"{_speed(fastest)}: {ratio} times as fast; used with run.kernels: fastest"


def _speed(measured: Measurement) -> str:
    return f"{measured.arithmetic}, {number(measured.gflops)} Gflop/s (float32, 512 × 512, one thread)"
