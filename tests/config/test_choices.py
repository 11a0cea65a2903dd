"""Tests of choices, which are any JSON values and stay unchanged, and of ranges that may surprise."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from hpsearch.config import Config, load, trial_config
from hpsearch.errors import ConfigError
from hpsearch.reports.text import short_choices, value_text
from hpsearch.trial import Trial
from tests.strategies import json_choices


def code_space(text: str, tmp_path: Path) -> Config:
    """The config of a function's search with a space."""
    path = tmp_path / "c.yaml"
    path.write_text(f"metric: {{name: loss}}\nobjective: {{function: 'm:f'}}\nspace: {{{text}}}\n")
    return load(path)


@pytest.mark.parametrize("values", [[2, 10, 0.25], [1, 0.5], [0.5, 1]])
def test_a_choice_stays_as_it_was_written(values: list[float], tmp_path: Path) -> None:
    """A whole number stays whole in a list with fractions, even after the config was stored."""
    config = code_space(f"x: {{values: {values}}}", tmp_path)
    for each in (config, Config.from_resolved(json.loads(json.dumps(config.resolved())))):
        (parameter,) = each.space.parameters
        found = parameter.decode(parameter.encode(values))
        assert [(type(value), value) for value in found] == [(type(value), value) for value in values]


@given(json_choices)
def test_any_json_value_is_a_choice(values: list[Any]) -> None:
    """A value keeps its type through YAML, the resolved config and JSON, and as a constant."""
    mapping = {
        "metric": {"name": "loss"},
        "objective": {"function": "m:f"},
        "space": {"x": {"values": values}},
    }
    config = Config.from_mapping(mapping)
    again = Config.parse(config.source, Path("search.yaml"))
    stored = Config.from_resolved(json.loads(json.dumps(config.resolved())))
    for each in (config, again, stored):
        (parameter,) = each.space.parameters
        found = parameter.decode(parameter.encode(values))
        assert json.dumps(found, sort_keys=True) == json.dumps(values, sort_keys=True)
        assert each == config
    best = trial_config(config, Trial(0, {"x": values[-1]}, 0))
    constant = Config.parse(best, Path("best.yaml")).space.constants["x"]
    assert json.dumps(constant, sort_keys=True) == json.dumps(values[-1], sort_keys=True)


@given(json_choices)
def test_choices_are_shown_so_that_they_can_be_told_apart(values: list[Any]) -> None:
    """The displayed text, typed into a config, is the choice; short forms in a table differ for each."""
    texts = [value_text(value) for value in values]
    read = Config.parse(
        "metric: {name: loss}\nobjective: {function: 'm:f'}\nspace: {x: {values: ["
        + ", ".join(texts)
        + "]}}",
        Path("c.yaml"),
    )
    assert json.dumps(read.resolved()["space"]["x"]["values"], sort_keys=True) == json.dumps(
        values, sort_keys=True
    )
    assert len(set(short_choices(texts))) == len(values)


def test_numbers_of_another_type_are_other_choices(tmp_path: Path) -> None:
    """1, 1.0, true and "1" are four choices; a number means the only one that is equal to it."""
    config = code_space(
        "x: {values: [1, 1.0, true, '1']}, y: {values: [1.0, 2.5]},"
        " z: {values: [3, 4], when: {x: [1.0], y: 1}}",
        tmp_path,
    )
    x, y, _ = config.space.parameters
    assert x.encode([1, 1.0, True, "1"]).tolist() == [0.125, 0.375, 0.625, 0.875]
    assert y.accepts(1)
    assert not y.accepts(True)
    points = config.space.values(np.array([[0.375, 0.25, 0.25], [0.125, 0.25, 0.25], [0.375, 0.75, 0.25]]))
    assert ["z" in each for each in points] == [True, False, False]
    for values in points:
        assert not list(config.space.problems(values))
    assert list(config.space.problems({"x": 1, "y": 1.0, "z": 3})) == [
        ("z", "is not active with these values")
    ]


