"""Tests of importance and explain."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial
from tests.cli.conftest import Done, answer, curve
from tests.runs import meta_of

Program = Callable[..., Done]
Golden = Callable[[str, str], None]


def more_results(directory: Path) -> None:
    """Add sixteen results that depend almost only on the learning rate."""
    with Run.open(directory) as run:
        for number in range(6, 22):
            rate = 10 ** (-4 + 4 * (number * 7 % 16) / 16)
            origin: dict[str, Any] = {
                "phase": "zoom",
                "around": 2,
                "radius": 0.1,
                "step_scale": [0.5, 2, 1, 1.5],
            }
            if number % 2:
                origin |= {"phase": "fine", "fine_radius": 0.075}
            values = {"learning_rate": rate, "hidden_layers": 1 + number % 3, "optimizer": "momentum"}
            ours = Trial(number, values, number, (), origin)
            run.record([ours], [answer(number, Status.DONE, curve(abs(rate - 0.1)), None)])


def searched(
    space: str, outcomes: Sequence[float | None], trials: int, origin: Sequence[dict[str, Any]] = ()
) -> Path:
    """A run with a value or a failure for each trial; hidden_layers counts up from 0."""
    head = "name: other\nobjective: {network: {data: digits}}\n"
    text = head + f"space: {{{space}}}\nsearch: {{trials: {trials}}}"
    path = Path("other.yaml")
    path.write_text(text)
    with Run.create_numbered(Path("runs"), "other", text, meta_of(path)) as run:
        for number, value in enumerate(outcomes):
            values = {"hidden_layers": number % 6} | ({"batch_norm": True} if "batch_norm" in space else {})
            reason = {"phase": "coarse"} if not origin else origin[number]
            result = (
                Result(number, Status.FAILED, reason="no luck")
                if value is None
                else Result(number, Status.DONE, value)
            )
            run.record([Trial(number, values, number, (), reason)], [result])
    return Path("runs/other-001")


LAYERS = "hidden_layers: {type: int, min: 0, max: 5}"


@pytest.mark.parametrize(
    ("space", "outcomes", "trials", "message"),
    [
        ("hidden_layers: 2", [0.1], 8, "runs/other-001 searches nothing: all its parameters are constants."),
        ("hidden_layers: 2", [None], 8, "runs/other-001 searches nothing: all its parameters are constants."),
        (
            LAYERS,
            [None] * 6,
            6,
            "so the importance of parameters cannot be estimated (6 failed).",
        ),
        (LAYERS, [0.5] * 5, 8, "All 5 values of runs/other-001 are 0.5, so no parameter makes a difference."),
        (
            f"{LAYERS}, batch_norm: {{values: [true, false]}}",
            [0.1, 0.2, 0.3],
            64,
            "at least 8 trials with a value (4 for each); runs/other-001 has 3. Continue with",
        ),
        (
            f"{LAYERS}, batch_norm: {{values: [true, false]}}",
            [0.1, 0.2, 0.3, None],
            4,
            "has 3. Continue with `hpsearch resume runs/other-001 --trials 9`.",
        ),
        (
            "hidden_layers: {type: int, min: 0, max: 2}",
            [0.1, 0.2, 0.3],
            8,
            "needs at least 4 trials with a value (4 for each); runs/other-001 has 3, and the space has",
        ),
    ],
)
@pytest.mark.usefixtures("in_tmp")
def test_importance_says_what_is_missing(
    hpsearch: Program, space: str, outcomes: list[float | None], trials: int, message: str
) -> None:
    """The message names what is missing: a search, values, differences, trials so far or a larger space."""
    searched(space, outcomes, trials)
    done = hpsearch("importance", "other-001")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_importance_refuses_to_pretend(hpsearch: Program, example: Path) -> None:
    """Three results are too few for four parameters; the message says how many are needed."""
    done = hpsearch("importance", example)
    assert (done.code, done.out) == (2, "")
    assert "at least 16 trials" in done.err
    assert "--trials 18`" in done.err  # 5 results, of which 3 have a value


def test_importance_names_what_matters(hpsearch: Program, example: Path) -> None:
    """The learning rate comes first, with a bar."""
    more_results(example)
    done = hpsearch("importance", example)
    assert done.code == 0
    first = done.out.splitlines()[1]
    assert first.startswith("learning_rate ")
    assert "█" in first


def test_importance_says_how_much_it_explains(hpsearch: Program, example: Path) -> None:
    """It warns if that is little, as with sixteen results and three that contradict them."""
    more_results(example)
    assert "The model explains" in hpsearch("importance", example).out
    found = json.loads(hpsearch("importance", example, "-f", "json").out)
    assert found["explained"] <= 1


@pytest.mark.usefixtures("in_tmp")
def test_importance_warns_of_noise(hpsearch: Program) -> None:
    """If no result can be predicted from the others, the order is called a guess."""
    searched(LAYERS, [0.3, 0.9, 0.1, 0.2, 0.8, 0.4, 0.9, 0.1, 0.8, 0.7, 0.2, 0.3], 12)
    assert "That is too little to rank parameters by" in hpsearch("importance", "other-001").out


def test_explaining_a_trial(hpsearch: Program, example: Path, golden: Golden) -> None:
    """It shows the result and phase, the trial it was proposed around, and how far each parameter moved."""
    more_results(example)
    golden("explain-fine.table", hpsearch("explain", example, 7).out)
    golden("explain-fine.json", hpsearch("explain", example, 7, "-f", "json").out)
    golden("explain-fine.csv", hpsearch("explain", example, 7, "-f", "csv").out)
    golden("explain-zoom.table", hpsearch("explain", example, 8).out)
    golden("explain-coarse.table", hpsearch("explain", example, 0).out)


@pytest.mark.usefixtures("in_tmp")
def test_every_phase_has_a_reason(hpsearch: Program) -> None:
    """Each phase that a searcher records is explained in a sentence."""
    phases = ["random", "coarse", "enqueued", "warm", "global", "zoom", "fine", "leftover"]
    searched(LAYERS, [0.1] * len(phases), 8, [{"phase": phase} for phase in phases])
    for number, phase in enumerate(phases):
        out = hpsearch("explain", "other-001", number).out
        assert f"Phase {phase}: " in out
        assert "no reason is recorded" not in out


def test_explaining_a_search(hpsearch: Program, example: Path, golden: Golden) -> None:
    """It shows each parameter's first and last values, the phases, and a warning about a range."""
    more_results(example)
    golden("explain.table", hpsearch("explain", example).out)
    golden("explain.json", hpsearch("explain", example, "-f", "json").out)


