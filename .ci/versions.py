"""Run the tests and the quick start with the oldest or the newest versions of our dependencies.

The tests are those of computing and reading, with fewer examples, and those of searching, storing and kills,
with each engine of one computer. Tests of faults of the operating system, pages and screens are left out.

python .ci/versions.py floors     the lowest versions that pyproject.toml allows, with this Python
python .ci/versions.py newest     the newest versions, with the newest Python that is installed
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("sklearn",)
SEARCHES = (
    "tests/test_promise.py",
    "tests/executors/test_executors.py",
    "tests/store",
    "tests/cli/test_streams.py",
)
"""The tests of searches; ``make units`` names the others."""
TOOLS = ("pytest", "pytest-xdist", "hypothesis")


def requirements() -> list[str]:
    """The requirements of the program and the quick part of its tests, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(each for extra in EXTRAS for each in optional[extra])]
    return wanted + [each for each in optional["dev"] if re.split("[><=]", each)[0] in TOOLS]


def newest_python() -> str:
    """The newest interpreter in pyenv or on the PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [str(path) for path in pyenv.glob("versions/3.*/bin/python3")]
    found += [f"python3.{minor}" for minor in range(11, 20)] + [sys.executable]
    known = {}
    for python in found:
        ask = [python, "-c", "import sys; print(*sys.version_info[:3])"]
        try:
            done = subprocess.run(ask, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        known[tuple(map(int, done.stdout.split()))] = python
    return known[max(known)]


def main() -> None:
    """Build an environment, search, and test."""
    which = sys.argv[1]
    if which not in ("floors", "newest"):
        raise SystemExit(__doc__)
    python = sys.executable if which == "floors" else newest_python()
    wanted = [each.replace(">=", "==") if which == "floors" else each for each in requirements()]
    with tempfile.TemporaryDirectory() as directory:
        environment = Path(directory) / "environment"
        run = [environment / "bin" / "python", "-m"]
        subprocess.run([python, "-m", "venv", environment], check=True)
        subprocess.run([*run, "pip", "install", "--quiet", "--upgrade", *wanted], check=True)
        subprocess.run([*run, "pip", "install", "--quiet", "--no-deps", ROOT], check=True)
        subprocess.run([*run, "pip", "freeze"], check=True)
        search = ["hpsearch", "run", ROOT / "configs" / "digits.yaml", "-q", "-o", Path(directory) / "run"]
        subprocess.run([*run, *search], check=True, cwd=directory)
        units = subprocess.run(["make", "-s", "units"], cwd=ROOT, capture_output=True, text=True, check=True)
        options = ["-n", "auto", "-p", "no:cacheprovider", "--hypothesis-profile", "few"]
        tests = [*SEARCHES, *units.stdout.split()]
        subprocess.run([*run, "pytest", *options, *tests], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
