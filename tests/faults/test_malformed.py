"""Tests of a database with correct checksums but rows that hpsearch does not write."""

import contextlib
import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hpsearch.store.database_file import checksum_of
from tests.faults.case import Case, hpsearch

LOOKS: tuple[tuple[str, ...], ...] = (
    ("leaderboard", "RUN"),
    ("leaderboard", "RUN", "-f", "json", "--timings"),
    ("show", "RUN"),
    ("show", "RUN", "0", "--timings"),
    ("show", "RUN", "best", "-f", "json"),
    ("status", "RUN"),
    ("export", "RUN", "--to", "jsonl"),
    ("export", "RUN", "--to", "config"),
    ("importance", "RUN"),
    ("explain", "RUN"),
    ("explain", "RUN", "1"),
    ("resume", "RUN", "-q", "--trials", "6"),
)

HUGE = 10**400
TEXTS: tuple[Any, ...] = (
    "",
    "x",
    "[",
    "null",
    "true",
    "5",
    "-1",
    '"x"',
    "[]",
    "{}",
    "[[]]",
    '{"a":null}',
    '{"a":{"b":[1]}}',
    "NaN",
    "1e999",
    str(HUGE),
    "[" * 5000,
    "\udcff".encode("utf-8", "surrogatepass"),
)
VALUES: tuple[Any, ...] = (None, -1, 2**62, -(2**62), 0.5, -1e308, float("inf"), b"\x00\xff", *TEXTS)
"""What a column may hold in its place."""


def rows_of(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Every row of a table."""
    return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 -- one of ours


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The names of its columns."""
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]


def mend_checksums(connection: sqlite3.Connection) -> None:
    """Recompute every checksum."""
    for key, text, _ in rows_of(connection, "meta"):
        connection.execute("UPDATE meta SET checksum = ? WHERE key IS ?", (checksum_of(key, text), key))
    for number, text, started, _ in rows_of(connection, "trials"):
        checksum = checksum_of(number, text, started)
        connection.execute("UPDATE trials SET checksum = ? WHERE number = ?", (checksum, number))
    for table in ("results", "curves"):
        for row in rows_of(connection, table):
            query = f"UPDATE {table} SET checksum = ? WHERE number = ?"  # noqa: S608 -- one of ours
            connection.execute(query, (checksum_of(*row[:-1]), row[0]))
    for number, at, kind, text, _ in rows_of(connection, "events"):
        checksum = checksum_of(at, kind, text)
        connection.execute("UPDATE events SET checksum = ? WHERE id = ?", (checksum, number))


def nested(data: Any) -> Iterator[Any]:
    """JSON data with one thing in it removed or replaced, at every place."""
    yield from (None, True, -1, 2**53 + 1, HUGE, 0.5, "x", [], {}, [[1]], {"a": 1})
    if isinstance(data, dict):
        for key, inner in data.items():
            rest = {other: data[other] for other in data if other != key}
            yield rest
            yield {**rest, f"{key}\0": inner}
            yield from ({**data, key: changed} for changed in nested(inner))
    elif isinstance(data, list):
        for index, inner in enumerate(data[:2]):
            yield data[:index] + data[index + 1 :]
            yield from ([*data[:index], changed, *data[index + 1 :]] for changed in nested(inner))


Change = tuple[str, str, tuple[Any, ...]]
"""What is done: in words, as SQL, with these parameters."""


def changes(connection: sqlite3.Connection) -> Iterator[Change]:
    """Every column of every row replaced, every JSON text changed at every place, every row removed."""
    keys = {"meta": "key", "trials": "number", "results": "number", "curves": "number", "events": "id"}
    for table, key in keys.items():
        columns = columns_of(connection, table)
        for row in rows_of(connection, table):
            where, which = f"{columns[0]} IS ?", row[:1]
            yield f"{table} {which} removed", f"DELETE FROM {table} WHERE {where}", which  # noqa: S608 -- as above
            for name, old in zip(columns, row, strict=True):
                if name in ("checksum", key if table != "meta" else "checksum"):
                    continue
                sql = f"UPDATE {table} SET {name} = ? WHERE {where}"  # noqa: S608 -- as above
                values: list[Any] = list(VALUES)
                if isinstance(old, str):
                    with contextlib.suppress(ValueError):  # it is not JSON
                        values += [json.dumps(data) for data in nested(json.loads(old))]
                for value in values:
                    yield f"{table} {which} {name} = {value!r:.300}", sql, (value, *which)


@pytest.fixture
def run(case: Case) -> Path:
    """A complete run."""
    directory = case.place / "run"
    case.finish(directory)
    return directory


def try_change(case: Case, whole: Path, change: Change) -> None:
    """Read a run after a change; whatever a command says, the program has not failed."""
    what, sql, parameters = change
    directory = case.place / "changed"
    shutil.copytree(whole, directory)
    connection = sqlite3.connect(directory / "search.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.execute(sql, parameters)
        mend_checksums(connection)
        connection.commit()
    except (sqlite3.Error, OverflowError, UnicodeError):  # the schema itself refuses it
        shutil.rmtree(directory)
        return
    finally:
        connection.close()
    case.row.tries += 1
    for command in LOOKS:
        code, _, err = hpsearch(*(directory if word == "RUN" else word for word in command))
        # Another config may be valid; then it is searched, or needs something that is missing.
        assert code in ((0, 2, 3, 4) if command[0] == "resume" else (0, 2, 4)), f"{what}: {command}: {err}"
        assert "bug" not in err, f"{what}: {command}: {err}"
    code, out, err = hpsearch("list", case.place, "-f", "json")
    assert (code, len(json.loads(out)["rows"])) == (0, 2), f"{what}: list: {err}"
    shutil.rmtree(directory)


@pytest.mark.trial_of("a stored value of another type or form, or a missing row, with correct checksums")
def test_what_is_stored_is_checked(
    case: Case, run: Path, full: bool, randomness: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No content of a database looks like a bug of hpsearch, and other runs are still listed."""
    monkeypatch.setattr(
        "hpsearch.machine.kernels.restart_with", lambda values: None
    )  # it would be this process
    with sqlite3.connect(run / "search.db") as connection:
        everything = list(changes(connection))
    connection.close()
    for change in everything if full else randomness.sample(everything, 40):
        try_change(case, run, change)
