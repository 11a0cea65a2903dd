"""Tests of the files that are filled in for a trial."""

import configparser
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.document.toml_text import toml_text
from hpsearch.invocation.flags import Passing
from hpsearch.objectives.filled_files import BadTemplate, names_in, write_filled
from hpsearch.trial import Value

VALUES: dict[str, Value] = {"optimizer.lr": 1e-05, "layers": 3, "amp": True, "kind": 'a: "b"\n#', "unused": 1}


def fill(directory: Path, name: str, text: str) -> str:
    """A template, filled in with the values above."""
    (directory / name).write_text(text)
    target = directory / "out" / name
    write_filled(directory / name, target, VALUES, {"seed": "7"}, Passing())
    return target.read_text()


def ini(text: str) -> dict[str, Any]:
    """The data of an INI file."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


JSON = """{"optimizer": {"lr": 0.1}, "layers": 1, "kind": "", "seed": "{seed}",
"list": ["{layers}", "x{2*layers}"]}"""


@pytest.mark.parametrize(
    ("name", "text", "load", "expected"),
    [
        (
            "t.json",
            JSON,
            json.loads,
            {"optimizer": {"lr": 1e-05}, "layers": 3, "kind": 'a: "b"\n#', "seed": "7", "list": [3, "x6"]},
        ),
        (
            "t.yaml",
            "optimizer: {lr: 0.1}  # rate\nlayers: 1\nkind: x\nwidth: '{layers * 8}'\nother: '{nothing}'\n",
            yaml.safe_load,
            {"optimizer": {"lr": 1e-05}, "layers": 3, "kind": 'a: "b"\n#', "width": 24, "other": "{nothing}"},
        ),
        (
            "t.toml",
            'layers = 1\nkind = ""\n[optimizer]\nlr = 0.1\n[[steps]]\namp = "{amp}"\n[steps.inner]\nx = 1\n',
            tomllib.loads,
            {
                "layers": 3,
                "kind": 'a: "b"\n#',
                "optimizer": {"lr": 1e-05},
                "steps": [{"amp": True, "inner": {"x": 1}}],
            },
        ),
        (
            "t.ini",
            "[optimizer]\nlr = 0.1\nother = 50%\n",
            ini,
            {"optimizer": {"lr": "1e-05", "other": "50%"}},
        ),
    ],
)  # fmt: skip
def test_structured_files_are_set_by_key_path(
    tmp_path: Path, name: str, text: str, load: Any, expected: dict[str, Any]
) -> None:
    """Hostile values stay values, and placeholders keep their types."""
    assert load(fill(tmp_path, name, text)) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("t.json", '{"depth": 1, "sizes": [], "x": "{sizes}/{depth}"}', '"depth": null'),
        ("t.yaml", "depth: 1\nsizes: 2\n", "depth: null\nsizes:\n- 64\n- a: true\n"),
        ("t.toml", "depth = 1\nsizes = 2\n", "sizes = [64, {a = true}]\n"),
        ("t.ini", "[s]\ndepth = 1\nsizes = 2\n", 'depth = null\nsizes = [64, {"a": true}]'),
        ("t.py", "depth = 1\nsizes = 2\n", "depth = None\nsizes = [64, {'a': True}]\n"),
        ("t.txt", "{depth} {sizes}", 'null [64, {"a": true}]'),
    ],
)
def test_a_file_has_null_and_lists(tmp_path: Path, name: str, text: str, expected: str) -> None:
    """They are written in the file's format; in TOML, which has no null, the key is left out."""
    (tmp_path / name).write_text(text)
    values: dict[str, Value] = {"depth": None, "sizes": [64, {"a": True}], "s.depth": None}
    values |= {"s.sizes": values["sizes"]}
    write_filled(tmp_path / name, tmp_path / "out", values, {}, Passing())
    assert expected in (tmp_path / "out").read_text()


