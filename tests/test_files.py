"""Tests of writing files."""

import os
import socket
import stat
import tracemalloc
from pathlib import Path

import pytest

from hpsearch.errors import UsageError
from hpsearch.files import is_readable_file, replacing, sha256, usage_errors, write_new, write_whole


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """After an error in the middle, the old content is there, and nothing else."""
    path = tmp_path / "a"
    write_whole(path, "old é\r\n")
    with pytest.raises(TypeError), replacing(path) as file:
        file.writelines([b"new", None])
    assert path.read_bytes() == "old é\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    """An existing file and a broken link are left unchanged."""
    (tmp_path / "a").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("a", "link"):
        with pytest.raises(FileExistsError):
            write_new(tmp_path / name, "x")
    assert (tmp_path / "a").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_new_file_that_cannot_be_written_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk fails at the end, nothing is left behind."""

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        write_new(tmp_path / "a", "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_new, write_whole])
def test_a_private_file_is_its_owners_whatever_the_umask(tmp_path: Path, write: object) -> None:
    """Its mode is 0600 from the start."""
    before = os.umask(0)
    try:
        write(tmp_path / "a", "x", private=True)
        write(tmp_path / "b", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o666


def test_what_is_not_a_file_is_written_to(tmp_path: Path) -> None:
    """A pipe gets the bytes, and remains a pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        write_whole(path, "x")
        assert pipe.read(10) == b"x"
    assert path.is_fifo()


def test_errors_of_the_system_name_the_users_file(tmp_path: Path) -> None:
    """They are usage errors that say what to do or why."""
    with pytest.raises(UsageError, match="a already exists and was not changed"), usage_errors(Path("a")):
        raise FileExistsError
    with pytest.raises(UsageError, match="b cannot be written: No such file"), usage_errors(Path("b")):
        write_new(tmp_path / "no" / "b", "x")


def test_only_regular_files_are_readable(tmp_path: Path) -> None:
    """A file and a link to one are; pipes (they would hang), sockets, directories and other links are not."""
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    others = [tmp_path / "missing", Path("a\0b"), tmp_path / ("x" * 999), Path(os.devnull)]
    found = {path.name for path in (*tmp_path.iterdir(), *others) if is_readable_file(path)}
    assert found == {"file", "link"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_readable(tmp_path: Path) -> None:
    """The permissions of a file decide whether it is readable."""
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0)
    assert not is_readable_file(tmp_path / "file")


def test_a_digest_holds_no_file_in_memory(tmp_path: Path) -> None:
    """A file larger than the available memory is hashed in pieces; every file counts."""
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 2**27)
    tracemalloc.start()
    first = sha256([tmp_path / "large"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22
    assert sha256([tmp_path / "large"] * 2) != first
