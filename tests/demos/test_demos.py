"""Tests of the experiments of the tutorial, made small: their figures are right."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from hpsearch.cli.demo_command import demo
from hpsearch.cli.program import exit_code
from hpsearch.demos import DEMOS, batchnorm, covariate_shift, grid_vs_random, regions, stale
from hpsearch.demos.demonstration import interval

CHAPTERS = Path(__file__).parents[2] / "docs" / "tutorial"


def test_every_experiment_has_its_name_on_the_command_line() -> None:
    """The command offers all experiments, and its help says what each asks."""
    (name, *_) = demo.params
    assert list(name.type.choices) == list(DEMOS)
    assert all(f"  {each} " in (demo.help or "") for each in DEMOS)


def test_draws_fall_as_the_priors_say(
    capsys: pytest.CaptureFixture[str], in_tmp: Path, golden: Callable[..., None]
) -> None:
    """A ninth of the linear draws of β are above 0.99, and half of those on log(1 − β)."""
    assert exit_code(["demo", "scales", "-o", "scales.svg"]) == 0
    printed = capsys.readouterr().out
    assert "9.0% are above 0.99 on a linear scale, and 49.9% on log(1 − β)" in printed
    golden("scales.svg", (in_tmp / "scales.svg").read_text(encoding="utf-8"), CHAPTERS)


def test_a_picture_of_another_kind_is_refused_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused before the experiment is run."""
    assert exit_code(["demo", "stale", "-o", "stale.bmp"]) == 2
    assert "written as .html, .svg, .png, .pdf; found .bmp" in capsys.readouterr().err


def test_an_interval_is_around_the_mean() -> None:
    """For equal values it has no width, and more values make it narrower."""
    assert interval([2.0, 2.0]) == (2.0, 2.0, 2.0)
    few, many = (interval(np.random.default_rng(0).random(count)) for count in (5, 500))
    assert many[2] - many[1] < few[2] - few[1]


def test_a_grid_has_its_values_in_every_pair() -> None:
    """Three values of two hyperparameters make nine points; each value occurs three times."""
    points = grid_vs_random._grid(3, np.array([0.5, 0.5]))
    assert points.shape == (9, 2)
    assert np.unique(points[:, 0], return_counts=True)[1].tolist() == [3, 3, 3]


def test_the_normalised_input_of_a_layer_drifts_less() -> None:
    """In the deepest hidden layer, batch normalisation halves the drift of an epoch at least."""
    drifts = {norm: covariate_shift._drift(norm, 0, 2)[:, -1].mean() for norm in (True, False)}
    assert drifts[True] < drifts[False] / 2


def test_experiments_with_trainings_say_what_they_measured() -> None:
    """Each states its interval, and its picture can be drawn."""
    tasks = MappingProxyType({"moons": 1})
    small = [
        grid_vs_random.demonstration(repeats=1, tasks=tasks),
        batchnorm.demonstration(range(1), np.array([-2.0, -1.0]), epochs=1),
        regions.demonstration(range(1), tasks=["moons"], epochs=1),
        stale.demonstration(range(1), trials=2, epochs=1),
    ]
    for found in small:
        assert "90 %" in found.findings[-1]
        assert "<svg" in found.figure._repr_html_()