def test_null_within_a_list_does_not_fit_into_toml(tmp_path: Path) -> None:
    """TOML has no null."""
    (tmp_path / "t.toml").write_text("sizes = 2\n")
    with pytest.raises(BadTemplate, match="TOML has no null"):
        write_filled(tmp_path / "t.toml", tmp_path / "out", {"sizes": [1, None]}, {}, Passing())


def test_constants_of_python_are_set_by_name(tmp_path: Path) -> None:
    """Nothing else in the file changes."""
    text = "é = 'ü'; layers = (1 +\n  2)  # layers = 1\namp, kind = False, 'x'\n"
    text += "print(layers)\nclass C:\n    amp = 9\n"
    found = fill(tmp_path, "t.py", text)
    head = "é = 'ü'; layers = (3)  # layers = 1\namp, kind = True, 'a: \"b\"\\n#'\n"
    assert found == head + "print(layers)\nclass C:\n    amp = 9\n"


def test_settings_of_classes_and_dictionaries_are_set_by_dotted_name(tmp_path: Path) -> None:
    """A value may be on several lines; a name that is assigned twice is set twice."""
    text = "class CFG:\n    lr = (1e-3 +\n       0)\nc = dict(lr=1, n={'k': 2})\nc['lr'] = 3\nCFG.lr = 0.5\n"
    (tmp_path / "t.py").write_text(text)
    values: dict[str, Value] = {"CFG.lr": 0.25, "c.lr": 8, "c.n.k": "a'b"}
    assert names_in(tmp_path / "t.py", {*values, "lr"}) == set(values)
    write_filled(tmp_path / "t.py", tmp_path / "out.py", values, {}, Passing())
    expected = """class CFG:\n    lr = (0.25)\nc = dict(lr=8, n={'k': "a'b"})\nc['lr'] = 8\nCFG.lr = 0.25\n"""
    assert (tmp_path / "out.py").read_text() == expected


def test_other_files_have_placeholders(tmp_path: Path) -> None:
    """Other braces stay unchanged."""
    text = "layers {layers} {2**layers} {seed}; int main() { return {x}; }\n"
    assert fill(tmp_path, "t.txt", text) == "layers 3 8 7; int main() { return {x}; }\n"


def test_a_template_names_what_it_takes(tmp_path: Path) -> None:
    """It names parameters by key path, by name and by placeholder, for the check of values."""
    names = {"optimizer.lr", "layers", "amp", "kind"}
    for name, text, expected in (
        ("t.json", '{"optimizer": {"lr": 1}, "x": "{amp}"}', {"optimizer.lr", "amp"}),
        ("t.py", "layers = 1\nprint(amp)", {"layers"}),
        ("t.txt", "{2*layers} kind", {"layers"}),
    ):
        (tmp_path / name).write_text(text)
        assert names_in(tmp_path / name, names) == expected


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("t.json", "{", "is not JSON"),
        ("t.json", "[1]", "must be a section of keys"),
        ("t.yaml", "a: !!python/object:os.system x", "is not YAML"),
        ("t.toml", "a = ", "is not TOML"),
        ("t.py", "a = (", "is not Python"),
    ],
)
def test_a_template_without_its_format_is_an_error(tmp_path: Path, name: str, text: str, rule: str) -> None:
    """The message names the file; nothing in it is executed."""
    with pytest.raises(BadTemplate, match=rule):
        fill(tmp_path, name, text)
    with pytest.raises(BadTemplate, match="No such file"):
        names_in(tmp_path / "none.json", set())


keys = st.text(min_size=1, max_size=5)
scalars = st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=10)
tables = st.recursive(
    st.dictionaries(keys, scalars, max_size=3),
    lambda inner: st.dictionaries(
        keys, scalars | inner | st.lists(inner, min_size=1, max_size=2), max_size=3
    ),
    max_leaves=6,
)


@given(tables)
def test_toml_is_read_back_the_same(data: dict[str, Any]) -> None:
    """Any tables, lists of tables, keys and texts are read back unchanged."""
    assert tomllib.loads(toml_text(data)) == data
