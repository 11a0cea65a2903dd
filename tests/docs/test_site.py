"""The site of the docs builds without a warning, its links lead somewhere, and it needs no network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

_LOADED = re.compile(r'<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?//[^"]+"')


def test_the_site_builds_and_needs_no_network(tmp_path: Path) -> None:
    """A page without a menu entry, or a broken link or anchor, is an error."""
    pytest.importorskip("mkdocs", reason="MkDocs is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert {"index.html", "faq.html", "glossary.html", "gallery.html"} <= {page.name for page in pages}
    assert not [found for page in pages for found in _LOADED.findall(page.read_text(encoding="utf-8"))]
