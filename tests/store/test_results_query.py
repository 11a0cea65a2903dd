"""Tests of conditions and orders as SQL: they select the same trials as the same conditions in Python."""

import operator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.store import Run
from hpsearch.store.results_query import COLUMNS, Column, Condition, Missing, ResultsQuery
from hpsearch.trial import Result, Status, Trial

META = {"config": {"metric": {"name": "error", "goal": "minimize", "at": "last"}}}
UNUSED, NULL = Missing.UNUSED, Missing.NULL
VALUES = [1, 2.5, "adam", "16", 16, True, UNUSED, "it's", '"', "$.x", NULL]
OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def row(number: int) -> tuple[Trial, Result]:
    """A trial whose parameter ``odd "name"`` has one of the values above, or is not used."""
    value = VALUES[number % len(VALUES)]
    values = {"x": number / 4}
    if value is not UNUSED:
        values['odd "name"'] = None if value is NULL else value
    if number % 7 == 6:
        return Trial(number, values, 0), Result(
            number, Status.FAILED, reason=f"Oh No {number}", seconds=number
        )
    return Trial(number, values, 0), Result(number, Status.DONE, float(number * 5 % 11), seconds=number)


ROWS = [row(number) for number in range(40)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of these trials."""
    run = Run.create(tmp_path_factory.mktemp("run") / "r", "", META)
    run.record([trial for trial, _ in ROWS], [result for _, result in ROWS])
    return run


def value_of(column: Column, trial: Trial, result: Result) -> Any:
    """The value of a column of one row."""
    if column.parameter:
        found = trial.values.get(column.name, UNUSED)
        return NULL if found is None else str(found).lower() if isinstance(found, bool) else found
    found = {"trial": trial.number, "epochs": 0}.get(column.name, getattr(result, column.name, None))
    return UNUSED if found is None else found


def fulfils(condition: Condition, found: Any) -> bool:
    """The rule, in Python."""
    wanted = condition.value
    if isinstance(found, Missing) or isinstance(wanted, Missing):
        return (found is wanted) == (condition.operator == "=") and condition.operator in ("=", "!=")
    if condition.operator in OPERATORS:
        number = isinstance(found, int | float)
        return number and OPERATORS[condition.operator](found, float(wanted))
    equal = str(found) == str(wanted) if isinstance(found, str) else same(found, wanted)
    return equal if condition.operator == "=" else not equal


def same(found: float, wanted: float | str) -> bool:
    """Whether a number equals what was typed."""
    try:
        return found == float(wanted)
    except ValueError:
        return False


def select(run: Run, wanted: ResultsQuery) -> list[int]:
    """The numbers of the results that a query finds."""
    return [place.number for place in run.places(wanted)]


columns = st.one_of(
    st.sampled_from([Column(name) for name in COLUMNS]),
    st.sampled_from([Column("x", parameter=True), Column('odd "name"', parameter=True)]),
)
conditions = st.one_of(
    st.builds(Condition, columns, st.sampled_from(["=", "!="]), st.just(UNUSED)),
    st.builds(
        Condition,
        st.just(Column('odd "name"', parameter=True)),
        st.sampled_from(["=", "!="]),
        st.just(NULL),
    ),
    st.builds(
        Condition,
        columns,
        st.sampled_from(["=", "!="]),
        st.sampled_from(["1", "16", "adam", "true", "it's", "done", "2.5"]),
    ),
    st.builds(
        Condition, columns, st.sampled_from(list(OPERATORS)), st.sampled_from(["1", "2.5", "16", "-3", "1e3"])
    ),
)


@given(st.lists(conditions, max_size=3))
def test_conditions_choose_what_they_say(run: Run, wanted: list[Condition]) -> None:
    """Results come in the order of the ranking, whatever names and values contain."""
    expected = {
        trial.number
        for trial, result in ROWS
        if all(fulfils(each, value_of(each.column, trial, result)) for each in wanted)
    }
    ranking = run.order() + run.without_value()
    assert select(run, ResultsQuery(wanted)) == [number for number in ranking if number in expected]


@given(conditions)
def test_a_condition_holds_in_python_where_its_sql_does(run: Run, condition: Condition) -> None:
    """So running trials, which are in no table, are selected in the same way as results."""
    held = {
        trial.number for trial, result in ROWS if condition.holds(value_of(condition.column, trial, result))
    }
    assert set(select(run, ResultsQuery([condition]))) == held


@given(columns, st.booleans())
def test_an_order_has_what_is_missing_last(run: Run, column: Column, descending: bool) -> None:
    """When ascending, numbers come before texts; equal ones are sorted by trial number."""

    def key(pair: tuple[Trial, Result]) -> Any:
        found = value_of(column, *pair)
        return (isinstance(found, str), found)

    present = [pair for pair in ROWS if not isinstance(value_of(column, *pair), Missing)]
    missing = [pair for pair in ROWS if isinstance(value_of(column, *pair), Missing)]
    expected = sorted(present, key=key, reverse=False)
    if descending:  # ties are still ascending
        expected = sorted(present, key=lambda pair: pair[0].number)
        expected = sorted(expected, key=key, reverse=True)
    numbers = [trial.number for trial, _ in [*expected, *missing]]
    assert select(run, ResultsQuery(sort=column, descending=descending)) == numbers


def test_words_are_found_in_values_status_and_reason(run: Run) -> None:
    """Case is ignored, and all characters are literal, including a percent sign or a quote."""
    assert select(run, ResultsQuery(words=["OH NO 1"])) == [13]
    assert select(run, ResultsQuery(words=["failed", "adam"])) == [
        trial.number
        for trial, result in ROWS
        if result.value is None and "adam" in map(str, trial.values.values())
    ]
    assert select(run, ResultsQuery(words=["%"])) == []
    assert select(run, ResultsQuery(words=["' OR 1=1 --"])) == []


def test_words_are_not_found_in_what_nobody_sees(tmp_path: Path) -> None:
    """A trial's seed, and why it was proposed, are stored next to its values."""
    trial = Trial(0, {"x": 0.5}, seed=271828, origin={"phase": "zoom"})
    with Run.create(tmp_path / "r", "", META) as run:
        run.record([trial], [Result(0, Status.DONE, 1.0)])
        for word in ("271828", "zoom", "seed", "values"):
            assert select(run, ResultsQuery(words=[word])) == []


@pytest.mark.parametrize(
    ("word", "there"),
    [
        *(("ADAM", True), ("größe", True), ("a\\b", True), ("0.5", True), ("DON", True)),
        *(('"kind":"adam', True), ('"adam"', False), ("a\\\\b", False)),
    ],
)
def test_words_are_found_in_python_where_their_sql_finds_them(tmp_path: Path, word: str, there: bool) -> None:
    """They may be in any alphabet; in quotes, they are a whole name or text."""
    values = {"x": 0.5, "size": "größe", "path": "a\\b", "kind": "Adamax"}
    with Run.create(tmp_path / "r", "", META) as run:
        run.record([Trial(0, values, 0)], [Result(0, Status.DONE, 1.0)])
        query = ResultsQuery(words=[word])
        assert query.mentioned(values, "done") == there
        assert bool(select(run, query)) == there


def test_another_column_is_refused() -> None:
    """Only the names of columns become part of a query."""
    with pytest.raises(ValueError, match="a column is one of"):
        Column("loss; DROP TABLE results")


def test_the_version_changes_with_what_another_process_writes(tmp_path: Path) -> None:
    """Nothing else changes it."""
    with Run.create(tmp_path / "r", "", META) as writer, Run.read(tmp_path / "r") as reader:
        before = reader.version()
        assert reader.version() == before
        writer.record(*([each] for each in row(0)))
        assert reader.version() != before


def test_asking_whether_a_search_runs_makes_no_file(tmp_path: Path) -> None:
    """Not even a missing lock file is created."""
    Run.create(tmp_path / "r", "", META).close()
    (tmp_path / "r" / "lock").unlink()
    with Run.read(tmp_path / "r") as reader:
        assert not reader.searching()
    assert not (tmp_path / "r" / "lock").exists()
