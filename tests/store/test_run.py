"""Tests of the run directory: nothing is lost, one process writes, damage is noticed."""

import asyncio
import gc
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.errors import (
    RunDamaged,
    RunError,
    RunExists,
    RunLocked,
    RunMismatch,
    RunNotFound,
    RunUnwritable,
    UsageError,
)
from hpsearch.store import Run
from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial

META = {"config": {"metric": {"name": "val_error", "goal": "minimize", "at": "last"}}}


def make(directory: Path, count: int = 0) -> Run:
    """A run with ``count`` results."""
    run = Run.create(directory, "seed: 1\r\n", META)
    for number in range(count):
        run.record([trial(number)], [result(number)])
    return run


def trial(number: int) -> Trial:
    """A trial with everything that a trial can have."""
    values, below = {"x": 0.1 * number, "name": "ä\n"}, 0.5 if number else None
    return Trial(number, values, number + 7, (Rung(2, 0.5),), {"phase": "coarse"}, (3,), below)


def result(number: int, value: float | None = 0.25) -> Result:
    """A result with everything that a result can have."""
    curve = (Epoch(1, {"val_error": 0.5, "other": None}, 0.1), Epoch(2, {"val_error": 0.25}, 0.2))
    status = Status.DONE if value is not None else Status.FAILED
    return Result(
        number, status, value, curve, {"test_error": 0.3}, "" if value is not None else "no\nvalue", 0.7
    )


def test_what_was_recorded_is_read_back_equal(tmp_path: Path) -> None:
    """Trials, results and learning curves come back to the last bit, in another connection too."""
    with make(tmp_path / "r", 3) as run, Run.read(tmp_path / "r") as reader:
        assert reader.trials() == run.trials() == [trial(number) for number in range(3)]
        assert reader.results() == run.results() == [result(number) for number in range(3)]
        assert reader.result(1) == result(1)
        assert reader.result(9) is None


def test_a_trial_that_starts_again_has_another_start_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the time of its last start, even if the clock was set back."""
    with make(tmp_path / "r") as run:
        for at in ("2026-03-01T10:00:00.000+00:00", "2026-03-01T09:00:00.000+00:00"):
            monkeypatch.setattr("hpsearch.store.database.timestamp", lambda at=at: at)
            run.record([trial(0)])
            assert run.started(0).isoformat(timespec="milliseconds") == at
            assert run.trials() == [trial(0)]


def test_in_flight_is_what_has_started_since_the_search_last_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This is so even within the same millisecond; trials that have a result are not."""
    clock = iter(range(10))

    def tick() -> None:
        now = f"2026-03-01T10:00:00.00{next(clock)}+00:00"
        monkeypatch.setattr("hpsearch.store.database.timestamp", lambda: now)

    with make(tmp_path / "r") as run:
        tick()
        run.record([trial(number) for number in range(4)], [result(0)])
        assert run.in_flight() == [1, 2, 3]
        for again in (1, 2):
            tick()
            run.event("resumed", "")
            assert run.in_flight() == []
            run.record([trial(again)])
            assert run.in_flight() == [again]
        run.record([], [result(2)])
        assert (run.in_flight(), run.unfinished()) == ([], [1, 3])


def test_a_trial_of_another_content_does_not_take_the_place_of_one(tmp_path: Path) -> None:
    """The first recorded trial is the one that has started."""
    with make(tmp_path / "r") as run:
        run.record([trial(0)])
        run.record([replace(trial(0), seed=99)])
        assert run.trials() == [trial(0)]


def test_a_history_shares_the_names_that_its_rows_have_in_common(tmp_path: Path) -> None:
    """Names of parameters and metrics are in memory once, regardless of the number of trials."""
    with make(tmp_path / "r", 3) as run:
        trials, results = run.history()
    mappings = [
        *([each.values for each in trials], [each.origin for each in trials]),
        *([each.final for each in results], [epoch.metrics for each in results for epoch in each.curve]),
    ]
    for alike in mappings:
        names = [name for mapping in alike for name in mapping]
        assert len(set(map(id, names))) == len(set(names)) < len(names)


