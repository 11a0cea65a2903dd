"""Tests that the generated pages are up to date."""

from collections.abc import Callable

import pytest

from tests.docs.blocks import ROOT
from tests.docs.references import names_page, schema_page


@pytest.mark.parametrize(("page", "made"), [("schema.md", schema_page), ("names.md", names_page)])
def test_the_page_is_up_to_date(page: str, made: Callable[[], str], golden: Callable[..., None]) -> None:
    """A changed key, argument or docstring changes its page."""
    golden(page, made(), ROOT / "docs")
