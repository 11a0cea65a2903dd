"""README's transcript is what the program prints, on every computer with the portable arithmetic."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hpsearch.kernels import portable_arithmetic

ROOT = Path(__file__).parent.parent
COMMAND = "hpsearch run configs/digits.yaml -j 2"
_TRANSCRIPT = re.compile(r"(?<=```console\n)\$ hpsearch run .*?(?=```)", re.S)
_TIME = re.compile(r"^\d\d:\d\d:\d\d", re.M)


def program(place: Path, *arguments: str) -> str:
    """What the program prints, on both streams, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if "CORETYPE" not in name}
    environment.pop("NPY_DISABLE_CPU_FEATURES", None)
    done = subprocess.run(
        [sys.executable, "-m", "hpsearch", *arguments],
        cwd=place,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the config and its run, and what the run printed."""
    if f"numpy=={np.__version__} " not in (ROOT / "constraints.txt").read_text(encoding="utf-8"):
        pytest.skip(f"last digits depend on the version of NumPy, and {np.__version__} is not the pinned one")
    place = tmp_path_factory.mktemp("readme")
    (place / "configs").mkdir()
    shutil.copy(ROOT / "configs" / "digits.yaml", place / "configs")
    (place / "printed").write_text(program(place, *COMMAND.split()[1:]), encoding="utf-8")
    arithmetic = json.loads(program(place, "leaderboard", "digits-001", "-f", "json"))["arithmetic"]
    if arithmetic != "x86-64-v3/Haswell":
        reason = f"portable means {portable_arithmetic()} here, and the run computed with {arithmetic}"
        pytest.skip(f"README's numbers are those of x86-64 with AVX2; {reason}")
    return place


def transcript(printed: str) -> str:
    """What README shows of an output: no line whose place depends on which trial ends first."""
    first, *lines = printed.splitlines()
    table = next(row for row, line in enumerate(lines) if line.startswith("rank "))
    summary = next(row for row, line in enumerate(lines) if "showing the best" in line)
    shown = [f"$ {COMMAND}", first, "...", *lines[table : table + 4], "...", *lines[summary:]]
    return "".join(f"{line}\n" for line in shown)


def test_the_transcript_is_what_the_program_prints(place: Path, request: pytest.FixtureRequest) -> None:
    """Byte for byte, except for the time of day."""
    path = ROOT / "README.md"
    readme = path.read_text(encoding="utf-8")
    printed = _TIME.sub("20:09:22", transcript((place / "printed").read_text(encoding="utf-8")))
    shown = _TRANSCRIPT.search(readme)
    assert shown
    if shown[0] != printed and request.config.getoption("--write-goldens"):
        path.write_text(_TRANSCRIPT.sub(lambda _: printed, readme), encoding="utf-8")
    assert _TIME.sub("20:09:22", shown[0]) == printed


def test_the_whole_leaderboard_is_the_recorded_one(place: Path, golden: Callable[..., None]) -> None:
    """All 64 trials with all their digits, in a digest; the arithmetic's name is left out."""
    leaderboard = json.loads(program(place, "leaderboard", "digits-001", "-n", "0", "-f", "json"))
    del leaderboard["arithmetic"]
    digest = hashlib.sha256(json.dumps(leaderboard, sort_keys=True).encode()).hexdigest()
    golden("digits-leaderboard.sha256", f"{digest}\n")
