"""Tests of choices that stay as they were written, and of ranges that may surprise."""

import json
from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import ConfigError


def code_space(text: str, tmp_path: Path) -> Config:
    """The config of a function's search with a space."""
    path = tmp_path / "c.yaml"
    path.write_text(f"metric: {{name: loss}}\nobjective: {{function: 'm:f'}}\nspace: {{{text}}}\n")
    return load(path)


@pytest.mark.parametrize("values", [[2, 10, 0.25], [1, 0.5], [0.5, 1]])
def test_a_choice_stays_as_it_was_written(values: list[float], tmp_path: Path) -> None:
    """A whole number is passed on whole beside fractions, also after the config was stored."""
    config = code_space(f"x: {{values: {values}}}", tmp_path)
    for each in (config, Config.from_resolved(json.loads(json.dumps(config.resolved())))):
        (parameter,) = each.space.parameters
        found = parameter.decode(parameter.encode(values))
        assert [(type(value), value) for value in found] == [(type(value), value) for value in values]


def test_a_tuple_that_was_cut_up_is_refused_where_it_is(tmp_path: Path) -> None:
    """YAML makes four texts of two tuples; in quotes, a text may be anything."""
    with pytest.raises(ConfigError) as caught:
        code_space("x: {values: [(3, 4), (5, 6)]}", tmp_path)
    assert [problem.column for problem in caught.value.problems] == [22, 26, 30, 34]
    assert "YAML has no tuples" in caught.value.problems[0].rule
    config = code_space('x: {values: ["(3", "f(a)", g(b)]}', tmp_path)
    assert config.space.parameters[0].values == ("(3", "f(a)", "g(b)")  # type: ignore[union-attr]


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
    ],
)
def test_a_range_that_may_surprise_has_a_note(parameter: str, note: str | None, tmp_path: Path) -> None:
    """Whole bounds without a type give fractions, and a step may not reach the last bound."""
    config = code_space(f"x: {parameter}", tmp_path)
    notes = [each for each in config.notes if each.startswith("space.x")]
    assert len(notes) == (note is not None)
    assert note is None or note in notes[0]
