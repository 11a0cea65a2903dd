"""Write constraints.txt: the versions that the tests ran with, and the hashes of all files of each version.

    python .ci/constraints.py INDEX > constraints.txt

INDEX is the address of a package index that has the JSON form of the simple API (PEP 691); it is not
written. The versions are the newest that the extras allow.
"""

import json
import subprocess
import sys
import urllib.request

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

EXTRAS = ".[dev,dask,report,dashboard,nursery,docs]"


def needed() -> dict[str, str]:
    """The version of every distribution that the extras need, by normalised name."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
    report = subprocess.run([*command, "--report", "-", EXTRAS], check=True, capture_output=True)
    found = [item["metadata"] for item in json.loads(report.stdout)["install"]]
    return {canonicalize_name(each["name"]): each["version"] for each in found if each["name"] != "hpsearch"}


def hashes(index: str, name: str, version: str) -> list[str]:
    """The SHA-256 of every file of a version."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{index.rstrip('/')}/{name}/", headers=accept)
    with urllib.request.urlopen(request) as response:
        files = json.load(response)["files"]
    return sorted(
        {file["hashes"]["sha256"] for file in files if version_of(file["filename"]) == Version(version)}
    )


def version_of(filename: str) -> Version | None:
    """The version of a wheel or source archive."""
    try:
        parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
        return parse(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def main() -> None:
    """Print the file."""
    (index,) = sys.argv[1:]
    print("# What the tests ran with. Written by .ci/constraints.py; pip install -r constraints.txt")
    for name, version in sorted(needed().items()):
        lines = [
            f"{name}=={version}",
            *(f"    --hash=sha256:{each}" for each in hashes(index, name, version)),
        ]
        print(" \\\n".join(lines))


if __name__ == "__main__":
    main()
