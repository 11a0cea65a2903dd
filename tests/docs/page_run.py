"""Runs a page in its own directory, block after block, as a reader would."""

import ast
import contextlib
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

import hpsearch
from hpsearch.cli.program import exit_code
from hpsearch.config import Config, load
from hpsearch.starting.start import start
from hpsearch.store import Run
from tests.conftest import Recorder
from tests.docs.blocks import ROOT, Block
from tests.docs.normalise import abridged, agree, normalise

QUICK_START = "hpsearch run configs/digits.yaml -j 2"
"""The one command that several pages need; it is run once for all of them."""

_SEARCHING = {"run", "resume", "demo", "nurse", "replay", "dashboard"}
_SHELL = re.compile(r"[|<>&;$*`]")
_SECTIONS = "objective: {network: {data: blobs}}\nspace: {learning_rate: {prior: log, min: 1e-4, max: 1}}\n"
"""What is added to a block that shows other sections."""
_GOOD = {"done", "stopped", "diverged"}


class PageRun:
    """Runs blocks, and raises AssertionError with the position of one that does not do what it says.

    Args:
        place: The directory, which is also the current one.
        quick_start: Puts the run of :data:`QUICK_START` into a directory, and returns what it printed.
        compare: Whether outputs are compared; their last digits may depend on NumPy's version.
        full: Whether blocks that are skipped because of the time they take are run, too.
    """

    def __init__(
        self, place: Path, quick_start: Callable[[Path], str], *, compare: bool = True, full: bool = False
    ) -> None:
        self._place, self._quick_start, self._compare, self._full = place, quick_start, compare, full
        self._cells: dict[str, Any] = {"__name__": "__main__"}
        self._printed = ""
        self._groups: list[int] = []
        self.outputs: dict[tuple[int, int], str] = {}
        """What differs from what is shown, by the place in the page: the text to write there instead."""

    def run(self, block: Block) -> None:
        """Run a block, or compare it with the output of the previous block."""
        if block.reason is not None and not (self._full and block.reason.startswith("takes ")):
            if block.language == "python":
                ast.parse(block.text, block.place)
            return
        if block.file:
            self._write(block.file, block)
        elif block.language == "yaml":
            self._search(block)
        elif block.language == "python":
            self._execute(block)
        elif block.language == "console":
            self._commands(block)
        elif block.title == "Output":
            text = self._seen(block.text, self._printed)
            if text != block.text:
                self.outputs[block.span] = text

    def close(self) -> None:
        """End everything that the page has left running, and forget its modules."""
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(self._place)):
                del sys.modules[name]

    def _write(self, name: str, block: Block) -> None:
        path = self._place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        config = self._place / "config.yaml"
        called = name == "train.py" and "def objective(" in block.text
        if called and config.exists() and "train:objective" in config.read_text():
            self._call(block, config)

    def _call(self, block: Block, config: Path) -> None:
        """Run two trials of a function in this process, because its imports take seconds."""
        code = compile(block.text, block.place, "exec")
        cells: dict[str, Any] = {"__name__": "notebook"}
        exec(code, cells)  # noqa: S102 -- our own docs
        said = re.match(r"# hpsearch run config\.yaml (.+)", block.text)
        settings = [*(shlex.split(said[1]) if said else []), "run.strategy=panda", "search.trials=2"]
        epochs = load(config, settings).objective.epochs
        with threadpool_limits(1):  # threads that wait for each other take long on a busy machine
            run = hpsearch.run(str(config), *settings, function=cells["objective"], epochs=epochs)
        with run:
            self._succeeded(block, [str(result.status) for result in run.results()])

    def _search(self, block: Block) -> None:
        """Check a config, or some sections of one, and run two short trials of it."""
        path = self._place / "block.yaml"
        if re.search("^objective:", block.text, re.MULTILINE):
            path.write_text(block.text, encoding="utf-8")
        else:
            path.write_text(f"{block.text}\n{_SECTIONS}", encoding="utf-8")
        assert exit_code(["check", str(path)]) == 0, f"{block.place} is refused"
        config = load(path)
        settings = ["run.strategy=panda", "search.trials=2"]
        if config.objective.kind == "network":
            section = "space" if re.search("^  epochs:", block.text, re.MULTILINE) else "objective.network"
            settings.append(f"{section}.epochs=1")
        self._succeeded(block, self._statuses(load(path, settings)))

    def _statuses(self, config: Config) -> list[str]:
        with Run.read(start(config, Recorder())) as run:
            return [str(result.status) for result in run.results()]

    def _succeeded(self, block: Block, statuses: list[str]) -> None:
        assert set(statuses) <= _GOOD, f"{block.place}: its trials are {', '.join(statuses)}"

    def _execute(self, block: Block) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * block.line + block.text, block.page, "exec"), self._cells)  # noqa: S102 -- ours
        self._printed = printed.getvalue()

    def _commands(self, block: Block) -> None:
        code, output, new = 0, "", ""
        before, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert not before, f"{block.place}: a command begins with $; found {before!r}"
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            command, _, shown = part.partition("\n")
            follows = following.partition("\n")[0]
            if command == "echo $?":
                output = f"{code}\n"
            else:
                code, output = self.command(command)
            assert code == 0 or "echo $?" in (command, follows), f"{block.place}: {command}\n{output}"
            new += f"$ {command}\n{self._seen(shown, output)}"
        if new != block.text:
            self.outputs[block.span] = new

    def _seen(self, shown: str, printed: str) -> str:
        """The output to show: unchanged if it agrees, or if none is shown."""
        expected, found = (normalise(text, self._place) for text in (shown, printed))
        if not shown.strip() or not self._compare or agree(expected, found):
            return shown
        gap = shown[len(shown.rstrip("\n")) + 1 :]
        return "\n".join(abridged(shown.rstrip().split("\n"), printed.rstrip().split("\n"))) + f"\n{gap}"

    def command(self, line: str) -> tuple[int, str]:
        """The exit code and the output of a command; one that reads and computes runs in this process."""
        if line.split("#")[0].strip() == QUICK_START:
            return 0, self._quick_start(self._place)
        words = shlex.split(line, comments=True)
        plain = not _SHELL.search(line.split(" #")[0].replace("'", ""))
        if words[0] == "hpsearch" and words[1] not in _SEARCHING and plain:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                return exit_code(words[1:]), printed.getvalue()
        return self.shell(line)

    def shell(self, line: str) -> tuple[int, str]:
        """The exit code and the output of a command in a separate process."""
        log = self._place / ".output"
        with log.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", line],
                cwd=self._place,
                env=environment(self._place),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.append(process.pid)
            code = process.wait()
        return code, log.read_text()


def environment(place: Path) -> dict[str, str]:
    """The variables of a reader who has activated an environment with hpsearch and Dask."""
    path = f"{place / '.bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def prepare(place: Path) -> None:
    """Provide what a reader has: the programs, and the examples of the repository."""
    programs = place / ".bin"
    programs.mkdir()
    for name, words in {"python": "", "hpsearch": "-m hpsearch", "dask": "-m dask"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (programs / name).chmod(0o755)
    shutil.copytree(ROOT / "configs", place / "configs", ignore=shutil.ignore_patterns("__pycache__"))
