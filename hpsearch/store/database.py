"""The database of a run: trials, results, learning curves, events.

NaN is never stored; nothing is ever unpickled.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hpsearch.results import Results
from hpsearch.store.database_file import checksum_of, insert_meta, json_text, timestamp
from hpsearch.store.database_reader import DatabaseReader
from hpsearch.trial import Result, Trial

__all__ = ["Database"]

_START = (
    "INSERT INTO trials VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET started = excluded.started, checksum = excluded.checksum WHERE trial = excluded.trial"
)


class Database(DatabaseReader):
    """The rows of one run, for reading and writing, by one thread at a time.

    Args:
        path: The file.
        connection: A connection to it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._verified: tuple[list[Trial], Results] | None = None

    def verify(self) -> None:
        """Check every row, and keep the rows until :meth:`history` takes them for a search.

        Raises:
            RunDamaged: A row is wrong, or missing.
        """
        self._verified = None
        self.verify_meta()
        self._verified = super().history()

    def history(self) -> tuple[list[Trial], Results]:
        """Every trial that has started, and every result, by number; each row is read once."""
        found, self._verified = self._verified, None
        return super().history() if found is None else found

    def record(self, trials: Iterable[Trial] = (), results: Iterable[Result] = ()) -> None:
        """Record new trials and results, all or none; on return they are on disk.

        A trial that is already recorded starts again: only the time of its start changes.

        Raises:
            RunUnwritable: They could not be written.
        """
        now = timestamp()
        self._verified = None
        with self._transaction() as cursor:
            for trial in trials:
                text = _trial_text(trial)
                row = (trial.number, text, now)
                cursor.execute(_START, (*row, checksum_of(*row)))
            for result in results:
                self._record_result(cursor, result, now)

    def _record_result(self, cursor: sqlite3.Cursor, result: Result, now: str) -> None:
        # SQLite does not store negative zero, and the checksum must match what will be read.
        value = None if result.value is None else result.value + 0.0
        loss, tie = None, None
        if value is not None:
            loss, tie, _ = self.metric.order(result)
            loss, tie = loss + 0.0, tie + 0.0
        error = self.metric.standard_error(result)
        final = json_text(dict(result.final))
        reason, seconds = _storable(result.reason), result.seconds
        row = (
            *(result.number, str(result.status), value, loss, tie, None if error is None else error + 0.0),
            *(len(result.curve), final, reason, seconds, now),
        )
        query = "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        cursor.execute(query, (*row, checksum_of(*row)))
        if result.curve:
            epochs = [[epoch.number, dict(epoch.metrics), epoch.seconds] for epoch in result.curve]
            curve = (result.number, json_text(epochs))
            cursor.execute("INSERT INTO curves VALUES (?, ?, ?)", (*curve, checksum_of(*curve)))

    def delete_results(self, numbers: Iterable[int]) -> None:
        """Drop the results of trials, so that they run again."""
        self._verified = None
        with self._transaction() as cursor:
            for number in numbers:
                cursor.execute("DELETE FROM curves WHERE number = ?", (number,))
                cursor.execute("DELETE FROM results WHERE number = ?", (number,))

    def set_meta(self, **entries: Any) -> None:
        """Set facts about the run as a whole, as JSON data by key."""
        with self._transaction() as cursor:
            insert_meta(cursor, entries)

    def event(self, kind: str, text: str) -> None:
        """Record that something happened to the search."""
        with self._transaction() as cursor:
            row = (timestamp(), kind, text)
            query = "INSERT INTO events (at, kind, text, checksum) VALUES (?, ?, ?, ?)"
            cursor.execute(query, (*row, checksum_of(*row)))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._open_connection() as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise


def _storable(text: str) -> str:
    """The text without lone halves of surrogate pairs, which UTF-8 cannot encode."""
    return text.encode("utf-8", "backslashreplace").decode()


def _trial_text(trial: Trial) -> str:
    data = trial.to_json()
    del data["number"]
    return json_text(data)
