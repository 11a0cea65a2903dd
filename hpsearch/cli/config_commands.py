"""Commands about configs: ``check``, ``sample``, ``schema``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, Form, common, config_file, formats, overrides, say, screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpsearch.config import Config
    from hpsearch.trial import Trial


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
    """Check CONFIG and everything it names.

    Reads the data or code, and any earlier runs that guide the search. Shows all mistakes at once, each with
    its line and what to write instead; without mistakes, shows what would be searched. Runs and creates
    nothing.

    \b
    Example:
      hpsearch check config.yaml search.trials=20
    """
    from hpsearch.config import load
    from hpsearch.objectives.kinds import prepare
    from hpsearch.reports.check import best_epoch_notes, config_details
    from hpsearch.reports.render import print_report
    from hpsearch.starting.warm_start import load_warm_start

    loaded = load(config, overrides)
    notes = prepare(loaded).check()
    _, warm_start_notes = load_warm_start(loaded)
    print_report(config_details(loaded), "table", screen(color))
    for note in (*loaded.notes, *notes, *warm_start_notes, *best_epoch_notes(loaded)):
        say(f"note: {note}")
    say(f"{config} is valid.")


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
@click.option("--commands", is_flag=True, help="Print the command line of each draw instead.")
@formats
@common
def sample(
    config: Path, overrides: tuple[str, ...], rows: int, commands: bool, form: Form, color: Color
) -> None:
    """Preview random draws from the priors in CONFIG.

    Runs nothing. Below the draws, shows the quartiles of each prior, and how many draws fell into each of ten
    bins of equal probability.

    \b
    Examples:
      hpsearch sample config.yaml -n 1000 -f csv
      hpsearch sample config.yaml --commands -n 3
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
    if commands:
        _print_commands(loaded, trials)
        return
    units = loaded.space.units([trial.values for trial in trials])
    spread = coverage(loaded.space, np.asarray(units))
    print_report(draws_table(loaded.space.names, trials, spread), form, screen(color))
    if form == "table":
        click.echo()
        print_report(coverage_table(spread, len(trials)), form, screen(color))


def _print_commands(config: Config, trials: Sequence[Trial]) -> None:
    """Print the command lines that would run some trials.

    Raises:
        UsageError: The objective is not a command.
    """
    from hpsearch.errors import UsageError
    from hpsearch.trying import command_line

    if config.objective.kind != "command":
        raise UsageError(f"--commands needs a command; the objective is a {config.objective.kind}")
    for trial in trials:
        directory = Path("runs", f"{config.name}-001", "trials", f"{trial.number:05d}").absolute()
        click.echo(command_line(config, trial, directory))
