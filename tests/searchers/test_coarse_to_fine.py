import pytest

from .contract import SearcherContract


class TestCoarseToFine(SearcherContract):
    @pytest.fixture(scope="class")
    @classmethod
    def method(cls) -> str:
        """The searcher under test."""
        return "coarse_to_fine"
