"""One BLAS thread: the tests' networks are small, and threads would only wait for each other."""

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Limit BLAS to one thread."""
    with threadpool_limits(1):
        yield
