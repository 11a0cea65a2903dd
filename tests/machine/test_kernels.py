"""Tests of choosing CPU instructions: the same on every CPU, and never any that the CPU lacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.errors import UsageError
from hpsearch.machine import kernels
from hpsearch.machine.environment import _ORIGINAL_VARIABLE, user_environment

V3 = frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"})
AVX512 = V3 | {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


@pytest.fixture
def x86(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An x86-64 computer; the test sets the features of its CPU."""
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(kernels, "cpu_flags", lambda: AVX512)
    for name in (*kernels.VARIABLES, _ORIGINAL_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("flags", [V3, AVX512])
def test_portable_is_the_same_on_every_common_cpu(x86: pytest.MonkeyPatch, flags: frozenset[str]) -> None:
    """It means AVX2 kernels and loops, whatever else the CPU has."""
    x86.setattr(kernels, "cpu_flags", lambda: flags)
    assert kernels.variables("portable")[kernels.KERNEL_VARIABLE] == "Haswell"
    assert "512" in str(kernels.variables("portable")[kernels.SIMD_VARIABLE])


def test_portable_is_refused_where_it_cannot_be(x86: pytest.MonkeyPatch) -> None:
    """A CPU at the level x86-64-v2 would give other results, so it is refused with a message."""
    x86.setattr(kernels, "cpu_flags", lambda: V3 - {"avx2", "fma"})
    with pytest.raises(UsageError, match=r"lacks avx2, fma\. Write run\.kernels: fastest"):
        kernels.variables("portable")


def test_other_architectures_have_what_their_libraries_choose(x86: pytest.MonkeyPatch) -> None:
    """Without a common arithmetic for the architecture, nothing is set; AArch64 has one."""
    x86.setattr("platform.machine", lambda: "riscv64")
    assert kernels.variables("portable") == dict.fromkeys(kernels.VARIABLES)
    assert kernels.portable_arithmetic() is None
    x86.setattr("platform.machine", lambda: "aarch64")
    assert kernels.variables("portable")[kernels.KERNEL_VARIABLE] == "ARMV8"


def test_fastest_takes_what_the_cpu_has(x86: pytest.MonkeyPatch) -> None:
    """AVX-512 kernels are requested if the CPU has them, because OpenBLAS does not always choose them."""
    assert kernels.variables("fastest") == {
        kernels.KERNEL_VARIABLE: "SkylakeX",
        kernels.SIMD_VARIABLE: None,
    }
    x86.setattr(kernels, "cpu_flags", lambda: V3)
    assert kernels.variables("fastest") == dict.fromkeys(kernels.VARIABLES)


@pytest.mark.parametrize("kernel", kernels.KERNELS)
def test_a_kernel_is_set_only_where_it_runs(x86: pytest.MonkeyPatch, kernel: str) -> None:
    """With one instruction missing the process would die, so the setting is refused."""
    needs = kernels._NEEDS[kernel]
    x86.setattr(kernels, "cpu_flags", lambda: needs)
    assert kernels.variables(kernel)[kernels.KERNEL_VARIABLE] == kernel
    assert kernels.supported(kernels.variables(kernel))
    for missing in needs:
        x86.setattr(kernels, "cpu_flags", lambda missing=missing: needs - {missing})
        assert not kernels.supported({kernels.KERNEL_VARIABLE: kernel})
        with pytest.raises(UsageError, match=f"lacks {missing}"):
            kernels.variables(kernel)


def test_unknown_kernels_are_not_supported(x86: pytest.MonkeyPatch) -> None:
    """Kernels recorded by another program version may be unknown here."""
    assert not kernels.supported({kernels.KERNEL_VARIABLE: "SomethingElse"})
    assert kernels.supported(dict.fromkeys(kernels.VARIABLES))


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ((2, 4), "X86_V4 AVX512_ICL AVX512_SPR"),
        ((2, 3), "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"),
        ((2, 0), "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"),
    ],
)
def test_the_names_of_levels_are_those_of_numpys_version(
    x86: pytest.MonkeyPatch, version: tuple[int, int], names: str
) -> None:
    """NumPy warns about names that it does not know."""
    x86.setattr(kernels, "_numpy_version", lambda: version)
    assert kernels.variables("portable")[kernels.SIMD_VARIABLE] == names