def test_a_negative_zero_is_no_damage(tmp_path: Path) -> None:
    """SQLite has no negative zero; an accuracy of 0, whose loss is -0, is still read."""
    metric = {"name": "accuracy", "goal": "maximize", "at": "last"}
    with Run.create(tmp_path / "r", "", {"config": {"metric": metric}}) as run:
        run.record([trial(0), trial(1)], [result(0, 0.0), result(1, -0.0)])
        assert [each.value for each in run.ranking()] == [0.0, 0.0]


HALF_DONE = """
import os, pathlib, sys
from hpsearch.store import Run
run = Run.open(pathlib.Path(sys.argv[1]))
connection = run._connection
connection.execute("PRAGMA cache_size = 1")  # so that SQLite writes before the transaction ends
connection.execute("BEGIN IMMEDIATE")
for number in range(500):
    connection.execute("INSERT INTO events (at, kind, text, checksum) VALUES ('', '', hex(zeroblob(400)), 0)")
os.kill(os.getpid(), 9)
"""


def test_readers_undo_what_a_killed_writer_left_half_done(tmp_path: Path) -> None:
    """After a kill during a transaction, the run can be viewed without resuming it first."""
    make(tmp_path / "r", 3).close()
    subprocess.run([sys.executable, "-c", HALF_DONE, str(tmp_path / "r")], check=False)
    assert (tmp_path / "r" / "search.db-journal").exists()
    with Run.read(tmp_path / "r") as run:
        assert len(run.results()) == 3
        assert run.events() == []
    assert not (tmp_path / "r" / "search.db-journal").exists()


def test_readers_write_nothing(tmp_path: Path) -> None:
    """Every writing method of a run that was opened for reading is refused."""
    make(tmp_path / "r", 1).close()
    with Run.read(tmp_path / "r") as run, pytest.raises(RunUnwritable, match="readonly"):
        run.event("x", "y")


def test_the_config_is_kept_byte_for_byte(tmp_path: Path) -> None:
    """This includes line ends."""
    make(tmp_path / "r").close()
    assert (tmp_path / "r" / "config.yaml").read_bytes() == b"seed: 1\r\n"


def test_everything_is_private(tmp_path: Path) -> None:
    """Directories are 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        with make(tmp_path / "r", 1) as run:
            run.write_file("best.yaml", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "r").iterdir()} == {0o600}


def test_numbered_directories_count_up(tmp_path: Path) -> None:
    """The next number is one above the largest existing one, even if there are gaps."""
    names = []
    for _ in range(2):
        with Run.create_numbered(tmp_path, "a.b", "", META) as run:
            names.append(run.directory.name)
    (tmp_path / "a.b-007").mkdir()
    with Run.create_numbered(tmp_path, "a.b", "", META) as run:
        names.append(run.directory.name)
    assert names == ["a.b-001", "a.b-002", "a.b-008"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.b-001", "a.b-002", "a.b-007", "a.b-008"]


def test_a_directory_that_is_there_is_never_touched(tmp_path: Path) -> None:
    """Overwriting it is refused with what to type instead, and leaves no draft behind."""
    (tmp_path / "r").mkdir()
    with pytest.raises(RunExists, match="hpsearch resume"):
        make(tmp_path / "r")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A second writer is refused with the name of the first; readers are not."""
    with make(tmp_path / "r") as run:
        with pytest.raises(RunLocked, match=f"process {os.getpid()} "):
            Run.open(tmp_path / "r")
        with Run.read(tmp_path / "r") as reader:
            assert reader.searching()
        assert run.searching()
    with Run.read(tmp_path / "r") as reader:
        assert not reader.searching()
    Run.open(tmp_path / "r").close()


