"""Commands about configs: ``init``, ``check``, ``sample``, ``schema``."""

from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, common, config_file, console, formats, overrides

_TEMPLATE = """\
# A search for hpsearch. `hpsearch check {name}` checks it, `hpsearch run {name}` runs it.
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
  method: coarse_to_fine        # random over the whole space first, then finer around the best; or random
  trials: 64
  lag: 3                        # at most lag + 1 trials run at once
  early_stopping: {{min_epochs: 1, reduction: 2}}    # trials that fall behind are stopped early; or false

run:
  strategy: auto                # panda: one trial at a time; caviar: in parallel; auto: by the machine
"""


@click.command()
@click.argument("config", metavar="[CONFIG]", type=click.Path(path_type=Path), default=Path("config.yaml"))
def init(config: Path) -> None:
    """Write a first config.

    The file is CONFIG, config.yaml by default. An existing file is never overwritten.
    """
    from hpsearch.files import usage_errors, write_new

    with usage_errors(config):
        write_new(config, _TEMPLATE.format(name=config))
    click.echo(f"Wrote {config}. Next: hpsearch sample {config}, hpsearch run {config}")


@click.command()
def schema() -> None:
    """Print the JSON schema of configs.

    Editors use it to complete and check keys. For VS Code with the YAML extension, write it to a file and
    start the config with the line `# yaml-language-server: $schema=FILE`.
    """
    import json

    from hpsearch.config import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@click.command()
@config_file
@overrides
@common
def check(config: Path, overrides: tuple[str, ...], color: Color) -> None:
    """Check CONFIG and everything that it names.

    Reads the data or code, and the runs to learn from. Shows all mistakes at once, each with its line and
    what to write instead; without mistakes, shows what would be searched. Runs and creates nothing.

    \b
    Example:
      hpsearch check config.yaml search.trials=20
    """
    from hpsearch.config import load
    from hpsearch.objectives.kinds import prepare
    from hpsearch.reports.check import config_details
    from hpsearch.reports.render import print_report
    from hpsearch.warm_start import load_warm_start

    loaded = load(config, overrides)
    notes = prepare(loaded).check()
    _, warm_start_notes = load_warm_start(loaded)
    print_report(config_details(loaded), "table", console(color))
    for note in (*loaded.notes, *notes, *warm_start_notes):
        click.echo(f"note: {note}", err=True)
    click.echo(f"{config} is valid.", err=True)


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
    help="Number of draws.",
)
@formats
@common
def sample(config: Path, overrides: tuple[str, ...], rows: int, form: Form, color: Color) -> None:
    """Preview random draws from the priors in CONFIG.

    Runs nothing. Below the draws it shows how each prior spreads over its range, by its quartiles, and how
    the draws fell into ten parts of equal probability.

    \b
    Example:
      hpsearch sample config.yaml -n 1000 -f csv
    """
    import numpy as np

    from hpsearch.analysis.coverage import coverage
    from hpsearch.config import load
    from hpsearch.reports.render import print_report
    from hpsearch.reports.sample import coverage_table, draws_table
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
