"""Where faults are tried."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.case import Case
from tests.table import Row

MEMORY = Path("/dev/shm")  # noqa: S108 -- a kill leaves the same behind there, and nobody waits for a disk


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory of the test's own, in memory where there is such a place."""
    directory = tempfile.mkdtemp(prefix="hpsearch-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    yield Path(directory)
    shutil.rmtree(directory)


@pytest.fixture
def case(place: Path, row: Row) -> Case:
    """What the fault is tried on."""
    return Case(place, row)


@pytest.fixture
def randomness(request: pytest.FixtureRequest) -> random.Random:
    """The same in every run of a test."""
    return random.Random(request.node.nodeid)
