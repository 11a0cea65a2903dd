"""Tests of a database that is truncated, or has a flipped bit."""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.store.database_file import SCHEMA_VERSION
from tests.faults.case import Case, hpsearch

LOOKS = (
    ("leaderboard", "-f", "json"),
    ("show", "0", "-f", "json"),
    ("export", "--to", "json"),
    ("status", "-f", "json"),
)

Looks = list[tuple[int, str, str]]
"""Exit code, stdout and stderr of several commands."""


def looks(directory: Path) -> Iterator[tuple[int, str, str]]:
    """The outputs of the commands that read a run, one after the other, and at the end of ``resume``."""
    for command, *options in LOOKS:
        yield hpsearch(command, directory, *options)
    code, _, err = hpsearch("resume", directory, "-q")
    yield code, "", err


@pytest.fixture
def run(case: Case) -> Path:
    """A complete run."""
    directory = case.place / "run"
    case.finish(directory)
    return directory


@pytest.fixture
def sound(case: Case, run: Path) -> Looks:
    """The outputs of the commands while the run is intact."""
    directory = case.place / "sound" / "run"
    shutil.copytree(run, directory)
    return [(code, out.replace(str(directory), str(run)), err) for code, out, err in looks(directory)]


def try_damage(case: Case, whole: Path, sound: Looks, damage: bytes) -> int:
    """Read a run whose database is ``damage``; returns whether, and by how many commands, it was detected."""
    directory = case.place / "damaged" / whole.name
    shutil.copytree(whole, directory)
    database = directory / "search.db"
    database.write_bytes(damage)
    case.row.tries += 1
    found = 0
    for (code, out, err), expected in zip(looks(directory), sound, strict=True):
        if code == 0:
            assert out == expected[1].replace(str(whole), str(directory))
            continue
        found += 1
        assert (code, out) == (4, ""), err
        assert "search.db" in err
        assert "Traceback" not in err
        assert database.read_bytes() == damage
    shutil.rmtree(directory.parent)
    return found


@pytest.mark.trial_of("the database truncated to any length")
def test_cut_short(case: Case, run: Path, sound: Looks, full: bool, randomness: random.Random) -> None:
    """It is detected by every command, and the database is not changed."""
    database = (run / "search.db").read_bytes()
    pages = range(0, len(database), 4096)
    lengths = {*pages, *(page + 1 for page in pages), *(page + 4095 for page in pages)}
    lengths |= {*range(0, 100, 9), *randomness.sample(range(len(database)), 150 if full else 20)}
    for length in sorted(lengths - {len(database)}):
        assert try_damage(case, run, sound, database[:length]) == len(sound)


@pytest.mark.trial_of("a bit of the database flipped")
def test_bit_turned(case: Case, run: Path, sound: Looks, full: bool, randomness: random.Random) -> None:
    """It is detected and the database not changed, or it has no visible effect."""
    database = (run / "search.db").read_bytes()
    found = 0
    for _ in range(200 if full else 40):
        damage = bytearray(database)
        damage[randomness.randrange(len(damage))] ^= 1 << randomness.randrange(8)
        found += try_damage(case, run, sound, bytes(damage)) > 0
    case.row.figure = f"{found} detected, the others harmless"


@pytest.mark.trial_of("a bit of a stored row flipped, in every byte")
def test_every_byte_of_a_row(
    case: Case, run: Path, sound: Looks, full: bool, randomness: random.Random
) -> None:
    """A flipped bit in a stored result or trial is always detected."""
    database = (run / "search.db").read_bytes()
    with sqlite3.connect(run / "search.db") as connection:
        ((text,),) = connection.execute("SELECT trial FROM trials WHERE number = 0").fetchall()
    connection.close()
    start = database.index(text.encode())
    for place in range(start, start + len(text), 1 if full else 7):
        damage = bytearray(database)
        damage[place] ^= 1 << randomness.randrange(8)
        assert try_damage(case, run, sound, bytes(damage)) > 0


@pytest.mark.trial_of("a run of a newer version")
def test_newer_schema(case: Case, run: Path) -> None:
    """It is recognized and refused, with advice."""
    connection = sqlite3.connect(run / "search.db")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    for code, out, err in looks(run):
        case.row.tries += 1
        assert (code, out) == (4, "")
        assert f"newer hpsearch: its schema is {SCHEMA_VERSION + 1}" in err
        assert "Upgrade" in err
    listed = json.loads(hpsearch("list", case.place, "-f", "json")[1])
    assert "newer hpsearch" in json.dumps(listed)
