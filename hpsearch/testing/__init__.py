"""Tests that every searcher and every executor must pass, for people who write their own. Needs pytest."""

import pytest

# Before the modules are imported, so that pytest shows what their assertions compared.
pytest.register_assert_rewrite("hpsearch.testing.searcher_contract", "hpsearch.testing.executor_contract")

from hpsearch.testing.executor_contract import ExecutorContract  # noqa: E402 -- see above
from hpsearch.testing.searcher_contract import SearcherContract  # noqa: E402 -- see above

__all__ = ["ExecutorContract", "SearcherContract"]
