"""Tests with hostile strings and files: others' content is shown harmlessly and never executed."""

import ast
import contextlib
import copy
import io
import json
import os
import pickle
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from hpsearch.config import load
from hpsearch.errors import SearchFailed
from hpsearch.loop import SearchStart
from hpsearch.reports.lines import Lines
from hpsearch.reports.live import LiveDisplay
from hpsearch.space import Space
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Epoch, Metric, Result, Status, Trial
from tests.conftest import TINY, Recorder
from tests.faults.case import hpsearch
from tests.runs import meta_of

PACKAGE = Path(__file__).parents[1] / "hpsearch"
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it; line feeds are ours."""

HOSTILE = {
    "shell": "$(touch pwned) `touch pwned`; touch pwned",
    "newline": "first line\n2nd line\r\x0b\x85\u2028third",
    "markup": "<script>alert(1)</script> [red]x[/red] [link=file:///x]y[/] | a | **b** :smile:",
    "path": "../../../../tmp/pwned",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x08\x00",
    "direction": "\u202egnp.exe\u2066",
    "surrogate": "\ud800 half",
    "formula": '=HYPERLINK("http://x")',
    "brace": "{0.__class__} %s %n {x!r}",
    "long": "x" * 200_000,
}
TOGETHER = "".join(HOSTILE[kind] for kind in HOSTILE if kind not in ("long", "surrogate"))
RUN = "run"
LOOKING = [
    *(["leaderboard", RUN, *extra] for extra in ([], ["-n", 0], ["--timings"])),
    ["status", RUN],
    *(["show", RUN, *extra] for extra in ([], ["0"], ["1"], ["best"])),
    ["list", "."],
]
SEARCHING = [["importance", RUN], ["explain", RUN], ["explain", RUN, "0"]]
"""Commands that put the trials into the space."""

FORMATS = ["table", "json", "jsonl", "csv", "md"]
EXPORTS = ["csv", "json", "jsonl", "config"]


def values_hold(meta: dict[str, Any], trials: list[Trial], results: list[Result], text: str) -> None:
    """Put it into a trial's values, as a name and as a value."""
    trials[0] = Trial(0, {"optimizer": text, text: 1, "learning_rate": 0.1}, 1)


def reasons_hold(meta: dict[str, Any], trials: list[Trial], results: list[Result], text: str) -> None:
    """Put it into the message of an error."""
    results[1] = Result(1, Status.FAILED, reason=f"RuntimeError: {text}\nTraceback\n{text}")


def metrics_hold(meta: dict[str, Any], trials: list[Trial], results: list[Result], text: str) -> None:
    """Put it into the names of metrics and final metrics."""
    curve = (Epoch(1, {"val_error": 0.5, text: 0.1}, 0.1),)
    results[0] = Result(0, Status.DONE, 0.5, curve, {text: 0.2})


def meta_holds(meta: dict[str, Any], trials: list[Trial], results: list[Result], text: str) -> None:
    """Put it into the metadata of the run."""
    names = (text, "hpsearch", "python", "numpy", "arithmetic")
    meta["versions"] = {**dict.fromkeys(names, text), "blas": [{"internal_api": text}]}
    meta["data"] = text


def config_holds(meta: dict[str, Any], trials: list[Trial], results: list[Result], text: str) -> None:
    """Put it into the config."""
    meta["config"]["name"] = text
    meta["config"]["metric"]["name"] = text
    meta["config"]["objective"]["network"]["data"] = text


