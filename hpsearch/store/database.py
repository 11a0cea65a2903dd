"""The database of a run: trials, results, learning curves, events.

NaN is never stored; nothing is ever unpickled.
"""

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.results import Results
from hpsearch.store.database_file import (
    checksum_of,
    damaged,
    insert_meta,
    json_text,
    sqlite_errors,
    timestamp,
)
from hpsearch.store.results_query import ResultsQuery
from hpsearch.store.row_checks import (
    NEEDED,
    Malformed,
    read_curve,
    read_event,
    read_meta,
    read_result,
    read_trial,
)
from hpsearch.trial import Metric, Result, Status, Trial


class Database:
    """The rows of one run. Any thread may use it; they take turns.

    Attributes:
        path: The file.
        metric: What the search optimizes.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._closing = weakref.finalize(self, connection.close)
        self._closing.atexit = False  # nor in a process forked from this one
        config = self.meta("config")
        self.metric = Metric.from_json(config["metric"])
        self._space: Mapping[str, Any] | None = config.get("space")

    def close(self) -> None:
        """Close the connection; closing again changes nothing."""
        with self._lock:
            self._closing()

    @property
    def closed(self) -> bool:
        """Whether it was closed, so that nothing can be read any more."""
        return not self._closing.alive

    @contextlib.contextmanager
    def _open_connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, for this thread alone."""
        with self._lock, sqlite_errors(self.path):
            if self.closed:
                raise UsageError(
                    f"{self.path.parent} was closed. Open it again: hpsearch.load({str(self.path.parent)!r})"
                )
            yield self._connection

    # Writing -----------------------------------------------------------------------------------------

    def record(self, trials: Iterable[Trial] = (), results: Iterable[Result] = ()) -> None:
        """Record trials that start and results that came, all or none; on return they are on the disk.

        A trial that is recorded already keeps its first row.

        Raises:
            RunUnwritable: They could not be written.
        """
        now = timestamp()
        with self._transaction() as cursor:
            for trial in trials:
                text = _trial_text(trial)
                row = (trial.number, text, now)
                cursor.execute("INSERT OR IGNORE INTO trials VALUES (?, ?, ?, ?)", (*row, checksum_of(*row)))
            for result in results:
                self._record_result(cursor, result, now)

    def _record_result(self, cursor: sqlite3.Cursor, result: Result, now: str) -> None:
        # SQLite keeps no negative zero, and the checksum is of what will be read.
        value = None if result.value is None else result.value + 0.0
        loss, tie = None, None
        if value is not None:
            loss, tie, _ = self.metric.order(result)
            loss, tie = loss + 0.0, tie + 0.0
        curve = [(epoch.number, json_text(dict(epoch.metrics)), epoch.seconds) for epoch in result.curve]
        final = json_text(dict(result.final))
        figures = (value, loss, tie, len(curve), final, _storable(result.reason), result.seconds)
        row = (result.number, str(result.status), *figures, now)
        cursor.execute(
            "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, checksum_of(row, curve))
        )
        cursor.executemany(
            "INSERT INTO epochs VALUES (?, ?, ?, ?)", [(result.number, *epoch) for epoch in curve]
        )

    def delete_results(self, numbers: Iterable[int]) -> None:
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

    # Reading -----------------------------------------------------------------------------------------

    def meta(self, key: str) -> Any:
        """What is known of the run as a whole under a key; None where nothing is."""
        rows = self._rows("SELECT value, checksum FROM meta WHERE key = ?", key)
        if not rows:
            if key in NEEDED:
                raise damaged(self.path, f"it has no entry {key!r}")
            return None
        ((text, checksum),) = rows
        if checksum_of(key, text) != checksum:
            raise damaged(self.path, f"the entry {key!r} fails its checksum")
        with self._decoding(f"the entry {key!r}"):
            return read_meta(key, text)

    def trials(self) -> list[Trial]:
        """Every trial that has started, by number."""
        trials = [self._trial(*row) for row in self._rows("SELECT * FROM trials ORDER BY number")]
        for number, trial in enumerate(trials):
            if trial.number != number:
                raise damaged(self.path, f"trial {number} is missing")
        return trials

    def trial(self, number: int) -> Trial:
        """One trial.

        Raises:
            UsageError: It has not started.
        """
        # SQLite holds no larger number, and so no such trial.
        rows = self._rows("SELECT * FROM trials WHERE number = ?", number) if number < 2**63 else []
        if not rows:
            ((last,),) = self._rows("SELECT MAX(number) FROM trials")
            so_far = "no trials" if last is None else f"trials 0 to {last}"
            raise UsageError(f"{self.path.parent} has {so_far} so far; found {number}")
        return self._trial(*rows[0])

    def trial_number(self, trial: int | str) -> int:
        """The number of a trial that is named by its number, as ``17``, or as ``best``.

        Raises:
            UsageError: It is neither, or there is no best trial yet.
        """
        if trial == "best":
            ranking = self.ranking(1)
            if not ranking or ranking[0].value is None:
                raise UsageError(f"{self.path.parent} has no best trial: no trial has a value yet")
            return ranking[0].number
        text = str(trial)
        if not (text.isascii() and text.isdigit()):
            raise UsageError(f"TRIAL must be a trial number or best; found {text!r}")
        return int(text)

    def results(self) -> Results:
        """Every result, by trial number, learning curves included."""
        return Results(self._results("ORDER BY number"))

    def result(self, number: int) -> Result | None:
        """One result; None if it is not there."""
        found = self._results("WHERE number = ?", number)
        return found[0] if found else None

    def ranking(self, limit: int | None = None) -> Results:
        """The best results first, as :meth:`Metric.order` has it; then, by number, those without a value."""
        ranked = self._results("WHERE loss IS NOT NULL ORDER BY loss, tie, number LIMIT ?", _limit(limit))
        rest = limit if limit is None else limit - len(ranked)
        return Results(ranked + self._results("WHERE loss IS NULL ORDER BY number LIMIT ?", _limit(rest)))

    def select(self, wanted: ResultsQuery) -> list[int]:
        """The numbers of some results, in the order that is asked for."""
        query, bound = wanted.sql()
        return [number for (number,) in self._rows(query, *bound)]

    def order(self) -> list[int]:
        """The numbers of all results with a value, best first."""
        query = "SELECT number FROM results WHERE loss IS NOT NULL ORDER BY loss, number"
        return [number for (number,) in self._rows(query)]

    def without_value(self) -> list[int]:
        """The numbers of all results without a value."""
        return [
            number
            for (number,) in self._rows("SELECT number FROM results WHERE loss IS NULL ORDER BY number")
        ]

    def version(self) -> int:
        """A number that is another one after another process has changed the run."""
        ((version,),) = self._rows("PRAGMA data_version")
        return int(version)

    def losses(self) -> dict[int, tuple[float | None, int]]:
        """Of every result, by number: its loss, and the checksum that a new result of the trial changes."""
        query = "SELECT number, loss, checksum FROM results ORDER BY number"
        return {number: (loss, checksum) for number, loss, checksum in self._rows(query)}

    def counts(self) -> dict[Status, int]:
        """How many results there are of each status."""
        rows = self._rows("SELECT status, COUNT(*) FROM results GROUP BY status")
        with self._decoding("the status of a result"):
            return {Status(status): count for status, count in rows}

    def unfinished(self) -> list[int]:
        """The numbers of the trials that have started and have no result."""
        query = "SELECT number FROM trials WHERE number NOT IN (SELECT number FROM results) ORDER BY number"
        return [number for (number,) in self._rows(query)]

    def asked(self) -> int:
        """How many trials have started."""
        ((count,),) = self._rows("SELECT COUNT(*) FROM trials")
        return int(count)

    def times(self) -> dict[int, tuple[datetime, datetime | None]]:
        """When each trial started, and when its result was recorded, if there is one; by number."""
        query = (
            "SELECT number, started, finished FROM trials LEFT JOIN results USING (number) ORDER BY number"
        )
        with self._decoding("a time"):
            return {
                number: (datetime.fromisoformat(started), finished and datetime.fromisoformat(finished))
                for number, started, finished in self._rows(query)
            }

    def started(self, number: int) -> datetime:
        """When a trial started; of one that has."""
        ((started,),) = self._rows("SELECT started FROM trials WHERE number = ?", number)
        with self._decoding("a time"):
            return datetime.fromisoformat(started)

    def events(self) -> list[tuple[str, str, str]]:
        """What happened to the search: time, kind, text."""
        rows = self._rows("SELECT at, kind, text, checksum FROM events ORDER BY id")
        if any(checksum_of(*row) != checksum for *row, checksum in rows):
            raise damaged(self.path, "an event fails its checksum")
        with self._decoding("an event"):
            return [read_event(*row) for *row, _ in rows]

    def verify(self) -> None:
        """Check every row.

        Raises:
            RunDamaged: One is wrong, or missing.
        """
        for (key,) in self._rows("SELECT key FROM meta"):
            self.meta(key)
        self.trials()
        self.results()
        self.events()
        orphans = "SELECT number FROM epochs WHERE number NOT IN (SELECT number FROM results) LIMIT 1"
        for (number,) in self._rows(orphans):
            raise damaged(self.path, f"trial {number!r:.20} has a learning curve and no result")

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        with self._open_connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def _results(self, where: str, *parameters: object) -> list[Result]:
        # `where` is one of the constant clauses above; whatever varies is bound.
        columns = "results.*, trial, started, trials.checksum"
        joined = f"SELECT {columns} FROM results LEFT JOIN trials USING (number) {where}"  # noqa: S608
        return [self._result(row[:-3], row[-3:]) for row in self._rows(joined, *parameters)]

    def _result(self, row: tuple[Any, ...], trial: tuple[Any, ...]) -> Result:
        rows, number = self._curve(row), row[0]
        if None in trial:
            raise damaged(self.path, f"trial {number} is missing, and has a result")
        values = self._trial(number, *trial).values
        with self._decoding(f"the result of trial {number}"):
            return read_result(row[:-1], read_curve(rows), values, self.metric)

    def _curve(self, row: tuple[Any, ...]) -> list[tuple[int, str, float]]:
        """The learning curve that belongs to a row of ``results``, both checked."""
        number, *_, checksum = row
        query = "SELECT epoch, metrics, seconds FROM epochs WHERE number = ? ORDER BY epoch"
        curve = self._rows(query, number)
        if checksum_of(row[:-1], curve) != checksum:
            raise damaged(self.path, f"the result of trial {number} fails its checksum")
        return curve

    def _trial(self, number: int, text: str, started: str, checksum: int) -> Trial:
        if checksum_of(number, text, started) != checksum:
            raise damaged(self.path, f"trial {number} fails its checksum")
        with self._decoding(f"trial {number}"):
            return read_trial(number, text, started, self._space)

    @contextlib.contextmanager
    def _decoding(self, what: str) -> Iterator[None]:
        """Rows that are not ours as damage; ``what`` is being read."""
        try:
            yield
        except (ValueError, TypeError) as error:
            why = str(error) if isinstance(error, Malformed) else "it is not what hpsearch writes"
            raise damaged(self.path, f"{what} is malformed: {why}") from error


def _storable(text: str) -> str:
    """The text without the lone halves of surrogate pairs, which UTF-8 cannot write."""
    return text.encode("utf-8", "backslashreplace").decode()


def _trial_text(trial: Trial) -> str:
    data = trial.to_json()
    del data["number"]
    return json_text(data)


def _limit(limit: int | None) -> int:
    return -1 if limit is None else max(limit, 0)  # SQLite takes a negative limit for none
