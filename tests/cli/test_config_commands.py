"""Tests of the commands about configs: init, check, sample, schema; and of completion."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Done

Program = Callable[..., Done]


def test_the_config_that_init_writes_is_valid(hpsearch: Program, in_tmp: Path) -> None:
    """The config passes check unchanged, and init names the next command."""
    done = hpsearch("init")
    assert done.code == 0
    assert "hpsearch run config.yaml" in done.out
    assert hpsearch("check", "config.yaml").code == 0


def test_init_never_overwrites(hpsearch: Program, in_tmp: Path) -> None:
    """An existing file is not changed."""
    Path("config.yaml").write_text("mine")
    done = hpsearch("init")
    assert (done.code, done.out) == (2, "")
    assert "already exists" in done.err
    assert Path("config.yaml").read_text() == "mine"


def test_check_shows_every_mistake_with_its_position(hpsearch: Program, in_tmp: Path) -> None:
    """Each has its place, key, rule, value and suggestion; exit code 2; nothing is created."""
    Path("c.yaml").write_text(
        CONFIG.replace("trials: 8", "trails: 8").replace("1e-4", "0").replace("adam]", "adm]")
    )
    done = hpsearch("check", "c.yaml")
    assert (done.code, done.out) == (2, "")
    positions = [line.split(" ")[0] for line in done.err.splitlines()]
    assert positions == ["c.yaml:5:36:", "c.yaml:7:34:", "c.yaml:8:72:", "c.yaml:9:10:"]
    assert "Did you mean trials?" in done.err
    assert [path.name for path in in_tmp.iterdir()] == ["c.yaml"]


def test_check_reads_the_data(hpsearch: Program, in_tmp: Path) -> None:
    """A missing label column is found before anything runs."""
    Path("d.csv").write_text("x,kind\n1,a\n2,b\n")
    Path("c.yaml").write_text(CONFIG.replace("data: digits", "data: d.csv, label: class"))
    done = hpsearch("check", "c.yaml")
    assert done.code == 2
    assert "kind" in done.err


def test_check_says_what_would_be_searched(hpsearch: Program, in_tmp: Path) -> None:
    """The summary is that of the config with its overrides applied."""
    Path("c.yaml").write_text(CONFIG)
    done = hpsearch("check", "c.yaml", "search.trials=99")
    assert (done.code, done.err) == (0, "c.yaml is valid.\n")
    assert "trials: 99" in done.out


def test_sample_shows_draws_and_what_the_priors_cover(hpsearch: Program, in_tmp: Path) -> None:
    """-n sets the number of draws; nothing is created."""
    Path("c.yaml").write_text(CONFIG)
    done = hpsearch("sample", "c.yaml", "-n", 7)
    draws, _, spread = done.out.partition("\n\n")
    assert len(draws.splitlines()) == 8
    assert "covered" in spread
    assert [path.name for path in in_tmp.iterdir()] == ["c.yaml"]


def test_sample_in_json_has_the_coverage_beside_the_draws(hpsearch: Program, in_tmp: Path) -> None:
    """The quartiles of a log prior are a quarter of its decades apart."""
    Path("c.yaml").write_text(CONFIG)
    data = json.loads(hpsearch("sample", "c.yaml", "-f", "json").out)
    assert len(data["rows"]) == 20
    rate = data["coverage"][0]
    assert rate["parameter"] == "learning_rate"
    assert rate["quartiles"] == pytest.approx([1e-3, 1e-2, 1e-1])
    assert sum(rate["draws"]) == 20


def test_sample_gives_the_same_draws_again(hpsearch: Program, in_tmp: Path) -> None:
    """The draws depend only on the seed, which can be overridden."""
    Path("c.yaml").write_text(CONFIG)
    first = hpsearch("sample", "c.yaml").out
    assert hpsearch("sample", "c.yaml").out == first
    assert hpsearch("sample", "c.yaml", "seed=4").out != first


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(hpsearch: Program, shell: str) -> None:
    """Each script names the program and its variable."""
    done = hpsearch("completion", shell)
    assert done.code == 0
    assert "_HPSEARCH_COMPLETE" in done.out


def test_the_schema_knows_every_section(hpsearch: Program) -> None:
    """The schema is JSON, for editors, and has every section."""
    done = hpsearch("schema")
    assert done.code == 0
    assert set(json.loads(done.out)["properties"]) == {
        "name",
        "seed",
        "metric",
        "objective",
        "space",
        "constraints",
        "search",
        "run",
    }
