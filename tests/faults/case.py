"""The subjects of faults: searches of one config, and what must be true of them after every fault."""

import contextlib
import functools
import io
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from hpsearch.cli.program import exit_code
from hpsearch.store import Run
from hpsearch.trial import Result, Trial
from tests.faults.program import Program
from tests.processes import wait_until
from tests.table import Row

CONFIG = """\
name: fault
seed: 3
objective: {network: {data: blobs, epochs: 2}}
space:
  learning_rate: {prior: log, min: 1e-4, max: 1}
  hidden_units: {type: int, prior: log, min: 2, max: 16}
  optimizer: {values: [momentum, adam]}
search: {trials: 5, lag: 1, early_stopping: {min_epochs: 1, reduction: 2}}
run: {strategy: panda}
"""
SECONDS_TO_END = 60.0  # for the children of a program that has ended


@dataclass
class Case:
    """Searches in a separate directory.

    Attributes:
        place: The directory.
        row: The row in which tries are counted.
        text: The text of the config.
        project: The directory of the files that the config names, if it names any.
    """

    place: Path
    row: Row
    text: str = CONFIG
    project: Path | None = None

    @cached_property
    def config(self) -> Path:
        """The config, in a file."""
        path = self.place / "fault.yaml"
        path.write_text(self.text, encoding="utf-8")
        return path

    @property
    def expected(self) -> "Expected":
        """The outcome of an uninterrupted search."""
        return uninterrupted(self.text, self.project)

    def search(self, directory: Path, *options: object, **how: Any) -> Program:
        """Start a search, or resume the one that is there."""
        what = ["resume", directory] if directory.exists() else ["run", self.config, "-o", directory]
        return Program(*what, *options, cwd=self.place, **how)

    def check(self, directory: Path, *programs: Program, exempt: frozenset[int] = frozenset()) -> None:
        """Check a run against all promises, after a fault.

        All acknowledged results are stored; trials are numbered without gaps; trials and results are those
        of an uninterrupted search; SQLite finds the database intact; no process is left.

        Args:
            directory: The run; it may be missing as long as nothing was acknowledged.
            programs: The programs that searched in it, and have ended.
            exempt: Trials to which the fault itself gave another result.
        """
        self.row.tries += 1
        acknowledged = set().union(*(program.acknowledged for program in programs))
        trials, results = contents(directory) if directory.exists() else ([], [])
        lost = acknowledged - {result.number for result in results}
        self.row.lost += len(lost)
        assert not lost, f"acknowledged, and not stored: {lost}"
        assert trials == self.expected.trials[: len(trials)]
        for result in results:
            assert result.number in exempt or result == self.expected.results[result.number]
        for program in programs:
            assert "Traceback" not in program.err, program.err
            wait_until(lambda program=program: not program.started, SECONDS_TO_END)

    def finish(self, directory: Path, *options: object) -> None:
        """Resume to the end, which must be that of an uninterrupted search, byte for byte."""
        program = self.search(directory, "-q", *options)
        assert program.wait() == 0, program.err
        assert leaderboard(directory) == self.expected.leaderboard


@dataclass(frozen=True)
class Expected:
    """The outcome of an uninterrupted search.

    Attributes:
        trials: Its trials by number.
        results: Its results by number, without times.
        leaderboard: Its leaderboard, the bytes of the JSON.
    """

    trials: list[Trial]
    results: list[Result]
    leaderboard: str


@functools.cache
def uninterrupted(text: str, project: Path | None) -> Expected:
    """The outcome of a config, one trial after another, without faults; shared by several tests."""
    with tempfile.TemporaryDirectory(dir=project) as directory:
        place = project or Path(directory)
        run = Path(directory, "run")
        config = place / "uninterrupted.yaml"
        config.write_text(text, encoding="utf-8")
        program = Program("run", config, "-o", run, "--strategy", "panda", "-j", 1, cwd=place)
        assert program.wait() == 0, program.err
        config.unlink()
        return Expected(*contents(run), leaderboard(run))


def contents(directory: Path) -> tuple[list[Trial], list[Result]]:
    """The trials and, without times, the results of a run, whose database must be intact."""
    with Run.read(directory) as run:
        trials, results = run.trials(), run.results()
    with contextlib.closing(sqlite3.connect(directory / "search.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return trials, [untimed(result) for result in results]


def untimed(result: Result) -> Result:
    """A result without the parts that differ between equal searches."""
    return replace(result, seconds=0.0, curve=tuple(replace(epoch, seconds=0.0) for epoch in result.curve))


def hpsearch(*arguments: object) -> tuple[int, str, str]:
    """Run a command that only reads, in this process: its exit code, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = exit_code([*map(str, arguments)])
    return code, out.getvalue(), err.getvalue()


def leaderboard(directory: Path) -> str:
    """Every byte of a leaderboard."""
    code, out, err = hpsearch("leaderboard", directory, "-f", "json")
    assert code == 0, err
    return out
