"""Which instructions compute? One arithmetic per architecture, so that a search is the same on every CPU.

The last bit of a sum depends on the order of addition, and a search depends on the last bit. OpenBLAS
chooses its matrix kernels by the CPU, and NumPy chooses the SIMD level of its loops. Two environment
variables, read when NumPy is loaded, control both:

- ``OPENBLAS_CORETYPE`` names the kernels. If the CPU lacks their instructions, the process dies, so we check
  the CPU first.
- ``NPY_DISABLE_CPU_FEATURES`` switches off levels of NumPy's dispatch; their names depend on NumPy's version.

The *portable* arithmetic is the one that every common CPU of an architecture has: on x86-64 the Haswell
kernels and the level X86_V3 (AVX2 and FMA), on AArch64 the ARMV8 kernels and NumPy's baseline. Elsewhere it
is whatever the libraries choose.

User code is not affected: :func:`hpsearch.machine.environment.user_environment` has the original variables.
"""

import contextlib
import json
import os
import platform
import re
import resource
import shlex
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.machine.environment import set_variables, user_environment
from hpsearch.machine.signals import INTERRUPTS

PORTABLE, FASTEST = "portable", "fastest"

KERNEL_VARIABLE = "OPENBLAS_CORETYPE"
SIMD_VARIABLE = "NPY_DISABLE_CPU_FEATURES"
VARIABLES = (KERNEL_VARIABLE, SIMD_VARIABLE)
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""The variables in which BLAS and other libraries look for their number of threads."""

_X86_V3 = frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"})
_AVX512 = frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})
_NEEDS: Mapping[str, frozenset[str]] = {
    "Prescott": frozenset({"pni"}),
    "Core2": frozenset({"pni", "ssse3"}),
    "Nehalem": frozenset({"pni", "ssse3", "sse4_2"}),
    "Sandybridge": frozenset({"pni", "ssse3", "sse4_2", "avx"}),
    "Haswell": frozenset({"avx2", "fma"}),
    "Zen": frozenset({"avx2", "fma"}),
    "Excavator": frozenset({"avx2", "fma"}),
    "SkylakeX": _AVX512 | {"avx2", "fma"},
    "Cooperlake": _AVX512 | {"avx2", "fma", "avx512_bf16"},
    "SapphireRapids": _AVX512 | {"avx2", "fma", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16"},
}
"""The CPU features that a kernel needs, with Linux's names (OpenBLAS, Makefile.x86_64)."""

KERNELS = tuple(_NEEDS)
"""The kernels of OpenBLAS that a config can name."""

_ARM_KERNEL = "ARMV8"
_AVX2_KERNELS = ("Haswell", "Zen", "Excavator")
_CPUINFO_BYTES = 2**14
"""Bytes: enough for the first CPU. With hundreds of CPUs, reading the whole file takes milliseconds."""

FEW_PROCESSES = 512
"""If a user may have fewer processes, threads included, none is spent on work that one thread can do."""

MEASURE_SECONDS = 20.0
"""Seconds after which a measurement in a child process is given up."""

