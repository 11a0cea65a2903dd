"""Commands that start from a training script: ``init``, ``try``."""

from __future__ import annotations  # types are imported for annotations only

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, Form, common, config_file, console, formats, overrides
from hpsearch.commands import command, pasteable

if TYPE_CHECKING:
    from hpsearch.scripts import Draft, Script

HELP_SECONDS = 60

TEMPLATE = """\
# A search for hpsearch. `hpsearch check {name}` checks it, `hpsearch run {name}` runs it.
seed: 7                         # everything random follows from it

objective:
  network:                      # the built-in network: BatchNorm, softmax
    data: {data}
    epochs: 27

space:
  learning_rate: {{prior: log, min: 1e-4, max: 1}}                  # uniform in its exponent
  momentum:      {{prior: reverse_log, min: 0.9, max: 0.999}}       # uniform in the exponent of 1 - momentum
  hidden_layers: {{type: int, min: 1, max: 3}}
  hidden_units:  {{type: int, prior: log, min: 16, max: 256}}
  batch_size:    {{values: [16, 32, 64, 128, 256]}}
  optimizer:     {{values: [momentum, rmsprop, adam]}}
  beta2:         {{prior: reverse_log, min: 0.9, max: 0.9999, when: {{optimizer: [rmsprop, adam]}}}}

search:
  method: coarse_to_fine        # random over the whole space first, then finer around the best; or random
  trials: 64
  lag: 3                        # at most lag + 1 trials run at once
  early_stopping: {{min_epochs: 1, reduction: 2}}    # trials that fall behind are stopped early; or false

run:
  strategy: auto                # panda: one trial at a time; caviar: in parallel; auto: by the machine
"""
DIGITS = "digits                # or blobs, spirals, moons, or your own .npz, .csv or IDX file"
LABELS = ("label", "labels", "target", "class", "y")
"""Names of the column with the class."""


@click.command()
@click.argument("source", metavar="[SCRIPT|CONFIG]", default="config.yaml")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="CONFIG",
    help="File to write. [default: config.yaml]",
)
@click.option("--run-help", is_flag=True, help="Run SCRIPT --help to find its options.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Train the built-in network on FILE.",
)
def init(source: str, output: Path | None, run_help: bool, data: Path | None) -> None:
    """Write a first config.

    For a training script (train.py, or train.py:FUNCTION) it proposes what to search, with ranges around the
    script's defaults, and the metric that the script prints. It reads the script without running it. Without
    a script, the config trains the built-in network. An existing file is never overwritten.

    \b
    Examples:
      hpsearch init train.py
      hpsearch init ./svm-train --run-help
      hpsearch init --data flowers.csv
    """
    from hpsearch.files import usage_errors, write_new

    is_config = source.endswith((".yaml", ".yml"))
    config = output or Path(source if is_config else "config.yaml")
    if is_config:
        written = DIGITS if data is None else _data_line(data, config)
        with usage_errors(config):
            write_new(config, TEMPLATE.format(name=config, data=written))
        following = ", ".join(pasteable("hpsearch", word, config) for word in ("sample", "run"))
        click.echo(f"Wrote {config}. Next: {following}")
        return
    draft = _draft(source, config, run_help=run_help)
    with usage_errors(config):
        write_new(config, draft.text)
    for note in draft.notes:
        click.echo(f"note: {note}", err=True)
    for edit in draft.edits:
        click.echo(f"to do: {edit}", err=True)
    names = ", ".join(draft.searched) or "nothing yet"
    following = ", ".join(pasteable("hpsearch", word, config) for word in ("try", "run"))
    click.echo(f"Wrote {config}, which searches {names}. Next: {following}")


