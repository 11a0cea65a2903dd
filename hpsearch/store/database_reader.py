"""Reading the database of a run, even while a search writes to it.

An open read blocks the writer, so long results are read in parts: a slow consumer, such as a pager, does not
delay the search.
"""

import contextlib
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.results import Results
from hpsearch.standing import Place, Standing
from hpsearch.store.database_file import checksum_of, damaged, sqlite_errors
from hpsearch.store.meta_checks import NEEDED, read_meta
from hpsearch.store.results_query import ResultsQuery
from hpsearch.store.row_checks import read_event
from hpsearch.store.row_decoder import COLUMNS, RowDecoder, decoding
from hpsearch.trial import Result, Status, Trial

__all__ = ["DatabaseReader"]

_PART = 1000
"""How many trials are read at once."""


class DatabaseReader:
    """The rows of one run, for reading. Any thread may use it; they take turns.

    Attributes:
        path: The file.
        metric: The search's metric.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._closing = weakref.finalize(self, connection.close)
        self._closing.atexit = False  # also not in a process forked from this one
        self._decoder = RowDecoder(path, self.meta("config"))
        self.metric = self._decoder.metric

    def close(self) -> None:
        """Close the connection; closing it again has no effect."""
        with self._lock:
            self._closing()

    @property
    def closed(self) -> bool:
        """Whether it was closed, so that nothing more can be read."""
        return not self._closing.alive

    @contextlib.contextmanager
    def _open_connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, locked for this thread."""
        with self._lock, sqlite_errors(self.path):
            if self.closed:
                raise UsageError(
                    f"{self.path.parent} was closed. Open it again: hpsearch.load({str(self.path.parent)!r})"
                )
            yield self._connection

    # The run as a whole ------------------------------------------------------------------------------

    def meta(self, key: str) -> Any:
        """The fact about the run as a whole under a key; None if there is none."""
        rows = self._rows("SELECT value, checksum FROM meta WHERE key = ?", key)
        if not rows:
            if key in NEEDED:
                raise damaged(self.path, f"it has no entry {key!r}")
            return None
        ((text, checksum),) = rows
        if checksum_of(key, text) != checksum:
            raise damaged(self.path, f"the entry {key!r} fails its checksum")
        with decoding(self.path, f"the entry {key!r}"):
            return read_meta(key, text)

    def events(self) -> list[tuple[str, str, str]]:
        """The events of the search: time, kind, text."""
        rows = self._rows("SELECT at, kind, text, checksum FROM events ORDER BY id")
        if any(checksum_of(*row) != checksum for *row, checksum in rows):
            raise damaged(self.path, "an event fails its checksum")
        with decoding(self.path, "an event"):
            return [read_event(*row) for *row, _ in rows]

    def version(self) -> int:
        """A number that differs after another process has changed the run."""
        ((version,),) = self._rows("PRAGMA data_version")
        return int(version)

    def verify_meta(self) -> None:
        """Check the facts about the run as a whole, and its events.

        Raises:
            RunDamaged: A row is wrong.
        """
        for (key,) in self._rows("SELECT key FROM meta"):
            self.meta(key)
        self.events()

    # Trials ------------------------------------------------------------------------------------------

    def asked(self) -> int:
        """How many trials have started."""
        ((count,),) = self._rows("SELECT COUNT(*) FROM trials")
        return int(count)

    def unfinished(self) -> list[int]:
        """The numbers of the trials that have started but have no result."""
        query = "SELECT number FROM trials WHERE number NOT IN (SELECT number FROM results) ORDER BY number"
        return [number for (number,) in self._rows(query)]

    def in_flight(self) -> list[int]:
        """The numbers of the unfinished trials that have started since the search last began or resumed.

        If a process is searching, they are running; the other unfinished ones are waiting to run again.
        """
        query = (
            "SELECT number FROM trials WHERE number NOT IN (SELECT number FROM results) AND started >="
            " COALESCE((SELECT at FROM events WHERE kind = 'resumed' ORDER BY id DESC LIMIT 1), '')"
            " ORDER BY number"
        )
        return [number for (number,) in self._rows(query)]

    def trials(self) -> list[Trial]:
        """Every trial that has started, by number."""
        trials = [self._decoder.trial(*row) for row in self._rows("SELECT * FROM trials ORDER BY number")]
        for number, trial in enumerate(trials):
            if trial.number != number:
                raise damaged(self.path, f"trial {number} is missing")
        return trials

    def trial(self, number: int) -> Trial:
        """One trial.

        Raises:
            UsageError: It has not started.
            RunDamaged: It is missing, although a later one, or a result, exists.
        """
        # SQLite cannot store a larger number, so there is no such trial.
        rows = self._rows("SELECT * FROM trials WHERE number = ?", number) if number < 2**63 else []
        if not rows:
            ((last, results),) = self._rows(
                "SELECT (SELECT MAX(number) FROM trials), (SELECT MAX(number) FROM results)"
            )
            if 0 <= number <= max(-1 if last is None else last, -1 if results is None else results):
                raise damaged(self.path, f"trial {number} is missing")
            so_far = "no trials" if last is None else f"trials 0 to {last}" if last else "only trial 0"
            raise UsageError(f"{self.path.parent} has {so_far} so far; found {number}")
        return self._decoder.trial(*rows[0])

    def trial_number(self, trial: int | str) -> int:
        """The number of a trial that is named by its number, such as ``17``, or as ``best``.

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

    def times(self) -> dict[int, tuple[datetime, datetime | None]]:
        """When each trial started, and when its result was recorded, if there is one; by number."""
        query = (
            "SELECT number, started, finished FROM trials LEFT JOIN results USING (number) ORDER BY number"
        )
        with decoding(self.path, "a time"):
            return {
                number: (datetime.fromisoformat(started), finished and datetime.fromisoformat(finished))
                for number, started, finished in self._rows(query)
            }

    def started(self, number: int) -> datetime:
        """When a trial started; it must have started."""
        ((started,),) = self._rows("SELECT started FROM trials WHERE number = ?", number)
        with decoding(self.path, "a time"):
            return datetime.fromisoformat(started)

    # Results -----------------------------------------------------------------------------------------

    def records(self) -> Iterator[tuple[Trial, Result | None]]:
        """Every trial that has started, by number, and its result if it has one, with its learning curve."""
        lost = (
            "SELECT number, 'result' FROM results WHERE number NOT IN (SELECT number FROM trials) UNION ALL"
            " SELECT number, 'learning curve' FROM curves WHERE number NOT IN (SELECT number FROM results)"
            " UNION ALL SELECT number, 'number' FROM trials WHERE number < 0 LIMIT 1"
        )
        for number, what in self._rows(lost):
            raise damaged(self.path, f"trial {number!r:.20} is missing, and has a {what}")
        query = (
            f"SELECT {COLUMNS} FROM trials LEFT JOIN results USING (number)"  # noqa: S608 -- constants
            " LEFT JOIN curves USING (number) WHERE number >= ? ORDER BY number LIMIT ?"
        )
        number = 0
        while part := self._rows(query, number, _PART):
            for row in part:
                if row[0] != number:
                    raise damaged(self.path, f"trial {number} is missing")
                number += 1
                yield self._decoder.record(row)

    def metric_names(self) -> list[str]:
        """The names of the metrics in all learning curves, in order of appearance."""
        query = (
            "SELECT figure.key FROM curves, json_each(curve) AS epoch,"
            " json_each(epoch.value, '$[1]') AS figure GROUP BY figure.key"
            " ORDER BY MIN(number), MIN(epoch.key), MIN(figure.id)"
        )
        return [name for (name,) in self._rows(query)]

    def results(self) -> Results:
        """Every result, by trial number, with its learning curve."""
        return Results(result for _, result in self.records() if result is not None)

    def history(self) -> tuple[list[Trial], Results]:
        """Every trial that has started, and every result, by number; each row is read once."""
        trials, results = [], Results()
        for trial, result in self.records():
            trials.append(trial)
            if result is not None:
                results.append(result)
        return trials, results

    def result(self, number: int) -> Result | None:
        """One result; None if there is none."""
        found = self._results("WHERE number = ?", number)
        return found[0] if found else None

    def ranking(self, limit: int | None = None) -> Results:
        """The best results first, by :meth:`Metric.order`; then those without a value, by number."""
        ranked = self._results("WHERE loss IS NOT NULL ORDER BY loss, tie, number LIMIT ?", _limit(limit))
        rest = limit if limit is None else limit - len(ranked)
        return Results(ranked + self._results("WHERE loss IS NULL ORDER BY number LIMIT ?", _limit(rest)))

    def places(self, wanted: ResultsQuery | None = None, limit: int | None = None) -> list[Place]:
        """The places of results in the ranking of all.

        Args:
            wanted: The results to include, and their order; None for all, the best first and those without a
                value last.
            limit: At most this many.
        """
        if wanted is None:
            return self._ranked(limit)
        query, bound = wanted.sql(self.metric)
        numbers = [number for (number,) in self._rows(f"{query} LIMIT ?", *bound, _limit(limit))]
        places = {place.number: place for place in self._ranked(None)}
        return [places[number] for number in numbers if number in places]

    def _ranked(self, limit: int | None) -> list[Place]:
        query = (
            "SELECT number, loss, tie FROM results WHERE loss IS NOT NULL ORDER BY loss, tie, number LIMIT ?"
        )
        # One more, because the last may be tied with it.
        rows = self._rows(query, _limit(None if limit is None else limit + 1))
        places: list[Place] = []
        rank, before = 0, None
        for index, (number, *worth) in enumerate(rows):
            tied = worth == before
            if not tied:
                rank, before = index + 1, worth
            following = rows[index + 1][1:] if index + 1 < len(rows) else None
            loss, tie = worth
            places.append(Place(number, rank, tied or following == (loss, tie), (loss, tie)))
        query = "SELECT number FROM results WHERE loss IS NULL ORDER BY number LIMIT ?"
        rest = self._rows(query, _limit(None if limit is None else limit - len(places)))
        places += [Place(number) for (number,) in rest]
        return places if limit is None else places[:limit]

    def standings(self, places: Sequence[Place]) -> Iterator[Standing]:
        """The rows of a leaderboard.

        Args:
            places: The places, from :meth:`places`; those whose result has disappeared are left out.
        """
        query = (
            "SELECT results.*, trials.* FROM json_each(?) AS wanted CROSS JOIN results"
            " ON results.number = wanted.value LEFT JOIN trials USING (number) ORDER BY wanted.key"
        )
        for first in range(0, len(places), _PART):
            part = {place.number: place for place in places[first : first + _PART]}
            for row in self._rows(query, json.dumps(list(part))):
                yield self._decoder.standing(row, part[row[0]])

    def order(self) -> list[int]:
        """The numbers of all results with a value, best first."""
        query = "SELECT number FROM results WHERE loss IS NOT NULL ORDER BY loss, tie, number"
        return [number for (number,) in self._rows(query)]

    def without_value(self) -> list[int]:
        """The numbers of all results without a value."""
        query = "SELECT number FROM results WHERE loss IS NULL ORDER BY number"
        return [number for (number,) in self._rows(query)]

    def results_of(self, places: Sequence[Place]) -> Results:
        """The results at some places, learning curves included.

        Args:
            places: The places, from :meth:`places`; those whose result has disappeared are left out.
        """
        found: list[Result] = []
        for first in range(0, len(places), _PART):
            numbers = [place.number for place in places[first : first + _PART]]
            query = "JOIN json_each(?) AS wanted ON number = wanted.value ORDER BY wanted.key"
            found += self._results(query, json.dumps(numbers))
        return Results(found)

    def losses(self) -> dict[int, tuple[float | None, int]]:
        """Of every result, by number: its loss, and the checksum that a new result of the trial changes."""
        query = "SELECT number, loss, checksum FROM results ORDER BY number"
        return {number: (loss, checksum) for number, loss, checksum in self._rows(query)}

    def statuses(self) -> dict[int, Status]:
        """Of every result, by number: its status."""
        with decoding(self.path, "the status of a result"):
            rows = self._rows("SELECT number, status FROM results ORDER BY number")
            return {number: Status(status) for number, status in rows}

    def count_up_to(self, loss: float) -> int:
        """How many results have at most this loss."""
        ((count,),) = self._rows("SELECT COUNT(*) FROM results WHERE loss <= ?", loss)
        return int(count)

    def counts(self) -> dict[Status, int]:
        """How many results there are of each status."""
        rows = self._rows("SELECT status, COUNT(*) FROM results GROUP BY status")
        with decoding(self.path, "the status of a result"):
            return {Status(status): count for status, count in rows}

    # Rows --------------------------------------------------------------------------------------------

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        with self._open_connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def _results(self, where: str, *parameters: object) -> list[Result]:
        joined = (
            # `where` is one of the constant clauses above; whatever varies is bound.
            f"SELECT {COLUMNS} FROM results LEFT JOIN trials USING (number)"  # noqa: S608 -- constants
            f" LEFT JOIN curves USING (number) {where}"
        )
        records = (self._decoder.record(row) for row in self._rows(joined, *parameters))
        return [result for _, result in records if result is not None]


def _limit(limit: int | None) -> int:
    return -1 if limit is None else max(limit, 0)  # SQLite takes a negative limit for none
