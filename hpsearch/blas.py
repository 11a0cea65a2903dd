"""The kernels of the BLAS that NumPy multiplies matrices with.

On some CPUs OpenBLAS picks AVX2 kernels although there is AVX-512. The variable OPENBLAS_CORETYPE, set
before NumPy is loaded, makes it take others; where the CPU lacks their instructions the process dies, so
the CPU is asked first. Another kernel changes the last bits of results: a run records which it began with.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hpsearch.signals import INTERRUPTS

VARIABLE = "OPENBLAS_CORETYPE"
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Where the BLAS libraries, and others, look for the number of their threads."""

AVX512_KERNEL = "SkylakeX"
AVX512_FLAGS = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})
"""What the kernels for SkylakeX are compiled for (OpenBLAS, Makefile.x86_64)."""

AVX2_KERNELS = ("Haswell", "Zen", "Excavator")
_AVX2_FLAGS = frozenset({"avx2", "fma"})
_FLAGS = {
    "prescott": frozenset({"pni"}),
    "core2": frozenset({"pni", "ssse3"}),
    "nehalem": frozenset({"pni", "ssse3", "sse4_2"}),
    "sandybridge": frozenset({"pni", "ssse3", "sse4_2", "avx"}),
    **dict.fromkeys(map(str.lower, AVX2_KERNELS), _AVX2_FLAGS),
    "skylakex": AVX512_FLAGS | _AVX2_FLAGS,
    "cooperlake": AVX512_FLAGS | _AVX2_FLAGS | {"avx512_bf16"},
    "sapphirerapids": AVX512_FLAGS | _AVX2_FLAGS | {"avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16"},
}
"""What the CPU must have, by the kernel's name in lower case, for OpenBLAS takes any case."""

SECONDS = 20.0  # after which a measurement in a child process is given up

_MEASURE = """
import json, sys, time
import numpy as np
from threadpoolctl import threadpool_info
a = np.ones((512, 512), np.float32)
out = a @ a
rates = []
for _ in range(12):
    start = time.perf_counter()
    np.matmul(a, a, out=out)
    rates.append(2 * 512**3 / (time.perf_counter() - start) / 1e9)
libraries = [each for each in threadpool_info() if each.get("user_api") == "blas"]
print(json.dumps({"gflops": sorted(rates)[len(rates) // 2], "libraries": libraries}))
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a matrix product costs with one kernel.

    Attributes:
        gflops: Billions of operations a second: float32, 512 × 512, one thread, median of 12.
        libraries: What threadpoolctl tells of the BLAS.
    """

    gflops: float
    libraries: list[dict[str, Any]]

    @property
    def kernel(self) -> str | None:
        """The kernel's name, such as ``Haswell``; None if the library does not say."""
        return next((library.get("architecture") for library in self.libraries), None)


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """What the CPU can do; empty where the system does not say."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def better_kernel(kernel: str | None, flags: frozenset[str]) -> str | None:
    """The kernel to ask for instead of the one that OpenBLAS picked; None if there is none.

    Args:
        kernel: What it picked.
        flags: What the CPU can do.
    """
    return AVX512_KERNEL if kernel in AVX2_KERNELS and flags >= AVX512_FLAGS else None


def supported(kernel: str | None, flags: frozenset[str]) -> bool:
    """Whether asking for a kernel cannot end the process with an illegal instruction."""
    needed = frozenset() if kernel is None else _FLAGS.get(kernel.lower())
    return needed is not None and flags >= needed


def measure(kernel: str | None = None) -> Measurement | None:
    """Multiply matrices in a child process; None if it dies or takes too long.

    Args:
        kernel: What to ask for; None for what OpenBLAS picks.
    """
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    environment.pop(VARIABLE, None)
    if kernel is not None:
        environment[VARIABLE] = kernel
    command = [sys.executable, "-c", _MEASURE]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 -- our own code
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return Measurement(found["gflops"], found["libraries"])


def detected_kernel() -> str | None:
    """The kernel that the BLAS of this process runs; None if the library does not say."""
    from threadpoolctl import threadpool_info  # reads the libraries that are loaded by now

    libraries = (library for library in threadpool_info() if library.get("user_api") == "blas")
    return next((library.get("architecture") for library in libraries), None)


def choose_kernel(setting: Literal["auto", "keep"]) -> str | None:
    """The kernel that a new run should ask for; NumPy has to be loaded.

    Args:
        setting: ``auto`` for the best one; ``keep`` for what this process has. What the user has asked for
            by the variable stays in any case.
    """
    if setting == "keep" or requested_kernel() is not None:
        return requested_kernel()
    return better_kernel(detected_kernel(), cpu_flags())


def requested_kernel() -> str | None:
    """The kernel that this process has asked for, if any."""
    return os.environ.get(VARIABLE) or None


def restart_with(kernel: str | None) -> None:
    """Start this program anew, asking for a kernel; comes back only when there is nothing to change.

    Args:
        kernel: What to ask for; None for what OpenBLAS picks.
    """
    if kernel == requested_kernel():
        return
    os.environ.pop(VARIABLE, None)
    if kernel is not None:
        os.environ[VARIABLE] = kernel
    sys.stdout.flush()
    sys.stderr.flush()
    # Handlers do not outlive execv; what comes meanwhile waits until the new program answers signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- ourselves, with the same arguments
