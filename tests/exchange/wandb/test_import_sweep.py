"""Tests of importing W&B sweeps."""

import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.config import Config, load
from hpsearch.config.command_settings import CommandSettings
from hpsearch.errors import ConfigError
from hpsearch.exchange.wandb.import_sweep import import_sweep
from hpsearch.invocation.command_line import CommandLine
from hpsearch.invocation.flags import Passing
from hpsearch.space import Number

SWEEPS = Path(__file__).parent / "sweeps"
NAMES = sorted(path.stem for path in SWEEPS.glob("*.yaml") if not path.stem.endswith(".config"))


@pytest.fixture(autouse=True)
def _python_is_on_the_path(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``python`` and ``python3`` available, whatever this machine has."""
    directory = tmp_path_factory.mktemp("bin")
    for name in ("python", "python3"):
        (directory / name).symlink_to(shutil.which("true") or "/bin/true")
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")


def imported(text: str, directory: Path) -> tuple[Config, dict[str, str]]:
    """The config that a sweep becomes, loaded, and its notes by key."""
    path = directory / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    draft = import_sweep(path)
    notes: dict[str, str] = {}
    for note in draft.notes:
        notes[note.key] = f"{notes.get(note.key, '')} {note.text}".strip()
    return Config.parse(draft.as_yaml(), directory / "config.yaml"), notes


@pytest.mark.parametrize("name", NAMES)
def test_sweeps_become_configs(name: str, tmp_path: Path, golden: Callable[..., None]) -> None:
    """Each sweep becomes the config next to it, which is valid."""
    text = import_sweep(SWEEPS / f"{name}.yaml").as_yaml()
    golden(f"{name}.config.yaml", text, SWEEPS)
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "cli").symlink_to("/bin/true")
    for program in ("train.py", "main.py"):
        (tmp_path / program).touch()
    load(path)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_imported_or_named(name: str, tmp_path: Path) -> None:
    """Removing a key from a sweep changes its config or its notes, unless it has W&B's default."""
    sweep = yaml.safe_load((SWEEPS / f"{name}.yaml").read_text(encoding="utf-8"))
    before = outcome(sweep, tmp_path)
    defaults = {("early_terminate", "type"), ("early_terminate", "eta")}
    for at in leaves(sweep):
        assert outcome(without(sweep, at), tmp_path) != before or at[-1] in DEFAULTS or at in defaults, at


DEFAULTS = ("distribution", "goal")
"""Keys whose value may be the default."""


def outcome(sweep: Mapping[str, Any], directory: Path) -> str:
    """The config and the notes that a sweep becomes, or its mistakes."""
    path = directory / "sweep.yaml"
    path.write_text(yaml.safe_dump(sweep, sort_keys=False), encoding="utf-8")
    try:
        draft = import_sweep(path)
    except ConfigError as error:
        return str(error)
    return draft.as_yaml()


def leaves(section: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all values."""
    for key, value in section.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key)


def without(section: Mapping[str, Any], at: tuple[str, ...]) -> dict[str, Any]:
    """A copy without one value."""
    key, *rest = at
    if not rest:
        return {name: value for name, value in section.items() if name != key}
    return {**section, key: without(section[key], tuple(rest))}


@st.composite
def ranges(draw: st.DrawFn) -> tuple[dict[str, Any], Callable[[float], float]]:
    """A distribution with exact bounds, and its quantiles according to W&B's documentation."""
    kind = draw(
        st.sampled_from(
            ["uniform", "log_uniform", "log_uniform_values", "inv_log_uniform", "inv_log_uniform_values"]
        )
    )
    if kind.endswith("_values"):
        low = draw(st.floats(1e-6, 10))
        high = low * draw(st.floats(1.5, 1e4))
    else:
        low = draw(st.floats(-9, 4))
        high = low + draw(st.floats(0.5, 6))
    quantile = {
        "uniform": lambda u: low + u * (high - low),
        "log_uniform": lambda u: math.exp(low + u * (high - low)),
        "log_uniform_values": lambda u: math.exp(math.log(low) + u * (math.log(high) - math.log(low))),
        "inv_log_uniform": lambda u: 1 / math.exp(high + u * (low - high)),
        "inv_log_uniform_values": lambda u: (
            1 / math.exp(math.log(1 / low) + u * (math.log(1 / high) - math.log(1 / low)))
        ),
    }[kind]
    return {"distribution": kind, "min": low, "max": high}, quantile


@given(ranges(), st.floats(0, 1))
def test_quantiles_are_those_of_wandb(
    case: tuple[dict[str, Any], Callable[[float], float]], u: float
) -> None:
    """A distribution has the quantiles of W&B's documentation."""
    spec, quantile = case
    parameter = parameter_of(spec)
    assert isinstance(parameter, Number)
    assert parameter.decode(np.array([u]))[0] == pytest.approx(quantile(u), rel=1e-3, abs=1e-4)  # four digits


@given(ranges(), st.sampled_from([1, 2, 8, 0.5, 0.1]), st.sampled_from([0.0, 1.0]))
def test_rounded_quantiles_are_those_of_wandb(
    case: tuple[dict[str, Any], Callable[[float], float]], q: float, u: float
) -> None:
    """A rounded distribution has multiples of q, near the quantiles of W&B's documentation."""
    spec, quantile = case
    if spec["distribution"].startswith("inv"):
        return  # W&B has no quantized version of these
    parameter = parameter_of({**spec, "distribution": f"q_{spec['distribution']}", "q": q})
    values = parameter.decode(np.array([u])) if isinstance(parameter, Number) else [parameter]
    assert values[0] / q == pytest.approx(round(values[0] / q), abs=1e-6)
    assert abs(values[0] - round(quantile(u) / q) * q) <= 1.01 * q
    assert isinstance(values[0], type(q))


@given(
    st.sampled_from(["normal", "log_normal"]), st.floats(-5, 5), st.floats(0.01, 2), st.floats(0.001, 0.999)
)
def test_normal_distributions_become_normal_priors(kind: str, mu: float, sigma: float, u: float) -> None:
    """They keep their quantiles, and need no note."""
    parameter = parameter_of({"distribution": kind, "mu": mu, "sigma": sigma})
    assert isinstance(parameter, Number)
    quantile = NormalDist(mu, sigma).inv_cdf(u)
    expected = quantile if kind == "normal" else math.exp(quantile)
    assert parameter.decode(np.array([u]))[0] == pytest.approx(
        expected, rel=1e-3, abs=1e-3 * sigma
    )  # on a decimal grid


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"distribution": "normal", "mu": 2.5, "sigma": 0}, 2.5),
        ({"distribution": "q_normal", "mu": 7, "sigma": 0, "q": 5}, 5),
        ({"distribution": "log_normal", "mu": 0, "sigma": 0}, 1.0),
    ],
)
def test_a_normal_distribution_without_spread_is_a_constant(spec: dict[str, Any], value: float) -> None:
    """Its value is the mean, or the nearest multiple of q."""
    assert parameter_of(spec) == value


