from pathlib import Path

import pytest

from hpsearch.config import load
from hpsearch.errors import ConfigError
from hpsearch.searchers import METHODS

CONFIG = Path(__file__).parent / "good.yaml"


@pytest.mark.parametrize("number", [2, 3])
def test_workers_above_the_devices(tmp_path: Path, number: int) -> None:
    """More workers than devices are refused."""
    path = tmp_path / "config.yaml"
    path.write_text(
        "objective: {command: 'true {x}'}\nspace: {x: {min: 0, max: 1}}\nrun: {devices: [0, 1]}\n"
    )
    if number <= 2:
        assert load(path, [f"run.workers={number}"]).run.workers == number
    else:
        with pytest.raises(ConfigError, match="must be at most 2, the number of devices"):
            load(path, [f"run.workers={number}"])


@pytest.mark.parametrize("method", METHODS)
def test_warm_start_needs_a_method_that_uses_earlier_results(method: str) -> None:
    """A warm start is refused if and only if the method does not use earlier results."""
    with pytest.raises(ConfigError) as error:
        load(CONFIG, [f"search.method={method}", "search.warm_start=[runs/none]"])
    refused = "which does not use earlier results" in str(error.value)
    assert refused != METHODS[method].uses_prior_observations


@pytest.mark.parametrize("method", METHODS)
def test_workers_above_the_lag(method: str) -> None:
    """More workers than search.lag + 1 are refused if and only if the method uses results."""
    arguments = [f"search.method={method}", "search.early_stopping=false", "run.workers=64"]
    if METHODS[method].adaptive:
        with pytest.raises(ConfigError, match="the most trials that run at once"):
            load(CONFIG, arguments)
    else:
        assert load(CONFIG, arguments).run.workers == 64


def test_workers_above_the_lag_with_early_stopping() -> None:
    """More workers than search.lag + 1 are refused with early stopping, whatever the method."""
    with pytest.raises(ConfigError, match="the most trials that run at once"):
        load(CONFIG, ["search.method=random", "run.workers=64"])
