"""Tests of what users type to select results."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.inspection.querying import ColumnChoice, Vocabulary
from hpsearch.store.results_query import Column, Condition, Missing

CONFIG = Config.from_mapping(
    {
        "metric": {"name": "error", "ties": {"name": "loss"}},
        "objective": {"python": {}},
        "space": {
            "learning_rate": {"prior": "log", "min": 1e-4, "max": 1},
            "epochs": {"type": "int", "min": 1, "max": 9},
            "optimizer": {"values": ["adam", "sgd, plain"]},
            "flag": {"values": [True, False]},
            "schedule": {"values": [None, "cosine"], "when": {"optimizer": "adam"}},
            "words": {"values": ["null", "unused"]},
        },
    },
    name="x",
)
VOCABULARY = Vocabulary([CONFIG])


def conditions(where: str) -> list[Condition]:
    """The conditions in a text."""
    query = VOCABULARY.query(where)
    return [] if query is None else list(query.conditions)


def test_conditions_name_columns_and_parameters() -> None:
    """Conditions name the metric, its ties, parameters (with a prefix if needed) and quoted text."""
    rate = Column("learning_rate", parameter=True)
    assert conditions("error<=.5,loss == 2 , learning_rate<1e-2") == [
        Condition(Column("value"), "<=", ".5"),
        Condition(Column("tie"), "=", "2"),
        Condition(rate, "<", "1e-2"),
    ]
    assert conditions("epochs>3, values.epochs!=4, flag=true, status=timed_out") == [
        Condition(Column("epochs"), ">", "3"),
        Condition(Column("epochs", parameter=True), "!=", "4"),
        Condition(Column("flag", parameter=True), "=", "true"),
        Condition(Column("status"), "=", "timed_out"),
    ]
    query = VOCABULARY.query("""optimizer="sgd, plain", 'out of memory, or so'""", "-epochs")
    assert query is not None
    assert query.conditions == [Condition(Column("optimizer", parameter=True), "=", "sgd, plain")]
    assert (query.words, query.sort, query.descending) == (["out of memory, or so"], Column("epochs"), True)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("learning_rate=null", Missing.UNUSED),
        ("learning_rate=unused", Missing.UNUSED),
        ("error=null", Missing.UNUSED),
        ("schedule=null", Missing.NULL),
        ("schedule=unused", Missing.UNUSED),
        ("words=null", Missing.UNUSED),
        ("words='null'", "null"),
        ("words=unused", "unused"),
    ],
)
def test_null_is_a_choice_or_says_that_a_parameter_is_not_used(where: str, value: object) -> None:
    """If null is a choice, ``unused`` has the other meaning; a text is quoted unless it is a choice."""
    assert [each.value for each in conditions(where)] == [value]
    assert [each.operator for each in conditions(where.replace("=", "!="))] == ["!="]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            "flag=true, learing_rate<1",
            r"character 12: There is no column learing_rate\. Did you mean learning_rate",
        ),
        ("learning_rate<", r"character 15: learning_rate < needs a value"),
        ("learning_rate<many", r"character 15: learning_rate < needs a number; found many"),
        ("learning_rate=many", r"character 15: learning_rate is a number; found many"),
        (
            "optimizer=adm",
            r"character 11: optimizer is one of adam, sgd, plain; found adm\. Did you mean adam",
        ),
        ("schedule=linear", r"character 10: schedule is one of cosine, null; found linear"),
        ("status=fialed", r"character 8: status is one of done, .*\. Did you mean failed\?"),
        ("error<1, adam", r"character 10: A condition is a name.*quotes"),
        ("xyz=1", r"character 1: There is no column xyz\. The columns are trial, error, loss, status"),
    ],
)
def test_a_mistake_is_shown_at_its_place(where: str, message: str) -> None:
    """The message has the rule, the text found, a suggestion, and a mark below the place."""
    with pytest.raises(UsageError, match=message) as caught:
        VOCABULARY.query(where)
    place = int(str(caught.value).split("character ")[1].partition(":")[0])
    assert str(caught.value).splitlines()[-2:] == [f"  {where}", f"  {' ' * (place - 1)}^"]


@given(st.text(max_size=40), st.text(max_size=10))
def test_any_text_is_read_or_refused(where: str, sort: str) -> None:
    """No other error is raised, and words need no quotes where that is allowed."""
    for words in (False, True):
        with contextlib.suppress(UsageError):
            VOCABULARY.query(where, sort, words=words)


def test_columns_are_chosen_by_patterns() -> None:
    """Named columns are shown, or all, without those after a minus."""
    names = ["status", "learning_rate", "learning_rate_decay", "beta2"]
    chosen = {
        text: [name for name in names if ColumnChoice.of(text, names).shows(name)]
        for text in ("learning_*, -learning_rate_decay", "-beta2,-status", "status")
    }
    assert list(chosen.values()) == [["learning_rate"], ["learning_rate", "learning_rate_decay"], ["status"]]
    with pytest.raises(
        UsageError, match=r"columns, character 10: There is no column bets\*\. Did you mean beta2"
    ):
        ColumnChoice.of("status, -bets*", names)


def test_columns_that_are_always_shown_may_be_named_but_not_hidden() -> None:
    """If only they are named, all other columns are hidden."""
    assert not ColumnChoice.of("rank,trial", ["status"], ["rank", "trial"]).shows("status")
    with pytest.raises(UsageError, match="columns, character 2: rank is always shown"):
        ColumnChoice.of("-rank", ["status"], ["rank", "trial"])