PLACES = [values_hold, reasons_hold, metrics_hold, meta_holds, config_holds]


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The metadata of a valid run."""
    path = tmp_path_factory.mktemp("sound") / "tiny.yaml"
    path.write_text(TINY)
    return meta_of(path)


def hostile_run(meta: dict[str, Any], place: Callable[..., None], text: str) -> None:
    """Make a run that has a text in some place, and among its events."""
    meta = copy.deepcopy(meta)
    trials = [Trial(number, {"learning_rate": 0.1, "optimizer": "adam"}, 1) for number in range(3)]
    results = [
        Result(0, Status.DONE, 0.5, (Epoch(1, {"val_error": 0.5}, 0.1),)),
        Result(1, Status.FAILED, reason="it failed"),
    ]
    place(meta, trials, results, text)
    with Run.create(Path(RUN), "seed: 1\n", meta) as run:
        run.record(trials, results)
        run.event("interrupted", text.encode("utf-8", "backslashreplace").decode())


@pytest.mark.parametrize("target", ["optuna", "tensorboard"])
@pytest.mark.parametrize("place", [place for place in PLACES if place is not values_hold])
def test_hostile_text_is_exported_harmlessly(
    in_tmp: Path, meta: dict[str, Any], place: Callable[..., None], target: str
) -> None:
    """It is also harmless in other programs' files, which are written only where requested."""
    pytest.importorskip(target)
    hostile_run(meta, place, TOGETHER)
    check("table", *hpsearch("export", RUN, "--to", target, "-o", "out"))
    assert {path.name for path in Path().iterdir()} <= {RUN, "out"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "text", [TOGETHER, HOSTILE["surrogate"], HOSTILE["long"]], ids=["all", "half", "long"]
)
def test_hostile_text_is_shown_and_never_obeyed(
    in_tmp: Path, meta: dict[str, Any], place: Callable[..., None], text: str
) -> None:
    """In any command and format, there are no control characters, no markup, valid JSON, and no execution."""
    hostile_run(meta, place, text)
    before = sorted(Path().rglob("*"))
    fitting = place is not values_hold  # otherwise the trial is not in the config's space
    for command in (*LOOKING, *(SEARCHING if fitting else ())):
        for form in FORMATS:
            check(form, *hpsearch(*command, "-f", form))
    for target in EXPORTS:
        check(target, *hpsearch("export", RUN, "--to", target))
    if fitting:
        check("table", *hpsearch("resume", RUN))
    assert sorted(Path().rglob("*")) == before