def test_explanations_are_plain_cells_in_csv(hpsearch: Program, example: Path) -> None:
    """Ranges of numbers are in columns low and high, the most frequent category in its own columns."""
    more_results(example)
    rows = {
        row["parameter"]: row
        for row in csv.DictReader(hpsearch("explain", example, "-f", "csv").out.splitlines())
    }
    assert float(rows["learning_rate"]["early_low"]) < float(rows["learning_rate"]["early_high"])
    assert rows["learning_rate"]["early_value"] == ""
    assert (rows["optimizer"]["late_value"], rows["optimizer"]["late_share"]) == ("momentum", "1.0")
    assert rows["beta2"]["late_low"] == ""
    assert not any("{" in cell for row in rows.values() for cell in row.values())


def test_a_best_value_at_its_bound_is_pointed_out(hpsearch: Program, example: Path) -> None:
    """The best trial has three hidden layers, and the range ends at three."""
    assert (
        "The best hidden_layers is at the upper end of its range: widen `hidden_layers` above 3?"
        in hpsearch("explain", example).out
    )


@pytest.mark.parametrize(("best", "warned"), [(0, False), (5, True)])
@pytest.mark.usefixtures("in_tmp")
def test_a_range_that_cannot_be_wider_gets_no_warning(hpsearch: Program, best: int, warned: bool) -> None:
    """A network cannot have fewer than 0 hidden layers, but can have more than 5."""
    searched(LAYERS, [0.1 if number == best else 0.5 for number in range(6)], 6)
    bounds = json.loads(hpsearch("explain", "other-001", "-f", "json").out)["bounds"]
    assert bounds == ([{"parameter": "hidden_layers", "end": "max", "bound": 5}] if warned else [])