def test_conditions_name_lists_and_sections(tmp_path: Path) -> None:
    """A list of values is written in another list; a section is written unchanged."""
    layers = "layers: {values: [[64], [64, 32], null]}"
    config = code_space(
        f"{layers}, k: {{values: [{{kernel: rbf}}, a]}}, "
        "d: {min: 0, max: 1, when: {layers: [[64, 32], null], k: {kernel: rbf}}}",
        tmp_path,
    )
    points = config.space.values(
        np.array([[0.5, 0.2, 0.5], [0.9, 0.2, 0.5], [0.1, 0.2, 0.5], [0.9, 0.8, 0.5]])
    )
    assert ["d" in each for each in points] == [True, True, False, False]
    with pytest.raises(ConfigError, match=r"Write \[\[64, 32\]\], as the value is a list itself"):
        code_space(f"{layers}, d: {{min: 0, max: 1, when: {{layers: [64, 32]}}}}", tmp_path)


def test_an_objective_cannot_change_the_choices(tmp_path: Path) -> None:
    """Each trial gets its own lists."""
    space = code_space("x: {values: [[64], [64, 32]]}, y: {values: [[1]]}", tmp_path).space
    (first,) = space.values(np.array([[0.1]]))
    first["x"].append(5)
    first["y"].append(5)
    assert space.values(np.array([[0.1]])) == [{"x": [64], "y": [1]}]


def test_a_tuple_that_was_cut_up_is_refused_where_it_is(tmp_path: Path) -> None:
    """YAML splits two tuples into four texts; in quotes, a text may be anything."""
    with pytest.raises(ConfigError) as caught:
        code_space("x: {values: [(3, 4), (5, 6)]}", tmp_path)
    assert [problem.column for problem in caught.value.problems] == [22, 26, 30, 34]
    assert "YAML has no tuples" in caught.value.problems[0].rule
    config = code_space('x: {values: ["(3", "f(a)", g(b)]}', tmp_path)
    assert config.space.parameters[0].values == ("(3", "f(a)", "g(b)")


def test_a_constant_is_no_part_of_a_tuple_either(tmp_path: Path) -> None:
    """``c: (3, 4)`` among other keys on one line becomes two texts."""
    with pytest.raises(ConfigError, match=r"space.c: must be a whole value.*found \(3. Write {values: \[\[3"):
        code_space("x: {values: [1, 2]}, c: (3, d: 4)", tmp_path)


def test_a_whole_tuple_is_text_and_a_note_says_so(tmp_path: Path) -> None:
    """YAML does not split tuples on separate lines; quotes show that text is meant."""
    head = "metric: {name: loss}\nobjective: {function: 'm:f'}\nspace:\n"
    text = '  x:\n    values:\n      - (3, 4)\n      - "(5, 6)"\n  c: (1, 2)\n'
    assert [note for note in Config.parse(head + text, tmp_path / "c.yaml").notes if "(" in note] == [
        "space.x.values[0]: (3, 4) is text. Write [3, 4] for a list, or quotes to silence this note",
        "space.c: (1, 2) is text. Write {values: [[3, 4]]} for a list, or quotes to silence this note",
    ]


@pytest.mark.parametrize(
    ("parameter", "note"),
    [
        ("{min: 1, max: 4}", "draws fractions from 1 to 4; write type: int"),
        ("{type: int, min: 0, max: 10, step: 3}", "max 10 is never drawn, as the values are 0, 3, … 9"),
        ("{min: 0, max: 1, step: 0.3}", "max 1 is never drawn, as the values are 0, 0.3, … 0.9"),
        ("{min: 0, max: 1}", None),
        ("{min: 1.0, max: 4}", None),
        ("{type: float, min: 1, max: 4}", None),
        ("{type: int, min: 0, max: 9, step: 3}", None),
        ("{min: 0.1, max: 0.7, step: 0.2}", None),
        ('{values: [1, "2"]}', '"2", in quotes, is text among numbers'),
        ('{values: ["1", "2"]}', None),
        ("{type: int, min: 0, max: 1000000, step: 3}", "max 1000000 is never drawn"),
    ],
)
def test_a_range_that_may_surprise_has_a_note(parameter: str, note: str | None, tmp_path: Path) -> None:
    """Whole bounds without a type give fractions, and a step may not reach the last bound."""
    config = code_space(f"x: {parameter}", tmp_path)
    notes = [each for each in config.notes if each.startswith("space.x")]
    assert len(notes) == (note is not None)
    assert note is None or note in notes[0]