def check(form: str, code: int, out: str, err: str) -> None:
    """Check the output of a command against what it may contain."""
    assert code in (0, 2, 3, 4), err
    assert not STEERING.search(out + err)
    assert "Traceback (most recent" not in err
    out.encode("utf-8")
    if code == 0 and form == "json":
        assert json.loads(out)["schema"] == 1
    if code == 0 and form == "jsonl":
        assert all(json.loads(line)["schema"] == 1 for line in out.splitlines())
    if form == "md":
        assert "<script" not in out


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_config_is_quoted_harmlessly(in_tmp: Path, kind: str) -> None:
    """Its mistakes are shown without control characters, and at limited length."""
    data = {
        "name": HOSTILE[kind],
        HOSTILE[kind]: 1,
        "objective": {"network": {"data": HOSTILE[kind], HOSTILE[kind]: HOSTILE[kind]}},
        "space": {HOSTILE[kind]: {"values": [HOSTILE[kind]]}, "optimizer": {"values": [HOSTILE[kind]]}},
    }
    Path("c.yaml").write_text(json.dumps(data))
    for command in ("check", "run", "sample"):
        code, out, err = hpsearch(command, "c.yaml")
        assert (code, out) == (2, "")
        assert not STEERING.search(err)
        assert len(err) < 50_000
    assert [path.name for path in Path().iterdir()] == ["c.yaml"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_sweep_is_imported_harmlessly(in_tmp: Path, kind: str) -> None:
    """Text from another tool's file is YAML data in the output, and controls nothing."""
    text = HOSTILE[kind]
    parameters = {text: {"min": 0, "max": 1}, "optimizer": {"values": [text, "adam"]}, "x": {"value": text}}
    sweep = {"name": text, "program": text, "method": text, "parameters": parameters, text: text}
    Path("sweep.yaml").write_text(json.dumps(sweep))
    code, out, err = hpsearch("import", "sweep.yaml")
    assert code in (0, 2)
    assert not STEERING.search(out + err)
    assert [path.name for path in Path().iterdir()] == ["sweep.yaml"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_arguments_are_quoted_harmlessly(in_tmp: Path, kind: str) -> None:
    """This is for commands that show what was typed."""
    text = HOSTILE[kind].replace("\x00", "").replace("\ud800", "\udcff")[:10_000]  # as in an argument
    Path("c.yaml").write_text(TINY)
    for command in (
        ["run", "c.yaml", f"name={text}"],
        ["run", "c.yaml", text],
        ["run", text],
        ["show", text],
        ["leaderboard", text],
        ["list", text],
        ["show", RUN, text],
        [text],
    ):
        code, _, err = hpsearch(*command)
        assert code in (2, 4), err
        assert not STEERING.search(err)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_progress(kind: str, tmp_path: Path) -> None:
    """Neither lines nor the live display pass raw text from a trial's error to the terminal."""
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100)
    lines = io.StringIO()
    trial = Trial(0, {"optimizer": HOSTILE[kind]}, 1)
    result = Result(0, Status.FAILED, reason=f"RuntimeError: {HOSTILE[kind]}")
    with LiveDisplay(terminal, HOSTILE[kind]) as live:
        for callback in (live, Lines(lines)):
            callback.on_search_start(SearchStart(tmp_path, "panda", Metric("val_error"), Space(()), 3, 1))
            callback.on_trial_start(trial)
            callback.on_trial_complete(trial, result)
            callback.on_message(HOSTILE[kind])
    assert not STEERING.search(lines.getvalue())
    shown = terminal.file.getvalue()
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown
    assert not STEERING.search(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", shown))


class Bomb:
    """Creates a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("pwned",)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Files that execute something in a program that unpickles them."""
    yield "bare", pickle.dumps(Bomb())
    array = io.BytesIO()
    np.save(array, np.array([Bomb()] * 3, dtype=object), allow_pickle=True)
    yield "array", array.getvalue()
    npz = io.BytesIO()
    np.savez(npz, x=np.array([Bomb()] * 3, dtype=object), metadata=np.array([Bomb()], dtype=object))
    yield "npz", npz.getvalue()


@pytest.mark.parametrize(
    ("kind", "bomb"), [*bombs()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_nothing_is_unpickled(in_tmp: Path, tiny: Path, kind: str, bomb: bytes) -> None:
    """This is true of data, models, prepared data, and checkpoints in someone else's run."""
    Path("data.npz").write_bytes(bomb)
    assert hpsearch("check", tiny, "objective.network.data=data.npz")[0] == 2
    assert hpsearch("predict", "data.npz", "data.npz")[0] == 2
    with pytest.raises(Killed):
        start(load(tiny), Recorder(stop_after(3)), directory=Path(RUN))
    for path in (*Path(RUN, "data").glob("*.npy"), Path(RUN, "trials/00003/checkpoint/training.npz")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bomb)
    with contextlib.suppress(SearchFailed):  # all trials may fail because of the damaged data
        resume(Path(RUN), Recorder(), retry_failed=True)
    assert not Path("pwned").exists()


class Killed(BaseException):
    """Ends a search in the same way as a kill."""


def stop_after(number: int) -> Callable[[Trial, Result], None]:
    """Ends a search when a trial is finished."""

    def stop(trial: Trial, result: Result) -> None:
        if trial.number == number:
            raise Killed

    return stop


def test_no_module_can_unpickle() -> None:
    """None imports a module that does, and every NumPy call that could is told not to."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            )
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            forbidden = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
            assert not forbidden & {name.partition(".")[0] for name in names}, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "np.save", "np.savez"):
                arguments = {each.arg: ast.unparse(each.value) for each in node.keywords}
                assert arguments.get("allow_pickle") == "False", f"{path}:{node.lineno}"


def test_everything_in_a_run_directory_is_private(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """During and after a search, whatever the umask, directories are 0700 and files 0600."""
    monkeypatch.setattr("hpsearch.objectives.network.CHECKPOINT_SECONDS", 0.0)
    seen: dict[str, int] = {}

    def look(trial: Trial, epoch: Epoch) -> None:
        for path in (Path(RUN), *Path(RUN).rglob("*")):
            seen[str(path)] = stat.S_IMODE(path.stat().st_mode)

    callback = Recorder()
    monkeypatch.setattr(callback, "on_epoch", look)
    before = os.umask(0)
    try:
        start(load(tiny), callback, directory=Path(RUN))
    finally:
        os.umask(before)
    assert {f"{RUN}/data/x_train.npy", f"{RUN}/search.db", f"{RUN}/best.yaml", f"{RUN}/lock"} <= set(seen)
    directories = {RUN, f"{RUN}/data"} | {
        path for path in seen if re.search(r"trials(/\d+(/checkpoint)?)?$", path)
    }
    assert {
        path: oct(mode) for path, mode in seen.items() if mode != (0o700 if path in directories else 0o600)
    } == {}


def test_a_symbolic_link_in_the_way_is_not_followed(in_tmp: Path, tiny: Path) -> None:
    """A run directory is always new; a link with its name counts as something that exists."""
    Path("elsewhere").mkdir()
    Path(RUN).symlink_to("elsewhere")
    assert hpsearch("run", tiny, "-o", RUN)[0] == 4
    assert list(Path("elsewhere").iterdir()) == []
