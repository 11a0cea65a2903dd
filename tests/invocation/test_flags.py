"""Tests of how values become words of a command."""

import ast
import json
from collections.abc import Mapping

import pytest
from hypothesis import given

from hpsearch.invocation.command_line import CommandLine, pasteable
from hpsearch.invocation.flags import PYTHON, BadFlag, Passing, check_flag, check_style, choice_text
from hpsearch.trial import Value
from tests.strategies import json_values

VALUES: dict[str, Value] = {"lr": 0.1, "model.depth": 3, "amp": True, "k": -5, "kind": "a b"}
SPECIAL = {"seed": "7", "trial_dir": "/t"}


def words(*run: str, values: Mapping[str, Value] = VALUES, **passing: object) -> list[str]:
    """The words of a command."""
    return CommandLine(run, Passing(**passing)).words(values, SPECIAL)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("{args}", ["--lr", "0.1", "--model.depth", "3", "--amp", "true", "--k", "-5", "--kind", "a b"]),
        ("{args:--k=v}", ["--lr=0.1", "--model.depth=3", "--amp=true", "--k=-5", "--kind=a b"]),
        ("{args:k=v}", ["lr=0.1", "model.depth=3", "amp=true", "k=-5", "kind=a b"]),
        ("{args:++k=v}", ["++lr=0.1", "++model.depth=3", "++amp=true", "++k=-5", "++kind=a b"]),
        ("{args:-k v}", ["-lr", "0.1", "-model.depth", "3", "-amp", "true", "-k", "-5", "-kind", "a b"]),
        ("{args:--x:k:v}", ["--x:lr:0.1", "--x:model.depth:3", "--x:amp:true", "--x:k:-5", "--x:kind:a b"]),
    ],
)  # fmt: skip
def test_all_values_are_passed_in_any_style(style: str, expected: list[str]) -> None:
    """A value is never split."""
    assert words("p", style) == ["p", *expected]


@pytest.mark.parametrize(
    ("name", "value", "flag", "expected"),
    [
        ("lr", 0.1, "--rate {}", ["--rate", "0.1"]),
        ("lr", 0.1, "optimizer.lr={}", ["optimizer.lr=0.1"]),
        ("k", 5, "-c {2**k}", ["-c", "32"]),
        ("k", 5, "--sizes {} {k*2}", ["--sizes", "5", "10"]),
        ("amp", True, "--amp", ["--amp"]),
        ("amp", False, "--amp", []),
        ("amp", True, "--amp/--no-amp", ["--amp"]),
        ("amp", False, "--amp/--no-amp", ["--no-amp"]),
        ("bias", True, "/--no-bias", []),
        ("bias", False, "/--no-bias", ["--no-bias"]),
        ("kind", "a b", "--kind {}", ["--kind", "a b"]),
        ("kind", "a b", "'--the kind={}'", ["--the kind=a b"]),
    ],
)
def test_a_parameter_has_a_flag_of_its_own(name: str, value: Value, flag: str, expected: list[str]) -> None:
    """A flag has a value, an expression, or is present or absent."""
    assert words("{args}", values={name: value}, flags={name: flag}) == expected


def test_words_for_values() -> None:
    """The words are Python's or any others, for one parameter or for all."""
    values: dict[str, Value] = {"a": True, "b": False, "c": "relu"}
    assert words("{args:k=v}", values=values, spellings={"": PYTHON}) == ["a=True", "b=False", "c=relu"]
    own = {"a": {"true": "1"}, "c": {"relu": "ReLU"}}
    assert words("{args:k=v}", "{c}", values=values, spellings=own) == ["a=1", "b=false", "c=ReLU", "ReLU"]


@given(json_values)
def test_any_choice_is_one_word(value: Value) -> None:
    """Text is unchanged; everything else is JSON, or a Python literal."""
    as_json = Passing().spelled("x", value)
    as_python = Passing(spellings={"x": PYTHON}).spelled("x", value)
    if isinstance(value, str):
        assert as_json == as_python == value
    else:
        assert json.dumps(json.loads(as_json), sort_keys=True) == json.dumps(value, sort_keys=True)
        assert repr(ast.literal_eval(as_python)) == repr(value)


def test_a_spelling_names_a_choice_by_its_json() -> None:
    """A parameter's own spelling comes first; null with an empty spelling is not passed."""
    own = {choice_text("[64,32]"): "64x32", choice_text('{"a": 1}'): "A"}
    values: dict[str, Value] = {"x": [64, 32], "y": None, "z": None, "w": {"a": 1}}
    spellings = {"x": own, "w": own, "y": {"null": ""}}
    assert words("p", "--y", "{y}", "{args}", values=values, spellings=spellings) == [
        *("p", "--x", "64x32", "--z", "null", "--w", "A"),
    ]


def test_what_has_no_value_leaves_no_word() -> None:
    """The flag before it is also left out, but nothing else."""
    run = ("p", "--beta", "{beta}", "--x={beta}", "-v", "--lr", "{lr}", "{2*beta}", "{seed}", "--n", "{args}")
    assert words(*run, values={"lr": 0.1}) == ["p", "-v", "--lr", "0.1", "7", "--n", "--lr", "0.1"]


def test_the_environment_has_values() -> None:
    """A variable without a value is not set."""
    variables = {"LR": "{lr}", "A": "{amp}", "B": "{beta}", "S": "s{seed}"}
    line = CommandLine(("p",), Passing(spellings={"": PYTHON}), variables)
    assert line.variables(VALUES, SPECIAL) == {"LR": "0.1", "A": "True", "S": "s7"}


def test_a_command_can_be_pasted() -> None:
    """It is quoted where a shell would split it, with its directory and its variables."""
    found = pasteable(["python", "t.py", "--kind", "a b"], {"LR": "0 1"}, "/my dir")
    assert found == "cd '/my dir' && LR='0 1' python t.py --kind 'a b'"
    assert pasteable(["/bin/sh", "-c", "a && b"], {"X": "1"}) == "export X=1; a && b"


@pytest.mark.parametrize(
    ("flag", "is_switch", "rule"),
    [
        ("--lr", False, "must have {}"),
        ("--a --b", True, "must be one word"),
        ("", False, "must not be empty"),
        ("'--lr {}", False, "must close its quotes"),
        ("--lr {", False, "must close its quotes and braces"),
        ("--lr {2**}", False, "is not an expression"),
    ],
)
def test_flags_that_cannot_be_used_are_refused(flag: str, is_switch: bool, rule: str) -> None:
    """They are refused when the config is read."""
    with pytest.raises(BadFlag, match=rule):
        check_flag(flag, is_switch=is_switch)


@pytest.mark.parametrize("style", ["args:", "args:--k", "args:v=k", "args:k v w", "args:--k  v"])
def test_styles_that_cannot_be_used_are_refused(style: str) -> None:
    """A style has one k and one v."""
    with pytest.raises(BadFlag, match="must be a style"):
        check_style(style)


def test_flags_say_what_they_use() -> None:
    """They say which parameters they use, so that the config can be checked."""
    assert check_flag("-c {2**k} {lr}", is_switch=False) == {"k", "lr"}
    assert check_flag("--amp/--no-amp", is_switch=True) == set()
