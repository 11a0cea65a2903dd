"""Tests of the commands that say what was learnt."""

from collections.abc import Callable
from pathlib import Path

from hpsearch.store import Run
from hpsearch.trial import Status
from tests.cli.conftest import Done, answer, curve, trial

Program = Callable[..., Done]
Golden = Callable[[str, str], None]


def more_results(directory: Path) -> None:
    """Sixteen results more, of which the learning rate explains nearly all."""
    with Run.open(directory) as run:
        for number in range(6, 22):
            rate = 10 ** (-4 + 4 * (number * 7 % 16) / 16)
            origin = {"phase": "zoom", "around": 2, "radius": 0.1, "acquisition": "expected_improvement"}
            values = {"learning_rate": rate, "hidden_layers": 1 + number % 3, "optimizer": "momentum"}
            ours = type(trial(0))(number, values, number, (), origin)
            run.record([ours], [answer(number, Status.DONE, curve(abs(rate - 0.1)), None)])


def test_importance_refuses_to_pretend(hpsearch: Program, example: Path) -> None:
    """Three results say nothing about four parameters; the message says how many would."""
    done = hpsearch("importance", example)
    assert (done.code, done.out) == (2, "")
    assert "takes 16" in done.err
    assert "--trials" in done.err


def test_importance_names_what_matters(hpsearch: Program, example: Path) -> None:
    """The learning rate comes first, with a bar."""
    more_results(example)
    done = hpsearch("importance", example)
    assert done.code == 0
    first = done.out.splitlines()[1]
    assert first.startswith("learning_rate ")
    assert "█" in first


def test_explaining_a_trial(hpsearch: Program, example: Path, golden: Golden) -> None:
    """Its phase, the trial around which it lies, and how far each parameter moved from there."""
    more_results(example)
    golden("explain-trial.table", hpsearch("explain", example, 7).out)
    golden("explain-coarse.table", hpsearch("explain", example, 0).out)


def test_explaining_a_search(hpsearch: Program, example: Path, golden: Golden) -> None:
    """First and last values of each parameter, the phases, and a warning about the end of a range."""
    more_results(example)
    golden("explain.table", hpsearch("explain", example).out)


def test_a_best_value_at_its_bound_is_pointed_out(hpsearch: Program, example: Path) -> None:
    """The best trial has three hidden layers, of at most three."""
    assert (
        "The best hidden_layers, 3, lies at the end of its range: widen it above that?"
        in hpsearch("explain", example).out
    )
