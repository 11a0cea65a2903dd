"""A pytest plugin for tests that try something many times: a table sums them up.

A test marked ``trial_of("what is tried")`` counts in its ``row``. With ``--full``, random parts are run in
full and the table is printed; without it, they are shorter. Rows with the same name, such as those of one
test's parameters, are added up.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import pytest


@dataclass
class Row:
    """A row of the table.

    Attributes:
        name: What is tried.
        tries: How often it was tried.
        lost: The number of trials that had been reported as finished but were not stored afterwards.
        figure: A measurement, for the last column.
    """

    name: str
    tries: int = 0
    lost: int = 0
    figure: str = ""


ROW = pytest.StashKey[Row]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--full``."""
    parser.addoption("--full", action="store_true", help="do random parts in full, and print what was tried")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether random parts are run in full."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    """The row in which the test counts."""
    return request.node.stash[ROW]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test its row."""
    if (marker := item.get_closest_marker("trial_of")) is not None:
        item.stash[ROW] = Row(*marker.args)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Attach the row to the test's report, which may go to another process."""
    if call.when == "call" and ROW in item.stash:
        item.user_properties.append(("row", list(astuple(item.stash[ROW]))))
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    if not config.getoption("--full"):
        return
    rows: dict[str, Row] = {}
    verdicts: dict[str, set[str]] = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.getreports(outcome):
            for values in (value for key, value in report.user_properties if key == "row"):
                row = rows.setdefault(values[0], Row(values[0]))
                row.tries += values[1]
                row.lost += values[2]
                row.figure = row.figure or values[3]
                verdicts.setdefault(row.name, set()).add(outcome)
    if not rows:
        return
    width = max(map(len, rows))
    line = terminalreporter.write_line
    line("")
    line(f"{'':{width}}  tries  lost  verdict")
    for name, row in sorted(rows.items()):
        verdict = next(each for each in ("failed", "passed", "skipped") if each in verdicts[name])
        line(f"{name:{width}}  {row.tries:5}  {row.lost:4}  {verdict:7}  {row.figure}".rstrip())
