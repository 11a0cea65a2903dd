"""The database of a run: trials, results, learning curves, events.

A rollback journal with ``synchronous=EXTRA``: when a transaction returns, it is on the disk. Every row
that matters carries a checksum, so that damage is told from data. NaN is never stored; nothing is
ever unpickled.
"""

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hpsearch.errors import RunDamaged, RunMismatch, RunUnwritable, UsageError
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

SCHEMA_VERSION = 1
APPLICATION_ID = 0x68707365  # "hpse", for `file` and for telling a stranger's database from ours
BUSY_SECONDS = 30.0
CHECKED_BYTES = 8 * 2**20  # up to this size, readers have SQLite check the whole file first

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE trials (
    number   INTEGER PRIMARY KEY,
    trial    TEXT NOT NULL,     -- JSON: values, seed, rungs, origin
    started  TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE results (
    number   INTEGER PRIMARY KEY REFERENCES trials,
    status   TEXT NOT NULL,
    value    REAL,              -- the metric, as the user knows it
    loss     REAL,              -- the metric, signed so that lower is better
    epochs   INTEGER NOT NULL,
    final    TEXT NOT NULL,     -- JSON: figures taken once at the end
    reason   TEXT NOT NULL,
    seconds  REAL NOT NULL,
    finished TEXT NOT NULL,
    checksum INTEGER NOT NULL   -- of the row and its learning curve
);
CREATE INDEX ranking ON results (loss, number) WHERE loss IS NOT NULL;
CREATE INDEX unranked ON results (number) WHERE loss IS NULL;
CREATE TABLE epochs (
    number  INTEGER NOT NULL REFERENCES results,
    epoch   INTEGER NOT NULL,
    metrics TEXT NOT NULL,      -- JSON
    seconds REAL NOT NULL,
    PRIMARY KEY (number, epoch)
) WITHOUT ROWID;
CREATE TABLE events (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
"""


class Database:
    """The rows of one run.

    Attributes:
        path: The file.
        metric: What the search makes better.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        config = self.meta("config")
        if config is None:
            raise damaged(path, "it has no config")
        self.metric = Metric(**config["metric"])

    # Writing -----------------------------------------------------------------------------------------

    def record(self, trials: Iterable[Trial] = (), results: Iterable[Result] = ()) -> None:
        """Remember trials that start and results that came, all or none; on return they are on the disk.

        A trial that is there already keeps its first row.

        Raises:
            RunUnwritable: They could not be written.
        """
        now = _now()
        with self._transaction() as cursor:
            for trial in trials:
                text = _trial_text(trial)
                row = (trial.number, text, now, _checksum(trial.number, text))
                cursor.execute("INSERT OR IGNORE INTO trials VALUES (?, ?, ?, ?)", row)
            for result in results:
                self._record_result(cursor, result, now)

    def _record_result(self, cursor: sqlite3.Cursor, result: Result, now: str) -> None:
        loss = None if result.value is None else self.metric.loss(result.value)
        curve = [(epoch.number, _json(dict(epoch.metrics)), epoch.seconds) for epoch in result.curve]
        final = _json(dict(result.final))
        reason = result.reason.encode(
            "utf-8", "backslashreplace"
        ).decode()  # lone surrogates cannot be stored
        row = (
            result.number,
            str(result.status),
            result.value,
            loss,
            len(curve),
            final,
            reason,
            result.seconds,
        )
        cursor.execute(
            "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, now, _checksum(row, curve))
        )
        cursor.executemany(
            "INSERT INTO epochs VALUES (?, ?, ?, ?)", [(result.number, *epoch) for epoch in curve]
        )

    def forget(self, numbers: Iterable[int]) -> None:
        """Drop the results of trials, so that they run again."""
        with self._transaction() as cursor:
            for number in numbers:
                cursor.execute("DELETE FROM epochs WHERE number = ?", (number,))
                cursor.execute("DELETE FROM results WHERE number = ?", (number,))

    def set_meta(self, **entries: Any) -> None:
        """Set what is known of the run as a whole, as JSON data by key."""
        with self._transaction() as cursor:
            insert_meta(cursor, entries)

    def event(self, kind: str, text: str) -> None:
        """Remember that something happened to the search."""
        with self._transaction() as cursor:
            cursor.execute("INSERT INTO events (at, kind, text) VALUES (?, ?, ?)", (_now(), kind, text))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with translated(self.path):
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    # Reading -----------------------------------------------------------------------------------------

    def meta(self, key: str) -> Any:
        """What is known of the run as a whole under a key; None where nothing is."""
        rows = self._rows("SELECT value, checksum FROM meta WHERE key = ?", key)
        if not rows:
            return None
        ((text, checksum),) = rows
        if _checksum(key, text) != checksum:
            raise damaged(self.path, f"the entry {key!r} fails its checksum")
        return json.loads(text)

    def trials(self) -> list[Trial]:
        """Every trial that has started, by number."""
        return [
            self._trial(*row)
            for row in self._rows("SELECT number, trial, checksum FROM trials ORDER BY number")
        ]

    def trial(self, number: int) -> Trial:
        """One trial.

        Raises:
            UsageError: It has not started.
        """
        rows = self._rows("SELECT number, trial, checksum FROM trials WHERE number = ?", number)
        if not rows:
            ((last,),) = self._rows("SELECT MAX(number) FROM trials")
            so_far = "no trials" if last is None else f"trials 0 to {last}"
            raise UsageError(f"{self.path.parent} has {so_far} so far; found {number}")
        return self._trial(*rows[0])

    def results(self) -> list[Result]:
        """Every result, by trial number, learning curves included."""
        return self._results("ORDER BY number")

    def result(self, number: int) -> Result | None:
        """One result; None if it is not there."""
        found = self._results("WHERE number = ?", number)
        return found[0] if found else None

    def ranking(self, limit: int | None = None) -> list[Result]:
        """The best results first: by value, ties by number; then, by number, those without a value."""
        ranked = self._results("WHERE loss IS NOT NULL ORDER BY loss, number LIMIT ?", _limit(limit))
        rest = limit if limit is None else limit - len(ranked)
        return ranked + self._results("WHERE loss IS NULL ORDER BY number LIMIT ?", _limit(rest))

    def counts(self) -> dict[Status, int]:
        """How many results there are of each status."""
        rows = self._rows("SELECT status, COUNT(*) FROM results GROUP BY status")
        return {Status(status): count for status, count in rows}

    def unfinished(self) -> list[int]:
        """The numbers of the trials that have started and have no result."""
        query = "SELECT number FROM trials WHERE number NOT IN (SELECT number FROM results) ORDER BY number"
        return [number for (number,) in self._rows(query)]

    def finished_at(self) -> dict[int, str]:
        """When each result came, as ISO 8601 in UTC."""
        return dict(self._rows("SELECT number, finished FROM results"))

    def events(self) -> list[tuple[str, str, str]]:
        """What happened to the search: time, kind, text."""
        return self._rows("SELECT at, kind, text FROM events ORDER BY id")

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        with translated(self.path):
            return self._connection.execute(query, parameters).fetchall()

    def _results(self, where: str, *parameters: object) -> list[Result]:
        columns = "number, status, value, loss, epochs, final, reason, seconds, checksum"
        # `where` is one of the constant clauses above; whatever varies is bound.
        rows = self._rows(f"SELECT {columns} FROM results {where}", *parameters)  # noqa: S608
        return [self._result(row[:-1], row[-1]) for row in rows]

    def _result(self, row: tuple[Any, ...], checksum: int) -> Result:
        number, status, value, _, epochs, final, reason, seconds = row
        query = "SELECT epoch, metrics, seconds FROM epochs WHERE number = ? ORDER BY epoch"
        curve = self._rows(query, number) if epochs else []
        if _checksum(row, curve) != checksum:
            raise damaged(self.path, f"the result of trial {number} fails its checksum")
        records = tuple(Epoch(epoch, json.loads(metrics), at) for epoch, metrics, at in curve)
        return Result(number, Status(status), value, records, json.loads(final), reason, seconds)

    def _trial(self, number: int, text: str, checksum: int) -> Trial:
        if _checksum(number, text) != checksum:
            raise damaged(self.path, f"trial {number} fails its checksum")
        return Trial.from_json({"number": number, **json.loads(text)})


def create_database(path: Path, meta: Mapping[str, Any]) -> None:
    """Fill an empty file with the tables and what is known of the run at its start."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        insert_meta(connection.cursor(), {"created": _now(), **meta})
    finally:
        connection.close()


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open and check a database.

    Raises:
        RunDamaged: It cannot be read.
        RunMismatch: It was written by a newer hpsearch.
    """
    with translated(path):
        mode = "rw" if write else "ro"
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        try:
            _check(path, connection, whole=write or path.stat().st_size <= CHECKED_BYTES)
            if write:
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("PRAGMA synchronous = EXTRA")
        except BaseException:
            connection.close()
            raise
    return connection


def insert_meta(cursor: sqlite3.Cursor, entries: Mapping[str, Any]) -> None:
    """Set entries of the table ``meta``, as JSON."""
    for key, value in entries.items():
        text = _json(value)
        cursor.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, text, _checksum(key, text)))