_MEASURE = """
import json, time
import numpy as np
from hpsearch.machine.kernels import arithmetic
a = np.ones((512, 512), np.float32)
out = a @ a
rates = []
for _ in range(12):
    start = time.perf_counter()
    np.matmul(a, a, out=out)
    rates.append(2 * 512**3 / (time.perf_counter() - start) / 1e9)
print(json.dumps({"gflops": sorted(rates)[len(rates) // 2], "arithmetic": arithmetic()}))
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The speed of a matrix product with some kernels.

    Attributes:
        gflops: Billions of operations per second: float32, 512 × 512, one thread, median of 12.
        arithmetic: The arithmetic used; see :func:`arithmetic`.
    """

    gflops: float
    arithmetic: str


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The CPU's features, with Linux's names; empty if the system does not report them."""
    try:
        with cpuinfo.open("rb") as file:
            text = file.read(_CPUINFO_BYTES).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def variables(kernels: str) -> dict[str, str | None]:
    """The environment in which NumPy uses some kernels.

    Args:
        kernels: ``portable``, ``fastest``, or one of :data:`KERNELS`.

    Returns:
        For each of :data:`VARIABLES` its value; None if it has to be absent.

    Raises:
        UsageError: The CPU lacks the instructions.
    """
    machine, flags = platform.machine().lower(), cpu_flags()
    if kernels == PORTABLE:
        if machine in ("aarch64", "arm64"):
            return {KERNEL_VARIABLE: _ARM_KERNEL, SIMD_VARIABLE: _above_baseline()}
        if machine not in ("x86_64", "amd64") or not flags:
            return dict.fromkeys(VARIABLES)
        if missing := sorted(_X86_V3 - flags):
            raise UsageError(
                "run.kernels: portable needs a CPU with AVX2 and FMA (x86-64-v3), so that every computer"
                f" finds the same; this CPU lacks {', '.join(missing)}. Write run.kernels: fastest to use"
                " what it has; its results may differ from those of other CPUs."
            )
        return {KERNEL_VARIABLE: "Haswell", SIMD_VARIABLE: _above_x86_v3()}
    if kernels == FASTEST:
        faster = flags >= _NEEDS["SkylakeX"]
        return {KERNEL_VARIABLE: "SkylakeX" if faster else None, SIMD_VARIABLE: None}
    needs = _NEEDS[kernels]
    if missing := sorted(needs - flags):
        raise UsageError(
            f"run.kernels: {kernels} needs a CPU with {', '.join(sorted(needs))}; this one lacks"
            f" {', '.join(missing)}. Write run.kernels: portable or fastest."
        )
    return {KERNEL_VARIABLE: kernels, SIMD_VARIABLE: None if needs >= _AVX512 else _above_x86_v3()}


def _numpy_version() -> tuple[int, int]:
    """The first two numbers of NumPy's version, without loading it (importlib.metadata takes 15 ms)."""
    spec = find_spec("numpy")
    if spec is None or spec.origin is None:
        return 0, 0
    text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    found = re.search(r"""^version = ["'](\d+)\.(\d+)""", text, re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _above_x86_v3() -> str:
    """NumPy's names for the features above x86-64-v3. It warns about names that it does not know."""
    if _numpy_version() >= (2, 4):
        return "X86_V4 AVX512_ICL AVX512_SPR"
    names = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
    return f"{names} AVX512_SPR" if _numpy_version() >= (2, 3) else names


def _above_baseline() -> str:
    """NumPy's names for the features above its baseline on AArch64."""
    return "ASIMDHP ASIMDDP ASIMDFHM SVE"


def set_kernels(kernels: str) -> None:
    """Make NumPy use some kernels when it is loaded, in this process and those that it starts.

    Args:
        kernels: See :func:`variables`.

    Raises:
        UsageError: The CPU lacks the instructions.
    """
    set_variables(variables(kernels))


def prefer_portable() -> None:
    """Make NumPy use the portable kernels, if the CPU supports them and NumPy is not loaded yet."""
    if "numpy" not in sys.modules:
        with contextlib.suppress(UsageError):  # reported when the kernels are requested
            set_kernels(PORTABLE)


def spare_threads() -> None:
    """Make OpenBLAS start no threads when it is loaded, if the system might not allow it.

    OpenBLAS would then end the process by SIGINT. The number of threads is set when a search starts.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if most == resource.RLIM_INFINITY:
        return
    if most < FEW_PROCESSES:
        set_variables({"OPENBLAS_NUM_THREADS": "1"})
        return
    over = threading.Event()
    threads = [threading.Thread(target=over.wait, daemon=True) for _ in range((os.cpu_count() or 1) - 1)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        set_variables({"OPENBLAS_NUM_THREADS": "1"})
    finally:
        over.set()


def current_variables() -> dict[str, str | None]:
    """The values of :data:`VARIABLES` in this process."""
    return {name: os.environ.get(name) for name in VARIABLES}


def supported(values: Mapping[str, str | None]) -> bool:
    """Whether NumPy can be loaded with these variables without ending in an illegal instruction."""
    kernel = values.get(KERNEL_VARIABLE)
    if kernel is None or kernel == _ARM_KERNEL:
        return kernel is None or platform.machine().lower() in ("aarch64", "arm64")
    needs = {name.lower(): needs for name, needs in _NEEDS.items()}.get(kernel.lower())
    return needs is not None and cpu_flags() >= needs


def restart_with(values: Mapping[str, str | None]) -> None:
    """Restart this program with other kernels; returns only if it uses them already.

    Args:
        values: See :func:`variables`.
    """
    values = {name: values.get(name) for name in VARIABLES}  # an untrusted run may name others
    if values == current_variables():
        return
    loaded = "numpy" in sys.modules
    set_variables(values)
    if not loaded:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    # Handlers do not survive execv; a signal in the meantime waits until the new program handles it.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- ourselves, with the same arguments


def arithmetic() -> str:
    """The arithmetic of NumPy in this process, such as ``x86-64-v3/Haswell``; loads NumPy.

    The first part is the SIMD level of NumPy's loops, the second the kernels of its BLAS. Two computers with
    the same name, and the same versions, compute the same numbers.
    """
    blas = numpy_blas()
    kernel = blas.get("architecture") or blas.get("internal_api") or "unknown"
    return f"{_simd_level()}/{kernel}"


def numpy_blas() -> dict[str, Any]:
    """The BLAS that NumPy multiplies matrices with, as threadpoolctl describes it; empty if unknown.

    A process may have others: SciPy's wheels include their own.
    """
    import numpy
    from threadpoolctl import threadpool_info

    found = [each for each in threadpool_info() if each.get("user_api") == "blas"]
    home = Path(numpy.__file__).parent
    own = (each for each in found if Path(each["filepath"]).parent in (home / ".libs", Path(f"{home}.libs")))
    return next(own, found[0] if found else {})


def _simd_level() -> str:
    """The SIMD level of NumPy's loops: a level of the architecture, and the features beyond it."""
    from numpy._core import _multiarray_umath as core  # type: ignore[attr-defined] # it has no stubs

    enabled = {name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)}
    machine = platform.machine().lower()
    if machine not in ("x86_64", "amd64"):
        beyond = "+".join(sorted(enabled))
        return f"{machine}+{beyond}" if beyond else machine
    beyond = "+".join(sorted(name for name in enabled if name.startswith("AVX512") or name == "X86_V4"))
    if beyond:
        return f"x86-64-v3+{beyond}"
    return "x86-64-v3" if enabled & {"X86_V3", "AVX2"} else "x86-64-v2"


def describe_variables(values: Mapping[str, str | None]) -> str:
    """The variables in the syntax of a shell, to be typed before a command."""
    words = (f"{name}={shlex.quote(value)}" for name, value in values.items() if value is not None)
    return " ".join(words) or f"neither {' nor '.join(VARIABLES)}"


def portable_arithmetic() -> str | None:
    """The value of :func:`arithmetic` with portable kernels on this architecture; None if there are none."""
    machine = platform.machine().lower()
    if machine in ("aarch64", "arm64"):
        return f"{machine}/armv8"
    return "x86-64-v3/Haswell" if machine in ("x86_64", "amd64") else None


def measure(kernels: str) -> Measurement | None:
    """Multiply matrices with some kernels in a child process; None if it dies or takes too long.

    Raises:
        UsageError: The CPU lacks the instructions.
    """
    import subprocess  # only here: every command imports this module

    environment = {**user_environment(), "OPENBLAS_NUM_THREADS": "1"}
    for name, value in variables(kernels).items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    command = [sys.executable, "-P", "-c", _MEASURE]
    try:
        done = subprocess.run(  # noqa: S603 -- our own code
            command, env=environment, capture_output=True, timeout=MEASURE_SECONDS, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return Measurement(found["gflops"], found["arithmetic"])