def parameter_of(spec: Mapping[str, Any]) -> Any:
    """The parameter that a sweep's parameter becomes, or the value of the constant."""
    sweep = {"method": "random", "metric": {"name": "loss"}, "parameters": {"x": spec}}
    with tempfile.TemporaryDirectory() as directory:
        config, _ = imported(yaml.safe_dump(sweep), Path(directory))
    return config.space.parameters[0] if config.space.parameters else config.space.constants["x"]


PARAMETERS: list[dict[str, Any]] = [
    {"value": "adam"},
    {"value": None},
    {"value": {"a": 1}},
    {"parameters": {}},
    {"values": [1, 2, 3]},
    {"values": [True, False]},
    {"values": ["a", 1, [2, 3]]},
    {"values": ["a", "b"], "probabilities": [0.25, 0.75]},
    {"min": 1, "max": 9},
    {"min": 0.5, "max": 9},
    {"min": 1, "max": 9, "sigma": 2},
    {"distribution": "q_uniform", "min": 0, "max": 9, "q": 3},
    {"distribution": "q_log_uniform_values", "min": 1, "max": 100, "q": 2},
    {"distribution": "log_uniform", "min": -5, "max": 2},
    {"distribution": "q_normal", "mu": 9, "sigma": 3, "q": 2},
    {"distribution": "q_beta", "a": 2, "b": 4, "q": 0.25, "unknown": 1},
]
KEYS: dict[str, list[Any]] = {
    "program": ["run.py"],
    "name": ["sweep", "a sweep"],
    "metric": [{"name": "val/loss", "goal": "maximize", "target": 3}, {"name": "loss"}],
    "run_cap": [7],
    "command": [
        ["${env}", "${interpreter}", "${program}", "--n", 3, "${args}"],
        ["${interpreter}", "x", "${args_json}"],
        ["x", "${args_no_boolean_flags}", "${envvar:HOME}"],
    ],
    "early_terminate": [
        {"type": "hyperband", "min_iter": 3, "eta": 4, "strict": True},
        {"type": "hyperband", "max_iter": 30, "s": 2, "min_iter": 1},
        {"type": "hyperband", "min_iter": 5, "s": 2},
    ],
    "project": ["p"],
    "controller": [{"type": "local"}],
    "anything": [{"else": [1], "more": {"of": "it"}}],
}


