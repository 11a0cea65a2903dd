"""Tests of the log of a trial's output."""

from collections.abc import Callable
from pathlib import Path

from hpsearch.process.log_file import LOG_BYTES, Log
from hpsearch.trial import Result

Call = Callable[..., Result]


def test_logs_keep_beginning_and_end(call: Call, command: Call, directory: Path) -> None:
    """This is true however much is printed, with any bytes."""
    result = command("echo begin; yes | head -c 50000000; printf '\\377\\n'; echo '{{\"value\": 1}}'")
    assert result.value == 1.0
    log = (directory / "stdout.log").read_bytes()
    assert len(log) <= LOG_BYTES
    assert log.startswith(b"begin\ny\n")
    assert b"bytes are left out here" in log
    assert log.endswith(b'\xff\n{"value": 1}\n')


def test_a_log_says_how_much_it_left_out(tmp_path: Path) -> None:
    """The kept and the omitted parts add up to the output, in whole lines."""
    path = tmp_path / "log"
    with Log(path, limit=1000) as log:
        for number in range(1000):
            log.write(b"%03d\n" % number)
    head, _, rest = path.read_bytes().partition(b"\n[... ")
    number, _, tail = rest.partition(b" bytes are left out here ...]\n")
    lines = [*head.split(), *tail.split()]
    assert lines[0] == b"000"
    assert lines[-1] == b"999"
    assert all(len(line) == 3 for line in lines)
    assert len(head) + int(number) + len(tail) == 4000


def test_a_trial_that_prints_nothing_leaves_no_files(call: Call, tmp_path: Path) -> None:
    """It does not even leave its directory."""
    call("number")
    assert list((tmp_path / "trials").iterdir()) == []
