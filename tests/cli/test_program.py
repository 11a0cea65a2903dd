"""Tests of the program's messages about unexpected errors."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Done

Program = Callable[..., Done]


def numpys_error() -> ImportError:
    """NumPy's error for a missing library: a page of text, with the reason as its cause."""
    error = ImportError("\n\nIMPORTANT: PLEASE READ THIS FOR ADVICE\n\n")
    error.__cause__ = ImportError("libx.so: failed to map segment from shared object")
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (numpys_error(), "cannot be loaded: libx.so: failed to map segment from shared object.\n"),
        (ModuleNotFoundError("No module named 'joblib'", name="joblib"), "install hpsearch again"),
        (MemoryError(), "the computer has no memory left"),
        (RuntimeError("can't start new thread"), "ulimit -u unlimited"),
    ],
)
def test_what_the_computer_lacks_is_no_bug(
    hpsearch: Program, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    """The message names what is missing, and what can be done about it."""
    monkeypatch.setattr("hpsearch.config.json_schema", raising(error))
    done = hpsearch("schema")
    assert (done.code, says in done.err, "bug" in done.err) == (1, True, False), done.err


@pytest.mark.parametrize("error", [ImportError("x", name="hpsearch.cli"), ValueError("x")])
def test_our_own_errors_are_bugs(
    hpsearch: Program, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Our own errors are bugs, even a module of ours that does not match the others."""
    monkeypatch.setattr("hpsearch.config.json_schema", raising(error))
    done = hpsearch("schema")
    assert done.code == 1
    assert "a bug in hpsearch" in done.err


def raising(error: Exception) -> Callable[..., object]:
    """A function that raises an error."""

    def fail(*_: object, **__: object) -> object:
        raise error

    return fail