def test_a_killed_writers_lock_is_gone_with_it(tmp_path: Path) -> None:
    """Nobody ever has to unlock anything by hand."""
    make(tmp_path / "r").close()
    code = (
        "import os, pathlib; from hpsearch.store import Run;"
        f"Run.open(pathlib.Path({str(tmp_path / 'r')!r})); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    Run.open(tmp_path / "r").close()


def test_a_batch_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    """If one of its results cannot be recorded, none is."""
    with make(tmp_path / "r", 1) as run:
        with pytest.raises(RunError):
            run.record([trial(1), trial(2)], [result(1), result(0)])
        assert [each.number for each in run.trials()] == [0]


def test_a_trial_keeps_its_first_row(tmp_path: Path) -> None:
    """Recording it again changes nothing."""
    with make(tmp_path / "r", 1) as run:
        run.record([Trial(0, {"x": 9}, 1)])
        assert run.trial(0) == trial(0)


def test_forgotten_results_are_unfinished_trials(tmp_path: Path) -> None:
    """The trial is kept; its result and curve are deleted."""
    with make(tmp_path / "r", 3) as run:
        run.delete_results([1])
        assert run.unfinished() == [1]
        assert [each.number for each in run.results()] == [0, 2]
        run.record(results=[result(1)])
        assert run.results() == [result(number) for number in range(3)]


def test_a_trial_that_has_not_started_is_an_error_that_says_which_have(tmp_path: Path) -> None:
    """The error names the range of existing numbers."""
    with make(tmp_path / "r", 2) as run:
        for number in (5, -1):
            with pytest.raises(UsageError, match=f"trials 0 to 1 so far; found {number}"):
                run.trial(number)
    with make(tmp_path / "one", 1) as run, pytest.raises(UsageError, match="only trial 0 so far; found 5"):
        run.trial(5)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_trial_that_has_a_result_and_no_row_is_damage(tmp_path: Path, number: int) -> None:
    """It may be the last trial or one between others; it is not reported as not started."""
    make(tmp_path / "r", 3).close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM trials WHERE number = ?", (number,))
    connection.close()
    with Run.read(tmp_path / "r") as run, pytest.raises(RunDamaged, match=f"trial {number} is missing"):
        run.trial(number)


def ranked(results: list[Result], metric: Metric) -> list[Result]:
    """The rule: by value, ties by number; then, by number, those without a value."""
    with_value = [each for each in results if each.value is not None]
    without = [each for each in results if each.value is None]
    return sorted(with_value, key=lambda each: (metric.loss(each.value), each.number)) + without


outcomes = st.lists(st.none() | st.sampled_from([0.1, 0.2, 0.3, -1.0]), min_size=1, max_size=12)


@given(outcomes, st.sampled_from(["minimize", "maximize"]), st.integers(1, 15))
def test_the_database_ranks_as_the_rule_does(
    tmp_path_factory: pytest.TempPathFactory, values: list, goal: str, limit: int
) -> None:
    """The index gives the order that the ranking rule defines, for any number of rows."""
    metric = {"name": "m", "goal": goal, "at": "last"}
    with Run.create(tmp_path_factory.mktemp("x") / "r", "", {"config": {"metric": metric}}) as run:
        results = [result(number, value) for number, value in enumerate(values)]
        run.record([trial(number) for number in range(len(values))], results)
        assert run.ranking() == ranked(results, Metric(**metric))
        assert run.ranking(limit) == ranked(results, Metric(**metric))[:limit]


def test_a_checkpoint_goes_and_logs_stay(tmp_path: Path) -> None:
    """When a result is recorded, the checkpoint of its trial is removed, and its directory if now empty."""
    with make(tmp_path / "r") as run:
        for number in (1, 2):
            (run.trial_directory(number) / "checkpoint").mkdir(parents=True)
        (run.trial_directory(2) / "stdout.log").write_text("x")
        for number in (0, 1, 2):
            run.drop_checkpoint(number)
        assert [path.name for path in run.trial_directory(0).parent.iterdir()] == ["00002"]
        assert [path.name for path in run.trial_directory(2).iterdir()] == ["stdout.log"]


def test_counts_and_events(tmp_path: Path) -> None:
    """Results are counted by status; events keep their order."""
    with make(tmp_path / "r", 2) as run:
        run.record([trial(2)], [result(2, None)])
        run.event("interrupted", "SIGINT")
        run.event("resumed", "")
        assert run.counts() == {Status.DONE: 2, Status.FAILED: 1}
        assert [(kind, text) for _, kind, text in run.events()] == [
            ("interrupted", "SIGINT"),
            ("resumed", ""),
        ]


def test_a_moved_directory_is_the_same_run(tmp_path: Path) -> None:
    """Nothing in it records its location."""
    make(tmp_path / "r", 2).close()
    (tmp_path / "r").rename(tmp_path / "s")
    with Run.open(tmp_path / "s") as run:
        assert len(run.results()) == 2


@pytest.mark.parametrize("what", ["missing", "file", "empty"])
def test_no_run_there(tmp_path: Path, what: str) -> None:
    """A missing directory, a file and a directory without a database are not runs."""
    path = tmp_path / "r"
    path.write_text("") if what == "file" else path.mkdir() if what == "empty" else None
    for way in (Run.read, Run.open):
        with pytest.raises(RunNotFound, match="not a run directory"):
            way(path)


def test_a_newer_schema_is_refused_as_such(tmp_path: Path) -> None:
    """The message says which version and what to do."""
    make(tmp_path / "r").close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RunMismatch, match=r"newer hpsearch.*schema is 99.*Upgrade"):
        Run.read(tmp_path / "r")


