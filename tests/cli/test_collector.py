"""Tests of when the program collects garbage."""

import gc
import subprocess
import sys


def test_collections_are_put_off_until_the_first_one() -> None:
    """Nothing is collected while the program starts; after that, as often as a long command needs."""
    code = (
        "import gc; from hpsearch.cli.collector import put_off_collections; put_off_collections()\n"
        "first = gc.get_threshold()[0]; gc.collect(); later = gc.get_threshold()[0]; gc.collect()\n"
        "print(first > 100_000, 1_000 < later < first, gc.get_freeze_count() > 0, gc.callbacks)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True True []\n"
    assert gc.get_threshold()[0] < 100_000  # this process was not changed