def _draft(source: str, config: Path, *, run_help: bool) -> Draft:
    """The config that is proposed for a script.

    Raises:
        UsageError: It cannot be read, or is not Python and may not be run.
    """
    from hpsearch.config import name_like
    from hpsearch.errors import UsageError
    from hpsearch.scripts import UnreadableScript, propose_config, read_function, read_script

    name, _, function = source.partition(".py:")
    path = Path(f"{name}.py" if function else source)
    where = os.path.relpath(path, config.parent)
    try:
        if function:
            word = f"{where.removesuffix('.py')}:{function}"
            return propose_config(
                read_function(path, function), [word], made_from=source, name=name_like(path.stem)
            )
        base = _base(path, where)
        if run_help:
            script, made_from = _helped(path), f"the output of {' '.join(base)} --help"
        elif path.suffix != ".py":
            raise UsageError(
                f"{path} is not a Python file, so its options can only be found by running it. "
                f"{command('init', path, '--run-help')} runs {path} --help"
            )
        else:
            script, made_from = read_script(path), where
    except UnreadableScript as error:
        raise UsageError(str(error)) from error
    return propose_config(script, base, made_from=made_from, name=name_like(path.stem))


def _base(path: Path, where: str) -> list[str]:
    """The words that run a script from its config's directory."""
    import shutil

    if path.suffix == ".py":
        return ["python" if shutil.which("python") else "python3", where]
    return [where if os.sep in where or not path.exists() else f"./{where}"]


def _helped(path: Path) -> Script:
    """What a program says of itself.

    Raises:
        UsageError: It cannot be run.
    """
    import subprocess

    from hpsearch.errors import UsageError
    from hpsearch.scripts import read_help

    words = [*_base(path, str(path)), "--help"]
    try:
        done = subprocess.run(  # noqa: S603 -- --run-help asks for it
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=HELP_SECONDS, check=False
        )
    except OSError as error:
        raise UsageError(f"{' '.join(words)} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        raise UsageError(f"{' '.join(words)} ran for {HELP_SECONDS} s without an end") from None
    return read_help((done.stdout + b"\n" + done.stderr).decode("utf-8", "replace"))


def _data_line(data: Path, config: Path) -> str:
    """The data of a network, with the column of the class if it is a CSV file."""
    import csv

    path = os.path.relpath(data, config.parent)
    if data.suffix.lower() not in (".csv", ".tsv"):
        return f"'{path}'"
    with data.open(newline="", encoding="utf-8", errors="replace") as file:
        header = next(csv.reader(file, delimiter="\t" if data.suffix == ".tsv" else ","), [""])
    names = {name.strip().lower(): name for name in header}
    label = next((names[name] for name in LABELS if name in names), header[-1])
    quoted = label.replace("'", "''")
    return f"'{path}'\n    label: '{quoted}'             # the column with the class"


@click.command("try")
@config_file
@overrides
@formats
@common
def try_(config: Path, overrides: tuple[str, ...], form: Form, color: Color) -> None:
    """Run one trial of CONFIG and show what it reports.

    The trial has the first values of search.enqueue, such as a script's defaults, or the ones that a search
    starts with. Shows the command, the metrics with the lines they came from, epochs, time and memory, and
    what to change. Keeps nothing.

    \b
    Example:
      hpsearch try config.yaml
    """
    import tempfile

    from hpsearch.config import load
    from hpsearch.errors import SearchFailed
    from hpsearch.reports.attempt import attempt_details
    from hpsearch.reports.render import print_report
    from hpsearch.trying import try_config

    loaded = load(config, overrides)
    with tempfile.TemporaryDirectory(prefix="hpsearch-try-") as directory:
        attempt = try_config(loaded, Path(directory) / "run")
    details = attempt_details(
        loaded.metric,
        attempt.trial,
        attempt.result,
        command=attempt.command,
        sightings={name: (seen.line, seen.times) for name, seen in attempt.sightings.items()},
        memory=attempt.memory,
        notes=attempt.notes,
    )
    print_report(details, form, console(color))
    if not attempt.result.status.ranked:
        raise SearchFailed(f"The trial {attempt.result.status}: {attempt.result.reason.splitlines()[0]}")