def test_an_older_schema_is_refused_as_such(tmp_path: Path) -> None:
    """The message says what can be done, and does not report damage."""
    make(tmp_path / "r").close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with pytest.raises(RunMismatch, match=r"older hpsearch.*schema is 1, and this version reads 3"):
        Run.read(tmp_path / "r")


def test_equal_values_are_ranked_by_their_ties(tmp_path: Path) -> None:
    """The ranking is the metric's own order, with and without a limit."""
    metric = Metric("e", "maximize", ties=Metric("l"))
    with Run.create(tmp_path / "r", "", {"config": {"metric": metric.to_json()}}) as run:
        for number, (error, loss) in enumerate([(1.0, 3.0), (2.0, 2.0), (2.0, 1.0), (2.0, None)]):
            curve = (Epoch(1, {"e": error, "l": loss}, 0.0),)
            run.record([trial(number)], [Result(number, Status.DONE, error, curve)])
        assert [each.number for each in run.ranking()] == [2, 1, 3, 0]
        assert run.ranking() == sorted(run.results(), key=metric.order)
        assert run.trial_number("best") == 2


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"not a database" * 100])
def test_what_is_no_database_is_damage(tmp_path: Path, content: bytes) -> None:
    """A file that is empty, truncated or something else is refused and left unchanged."""
    make(tmp_path / "r", 2).close()
    database = tmp_path / "r" / "search.db"
    database.write_bytes(content)
    for way in (Run.read, Run.open):
        with pytest.raises(RunDamaged, match=r"search\.db is damaged"):
            way(tmp_path / "r")
    assert database.read_bytes() == content


def test_tables_of_another_making_are_damage(tmp_path: Path) -> None:
    """A trigger, a view or another column in a foreign database is refused before anything is read."""
    make(tmp_path / "r", 1).close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM results; END")
    connection.close()
    with pytest.raises(RunDamaged, match="its tables are not those of schema 3"):
        Run.read(tmp_path / "r")


def test_a_changed_row_is_damage_not_data(tmp_path: Path) -> None:
    """A value that something else has altered fails its checksum."""
    make(tmp_path / "r", 2).close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute("UPDATE results SET value = 0.0, loss = 0.0 WHERE number = 1")
        connection.execute("UPDATE trials SET trial = ? WHERE number = 1", (json.dumps({"values": {}}),))
    connection.close()
    with Run.read(tmp_path / "r") as run:
        with pytest.raises(RunDamaged, match="result of trial 1 fails its checksum"):
            run.ranking()
        with pytest.raises(RunDamaged, match="trial 1 fails its checksum"):
            run.trials()


def test_a_full_disk_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    """When the disk is full, recording fails with the reason, and every earlier row is still there."""
    code = f"""
import pathlib, resource, signal
from tests.store.test_run import make, trial, result
from hpsearch.errors import RunUnwritable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
run = make(pathlib.Path({str(tmp_path / "r")!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
number = 0
try:
    while True:
        run.record([trial(number)], [result(number)])
        number += 1
except RunUnwritable as error:
    print(number, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, _, message = done.stdout.partition(" ")
    assert "cannot be used" in message
    assert int(count) > 10
    with Run.open(tmp_path / "r") as run:
        assert [each.number for each in run.results()] == list(range(int(count)))


def test_a_run_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the run, not its draft, which has been removed."""

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("hpsearch.store.directory.create_database", fail)
    with pytest.raises(RunUnwritable) as error:
        make(tmp_path / "r", 1)
    assert str(error.value) == f"{tmp_path / 'r'} cannot be made: disk I/O error."
    assert not list(tmp_path.iterdir())


