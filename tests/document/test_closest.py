from pathlib import Path

import pytest

from hpsearch.document.closest import closest, did_you_mean, near_names

NAMES = ("learning_rate", "momentum", "batch_size")


@pytest.mark.parametrize(
    ("word", "names"),
    [("learing_rate", ["learning_rate"]), ("batchsize", ["batch_size"]), ("dropout", []), ("", [])],
)
def test_closest(word: str, names: list[str]) -> None:
    """A misspelt name is found, and a different word is not."""
    assert closest(word, NAMES) == names


def test_closest_names_in_order() -> None:
    """Several names are ordered by their similarity."""
    assert closest("hidden_units", ["hidden_layers", "hidden_unit"], most=2) == [
        "hidden_unit",
        "hidden_layers",
    ]


def test_did_you_mean() -> None:
    """The suggestion is a question, safe to print, and empty if no name is similar."""
    assert did_you_mean("momentun", NAMES) == "Did you mean momentum?"
    assert did_you_mean("ab\x1bd", ["ab\x1bc"]) == r"Did you mean ab\x1bc?"
    assert did_you_mean("dropout", NAMES) == ""


def test_near_names(tmp_path: Path) -> None:
    """Names similar to that of a missing file are found in its directory, except hidden ones."""
    for name in ("digits.yaml", ".digit.yaml", "other.csv"):
        (tmp_path / name).touch()
    assert near_names(tmp_path / "digit.yaml") == ["digits.yaml"]
    assert near_names(tmp_path / "nowhere" / "digit.yaml") == []