@st.composite
def sweeps(draw: st.DrawFn) -> dict[str, Any]:
    """Any sweep, with some unknown keys."""
    names = st.sampled_from(["lr", "a.b", "a_b", "args", "x/y", "optimizer"])
    always = {"always": {"value": 1}}
    flat = st.dictionaries(names, st.sampled_from(PARAMETERS), min_size=1, max_size=4)
    nested = st.fixed_dictionaries({"parameters": flat})
    parameters = draw(st.dictionaries(names, st.sampled_from(PARAMETERS) | nested, min_size=1, max_size=4))
    optional = {key: st.sampled_from(values) for key, values in KEYS.items()}
    rest = draw(st.fixed_dictionaries({}, optional=optional))
    return {
        "method": draw(st.sampled_from(["random", "bayes", "grid"])),
        "parameters": parameters | always,
        **rest,
    }


@settings(max_examples=30)
@given(sweeps())
def test_no_key_is_lost(sweep: dict[str, Any]) -> None:
    """Any sweep becomes a valid config; removing a value changes the config or its notes."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "x").touch()  # the script of some of the commands
        imported(yaml.safe_dump(sweep, sort_keys=False), directory)
        before = outcome(sweep, directory)
        for at in leaves(sweep):
            assert outcome(without(sweep, at), directory) != before or at[-1] in DEFAULTS, at


HEAD = "method: random\nmetric: {name: loss}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sweep.yaml: the config is empty. Name the YAML file that you pass to `wandb sweep`"),
        ("- a\n", "sweep.yaml:1:1: the file must have a section of keys. Name the YAML file"),
        (
            "parameters: {x: {value: 1}}",
            "sweep.yaml:1:1: method: is missing. Write method: random, bayes or grid",
        ),
        (
            "method: bayesian\nparameters: {x: {value: 1}}",
            "sweep.yaml:1:9: method: must be random, bayes, grid or custom; found bayesian. Did you mean",
        ),
        ("method: random\nparameter: {x: {value: 1}}", "sweep.yaml:1:1: parameters: is missing"),
        (HEAD + "parameters: {}", "sweep.yaml:3:1: parameters: must have at least one parameter; found none"),
        (HEAD + "parameters: 3", "sweep.yaml:3:13: parameters: must be a section of keys; found 3"),
        (
            HEAD + "parameters:\n  lr: 0.1",
            "sweep.yaml:4:7: parameters.lr: must be a section of keys; found 0.1. Write {value: …} for",
        ),
        (
            HEAD + "parameters:\n  lr: [1, 2]",
            "sweep.yaml:4:3: parameters.lr: must be a section of keys; found a list. Write {values: […]}",
        ),
        (
            HEAD + "parameters: {x: {min: 1}}",
            "sweep.yaml:3:14: parameters.x.max: is missing: uniform needs min and max",
        ),
        (
            HEAD + "parameters: {x: {min: 3, max: 1}}",
            "sweep.yaml:3:23: parameters.x.min: must not be above max, 1; found 3. Swap the two",
        ),
        (
            HEAD + "parameters: {x: {min: a, max: 1}}",
            "sweep.yaml:3:23: parameters.x.min: must be a number; found a",
        ),
        (
            HEAD + "parameters: {x: {}}",
            "sweep.yaml:3:14: parameters.x: must have value, values, or min and max, or a distribution",
        ),
        (
            HEAD + "parameters: {x: {value: 1, values: [1]}}",
            "parameters.x: must have one of value, values, and min with max; found value and values",
        ),
        (
            HEAD + "parameters: {x: {distribution: log_unifrom, min: 1, max: 2}}",
            "must be constant, categorical, categorical_w_probabilities, uniform",
        ),
        (
            HEAD + "parameters: {x: {distribution: log_unifrom, min: 1, max: 2}}",
            "found log_unifrom. Did you mean log_uniform?",
        ),
        (
            HEAD + "parameters: {x: {distribution: int_uniform, min: 1.5, max: 2}}",
            "sweep.yaml:3:50: parameters.x.min: must be a whole number; found 1.5",
        ),
        (
            HEAD + "parameters: {x: {distribution: int_uniform, min: 8.0, max: 64}}",
            "sweep.yaml:3:50: parameters.x.min: must be a whole number; found 8.0. Write 8",
        ),
        (
            HEAD + "parameters: {x: {distribution: log_uniform_values, min: 0, max: 2}}",
            "sweep.yaml:3:57: parameters.x.min: must be above 0; found 0",
        ),
        (
            HEAD + "parameters: {x: {distribution: log_uniform, min: 0, max: 2000}}",
            "parameters.x.max: must be smaller",
        ),
        (
            HEAD + "parameters: {x: {distribution: q_uniform, min: 0, max: 2, q: 0}}",
            "parameters.x.q: must be above 0; found 0",
        ),
        (
            HEAD + "parameters: {x: {distribution: normal, sigma: -1}}",
            "parameters.x.sigma: must be at least 0; found -1",
        ),
        (
            HEAD + "parameters: {x: {distribution: log_normal, mu: 800}}",
            "parameters.x.mu: must be smaller: e to this power is too large for a float; found 800",
        ),
        (
            HEAD + "parameters: {x: {distribution: constant, values: [1]}}",
            "parameters.x.value: is missing: the distribution constant needs value",
        ),
        (
            HEAD + "parameters: {x: {distribution: uniform, values: [1]}}",
            "parameters.x.values: does not belong to the distribution uniform",
        ),
        (
            HEAD + "parameters: {x: {values: []}}",
            "parameters.x.values: must list at least one value; found none",
        ),
        (
            HEAD + "parameters: {x: {values: [1, 2], probabilities: [0.5, 0.4]}}",
            "parameters.x.probabilities: must add up to 1; found a sum of 0.9",
        ),
        (
            HEAD + "parameters: {x: {values: [1, 2], probabilities: [1]}}",
            "parameters.x.probabilities: must have one for each of the 2 values; found 1",
        ),
        (
            HEAD + "parameters:\n  gamma:\n    values:\n",
            "sweep.yaml:5:12: parameters.gamma.values: a value is needed here. Write one, or remove the key",
        ),
        (
            "method:\nmetric: {name: }\nparameters: {x: {min: null, max: 2}}",
            "sweep.yaml:2:16: metric.name: a value is needed here. Write one, or remove the key",
        ),
        (
            HEAD + "parameters: {x: {min: '1e-5', max: 1}}",
            'parameters.x.min: must be a number; found "1e-5". Write 1e-5, without quotes',
        ),
        (
            HEAD + "parameters: {x: {value: 1}}\nrun_cap: 0",
            "sweep.yaml:4:10: run_cap: must be above 0; found 0",
        ),
        (
            HEAD + "parameters: {x: {value: 1}}\nrun_cap: 1.5",
            "sweep.yaml:4:10: run_cap: must be a whole number; found 1.5",
        ),
        (
            HEAD + "parameters: {x: {value: 1}}\ncommand: python train.py",
            "sweep.yaml:4:10: command: must be a list; found python train.py. Write [a, b]",
        ),
        (
            HEAD + "parameters: {x: {value: 1}}\nearly_terminate: {type: hyperband}",
            "sweep.yaml:4:1: early_terminate: must have min_iter, or max_iter and s",
        ),
        (
            "method: random\nmetric: {name: l, goal: max}\nparameters: {x: {value: 1}}",
            "sweep.yaml:2:25: metric.goal: must be minimize or maximize; found max. Write maximize",
        ),
        (
            "method: random\nmetric: {goal: minimize}\nparameters: {x: {value: 1}}",
            "sweep.yaml:2:1: metric.name: is missing. Write the name that the program logs it under",
        ),
        (
            "method: custom\nmetrics: [{name: a}, {name: b}]\nparameters: {x: {value: 1}}",
            "sweep.yaml:2:1: metrics: must be one metric: a search optimizes one number",
        ),
        (
            "method: random\nmethod: grid\nparameters: {x: {value: 010}}",
            "sweep.yaml:2:1: method: a key must be given only once; this one is also on line 1",
        ),
        ("method: random\nparameters: {x: {value: 010}}", "numbers must not have leading zeros"),
        ("method: random\nparameters: {x: {value: !!python/tuple [1]}}", "tags are not supported"),
    ],
)
def test_mistakes_are_explained(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message has file, line and column, the rule, the value found and what to write."""
    monkeypatch.chdir(tmp_path)
    path = Path("sweep.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        import_sweep(path)
    assert message in str(caught.value)


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    """All mistakes are reported, in the order of the file."""
    path = tmp_path / "sweep.yaml"
    path.write_text("method: grids\nparameters:\n  x: {min: 2, max: 1}\n  y: 3\nrun_cap: none\n")
    with pytest.raises(ConfigError) as caught:
        import_sweep(path)
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4, 5]


