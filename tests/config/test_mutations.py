import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpsearch.config import Config, load
from hpsearch.errors import ConfigError

GOOD = (Path(__file__).parent / "good.yaml").read_text(encoding="utf-8")
DATA = yaml.safe_load(GOOD.replace("1e-4", "1.0e-4"))

SNIPPETS = st.sampled_from(
    [
        *":-[]{},&*!|>'\"%@`#?~.\t\n\0\x1b\ufeff\u2028",
        "<<: *a",
        "&a ",
        "*a",
        "---\n",
        "!!map ",
        "1e999",
        "010",
    ]
)
SCALARS = (
    st.sampled_from(
        [
            0,
            1,
            -1,
            0.5,
            1.5,
            10**19,
            5e-324,
            True,
            False,
            None,
            "",
            "log",
            "no",
            "none",
            "auto",
            "1e-4",
            "\x1b[31m",
            "../x",
        ]
    )
    | st.floats()
    | st.integers()
    | st.text(max_size=5)
)
KEYS = st.sampled_from(
    [
        "min",
        "max",
        "low",
        "high",
        "prior",
        "log",
        "type",
        "step",
        "q",
        "values",
        "probabilities",
        "when",
        "name",
        "goal",
        "at",
        "network",
        "data",
        "label",
        "test",
        "epochs",
        "dropout",
        "optimizer",
        "learning_rate",
        "search",
        "trials",
        "lag",
        "workers",
        "early_stopping",
        "space",
        "run",
        "objective",
    ]
)
NODES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda node: st.lists(node, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), node, max_size=3),
)


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value of nested mappings and lists."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(inner for key, value in items for inner in paths(value, (*path, key)))]


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of nested mappings and lists with one value replaced."""
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


def check(config: Config) -> None:
    """Every config survives a round trip through its resolved form, and its space can be sampled."""
    assert Config.from_resolved(json.loads(json.dumps(config.resolved(), allow_nan=False))) == config
    for units in (0.0, 0.3, 1.0):
        (values,) = config.space.values(np.full((1, config.space.dimensions), units))
        assert not list(config.space.problems(values))
        Config.from_resolved(config.resolved() | {"space": values} if values else config.resolved())


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 20), SNIPPETS | st.text(max_size=3)), max_size=4
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_text(tmp_path: Path, changes: list[tuple[int, int, str]]) -> None:
    """Any text is read as a config or refused with an explanation."""
    text = GOOD
    for start, length, snippet in changes:
        text = text[:start] + snippet + text[start + length :]
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(ConfigError):
        check(load(path))


@given(st.lists(st.tuples(st.integers(0, 999), NODES), min_size=1, max_size=3))
@settings(max_examples=300)
def test_mutated_data(changes: list[tuple[int, Any]]) -> None:
    """Any data are read as a config or refused with an explanation."""
    data = DATA
    for index, node in changes:
        ways = paths(data)
        data = replaced(data, ways[index % len(ways)], node)
    with contextlib.suppress(ConfigError):
        check(Config.from_resolved(data))


@given(st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=3), NODES), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_arguments(tmp_path: Path, arguments: list[tuple[list[str], Any]]) -> None:
    """Any arguments are accepted or refused with an explanation."""
    path = tmp_path / "config.yaml"
    path.write_text(GOOD, encoding="utf-8")
    given = [f"{'.'.join(keys)}={json.dumps(value)}" for keys, value in arguments]
    with contextlib.suppress(ConfigError):
        check(load(path, given))