def damaged(path: Path, what: str) -> RunDamaged:
    """The error for a database that cannot be trusted."""
    return RunDamaged(
        f"{path} is damaged: {what}. It was left as it is; restore it from a backup, or start a new run:"
        f" `hpsearch run {path.parent}/config.yaml`."
    )


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "malformed" in str(error) or "unsupported file format" in str(error):
            raise damaged(path, str(error)) from error
        raise RunUnwritable(
            f"{path} cannot be used: {error}. What was reported as finished is stored; when the cause is"
            f" mended, go on by `hpsearch resume {path.parent}`."
        ) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise damaged(path, str(error)) from error


def _check(path: Path, connection: sqlite3.Connection, *, whole: bool) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise damaged(path, "it is not a database of hpsearch")
    if version > SCHEMA_VERSION:
        raise RunMismatch(
            f"{path} was written by a newer hpsearch: its schema is {version}, this one reads up to"
            f" {SCHEMA_VERSION}. Upgrade hpsearch to use it."
        )
    if version != SCHEMA_VERSION:
        raise damaged(path, f"there never was a schema {version}")
    if whole:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(path, verdict)


def _trial_text(trial: Trial) -> str:
    data = trial.to_json()
    del data["number"]
    return _json(data)


def _limit(limit: int | None) -> int:
    return -1 if limit is None else max(limit, 0)  # SQLite takes a negative limit for none


def _json(data: object) -> str:
    return json.dumps(data, allow_nan=False, ensure_ascii=True, separators=(",", ":"))


def _checksum(*fields: object) -> int:
    return zlib.crc32(repr(fields).encode("utf-8", "backslashreplace"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
