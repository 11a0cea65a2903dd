"""Commands before a search: ``init``, ``check``, ``sample``."""

from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, common, config_file, console, formats, overrides

TEMPLATE = """\
# A search for hpsearch. `hpsearch check {name}` tells whether it is right, `hpsearch run {name}` runs it.
seed: 7                         # everything random follows from it

objective:
  network:                      # the built-in network: BatchNorm, softmax
    data: digits                # or blobs, spirals, moons, or your own .npz, .csv or IDX file
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
  method: coarse_to_fine        # at random over the whole space first, then finer around the best; or random
  trials: 64
  lag: 8                        # at most lag + 1 trials run at once
  early_stopping: {{min_epochs: 1, reduction: 2}}    # trials that fall behind end early; or false

run:
  strategy: auto                # panda: one trial after another; caviar: in parallel; auto: by the machine
"""


@click.command()
@click.argument("config", metavar="[CONFIG]", type=click.Path(path_type=Path), default=Path("config.yaml"))
def init(config: Path) -> None:
    """Write a config to begin with.

    It is written to CONFIG, config.yaml if not given, and never over a file that is there.
    """
    from hpsearch.files import usage_errors, write_new

    with usage_errors(config):
        write_new(config, TEMPLATE.format(name=config))
    click.echo(f"{config} written. Next: hpsearch sample {config}, hpsearch run {config}")


@click.command()
def schema() -> None:
    """Print the JSON schema of configs.

    Editors use it to complete and check keys. In VS Code, say, with the YAML extension: write it to a file,
    and begin the config with the line `# yaml-language-server: $schema=FILE`.
    """
    import json

    from hpsearch.config import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@click.command()
@config_file
@overrides
@common
def check(config: Path, overrides: tuple[str, ...], color: Color) -> None:
    """Say whether CONFIG and all that it names are right.

    Its data or code are looked at, and the runs it learns from. Every mistake is shown at once, with its
    line and what to write instead; if there is none, what would be searched. Nothing is run or created.

    \b
    Example:
      hpsearch check config.yaml search.trials=20
    """
    from hpsearch.config import load
    from hpsearch.objectives.kinds import prepare
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.plans import config_sheet
    from hpsearch.warm_start import load_warm_start

    loaded = load(config, overrides)
    notes = prepare(loaded).check()
    _, warm_start_notes = load_warm_start(loaded)
    print_report(config_sheet(loaded.resolved(), loaded.space.size), "table", console(color))
    for note in (*loaded.notes, *notes, *warm_start_notes):
        click.echo(f"note: {note}", err=True)
    click.echo(f"{config} is right.", err=True)


@click.command()
@config_file
@overrides
@click.option(
    "-n",
    "--rows",
    type=click.IntRange(min=1, max=100_000),
    default=20,
    show_default=True,
    metavar="N",
    help="How many draws.",
)
@formats
@common
def sample(config: Path, overrides: tuple[str, ...], rows: int, form: Form, color: Color) -> None:
    """Preview random draws from CONFIG's priors.

    Nothing is run. Below the draws: how each parameter's prior is spread over its range (its quartiles: a
    quarter of all draws lies below the first), and how the draws fell in ten parts of equal probability.

    \b
    Example:
      hpsearch sample config.yaml -n 1000 -f csv
    """
    import numpy as np

    from hpsearch.analysis.coverage import coverage
    from hpsearch.config import load
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.plans import coverage_table, draws_table
    from hpsearch.search import Search

    loaded = load(config, overrides)
    search = Search(loaded.space, seed=loaded.seed, trials=rows, method="random")
    trials = []
    while (trial := search.ask()) is not None:
        trials.append(trial)
    units = loaded.space.units([trial.values for trial in trials])
    spread = coverage(loaded.space, np.asarray(units))
    print_report(draws_table(loaded.space.names, trials, spread), form, console(color))
    if form == "table":
        click.echo()
        print_report(coverage_table(spread, len(trials)), form, console(color))