def words(sweep: Mapping[str, Any], directory: Path, **values: Any) -> list[str]:
    """The words that a sweep's program gets in a trial with these values, through a shell if needed."""
    (directory / "show.py").write_text("import sys, json\nprint(json.dumps(sys.argv[1:]))\n")
    config, _ = imported(yaml.safe_dump(dict(sweep), sort_keys=False), directory)
    settings = config.objective
    assert isinstance(settings, CommandSettings)
    line = CommandLine(settings.run, Passing(settings.flags, settings.spellings))
    trial = {"trial_dir": ".", "json": "values.json"}
    shown = subprocess.run(
        line.words(config.space.complete(values), trial),
        capture_output=True,
        text=True,
        cwd=directory,
        check=True,
    )
    return list(json.loads(shown.stdout))


def sweep_of(command: list[str], **parameters: Any) -> dict[str, Any]:
    """A sweep whose program shows its arguments."""
    return {
        "method": "random",
        "metric": {"name": "loss"},
        "program": "show.py",
        "parameters": parameters,
        "command": [sys.executable, "${program}", *command],
    }


MODEL = {"parameters": {"depth": {"value": 3}}}
AMP = {"values": [True, False]}


def test_a_command_gets_what_wandb_would_pass(tmp_path: Path) -> None:
    """Boolean flags, environment variables, JSON and text reach the program."""
    macros = ["a b", "${envvar:HPSEARCH_NO_SUCH}", "${args_no_boolean_flags}", "${args_json}"]
    sweep = sweep_of(macros, amp=AMP, text={"values": ["it's", "b"]}, model=MODEL)
    assert words(sweep, tmp_path, amp=True, text="it's") == [
        "a b",
        "HPSEARCH_NO_SUCH",
        "--model.depth=3",
        "--amp",
        "--text=it's",
        '{"amp": true, "text": "it\'s", "model": {"depth": 3}}',
    ]
    assert "--amp" not in words(sweep, tmp_path, amp=False, text="b")