def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    """An example is a file in place of a directory."""
    (tmp_path / "f").write_text("")
    with pytest.raises(RunUnwritable, match="cannot be written"):
        make(tmp_path / "f" / "r")


def test_a_new_run_is_on_the_disk_when_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is synced with its parent directory, so it survives a power cut."""
    synced: list[tuple[int, bool]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / "r").exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    make(tmp_path / "r").close()
    assert (tmp_path.stat().st_ino, True) in synced


@pytest.mark.parametrize(
    "change",
    ["UPDATE results SET reason = 'x'", "UPDATE curves SET curve = '[]'", "UPDATE trials SET trial = '{}'"],
)
def test_nothing_is_added_to_a_run_with_a_changed_row(tmp_path: Path, change: str) -> None:
    """Opening for writing first checks every row, so damaged data are left unchanged."""
    make(tmp_path / "r", 2).close()
    with sqlite3.connect(tmp_path / "r" / "search.db") as connection:
        connection.execute(f"{change} WHERE number = 1")
    connection.close()
    with pytest.raises(RunDamaged, match="trial 1 fails its checksum"):
        Run.open(tmp_path / "r")


def test_any_thread_and_event_loop_reads(tmp_path: Path) -> None:
    """Threads that read the same run at once take turns, while another thread writes."""
    with make(tmp_path / "r", 3) as writer, Run.read(tmp_path / "r") as run:

        async def read() -> list[list[Result]]:
            writing = asyncio.to_thread(writer.record, [trial(3)], [result(3)])
            done = await asyncio.gather(writing, *(asyncio.to_thread(run.results) for _ in range(20)))
            return [found for found in done if found is not None]

        assert all(found[:3] == [result(number) for number in range(3)] for found in asyncio.run(read()))
        assert len(run.results()) == 4


def test_another_thread_may_close_a_run(tmp_path: Path) -> None:
    """Others may then write, and reading is an error that says how to open it again."""
    run = make(tmp_path / "r")
    closer = threading.Thread(target=run.close)
    closer.start()
    closer.join()
    with pytest.raises(UsageError, match=r"r was closed. Open it again: hpsearch.load\("):
        run.results()
    Run.open(tmp_path / "r").close()
    run.close()


def test_a_forgotten_run_is_closed(tmp_path: Path) -> None:
    """Its connection is closed when the object is collected, without a warning."""
    run = make(tmp_path / "r")
    connection = run._connection
    del run
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_results_have_the_values_of_their_trials(tmp_path: Path) -> None:
    """A list of results, the best first, thus says what to use."""
    with make(tmp_path / "r", 2) as run:
        assert [found.values for found in run.ranking()] == [trial(0).values, trial(1).values]
        assert run.result(1).values == trial(1).values


def test_runs_and_results_are_shown_in_one_line(tmp_path: Path) -> None:
    """Their reprs are one line, however large they are."""
    with make(tmp_path / "r", 40) as run:
        assert repr(run) == f"<Run {tmp_path / 'r'}>"
        assert repr(run.results()) == "<40 results: 40 done>"
        assert repr(run.result(0)) == f"Result(0, done, 0.25, {dict(trial(0).values)}, 2 epochs)"
        assert repr(run.trial(0)) == f"Trial(0, {dict(trial(0).values)}, seed=7)"


def test_a_search_reads_the_rows_that_were_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is read once when a run is opened to continue it; after a change it is read again."""
    make(tmp_path / "r", 3).close()
    with Run.open(tmp_path / "r") as run:
        again = Run.read(tmp_path / "r").history()
        with monkeypatch.context() as patch:
            patch.setattr(run, "records", lambda: pytest.fail("the rows are read again"))
            assert run.history() == again
    with Run.open(tmp_path / "r") as run:
        run.record([trial(3)], [result(3)])
        assert len(run.history()[1]) == 4
    with Run.open(tmp_path / "r") as run:
        run.delete_results([0])
        assert [each.number for each in run.history()[1]] == [1, 2, 3]
