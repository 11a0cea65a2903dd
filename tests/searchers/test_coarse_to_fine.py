import pytest

from .contract import SearcherContract


class TestCoarseToFine(SearcherContract):
    @pytest.fixture(scope="class")
    def method(self) -> str:
        """The searcher under test."""
        return "coarse_to_fine"
