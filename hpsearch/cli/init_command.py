"""The command ``init``."""

from __future__ import annotations  # types are imported for annotations only

import os
from pathlib import Path

import click

from hpsearch.cli.options import say
from hpsearch.commands import command, pasteable

SCHEMA = ".hpsearch-schema.json"
EDITORS = f"# yaml-language-server: $schema={SCHEMA}\n"
TEMPLATE = """\
# A search for hpsearch. `hpsearch check {name}` checks it, `hpsearch run {name}` runs it.
seed: 7                         # the seed of all random numbers

objective:
  network:                      # the built-in network: BatchNorm, softmax
    data: {data}
    epochs: 27

space:
  # First the one that matters most.
  learning_rate: {{prior: log, min: 1e-4, max: 1}}                  # uniform in its exponent
  # Then these. Momentum is uniform in the exponent of 1 - momentum.
  optimizer:     {{values: [momentum, adam]}}
  momentum:      {{prior: reverse_log, min: 0.9, max: 0.999, when: {{optimizer: momentum}}}}
  batch_size:    {{values: {sizes}}}
  hidden_units:  {{type: int, prior: log, min: 16, max: 256}}
  # Then these.
  hidden_layers: {{type: int, min: 1, max: 3}}
  learning_rate_decay: {{prior: log, min: 0.001, max: 1}}           # rate / (1 + decay * epoch)
  # With Adam, these are hardly ever worth a search: momentum (beta 1) 0.9, beta2 0.999, epsilon 1e-8.

search:
  method: coarse_to_fine        # random over the whole space first, then finer around the best; or random
  trials: 64
  lag: 3                        # at most lag + 1 trials run at once
  early_stopping: {{min_epochs: 1, reduction: 2}}    # trials that fall behind are stopped early; or false

run:
  strategy: auto                # panda: one trial at a time; caviar: in parallel; auto: by the machine
"""
DIGITS = "digits                # or blobs, spirals, moons, or your own .npz, .csv or IDX file"
BATCH_SIZES = (16, 32, 64, 128, 256)


@click.command()
@click.argument("source", metavar="[SCRIPT|CONFIG]", default="config.yaml")
@click.argument("arguments", metavar="[-- ARGUMENTS...]", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="CONFIG",
    help="File to write. [default: config.yaml]",
)
@click.option("-i", "--interactive", is_flag=True, help="Ask before writing what it proposes.")
@click.option("--run-help", is_flag=True, help="Run SCRIPT --help to find its options.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE",
    help="Train the built-in network on FILE.",
)
def init(
    source: str,
    arguments: tuple[str, ...],
    output: Path | None,
    interactive: bool,
    run_help: bool,
    data: Path | None,
) -> None:
    """Write a first config.

    For a training script (train.py, or train.py:FUNCTION) it proposes what to search, with ranges around the
    script's defaults, and the metric that the script prints. It reads the script without running it. Without
    a script, the config trains the built-in network. An existing config is never overwritten. A JSON schema
    is written next to it, so that editors can complete and check it.

    Every trial passes ARGUMENTS to the script. They may contain placeholders such as {trial_dir}.

    \b
    Examples:
      hpsearch init train.py
      hpsearch init train.py -i            ask for the metric, the parameters and their ranges
      hpsearch init train.py -- --data iris.csv --epochs 20
      hpsearch init ./svm-train --run-help -- -v 5 heart_scale
      hpsearch init --data flowers.csv
    """
    from hpsearch.errors import UsageError

    is_config = source.endswith((".yaml", ".yml"))
    config = output or Path(source if is_config else "config.yaml")
    if config.exists():
        again = command("init", *([] if is_config else [source]), "-o", "search.yaml")
        raise UsageError(f"{config} already exists and was not changed. Choose another name: {again}")
    if is_config or data is not None:
        if not is_config or arguments:
            raise UsageError("--data trains the built-in network; leave the script out")
        if interactive:
            raise UsageError("-i asks about a script; name one, such as hpsearch init train.py -i")
        _write(config, _network(config, data))
        _say_next(f"Wrote {config}", config, "sample")
        return
    from hpsearch.cli.init_answers import ask
    from hpsearch.cli.init_draft import proposal

    propose = proposal(source, config, arguments, run_help=run_help)
    draft = propose(None)
    if interactive:
        draft = propose(ask(draft))
    _write(config, draft.text)
    for note in draft.notes:
        say(f"note: {note}")
    for edit in draft.edits:
        say(f"to do: {edit}")
    names = ", ".join(draft.searched) or "nothing yet"
    _say_next(f"Wrote {config}, which searches {names}", config, "try")


def _write(config: Path, text: str) -> None:
    """Write a config, and next to it the schema that editors use to complete and check it."""
    import json

    from hpsearch.config import json_schema
    from hpsearch.files import usage_errors, write_new, write_whole

    schema = config.parent / SCHEMA
    with usage_errors(config):
        write_new(config, EDITORS + text)
    with usage_errors(schema):
        write_whole(schema, json.dumps(json_schema(), indent=1))


def _say_next(done: str, config: Path, first: str) -> None:
    following = ", ".join(pasteable("hpsearch", word, config) for word in (first, "run"))
    click.echo(f"{done}. Next: {following}")


def _network(config: Path, data: Path | None) -> str:
    """The config for the built-in network.

    Raises:
        UsageError: The data cannot be used.
    """
    if data is None:
        return TEMPLATE.format(name=config, data=DIGITS, sizes=list(BATCH_SIZES))
    from hpsearch.config import Config
    from hpsearch.objectives.kinds import prepare

    lines = _data_lines(data, config)
    least = TEMPLATE.format(name=config, data=lines, sizes=[1])
    rows = (prepare(Config.parse(least, config, base=config.parent)).rows() or {})["train"]
    sizes = [size for size in BATCH_SIZES if size <= rows] or [rows]
    return TEMPLATE.format(name=config, data=lines, sizes=sizes)


def _data_lines(data: Path, config: Path) -> str:
    """The data of a network, with the column of the labels if it is a CSV file."""
    from hpsearch.data.likely_label import likely_label

    path = _quoted(os.path.relpath(data, config.parent))
    if data.suffix.lower() != ".csv":
        return path
    label = _quoted(likely_label(data))
    return f"{path}\n    label: {label:23} # the column with the class, guessed from its name"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