@pytest.mark.parametrize(
    ("macro", "passed"),
    [
        ("args", ["--model.depth=3", "--amp=True", "--lr/max=0.5"]),
        ("args_no_equals", ["--model.depth", "3", "--amp", "True", "--lr/max", "0.5"]),
        ("args_no_boolean_flags", ["--model.depth=3", "--amp", "--lr/max=0.5"]),
        ("args_no_hyphens", ["model.depth=3", "amp=True", "lr/max=0.5"]),
        ("args_append_hydra", ["+model.depth=3", "+amp=True", "+lr/max=0.5"]),
        ("args_override_hydra", ["++model.depth=3", "++amp=True", "++lr/max=0.5"]),
        ("args_json", ['{"amp": true, "lr/max": 0.5, "model": {"depth": 3}}']),
    ],
)
def test_each_macro_passes_all_parameters(macro: str, passed: list[str], tmp_path: Path) -> None:
    """Each uses its own style, the sweep's names, and W&B's words for true and false."""
    sweep = sweep_of([f"${{{macro}}}"], **{"amp": AMP, "lr/max": {"values": [0.5, 0.1]}, "model": MODEL})
    assert words(sweep, tmp_path, amp=True, lr_max=0.5) == passed


ANY = {
    "depth": {"values": [None, 5]},
    "features": {"values": ["sqrt", 'a"b', 0.5]},
    "hidden": {"values": [[64, "x"], [64, None], [64, "x"]]},
    "model": {"value": {"a": True}},
    "none": {"value": None},
}
CHOSEN = {"depth": None, "features": 'a"b', "hidden": [64, None]}


