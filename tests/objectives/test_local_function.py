"""Tests of functions that run in this process as trials."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hpsearch.config import Config
from hpsearch.errors import ConfigError
from hpsearch.objectives.local_function import LocalFunction
from hpsearch.trial import Result, Rung, Status
from tests.objectives import user_code

Call = Callable[..., Result]


@pytest.fixture
def here(run_code: Call) -> Call:
    """Runs a function in this process."""
    return lambda function, *arguments, **options: run_code(
        LocalFunction(function, options.pop("epochs", None)), *arguments, **options
    )


@pytest.mark.parametrize("name", ["number", "mapping", "curve", "numbers", "misnames", "returns_none"])
def test_results_are_those_of_another_process(call: Call, here: Call, name: str) -> None:
    """Status, value, curve, final metrics and the first line of the reason are the same."""
    there, ours = call(name, epochs=3), here(getattr(user_code, name), epochs=3)
    assert (ours.status, ours.value, ours.final) == (there.status, there.value, there.final)
    assert [epoch.metrics for epoch in ours.curve] == [epoch.metrics for epoch in there.curve]
    assert ours.reason.partition("\n")[0] == there.reason.partition("\n")[0]


def test_random_numbers_are_those_of_another_process(call: Call, here: Call) -> None:
    """The global generators are seeded for each trial."""
    values = {here(lambda x: random.random()).value for _ in range(2)}
    random.seed(11)
    assert values == {random.random()}


def test_a_rung_closes_the_generator(here: Call) -> None:
    """The generator's finally block runs before the next trial."""
    closed = []

    def objective(x: float) -> Iterator[float]:
        try:
            while True:
                yield x
        finally:
            closed.append(x)

    assert here(objective, rungs=(Rung(2, 0.1),)).status is Status.STOPPED
    assert closed == [0.25]


def test_any_iterator_will_do(here: Call) -> None:
    """An iterator that cannot be closed is left alone."""
    result = here(lambda x: iter([x, x / 2]), rungs=(Rung(1, 9.0),))
    assert [epoch.metrics["value"] for epoch in result.curve] == [0.25, 0.125]


def test_what_is_returned_is_never_stopped(here: Call) -> None:
    """This is the same as in another process."""
    assert here(lambda x: x, rungs=(Rung(1, 0.0),), epochs=16).status is Status.DONE


def leaves(x: float) -> None:
    """Ends the program that calls it."""
    raise SystemExit(3)


def test_a_function_that_exits_fails_its_trial(here: Call) -> None:
    """The searching program survives."""
    result = here(leaves)
    assert (result.status, result.reason) == (Status.FAILED, "SystemExit: 3")


def test_an_interrupt_reaches_the_program(here: Call) -> None:
    """Ctrl-C does not belong to the trial."""

    def interrupted(x: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here(interrupted)


def config(**sections: Any) -> Config:
    """A search of one parameter, x."""
    mapping = {"objective": {"python": {}}, "space": {"x": {"min": 0, "max": 1}}}
    return Config.from_mapping(mapping | sections)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda y: y, "it does not take x, which the space has; it needs y"),
        (lambda x, y: y, "it needs y, which the space does not have. A trial calls it with x=…"),
    ],
)
def test_a_function_that_does_not_fit_the_space_is_refused(function: Any, text: str) -> None:
    """A function that does not accept the values is refused before any trial."""
    with pytest.raises(ConfigError, match=text):
        LocalFunction.prepare(config(), function).check()


def test_that_it_runs_here_is_noted(in_tmp: Path) -> None:
    """The note says what to do for parallel trials."""
    (note,) = LocalFunction.prepare(config(), lambda x: x).check()
    assert "runs in this process, one trial at a time" in note
    assert "define it at the top level of a module" in note
