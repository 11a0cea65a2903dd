from pathlib import Path
from typing import Any

import pytest

from hpsearch import Search
from hpsearch.config import Config, load, trial_config
from hpsearch.errors import ConfigError, UsageError
from hpsearch.space import Constraint, Space
from hpsearch.trial import Trial

SPACE: dict[str, Any] = {
    "first": {"type": "int", "min": 1, "max": 64},
    "second": {"type": "int", "min": 1, "max": 64},
    "kind": {"values": ["plain", "deep"]},
    "depth": {"type": "int", "min": 1, "max": 9, "when": {"kind": "deep"}},
}


def config(*constraints: str, **space: Any) -> Config:
    """A config with constraints."""
    return Config.from_mapping(
        {"objective": {"python": {}}, "space": SPACE | space, "constraints": list(constraints)}
    )


def test_kept_in_the_resolved_config() -> None:
    """A run directory keeps the constraints, and reading it gives the same search."""
    made = config("first >= second", "depth < 5")
    assert made.resolved()["constraints"] == ["first >= second", "depth < 5"]
    assert Config.from_resolved(made.resolved()) == made
    assert made.differences(config("first >= second")) != []


def test_a_constraint_of_a_parameter_that_is_never_active_is_left_out() -> None:
    """A note says that it is left out, and the kept config can be read again."""
    made = config("depth < 5", "first >= second", kind="plain")
    assert made.resolved()["constraints"] == ["first >= second"]
    assert "constraints[0]: is left out, as depth is never active" in made.notes
    assert Config.from_resolved(made.resolved()) == made


def test_what_is_measured_is_noted() -> None:
    """`check` mentions constraints that are always true, and those that leave little."""
    assert "constraints: first >= 1 holds for all of 2,000 random draws" in config("first >= 1").notes
    (note,) = config("first == second").notes
    assert note.startswith("constraints: hold for only 1.4% of 20,000 random draws")


def test_an_earlier_constraint_guards_a_later_one() -> None:
    """A division by zero does not matter if an earlier constraint rules it out."""
    config("first > 1", "second / (first - 1) < 3")
    with pytest.raises(ConfigError, match=r"constraints\[0\]: has no value: .* division by zero"):
        config("second / (first - 1) < 3", "first > 1")


def test_overrides_name_the_argument(tmp_path: Path) -> None:
    """A constraint can be given as an argument."""
    path = tmp_path / "c.yaml"
    path.write_text("objective: {network: {data: blobs}}\nspace: {dropout: {min: 0, max: 0.5}}\n")
    assert load(path, ["constraints=[dropout < 0.2]"]).space.constraints == (Constraint("dropout < 0.2"),)
    with pytest.raises(ConfigError, match=r"Move epochs from objective.network to space"):
        load(path, ["objective.network.epochs=3", "constraints=[epochs * dropout < 1]"])


def test_the_best_trial_as_a_config_has_none() -> None:
    """Its values are constants, so there is nothing to constrain."""
    text = trial_config(config("depth < 5"), Trial(0, {"first": 3, "second": 2, "kind": "plain"}, 1))
    assert Config.parse(text, Path("best.yaml")).space.constraints == ()


@pytest.mark.parametrize("method", ["random", "quasi_random", "coarse_to_fine"])
def test_every_trial_of_a_search_satisfies_them(method: str) -> None:
    """Draws, coarse points and candidates around good trials satisfy the constraints."""
    search = Search(
        SPACE, method=method, trials=30, constraints=["first >= second", "depth < 5 and depth != 3"]
    )
    while (trial := search.ask()) is not None:
        values: Any = trial.values
        assert values["first"] >= values["second"]
        assert values.get("depth", 1) in (1, 2, 4)
        search.tell(trial, values["first"] - 2 * values["second"] + values.get("depth", 0))
    assert len(search.results) == 30


def test_a_space_object_brings_its_own(tmp_path: Path) -> None:
    """In Python a Space may have constraints; a stored search keeps them."""
    plain = config().space
    space = Space(plain.parameters, plain.constants, (Constraint("first >= second"),))
    with Search(space, trials=3, constraints=["first < 9"], directory=tmp_path / "run") as search:
        assert [each.text for each in search.space.constraints] == ["first >= second", "first < 9"]
        values = [search.ask().values for _ in range(1)]
    with Search(space, trials=3, constraints=["first < 9"], directory=tmp_path / "run") as again:
        assert again.ask().values == values[0]
    with pytest.raises(UsageError, match="enqueue must satisfy the constraint first >= second"):
        Search(space, enqueue=[{"first": 1, "second": 2, "kind": "plain"}])


def test_a_finite_space_is_exhausted_when_all_that_may_be_tried_was() -> None:
    """Only configurations that satisfy the constraints are tried, each once."""
    space = {name: {"type": "int", "min": 1, "max": 6} for name in ("a", "b")}
    for method in ("random", "coarse_to_fine"):
        search = Search(space, method=method, trials=64, constraints=["a * b == 12"])
        tried = []
        while (trial := search.ask()) is not None:
            tried.append((trial.values["a"], trial.values["b"]))
            search.tell(trial, trial.values["a"])
        assert sorted(tried) == [(2, 6), (3, 4), (4, 3), (6, 2)]
        assert search.exhausted