def test_numpys_version_is_read_without_loading_it() -> None:
    """The version determines the names, and must be known before NumPy is loaded."""
    program = (
        "import sys; from hpsearch.machine import kernels;"
        " print(kernels._numpy_version(), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    import numpy

    assert done.stdout.strip() == f"{tuple(map(int, numpy.__version__.split('.')[:2]))} False"


def test_the_users_code_has_the_variables_as_they_were(x86: pytest.MonkeyPatch) -> None:
    """The user's values are restored, and unset variables stay unset, however often kernels were set."""
    x86.setenv(kernels.KERNEL_VARIABLE, "Zen")
    kernels.set_kernels("portable")
    kernels.set_kernels("fastest")
    environment = user_environment()
    assert environment[kernels.KERNEL_VARIABLE] == "Zen"
    assert kernels.SIMD_VARIABLE not in environment
    assert _ORIGINAL_VARIABLE not in environment
    for name in (*kernels.VARIABLES, _ORIGINAL_VARIABLE):
        os.environ.pop(name, None)


def test_flags_are_read_from_what_the_system_says(tmp_path: Path) -> None:
    """The first CPU's flags are read; there are none if the file is missing."""
    path = tmp_path / "cpuinfo"
    path.write_text("processor\t: 0\nflags\t\t: fpu avx2 avx512f\n\nprocessor : 1\nflags : x\n")
    assert kernels.cpu_flags(path) == {"fpu", "avx2", "avx512f"}
    assert kernels.cpu_flags(tmp_path / "none") == frozenset()


def test_measuring_does_not_touch_this_process() -> None:
    """A rate comes back from a child; the environment of this process is unchanged."""
    before = dict(os.environ)
    measured = kernels.measure("fastest")
    assert measured is not None
    assert measured.gflops > 0
    assert dict(os.environ) == before


def test_kernels_that_kill_their_process_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An illegal instruction in the child is survived."""
    monkeypatch.setattr(kernels, "_MEASURE", "import os; os.kill(os.getpid(), 4)")
    assert kernels.measure("fastest") is None


PROGRAM = """
import os, sys
from hpsearch.machine import kernels
from hpsearch.machine.environment import _ORIGINAL_VARIABLE, user_environment
print("run", os.environ.get(kernels.KERNEL_VARIABLE), sys.argv[1:])
import numpy
kernels.restart_with({kernels.KERNEL_VARIABLE: "Haswell", kernels.SIMD_VARIABLE: None})
print("end")
"""


@pytest.mark.skipif(not kernels.cpu_flags() >= V3, reason="needs a CPU with AVX2")
def test_the_program_starts_anew_once(tmp_path: Path) -> None:
    """It restarts with the variable set and the same arguments, but only once."""
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = {key: value for key, value in os.environ.items() if key not in kernels.VARIABLES}
    command = [sys.executable, str(tmp_path / "program.py"), "a b", "c"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["run None ['a b', 'c']", "run Haswell ['a b', 'c']", "end"]


NUMBERS = """
import hashlib, json, sys
from hpsearch.machine import kernels
from hpsearch.machine.environment import _ORIGINAL_VARIABLE, user_environment
kernels.set_kernels("portable")
import numpy as np
draws, digest = np.random.default_rng(0), hashlib.sha256()
for dtype in (np.float32, np.float64):
    a, b = draws.standard_normal((97, 131)).astype(dtype), draws.standard_normal((131, 61)).astype(dtype)
    root = np.linalg.cholesky(a @ a.T + 200 * np.eye(97, dtype=dtype))
    sums = a.sum(0), a.sum(1), a.var(0), np.einsum("ij,ij->i", a, a)
    logs = np.log(abs(a)), np.log1p(abs(a)), np.expm1(a)
    for array in (a @ b, a @ a[0], np.exp(a), np.tanh(a), root, *logs, *sums):
        digest.update(np.ascontiguousarray(array).tobytes())
print(json.dumps([kernels.arithmetic(), digest.hexdigest()]))
"""


def numbers(environment: dict[str, str]) -> tuple[str, str]:
    """The arithmetic and a digest of NumPy's results, in a child with an environment."""
    done = subprocess.run(
        [sys.executable, "-c", NUMBERS], capture_output=True, text=True, check=True, env=environment
    )
    arithmetic, digest = json.loads(done.stdout)
    return arithmetic, digest


@pytest.mark.skipif(not kernels.cpu_flags() >= V3, reason="needs a CPU with AVX2")
def test_portable_numbers_do_not_depend_on_what_was_set_before() -> None:
    """No bit depends on the program's environment or its native SIMD level."""
    plain = numbers(user_environment())
    assert plain[0] == kernels.portable_arithmetic()
    for name, value in ((kernels.KERNEL_VARIABLE, "Nehalem"), (kernels.SIMD_VARIABLE, "")):
        assert numbers({**user_environment(), name: value}) == plain


@pytest.mark.skipif(not kernels.cpu_flags() >= V3, reason="needs a CPU with AVX2")
def test_a_search_is_the_same_whatever_the_cpu_would_choose(in_tmp: Path, tiny: Path) -> None:
    """The leaderboard has the same bytes whatever kernels and SIMD level are chosen; one has AVX-512."""
    boards = []
    other = {kernels.KERNEL_VARIABLE: "Nehalem", kernels.SIMD_VARIABLE: ""}
    for name, variables in (("own", {}), ("other", other)):
        environment = {**user_environment(), **variables}
        for command in (["run", tiny, "-q", "-o", name], ["leaderboard", name, "-f", "json"]):
            program = [sys.executable, "-m", "hpsearch", *map(str, command)]
            done = subprocess.run(program, capture_output=True, check=True, env=environment)
        boards.append(done.stdout)
    assert boards[0] == boards[1]
    assert json.loads(boards[0])["arithmetic"] == kernels.portable_arithmetic()