@pytest.mark.parametrize(
    ("macro", "passed"),
    [
        (
            "args",
            ['--model={"a": True}', "--none=None", "--depth=None", '--features=a"b', "--hidden=[64, None]"],
        ),
        (
            "args_json",
            [json.dumps(CHOSEN | {"model": {"a": True}, "none": None})],
        ),
    ],
)
def test_values_stay_what_they_are(macro: str, passed: list[str], tmp_path: Path) -> None:
    """Null, lists, sections and texts among numbers are passed as Python, or as JSON on request."""
    sweep = sweep_of([f"${{{macro}}}"], **ANY)
    assert words(sweep, tmp_path, **CHOSEN) == passed
    config, notes = imported(yaml.safe_dump(sweep), tmp_path)
    values = {each.name: list(each.values) for each in config.space.parameters}
    assert values == {key: ANY[key]["values"][:3] for key in ("depth", "features")} | {
        "hidden": [[64, "x"], [64, None]]
    }
    assert notes.keys() - {"parameters.hidden.values"} == {"run_cap"}


def test_two_macros_share_the_flags_of_renamed_parameters(tmp_path: Path) -> None:
    """A note says that both macros share the flags."""
    parameters = {"lr/max": {"values": [0.5, 0.1]}, "x": {"value": 1}}
    sweep = sweep_of(["${args}", "--", "${args_no_hyphens}"], **parameters)
    assert words(sweep, tmp_path, lr_max=0.5) == ["--x=1", "--lr/max=0.5", "--", "x=1", "--lr/max=0.5"]
    _, notes = imported(yaml.safe_dump(sweep), tmp_path)
    assert "lr_max: passed in the style of ${args} here too" in notes["command[4]"]


def test_a_sweep_may_be_under_a_key(tmp_path: Path) -> None:
    """The section ``sweep`` is imported, and the keys next to it are named."""
    sweep = {"method": "random", "metric": {"name": "loss"}, "parameters": {"x": {"values": [1, 2]}}}
    config, notes = imported(yaml.safe_dump({"model": {"depth": 3}, "sweep": sweep}), tmp_path)
    assert config.metric.name == "loss"
    assert "beside the key sweep" in notes["model"]


def test_renamed_parameters_share_one_note(tmp_path: Path) -> None:
    """One note for new names keeps the other changes visible."""
    _, notes = imported(
        HEAD + "parameters: {a/b: {values: [1, 2]}, 1st: {value: 2}, ok.x: {value: 1}}", tmp_path
    )
    assert notes["renamed"] == "a/b → a_b, 1st → _1st; the command still gets the names of the sweep"
    assert not any(key.startswith("parameters") for key in notes)


@pytest.mark.parametrize(
    ("rule", "stopping", "epochs", "named"),
    [
        ("{type: hyperband, min_iter: 3}", (3, 3), None, set()),
        ("{type: hyperband, min_iter: 3, max_iter: 50, eta: 2}", (3, 2), 50, set()),
        ("{type: hyperband, max_iter: 27, s: 2}", (3, 3), 27, set()),
        ("{type: hyperband, max_iter: 81, eta: 3, s: 4}", (1, 3), 81, set()),
        ("{type: hyperband, max_iter: 27, s: 9}", (1, 3), 27, set()),
        ("{type: hyperband, max_iter: 32, s: 2, eta: 2}", (8, 2), 32, set()),
        ("{type: hyperband, max_iter: 100, s: 2}", (11, 3), 100, {"max_iter"}),
        ("{type: hyperband, max_iter: 100, s: 3}", (3, 3), 100, {"max_iter"}),
        ("{type: hyperband, max_iter: 27}", (1, 3), 27, {"s"}),
        ("{type: hyperband, max_iter: 2, s: 1}", (2, 3), 2, set()),
        ("{type: hyperband, min_iter: 3, max_iter: 27, s: 2}", (3, 3), 27, {"min_iter"}),
        ("{type: hyperband, min_iter: 3, eta: 1.5}", (3, 2), None, {"eta"}),
        ("{min_iter: 3, s: 2, strict: true}", (3, 3), None, {"s", "strict"}),
        ("{type: envelope, min_iter: 3}", None, None, {"type", "min_iter"}),
        ("null", None, None, set()),
    ],
)
def test_brackets_become_rungs(
    rule: str, stopping: tuple[int, int] | None, epochs: int | None, named: set[str], tmp_path: Path
) -> None:
    """Rungs are where Hyperband would compare trials, or close to it; differences are named."""
    config, notes = imported(
        HEAD + f"parameters: {{x: {{min: 0.0, max: 1}}}}\nearly_terminate: {rule}", tmp_path
    )
    rungs = config.search.early_stopping
    assert (rungs and (rungs.min_epochs, rungs.reduction)) == stopping
    assert config.objective.epochs == epochs
    assert {
        key.removeprefix("early_terminate.") for key in notes if key.startswith("early_terminate.")
    } == named
