"""Tests of choosing BLAS kernels: never one that the CPU lacks, measured in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch import blas

CPU_FLAGS = blas.cpu_flags  # as it is before the fixture of all tests takes its place
ALL = blas.AVX512_FLAGS | {"avx2", "fma"}


@pytest.mark.parametrize(
    ("kernel", "flags", "expected"),
    [
        ("Haswell", ALL, "SkylakeX"),
        ("Zen", ALL, "SkylakeX"),
        ("SkylakeX", ALL, None),
        ("Cooperlake", ALL, None),
        ("neoversen1", frozenset(), None),
        (None, ALL, None),
        *(("Haswell", ALL - {flag}, None) for flag in blas.AVX512_FLAGS),
    ],
)
def test_a_better_kernel_needs_all_its_instructions(
    kernel: str, flags: frozenset[str], expected: str
) -> None:
    """Only where OpenBLAS picked AVX2 kernels on a CPU with every AVX-512 feature that the others need."""
    assert blas.better_kernel(kernel, frozenset(flags)) == expected


def test_flags_are_read_from_what_the_kernel_says(tmp_path: Path) -> None:
    """The first CPU's flags; none where there is no such file."""
    (tmp_path / "cpuinfo").write_text(
        "processor\t: 0\nflags\t\t: fpu avx2 avx512f\n\nprocessor : 1\nflags : x\n"
    )
    assert CPU_FLAGS(tmp_path / "cpuinfo") == {"fpu", "avx2", "avx512f"}
    assert CPU_FLAGS(tmp_path / "none") == frozenset()


def test_a_recorded_kernel_is_used_only_where_it_runs() -> None:
    """A run that began with AVX-512 kernels is resumed without them on a CPU that has none."""
    assert blas.supported("SkylakeX", ALL)
    assert not blas.supported("SkylakeX", frozenset({"avx2"}))
    assert not blas.supported("SomethingElse", ALL)
    assert blas.supported(None, frozenset())


@pytest.mark.parametrize("kernel", ["Haswell", "Zen", "Excavator", "zen"])
@pytest.mark.parametrize("missing", ["avx2", "fma"])
def test_avx2_kernels_need_their_instructions(kernel: str, missing: str) -> None:
    """A CPU from before them would end the process."""
    assert blas.supported(kernel, ALL)
    assert not blas.supported(kernel, ALL - {missing})


@pytest.mark.parametrize(
    ("kernel", "more"),
    [
        ("Prescott", {"pni"}),
        ("SANDYBRIDGE", {"pni", "ssse3", "sse4_2", "avx"}),
        ("skylakex", set()),
        ("Cooperlake", {"avx512_bf16"}),
        ("SapphireRapids", {"avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16"}),
    ],
)
def test_kernels_that_the_user_asked_for_are_asked_for_again(kernel: str, more: set[str]) -> None:
    """However they are written, where the CPU has what they need."""
    assert blas.supported(kernel, ALL | more)
    assert not blas.supported(kernel, frozenset(more - {"pni"}) if more else frozenset())


def test_measuring_does_not_touch_this_process() -> None:
    """A rate comes back from a child; this process has asked for nothing."""
    before = dict(os.environ)
    measured = blas.measure()
    assert measured is not None
    assert measured.gflops > 0
    assert dict(os.environ) == before


def test_a_kernel_that_kills_its_process_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An illegal instruction in the child is survived."""
    monkeypatch.setattr(blas, "_MEASURE", "import os; os.kill(os.getpid(), 4)")
    assert blas.measure("SkylakeX") is None


def test_what_the_user_asked_for_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """With auto nothing changes when the variable is set; with keep, never."""
    monkeypatch.setattr(blas, "cpu_flags", lambda: ALL)
    monkeypatch.setattr(blas, "detected_kernel", lambda: "Haswell")
    monkeypatch.delenv(blas.VARIABLE, raising=False)
    assert blas.choose_kernel("auto") == "SkylakeX"
    assert blas.choose_kernel("keep") is None
    monkeypatch.setenv(blas.VARIABLE, "Zen")
    assert blas.choose_kernel("auto") == "Zen"


PROGRAM = """
import os, sys
from hpsearch import blas
print("run", os.environ.get(blas.VARIABLE), sys.argv[1:])
blas.restart_with("Haswell")
print("end")
"""


def test_the_program_starts_anew_once(tmp_path: Path) -> None:
    """With the variable set and the same arguments; the second time there is nothing to change."""
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = {key: value for key, value in os.environ.items() if key != blas.VARIABLE}
    command = [sys.executable, str(tmp_path / "program.py"), "a b", "c"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["run None ['a b', 'c']", "run Haswell ['a b', 'c']", "end"]
