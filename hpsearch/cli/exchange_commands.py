"""Commands that import searches from other tools and export runs to them: ``import``, ``export``."""

from __future__ import annotations  # Draft is imported for annotations only

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.completions import complete_columns
from hpsearch.cli.options import Color, common, run_directory, say, timings
from hpsearch.commands import pasteable
from hpsearch.exchange.export_targets import TARGETS

if TYPE_CHECKING:
    from hpsearch.exchange.draft import Draft


@click.command("import")
@click.argument("sweep", metavar="[FILE]", type=click.Path(path_type=Path), required=False)
@click.option("--optuna", "study", nargs=2, metavar="URL STUDY", help="Import an Optuna study instead.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="CONFIG",
    help="Where to write; stdout by default.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def import_(sweep: Path | None, study: tuple[str, str] | None, output: Path | None) -> None:
    """Make a config from a search of another tool.

    FILE is a sweep of Weights & Biases, a Hydra config with hydra.sweeper, or a search space or experiment
    of NNI; it is recognized by its keys. URL is an Optuna storage, such as sqlite:///study.db, or a journal
    file. Keys that are changed or cannot be imported are listed on stderr and in comments in the config, each
    with its line and the reason. So is anything left to do by hand. An existing file is never overwritten.

    \b
    Examples:
      hpsearch import sweep.yaml -o config.yaml
      hpsearch import --optuna sqlite:///study.db digits -o config.yaml
    """
    from hpsearch.errors import UsageError

    if study is not None and sweep is None:
        from hpsearch.exchange.optuna.import_study import import_study

        draft = import_study(*study)
    elif sweep is not None and study is None:
        from hpsearch.exchange.importing import import_file

        draft = import_file(sweep)
    else:
        raise UsageError("import needs either a FILE or --optuna URL STUDY")
    _write_config(draft, output)
    for line in (*(f"note: {note}" for note in draft.notes), "", draft.todo, ""):
        say(line)
    if output is not None:
        following = ", ".join(pasteable("hpsearch", word, output) for word in ("check", "run"))
        say(f"Wrote {output}. Next: {following}")


def _write_config(draft: Draft, output: Path | None) -> None:
    """Write the config, and report what is wrong with it or missing next to it."""
    from hpsearch.config import Config
    from hpsearch.errors import ConfigError
    from hpsearch.files import usage_errors, write_new

    text = draft.as_yaml()
    if output is None:
        click.echo(text, nl=False)
    else:
        with usage_errors(output):
            write_new(output, text)
    path = output or Path("config.yaml")
    try:
        Config.parse(text, path)
    except ConfigError as error:
        say(f"note: the config still needs a change by hand:\n{error}\n")
    if draft.program and not (path.parent / draft.program).exists():
        say(f"note: there is no {draft.program} in {path.parent.absolute()}, where the command runs")


def _export_help() -> str:
    """The help of ``export``, with a line for each target."""
    width = max(map(len, TARGETS))
    extras = [target.extra for target in TARGETS.values() if target.extra]
    lines = [
        "Export all trials of RUN to other programs.",
        "",
        "\b",
        *(f"{name:{width}}  {target.summary}" for name, target in TARGETS.items()),
        "",
        f"{', '.join(extras)} each need a package: `pip install 'hpsearch[{','.join(extras)}]'`.",
        "",
        "\b",
        "Examples:",
        "  hpsearch export runs/digits-001 --to csv > epochs.csv",
        "  hpsearch export runs/digits-001 --to optuna -o study.journal",
        "  hpsearch export runs/digits-001 --to mlflow --tracking-uri http://localhost:5000",
    ]
    return "\n".join(lines)


@click.command(help=_export_help())
@run_directory
@click.option("--to", type=click.Choice(list(TARGETS)), required=True, help="The format.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file or directory to write; text goes to stdout by default.",
)
@click.option("--tracking-uri", metavar="URI", help="The MLflow server or file:DIRECTORY.")
@click.option(
    "--where",
    default="",
    shell_complete=complete_columns,
    metavar="CONDITIONS",
    help="Only trials that meet these conditions; see leaderboard.",
)
@click.option("--name", metavar="NAME", help="Name of the study or experiment; the name of RUN by default.")
@timings
@common
def export(
    directory: Path,
    to: str,
    output: Path | None,
    tracking_uri: str | None,
    where: str,
    name: str | None,
    timings: bool,
    color: Color,
) -> None:
    """Export a run; its help text is made from the table of targets."""
    from hpsearch.exchange.exporting import export as export_run
    from hpsearch.store import Run

    with Run.read(directory) as run:
        exported = export_run(
            run,
            to,
            output,
            tracking_uri=tracking_uri,
            name=name,
            where=where,
            timings=timings,
            stream=sys.stdout,
        )
    for note in exported.notes:
        say(f"note: {note}")
    if exported.message:
        say(exported.message)
