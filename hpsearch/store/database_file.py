"""The database file: its tables, and how it is created, opened and checked.

It has a rollback journal with ``synchronous=EXTRA``: when a transaction returns, it is on disk. Every row
that matters has a checksum, so that damage is noticed.
"""

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hpsearch.commands import command
from hpsearch.errors import RunDamaged, RunMismatch, RunUnwritable

SCHEMA_VERSION = 3
APPLICATION_ID = 0x68707365  # "hpse", for `file` and to recognise our own databases
BUSY_SECONDS = 30.0
CHECKED_BYTES = 8 * 2**20  # up to this size, readers let SQLite check the whole file first

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
    tie      REAL,              -- what orders equal losses, lower is better
    error    REAL,              -- the standard error of the value over repeats
    epochs   INTEGER NOT NULL,  -- of its learning curve
    final    TEXT NOT NULL,     -- JSON: figures taken once at the end
    reason   TEXT NOT NULL,
    seconds  REAL NOT NULL,
    finished TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE INDEX ranking ON results (loss, tie, number) WHERE loss IS NOT NULL;
CREATE INDEX unranked ON results (number) WHERE loss IS NULL;
CREATE TABLE curves (
    number   INTEGER PRIMARY KEY REFERENCES results,
    curve    TEXT NOT NULL,     -- JSON: number, metrics and seconds of each epoch
    checksum INTEGER NOT NULL
);
CREATE TABLE events (
    id       INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
"""


def create_database(path: Path, meta: Mapping[str, Any]) -> None:
    """Fill an empty file with the tables and the facts about the run at its start."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        versions = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
        connection.executescript(f"BEGIN; {SCHEMA} {versions}")
        insert_meta(connection.cursor(), {"created": timestamp(), **meta})
        connection.execute("COMMIT")


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open and check a database.

    Raises:
        RunDamaged: It cannot be read.
        RunMismatch: It was written by a newer hpsearch.
    """
    with sqlite_errors(path):
        # Readers too, because only then can they roll back what a killed writer left half done. On a
        # read-only medium SQLite falls back to reading.
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # Database has a lock
        )
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            _check(path, connection, whole=write or path.stat().st_size <= CHECKED_BYTES)
            if write:
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("PRAGMA synchronous = EXTRA")
            else:
                connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def insert_meta(cursor: sqlite3.Cursor, entries: Mapping[str, Any]) -> None:
    """Set entries of the table ``meta``, as JSON."""
    for key, value in entries.items():
        text = json_text(value)
        cursor.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, text, checksum_of(key, text)))


def damaged(path: Path, what: str) -> RunDamaged:
    """The error for a database that cannot be trusted."""
    return RunDamaged(
        f"{path} is damaged: {what}. It was not changed. Restore it from a backup, or start a new run:"
        f" {command('run', path.parent / 'config.yaml')}"
    )


@contextlib.contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "malformed" in str(error) or "unsupported file format" in str(error):
            raise damaged(path, str(error)) from error
        raise RunUnwritable(
            f"{path} cannot be used: {error}. Trials that were reported as finished are stored. Fix the"
            f" cause, then continue with {command('resume', path.parent)}."
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
            f"{path} was written by a newer hpsearch: its schema is {version}, and this version reads up to"
            f" {SCHEMA_VERSION}. Upgrade hpsearch to use it."
        )
    if 0 < version < SCHEMA_VERSION:
        raise RunMismatch(
            f"{path} was written by an older hpsearch: its schema is {version}, and this version reads"
            f" {SCHEMA_VERSION}. Use the older one for it, or start a new run:"
            f" {command('run', path.parent / 'config.yaml')}"
        )
    if version != SCHEMA_VERSION:
        raise damaged(path, f"its schema is {version}, which never existed")
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(SCHEMA)
        if _schema(connection) != _schema(empty):
            raise damaged(path, f"its tables are not those of schema {SCHEMA_VERSION}")
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if path.stat().st_size < page * pages:
        raise damaged(path, f"it is truncated to {path.stat().st_size} of {page * pages} bytes")
    if whole:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(path, verdict)


def _schema(connection: sqlite3.Connection) -> list[Any]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()


def json_text(data: object) -> str:
    """JSON in its shortest form; never NaN, which JSON does not have."""
    return json.dumps(data, allow_nan=False, ensure_ascii=True, separators=(",", ":"))


def checksum_of(*fields: object) -> int:
    """The checksum of the columns of a row."""
    return zlib.crc32(repr(fields).encode("utf-8", "backslashreplace"))


def timestamp() -> str:
    """The time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
