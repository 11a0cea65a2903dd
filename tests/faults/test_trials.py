"""Trials that fail, and metrics that are no numbers."""

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest

from hpsearch.objectives.curve import follow
from hpsearch.objectives.network import NetworkObjective
from hpsearch.trial import Result, Trial
from tests.faults.case import Case, hpsearch, untimed


class Failing(NetworkObjective):
    """Every trial raises."""

    def __call__(self, trial: Trial, **named: object) -> Result:
        """Raise, as code of the trial."""

        def records() -> Iterator[dict[str, float]]:
            raise RuntimeError("CUDA out of luck")
            yield {}

        return follow(trial, self.metric, records())  # type: ignore[arg-type]


class Odd(NetworkObjective):
    """Every third trial reports something odd in its last epoch."""

    def __call__(self, trial: Trial, **named: object) -> Result:
        """Report."""

        def records() -> Iterator[dict[str, object]]:
            yield {"val_error": 0.5 + trial.number / 1000}
            odd = list(ODD.values())
            yield {"val_error": odd[trial.number // 3 % len(odd)] if trial.number % 3 == 2 else 0.25}

        return follow(trial, self.metric, records())  # type: ignore[arg-type]


ODD: dict[str, object] = {  # by what the trial becomes and, for people, what it is
    "nan": math.nan,
    "infinity": math.inf,
    "-infinity": -math.inf,
    "a NumPy nan": np.float32("nan"),
    "complex": 0.1 + 0j,
    "str": "0.1",
    "bytes": b"0.1",
    "NoneType": None,
    "bool": True,
    "list": [0.1],
    "ndarray": np.array([0.1, 0.2]),
    "object": object(),
    "type": float,
    "an integer beyond all floats": -(10**400),
    "a Decimal nan": Decimal("nan"),
}
@dataclass(frozen=True)
class Objective:
    """Surroundings in which trials are run by another class.

    Attributes:
        kind: The class.
    """

    kind: type[NetworkObjective]

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        with mock.patch("hpsearch.launch.NetworkObjective", self.kind):
            yield


@pytest.mark.trial_of("every trial fails")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_every_trial_fails(case: Case, strategy: str) -> None:
    """The search ends after ten failures in a row, with exit code 3 and the reasons; it can be mended."""
    case.text = case.text.replace("trials: 5", "trials: 20")
    directory = case.place / "run"
    program = case.search(directory, "--strategy", strategy, surroundings=Objective(Failing))
    assert program.wait() == 3
    assert "Too many trials failed in a row, so the search ended after 1" in program.err
    assert "× RuntimeError: CUDA out of luck" in program.err
    rows = json.loads(hpsearch("leaderboard", directory, "-f", "json")[1])["rows"]
    assert {row["status"] for row in rows} == {"failed"}
    assert 10 <= len(rows) <= 12
    assert hpsearch("show", directory, "best")[0] == 2
    case.row.tries += 1


@pytest.mark.trial_of("a metric that is no finite number, of 15 kinds")
@pytest.mark.parametrize("method", ["random", "coarse_to_fine"])
def test_odd_metrics(case: Case, method: str) -> None:
    """The trial has diverged or failed, with the type; it is ranked last and never best."""
    case.text = case.text.replace("trials: 5, lag: 1", f"trials: 45, lag: 1, method: {method}")
    directory = case.place / "run"
    program = case.search(directory, surroundings=Objective(Odd))
    assert program.wait() == 0, program.err
    rows = json.loads(hpsearch("leaderboard", directory, "-f", "json")[1])["rows"]
    assert len(rows) == 45
    assert all(row["trial"] % 3 == 2 for row in rows[30:])
    assert all(row["value"] is None for row in rows[30:])
    odd = {row["trial"] // 3: row for row in rows[30:]}
    for index, (name, value) in enumerate(ODD.items()):
        case.row.tries += 1
        assert odd[index]["status"] == EXPECTED[name], name
        if EXPECTED[name] == "failed":
            assert type(value).__name__ in odd[index]["reason"]
    assert untimed is not None
