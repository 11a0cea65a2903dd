"""Fixtures for faults."""

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
    """A separate directory for the test, in memory if possible."""
    directory = tempfile.mkdtemp(prefix="hpsearch-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    yield Path(directory)
    shutil.rmtree(directory)


@pytest.fixture
def case(place: Path, row: Row) -> Case:
    """The subject of the fault."""
    return Case(place, row)


@pytest.fixture
def randomness(request: pytest.FixtureRequest) -> random.Random:
    """A generator that is the same in every run of a test."""
    return random.Random(request.node.nodeid)
