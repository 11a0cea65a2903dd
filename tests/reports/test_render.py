"""Tests of reports as text."""

import errno
import io
from collections.abc import Iterator

import pytest

from hpsearch.errors import SystemLacking
from hpsearch.reports import render
from hpsearch.reports.plain_screen import PlainScreen
from hpsearch.reports.render import Format, print_report, report_parts, whole_text
from hpsearch.reports.table import Column, Table


def test_columns_of_csv_have_names_of_their_own() -> None:
    """A hyperparameter or metric with the name of another column gets a prefix for its kind."""
    keys = [("trial",), ("value",), ("metrics", "value"), ("metrics", "loss"), ("values", "loss")]
    keys += [("values", "reason"), ("values", "x"), ("reason",)]
    columns = [Column(key[-1], key, choice=key[0] == "values") for key in keys]
    (text,) = report_parts(Table("epochs", columns, []), "csv")
    assert text == "trial,value,metrics.value,loss,values.loss,values.reason,x,reason\n"


def test_a_long_text_is_read_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line ends and letters are preserved, too, whether it was kept in memory or on disk."""
    parts = ["a,é\n", "b\r\n", "c" * 10]
    for kept in (1, 10**6):
        monkeypatch.setattr(render, "_KEPT_BYTES", kept)
        with whole_text(parts) as text:
            assert text.read() == "".join(parts)


def test_nothing_is_shown_of_a_text_that_fails() -> None:
    """The error comes before any output."""

    def parts() -> Iterator[str]:
        yield "good"
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"), whole_text(parts()):
        pytest.fail("something can be read")


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message suggests what can be done about it."""

    class Full:
        def __init__(self, *_: object, **__: object) -> None: ...
        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None: ...
        def write(self, _: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(render, "SpooledTemporaryFile", Full)
    with pytest.raises(SystemLacking, match=r"No space left on device.*TMPDIR"), whole_text(["x"]):
        pytest.fail("something can be read")


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_a_report_is_written_before_what_stderr_gets_next(form: Format) -> None:
    """Printing leaves nothing in a buffer, as both streams may go to one file."""
    written = io.BytesIO()
    screen = PlainScreen(io.TextIOWrapper(written, encoding="utf-8"))
    print_report(Table("epochs", [Column("trial", ("trial",))], [{"trial": 7}]), form, screen)
    assert b"7" in written.getvalue()
