"""Tests of sections and of the types of their settings."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpsearch.config.reader import Reader
from hpsearch.config.schema import Document, MetricSection, RunSection, SearchSection
from hpsearch.config.sections import Section, SectionOf
from hpsearch.config.setting_types import ListOf, RealNumber, SettingType, Text, WholeNumber
from hpsearch.config.special_types import BYTES, FILES, OPTIONAL_TEXT, SECONDS, WORKERS
from hpsearch.document.nodes import MappingNode, Position
from hpsearch.document.plain_data import from_data
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import resolve


def reader_of(data: object) -> tuple[Reader, Problems]:
    """A reader of plain data, and the problems that it finds."""
    problems = Problems()
    root = from_data(data, Position("here"), problems)
    assert isinstance(root, MappingNode)
    return Reader(root, problems), problems


def rules(problems: Problems) -> list[tuple[str, str, str]]:
    """Key, rule and hint of every problem."""
    return [(each.key, each.rule, each.hint) for each in problems.error().problems]


@pytest.mark.parametrize("section", [SearchSection(portfolio=False), RunSection()], ids=["search", "run"])
def test_defaults_are_read_as_they_are_written(section: Section) -> None:
    """A section with only defaults survives being written and read again."""
    reader, problems = reader_of({"here": section.to_json()})
    assert reader.read(("here",), SectionOf(type(section))) == section
    assert not problems


def test_what_has_no_word_is_not_written() -> None:
    """A setting that is None, which a config can express only by omission, is left out."""
    assert MetricSection(name="loss").to_json() == {"name": "loss"}


def test_a_section_cannot_be_changed() -> None:
    """A section stays as it was read."""
    with pytest.raises(FrozenInstanceError):
        SearchSection().trials = 5


def test_a_default_is_not_shared() -> None:
    """Every section has its own copy of a default list."""
    SearchSection().enqueue.append({"x": 1})
    assert SearchSection().enqueue == []


def test_every_mistake_in_a_section_is_reported() -> None:
    """A wrong, a missing and an unknown key are reported together, the known keys first."""
    reader, problems = reader_of({"metric": {"nam": "loss", "goal": "min", "ties": {"goal": "maximize"}}})
    assert reader.setting("metric") is None
    assert rules(problems) == [
        ("metric.goal", "must be minimize or maximize", "Write minimize"),
        ("metric.ties.name", "is missing", "Write its name"),
        ("metric.nam", "is not a key of metric", "Did you mean name?"),
    ]


def test_a_key_whose_value_was_reported_is_not_reported_again() -> None:
    """An error in the tree is not reported again, nor is the section that lacks it."""
    reader, problems = reader_of({"metric": {"nam": None}})
    before = len(problems)
    assert before == 1
    assert reader.setting("metric") is None
    assert len(problems) == before


def test_every_item_of_a_list_is_checked() -> None:
    """All wrong items are reported, each with its index."""
    reader, problems = reader_of({"here": [1, "a", 2.5, True]})
    assert reader.read(("here",), ListOf(RealNumber())) is None
    assert [key for key, *_ in rules(problems)] == ["here[1]", "here[3]"]


def test_a_long_list_is_refused() -> None:
    """The rule says how many items there may be, and how many there are."""
    reader, problems = reader_of({"constraints": ["a < b"] * 101})
    assert reader.setting("constraints") is None
    assert rules(problems)[0][1] == "must have at most 100 items, and has 101"


@pytest.mark.parametrize(
    ("value", "wrong"), [(1, None), (True, "whole number"), (1.0, "whole number"), (0, "at least 1")]
)
def test_a_whole_number_is_neither_a_float_nor_a_boolean(value: object, wrong: str | None) -> None:
    """No value is converted: 1.0 is not a whole number, and neither is true."""
    reader, problems = reader_of({"here": value})
    assert reader.read(("here",), WholeNumber(1)) == (None if wrong else value)
    assert len(problems) == bool(wrong)
    if wrong:
        assert wrong in rules(problems)[0][1]


def test_a_whole_number_can_be_a_float() -> None:
    """A setting that takes any number stores a float, so that 1 and 1.0 are the same config."""
    reader, _ = reader_of({"here": 1})
    assert type(reader.read(("here",), RealNumber())) is float


def test_a_setting_that_is_left_out_has_its_default() -> None:
    """A missing key is no problem."""
    reader, problems = reader_of({})
    assert reader.setting("seed") == Document.settings()["seed"].default == 0
    assert not problems


NUMBERS = st.one_of(
    st.from_regex(
        r"[-+]?[0-9]{1,25}(\.[0-9]{0,3})?(e[0-9]{1,3})?|[1-9]/[0-9]|[0-9.]{1,4}[%kM]", fullmatch=True
    ),
    st.from_regex(r"[0-9]{1,12}(\.[0-9]{0,4})? ?(s|sec|hours|days|K|GB|mb|TiB)", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 10**17),
)
KINDS = [WholeNumber(0), WholeNumber(1, 100), RealNumber(), RealNumber(above=0), WORKERS, SECONDS, BYTES]


@given(NUMBERS, st.sampled_from(KINDS))
@example("0.5", WholeNumber(0))
@example("-7", WholeNumber(1))
@example(-5.0, WholeNumber(1))
@example("007", RealNumber())
@example("1e999", RealNumber())
@example("4", WORKERS)
@example("0KB", BYTES)
@example(1e20, SECONDS)
def test_what_a_hint_says_to_write_is_accepted(value: object, kind: SettingType[Any]) -> None:
    """This is true of a text in quotes, a fraction, and a number without a unit."""
    reader, problems = reader_of({"here": value})
    if reader.read(("here",), kind) is not None or not problems:
        return
    hint = rules(problems)[0][2]
    if hint.startswith("Write ") and "such as" not in hint and "for no limit" not in hint:
        text = hint.removeprefix("Write ").removesuffix(", without quotes")
        reader, problems = reader_of({"here": resolve(text)})
        reader.read(("here",), kind)
        assert not problems, hint


@pytest.mark.parametrize(
    ("value", "kind", "hint"),
    [
        ("4", WORKERS, "Write 4, without quotes"),
        (2.0, WORKERS, "Write 2"),
        ("0KB", BYTES, "Write none for no limit"),
        ("a > b", ListOf(Text()), 'Write ["a > b"]'),
        (5, ListOf(Text()), 'Write ["5"]'),
        (5, ListOf(RealNumber()), "Write [5]"),
        ("0.1 - 0.5", ListOf(RealNumber()), "Write […]"),
        ("adam, sgd", ListOf(Text()), "Write [adam, sgd]"),
    ],
)
def test_a_hint_says_what_was_meant(value: object, kind: SettingType[Any], hint: str) -> None:
    """This is so if it is clear; otherwise the message only says what is accepted."""
    reader, problems = reader_of({"here": value})
    reader.read(("here",), kind)
    assert [each[2] for each in rules(problems)] == [hint]


def test_an_empty_text_is_no_file() -> None:
    """This is so both alone and in a list."""
    for value in ("", [""]):
        reader, problems = reader_of({"here": value})
        reader.read(("here",), FILES)
        assert [each[1] for each in rules(problems)] == ["must not be empty"]
    reader, problems = reader_of({"here": ""})
    reader.read(("here",), OPTIONAL_TEXT)
    assert [each[1] for each in rules(problems)] == ["must be none or text"]


def test_each_problem_is_reported_once() -> None:
    """A list as the key of a section that is itself a key breaks one rule twice, in one place."""
    problems = Problems()
    for _ in range(2):
        problems.add(Position("here", 1, 2), ("key",), "must be text")
    problems.add(Position("here", 1, 3), ("key",), "must be text")
    assert [each.column for each in problems.error().problems] == [2, 3]
